from django.apps import AppConfig


class DebtorsConfig(AppConfig):
    name = "debtors"
    verbose_name = "人"

    def ready(self) -> None:
        from toyota_collect.nav import DAILY
        from toyota_collect.permissions import Permission
        from toyota_collect.registry import NavItem, registry

        registry.nav_item(NavItem(DAILY, "人をさがす", "debtors:search", Permission.PERSON_SEARCH, 11))
