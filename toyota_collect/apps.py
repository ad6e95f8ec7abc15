from typing import Any

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ToyotaCollectConfig(AppConfig):
    name = "toyota_collect"
    verbose_name = "共通"

    def ready(self) -> None:
        from toyota_collect import (  # noqa: F401  each registers itself
            checks,
            lookups,
            nav,
            request_id,
            services_accounts,
            sessions,
        )

        # Celery's shared tasks need the application to exist in the web process too.
        from toyota_collect.celery import app  # noqa: F401
        from toyota_collect.log_seals import LOGS
        from toyota_collect.registry import registry

        registry.on_approved[services_accounts.SUBJECT] = _account_given
        registry.subject_labels[services_accounts.SUBJECT] = "利用者の権限"
        registry.one_by_one.add(services_accounts.SUBJECT)
        registry.stays_inside(
            toyota_collect__middleware="ほかの画面の答えに見出しを付けるだけ",
            toyota_collect__uploads="登録されるファイルを確かめるだけ",
            toyota_collect__views_looks="監査の記録。開示請求の写しは請求した本人に渡すもので、納付を求めない",
            toyota_collect__views_metrics="監視の数字。人のことは何も言わない",
        )
        registry.chains |= {log.name: log for log in LOGS}


def _account_given(approval: Any, by: Any) -> None:
    from toyota_collect.approvals import ApprovalRefused
    from toyota_collect.services_accounts import AccountRefused, apply

    try:
        apply(approval, by)
    except AccountRefused as refused:
        raise ApprovalRefused(str(refused)) from refused


class ReferenceAdminConfig(AdminConfig):
    """Django's admin, for reference tables only."""

    default_site = "toyota_collect.admin_site.ReferenceAdminSite"
