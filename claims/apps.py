from importlib.util import find_spec

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = "債権"

    def ready(self) -> None:
        from toyota_collect.nav import BATCH, WATCH
        from toyota_collect.permissions import Permission
        from toyota_collect.registry import NavItem, registry

        registry.nav_item(NavItem(WATCH, "進行管理", "claims:board", Permission.BOARD_VIEW, 40))
        if find_spec("claims.urls_imports"):
            registry.nav_item(NavItem(BATCH, "取込", "claims:imports", Permission.IMPORT_VIEW, 20))
