"""The side navigation's lines for the shared screens; each app adds its own in ``AppConfig.ready()``.

``order`` keeps the sections together: 10 毎日, 20 まとめて行う, 30 守る・つなぐ, 40 見守る, 50 管理.
"""

from typing import Any

from django.db.models import QuerySet

from toyota_collect.permissions import Permission
from toyota_collect.registry import NavItem, registry

DAILY, BATCH, CARE, WATCH, ADMIN = "毎日", "まとめて行う", "守る・つなぐ", "見守る", "管理"


def _waiting_for(user: Any) -> tuple[QuerySet[Any], ...]:
    from toyota_collect.business_date import business_date
    from toyota_collect.models import Approval

    return (Approval.objects.decidable_by(user, on=business_date()),)


def _open_alerts(user: Any) -> tuple[QuerySet[Any], ...]:
    from toyota_collect.models import LookAlert

    return (LookAlert.objects.filter(closed_at=None),)


registry.nav_item(NavItem(WATCH, "決裁", "approvals:waiting", Permission.APPROVE, 41, _waiting_for))
registry.nav_item(NavItem(WATCH, "起案した件", "approvals:own", Permission.ASK, 42))
registry.nav_item(NavItem(WATCH, "閲覧の記録", "users:access-log", Permission.ACCESS_LOG_VIEW, 45))
registry.nav_item(NavItem(WATCH, "気になる閲覧", "users:look-alerts", Permission.ACCESS_LOG_VIEW, 46, _open_alerts))
registry.nav_item(NavItem(WATCH, "開示請求の写し", "users:look-answer", Permission.ACCESS_LOG_VIEW, 47))
registry.nav_item(NavItem(WATCH, "利用者の棚卸し", "users:reviews", Permission.ACCOUNT_REVIEW, 48))
registry.nav_item(NavItem(ADMIN, "利用者", "users:index", Permission.USER_ADMIN, 50))
registry.nav_item(NavItem(ADMIN, "権限表", "users:policy", Permission.POLICY_VIEW, 51))
registry.nav_item(NavItem(ADMIN, "基準の表", "admin:index", Permission.REFERENCE_ADMIN, 52))
