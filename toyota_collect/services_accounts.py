"""Accounts: made, changed and closed by administrators, never deleted; each change is recorded."""

from datetime import date
from typing import Any

from django.db import transaction

from toyota_collect import audit
from toyota_collect.models import Section, User
from toyota_collect.permissions import Role


class AccountRefused(Exception):
    """The account cannot be changed so; the message says why, in Japanese."""


@transaction.atomic
def save_account(
    *,
    by: Any,
    account_id: int | None,
    username: str,
    display_name: str,
    role: str,
    decision_rank: str = "",
    section: Section | None = None,
    team: str = "",
    organisation: str = "",
    active_until: date | None = None,
    is_active: bool = True,
    password: str = "",
) -> User:
    """Make an account (``account_id`` None) or change one; ``is_staff`` follows the role.

    Raises:
        User.DoesNotExist: no such account.
        AccountRefused: a job's account, the own role or access, or the last active administrator.
    """
    account = User.objects.select_for_update().get(pk=account_id) if account_id else User(username=username)
    _check(account, by=by, role=role, is_active=is_active)
    facts = {
        "display_name": display_name,
        "role": role,
        "decision_rank": decision_rank,
        "section": section,
        "team": team.strip(),
        "organisation": organisation,
        "active_until": active_until,
        "is_active": is_active,
    }
    changed = {name for name, value in facts.items() if account.pk is None or getattr(account, name) != value}
    for name, value in facts.items():
        setattr(account, name, value)
    account.is_staff = role == Role.ADMINISTRATOR
    if password:
        account.set_password(password)
        changed.add("password")
    account.save()
    detail = {"changed": sorted(changed), "role": role, "is_active": is_active}
    audit.record(event="account.changed" if account_id else "account.made", by=by, target=account, detail=detail)
    return account


def _check(account: User, *, by: Any, role: str, is_active: bool) -> None:
    if account.role == Role.SYSTEM or role == Role.SYSTEM:
        raise AccountRefused("ジョブの利用者は、この画面では扱えません。")
    loses_access = account.role != role or not is_active
    if account.pk and account.pk == by.pk and loses_access:
        raise AccountRefused("自分の役割と利用の可否は変えられません。別の管理者に依頼してください。")
    if account.pk and account.role == Role.ADMINISTRATOR and loses_access:
        others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=account.pk)
        if not others.exists():
            raise AccountRefused("利用できる管理者がいなくなります。先に別の管理者を登録してください。")
