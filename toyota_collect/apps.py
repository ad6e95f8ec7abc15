from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ToyotaCollectConfig(AppConfig):
    name = "toyota_collect"
    verbose_name = "共通"

    def ready(self) -> None:
        from toyota_collect import (  # noqa: F401  registers system checks, lookups, the navigation, ids of jobs
            checks,
            lookups,
            nav,
            request_id,
        )

        # Celery's shared tasks need the application to exist in the web process too.
        from toyota_collect.celery import app  # noqa: F401


class ReferenceAdminConfig(AdminConfig):
    """Django's admin, for reference tables only."""

    default_site = "toyota_collect.admin_site.ReferenceAdminSite"
