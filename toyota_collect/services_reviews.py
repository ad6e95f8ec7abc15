"""利用者の棚卸し: each quarter of the fiscal year somebody else says of every account whether it is still needed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from toyota_collect import audit
from toyota_collect.models import AccountReview, User
from toyota_collect.permissions import Role
from toyota_collect.services_accounts import AccountRefused, refuse_the_last_administrator
from toyota_collect.wareki import fiscal_year_text

Verdict = AccountReview.Verdict


class ReviewRefused(Exception):
    """The account cannot be reviewed so; the message says why, in Japanese."""


@dataclass(frozen=True, slots=True)
class Line:
    """One account with what was said of it this quarter (None: nothing yet)."""

    account: User
    review: AccountReview | None


def quarter_of(on: date) -> str:
    """The quarter of the fiscal year, which begins in April: ``2026-Q3`` for October to December 2026."""
    year = on.year if on.month >= 4 else on.year - 1
    return f"{year}-Q{(on.month - 4) % 12 // 3 + 1}"


def quarter_text(quarter: str) -> str:
    year, _, number = quarter.partition("-Q")
    return f"{fiscal_year_text(int(year))} 第{number}四半期"


def lines(quarter: str) -> list[Line]:
    """Every account that can be used, those nobody has spoken of first."""
    said = {one.account_id: one for one in AccountReview.objects.filter(quarter=quarter).select_related("by")}
    accounts = User.objects.exclude(role=Role.SYSTEM).filter(is_active=True).select_related("section")
    found = [Line(account, said.get(account.pk)) for account in accounts.order_by("role", "username")]
    return sorted(found, key=lambda line: line.review is not None)


@transaction.atomic
def review(*, quarter: str, account_id: int, verdict: str, note: str, by: Any) -> AccountReview:
    """Say what becomes of an account; ``close`` stops it at once. Saying it again replaces the former word.

    Raises:
        User.DoesNotExist: no such account.
        ReviewRefused: the own account, a job's, or no reason for a change.
    """
    account = User.objects.select_for_update().exclude(role=Role.SYSTEM).get(pk=account_id)
    if account.pk == by.pk:
        raise ReviewRefused("自分の利用者は、別の係長・課長が確認します。")
    if verdict != Verdict.KEEP and not note.strip():
        raise ReviewRefused("直す・止めるときは、理由を書いてください。")
    if verdict == Verdict.CLOSE:
        try:
            refuse_the_last_administrator(account)
        except AccountRefused as refused:
            raise ReviewRefused(str(refused)) from refused
    facts = {"verdict": verdict, "note": note.strip(), "by": by}
    said, _ = AccountReview.objects.update_or_create(quarter=quarter, account=account, defaults=facts)
    if verdict == Verdict.CLOSE:
        account.is_active = False
        account.save()
    detail = {"quarter": quarter, "verdict": verdict, "account": account.username}
    audit.record(event="account.reviewed", by=by, target=account, detail=detail)
    return said
