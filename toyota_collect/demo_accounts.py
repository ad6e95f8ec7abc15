"""The demo city's accounts: one synthetic person a role, two who decide. They exist only where ``DEMO`` is on."""

import os
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from toyota_collect.models import Section, User
from toyota_collect.permissions import Role
from toyota_collect.ranks import DecisionRank


class DemoOnly(Exception):
    """This installation is not a demo; the message says so in Japanese."""


@dataclass(frozen=True)
class DemoAccount:
    role: Role
    username: str
    display_name: str
    section: str = ""  # name of the section, for those who belong to one
    organisation: str = ""
    decision_rank: str = ""
    team: str = ""


ACCOUNTS = [
    DemoAccount(Role.COLLECTOR, "collector", "架空 佐伯 朋子", team="徴収第1係"),
    DemoAccount(Role.SUPERVISOR, "supervisor", "架空 都築 誠", decision_rank=DecisionRank.MANAGER, team="徴収第1係"),
    DemoAccount(Role.SUPERVISOR, "director", "架空 近藤 光代", decision_rank=DecisionRank.DIRECTOR),
    DemoAccount(Role.PRINT_OPERATOR, "operator", "架空 三宅 里奈"),
    DemoAccount(Role.RECEIPTS_CLERK, "receipts", "架空 河合 俊"),
    DemoAccount(Role.SECTION_VIEWER, "section", "架空 大野 智也", section="定住促進課"),
    DemoAccount(Role.WELFARE_WORKER, "welfare", "架空 長谷川 楓", organisation="架空 自立相談支援窓口"),
    DemoAccount(Role.LAWYER, "lawyer", "架空 岡田 律", organisation="架空 みどり法律事務所"),
    DemoAccount(Role.AUDITOR, "auditor", "架空 松井 隆"),
    DemoAccount(Role.ADMINISTRATOR, "admin", "架空 中村 節"),
]


def is_demo_account(user: User) -> bool:
    """Whether the account is one of those above; their password is published."""
    return any((user.username, user.display_name) == (one.username, one.display_name) for one in ACCOUNTS)


def demo_password() -> str:
    """The one password of all demo accounts: ``DEMO_PASSWORD``, or the published one."""
    return os.environ.get("DEMO_PASSWORD") or "toyota-demo-2026"


@transaction.atomic
def create_demo_accounts(*, password: str) -> list[User]:
    """Make what is missing and set every demo account's password; safe to run again.

    Raises:
        DemoOnly: the installation is not a demo.
    """
    if not settings.DEMO:
        raise DemoOnly("DEMO=1 ではないため、デモの利用者は作りません。本番では管理者が利用者を登録してください。")
    return [_save(account, password) for account in ACCOUNTS]


def _save(account: DemoAccount, password: str) -> User:
    user = User.objects.filter(username=account.username).first() or User(username=account.username)
    user.role, user.decision_rank = account.role, account.decision_rank
    user.display_name, user.organisation, user.team = account.display_name, account.organisation, account.team
    user.section = Section.objects.get(name=account.section) if account.section else None
    user.is_active, user.is_staff = True, account.role == Role.ADMINISTRATOR
    user.set_password(password)
    user.save()
    return user
