"""Accounts: made, changed and closed by administrators, never deleted; each change is recorded.

What an account may do is given by two people: a new account, another role, rank or section, and taking up a stopped one
wait for a supervisor's decision (決裁). What takes rights away holds at once.
"""

from datetime import date
from typing import Any

from django.db import transaction

from toyota_collect import approvals, audit
from toyota_collect.models import Approval, Section, User
from toyota_collect.permissions import Permission, Role, roles_with
from toyota_collect.ranks import DecisionRank

SUBJECT = "accounts.account"
GIVEN_BY_TWO = ("role", "decision_rank", "section", "is_active")


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
    own_number: str = "",
    active_until: date | None = None,
    is_active: bool = True,
    password: str = "",
) -> tuple[User, Approval | None]:
    """Make an account (``account_id`` None) or change one; ``is_staff`` follows the role.

    Returns:
        The account as it is now, and the approval that what gives rights waits for; None where nothing waits.

    Raises:
        User.DoesNotExist: no such account.
        AccountRefused: a job's account, the own role or access, the last active administrator, or a change that waits.
    """
    account = User.objects.select_for_update().get(pk=account_id) if account_id else User(username=username)
    _check(account, by=by, role=role, is_active=is_active)
    rights: dict[str, Any] = {
        "role": role, "decision_rank": decision_rank, "section": section, "is_active": is_active
    }  # fmt: skip
    facts = {
        "display_name": display_name,
        "team": team.strip(),
        "organisation": organisation,
        "own_number": own_number.strip(),
        "active_until": active_until,
    }
    made = account.pk is None
    changed = {name for name, value in facts.items() if made or getattr(account, name) != value}
    given = {name for name, value in rights.items() if made or getattr(account, name) != value}
    waits = bool(given) and gives_rights(account, rights) and _somebody_decides()
    if made:
        facts |= rights | ({"is_active": False} if waits else {})
    elif not waits:
        facts |= rights
    for name, value in facts.items():
        setattr(account, name, value)
    account.is_staff = account.role == Role.ADMINISTRATOR
    if password:
        account.set_password(password)
        changed.add("password")
    account.save()
    detail = {"changed": sorted(changed | given), "role": account.role, "is_active": account.is_active}
    audit.record(event="account.made" if made else "account.changed", by=by, target=account, detail=detail)
    return account, _ask(account, rights, made=made, by=by) if waits else None


def gives_rights(account: User, rights: dict[str, Any]) -> bool:
    """Whether somebody may do more than before; stopping an account and taking its rank away may not wait."""
    if not rights["is_active"]:
        return False
    same = account.role == rights["role"] and account.section == rights["section"]
    return not (account.pk and account.is_active and same and rights["decision_rank"] in ("", account.decision_rank))


def apply(approval: Approval, by: Any) -> None:
    """What was asked is approved: the account gets its rights.

    Raises:
        AccountRefused: the account is the decider's own, or would leave no administrator.
    """
    wanted = approval.evidence["変更後の値"]
    account = User.objects.select_for_update().get(pk=int(approval.subject_key))
    if account.pk == by.pk:
        raise AccountRefused("自分の権限は、自分では決裁できません。")
    _check(account, by=by, role=wanted["role"], is_active=True)
    account.role, account.decision_rank, account.is_active = wanted["role"], wanted["decision_rank"], True
    account.section = Section.objects.filter(code=wanted["section"]).first()
    account.is_staff = account.role == Role.ADMINISTRATOR
    account.session_key = ""  # what was opened with other rights is closed (toyota_collect.login)
    account.save()
    audit.record(event="account.given", by=by, target=account, detail=wanted | {"approval": approval.pk})


def waiting(account: User) -> Approval | None:
    """The change that waits for a decision, if one does."""
    return Approval.objects.filter(subject_type=SUBJECT, subject_key=str(account.pk), decision="").first()


def _ask(account: User, rights: dict[str, Any], *, made: bool, by: Any) -> Approval:
    section = rights["section"]
    evidence = {
        "利用者": f"{account.display_name}（{account.username}）",
        "いま": "新しい利用者"
        if made
        else _words(account.role, account.decision_rank, account.section, account.is_active),
        "変更後": _words(rights["role"], rights["decision_rank"], section, True),
        "変更後の値": {
            "role": rights["role"],
            "decision_rank": rights["decision_rank"],
            "section": section.code if section else "",
        },
    }
    try:
        return approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(account.pk),
            title=f"利用者の権限　{account.display_name}",
            reason="役割ごとにできることは、権限表のとおりです。",
            evidence=evidence,
            by=by,
        )
    except approvals.ApprovalRefused as refused:
        raise AccountRefused(
            "この利用者の前の変更が、まだ決裁を待っています。決裁を待つか、取り下げてから変えてください。"
        ) from refused


def _words(role: str, rank: str, section: Section | None, active: bool) -> str:
    parts = [str(Role(role).label), str(DecisionRank(rank).label) if rank else "", str(section or "")]
    return "・".join(part for part in parts if part) + ("" if active else "（停止中）")


def _somebody_decides() -> bool:
    """Whether the city has had anybody who decides; before that, the first administrator sets the office up alone."""
    return User.objects.filter(role__in=roles_with(Permission.APPROVE)).exists()


def _check(account: User, *, by: Any, role: str, is_active: bool) -> None:
    if account.role == Role.SYSTEM or role == Role.SYSTEM:
        raise AccountRefused("ジョブの利用者は、この画面では扱えません。")
    loses_access = account.role != role or not is_active
    if account.pk and account.pk == by.pk and loses_access:
        raise AccountRefused("自分の役割と利用の可否は変えられません。別の管理者に依頼してください。")
    if account.pk and loses_access:
        refuse_the_last_administrator(account)


def refuse_the_last_administrator(account: User) -> None:
    """Raise ``AccountRefused`` where without the account no administrator would be left."""
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=account.pk)
    if account.role == Role.ADMINISTRATOR and not others.exists():
        raise AccountRefused("利用できる管理者がいなくなります。先に別の管理者を登録してください。")
