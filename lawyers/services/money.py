"""What all services of the lawyers' money share: whose firm it is, what its cases owe and what it holds.

Every act locks the firm first, so that the acts of one firm follow each other and no yen is counted twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Model, Q, Sum

from claims.models import Claim
from claims.services.allocation import Share, has_lapsed
from claims.services.charges import amounts_due
from claims.services.settling import own_kinds
from lawyers.models import Designation, Firm, LegalCase, LegalClaim, TrustReceipt

HELD = Q(cancelled_at=None, remittance=None)  # in the firm's hands
SENT = Q(cancelled_at=None, remittance__isnull=False, receipt=None)  # told to be sent, not booked yet
BOOKED = Q(receipt__isnull=False)
WITH_A_FIRM = ("handed", "accepted", "declined", "recalled", "returned", "finished")  # now or once


class MoneyRefused(Exception):
    """Nothing was done; the message says why and what to do, in Japanese."""


def own_firms(by: Any) -> Any:
    """The firms with a contract that ``by`` belongs to; others do not exist to them."""
    return Firm.objects.filter(members=by, is_active=True)


def own_firm(firm_id: int, by: Any) -> Firm:
    """Lock a firm of ``by``. Raises ``Firm.DoesNotExist`` for any other."""
    firm: Firm = own_firms(by).select_for_update(of=("self",), no_key=True).get(pk=firm_id)
    return firm


def cases_once_of(by: Any) -> Any:
    """Cases that are or were with the own firms of ``by``, for their money. Of one that ended only its number may be shown."""
    mine = LegalCase.objects.filter(mandate__firm__in=own_firms(by), mandate__handed_on__isnull=False)
    return mine.filter(state__in=WITH_A_FIRM, handed_on__isnull=False)


def locked_case(case_id: int, by: Any) -> LegalCase:
    """A case that is or was with the own firm of ``by``, as it stands once the firm is locked.

    Raises:
        LegalCase.DoesNotExist: no such case.
        Firm.DoesNotExist: the firm's contract has just ended.
    """
    rows = cases_once_of(by).select_related("mandate__firm")
    own_firm(rows.get(pk=case_id).mandate.firm_id, by)
    found: LegalCase = rows.get(pk=case_id)
    return found


def sent_before(model: type[Model], *, token: UUID, by: Any, facts: Mapping[str, Any]) -> Any:
    """The row that the same form wrote already; None if there is none.

    Raises:
        MoneyRefused: the form wrote something else, or somebody else sent it.
    """
    known: Any = model._default_manager.filter(token=token).first()
    if known is None or (known.by_id == by.pk and all(getattr(known, name) == value for name, value in facts.items())):
        return known
    raise MoneyRefused("同じ画面から別の内容が送られました。画面を開き直して、もう一度記録してください。")


def locked_firm(firm_id: int) -> Firm:
    return Firm.objects.select_for_update(no_key=True).get(pk=firm_id)


def designation_on(firm: Firm, day: date) -> Designation | None:
    """The designation in force on the day, its last day included (地方自治法243条の2)."""
    until = Q(ends_on=None) | Q(ends_on__gte=day)
    return Designation.objects.filter(until, firm=firm, starts_on__lte=day).order_by("-starts_on").first()


def shares_of(cases: Iterable[LegalCase], *, on: date) -> dict[int, list[Share]]:
    """By case id what its claims owe on the day, late charge included: those we book ourselves and that may still be paid."""
    own, pks = own_kinds(on=on), [case.pk for case in cases]
    rows = Claim.objects.filter(legal_lines__case__in=pks, kind_id__in=own).distinct().select_related("kind")
    claims = {claim.pk: claim for claim in rows}
    dues = amounts_due(claims.values(), as_of=on, with_steps=False)
    found: dict[int, list[Share]] = {pk: [] for pk in pks}
    pairs = LegalClaim.objects.filter(case__in=pks, claim__in=claims)
    for case, claim in pairs.order_by("claim__due_on", "claim").values_list("case", "claim"):
        share = Share(claims[claim], dues[claim])
        if share.due.total_yen and not has_lapsed(share, on):
            found[case].append(share)
    return found


def handed_by_case(lines: Any) -> dict[int, int]:
    """Yen that was handed over with the lines (a queryset of ``LegalClaim``), by case id."""
    yen = Sum(F("principal_yen") + F("other_yen"))
    return dict(lines.order_by().values_list("case").annotate(yen=yen))


def held_by_case(cases: Iterable[LegalCase]) -> dict[int, int]:
    """Yen of each case that its firm has and we have not booked."""
    rows = TrustReceipt.objects.filter(HELD | SENT, case__in=[case.pk for case in cases])
    found: dict[int, int] = defaultdict(int)
    return found | dict(rows.order_by().values_list("case").annotate(yen=Sum("yen")))
