from django.apps import AppConfig


class LawyersConfig(AppConfig):
    name = "lawyers"
    verbose_name = "弁護士"

    def ready(self) -> None:
        from lawyers import (
            people_joined,
            tasks,  # noqa: F401  the web process sends them by name
            ways_out,
        )
        from toyota_collect.nav import CARE
        from toyota_collect.permissions import Permission
        from toyota_collect.registry import Channel, NavItem, registry

        registry.channel(Channel("lawyers", "弁護士"))
        registry.nav_item(NavItem(CARE, "弁護士の部屋", "lawyers:room", Permission.LAWYER_ROOM, 31))
        ways_out.register(registry)
        people_joined.register(registry)
