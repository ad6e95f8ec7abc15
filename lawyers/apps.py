from django.apps import AppConfig


class LawyersConfig(AppConfig):
    name = "lawyers"
    verbose_name = "弁護士"

    def ready(self) -> None:
        from lawyers import decisions_money, people_joined, ways_out
        from toyota_collect.nav import CARE
        from toyota_collect.permissions import Permission
        from toyota_collect.registry import Channel, NavItem, registry

        registry.channel(Channel("lawyers", "弁護士"))
        registry.nav_item(NavItem(CARE, "弁護士の部屋", "lawyers:room", Permission.LAWYER_ROOM, 31))
        registry.nav_item(NavItem(CARE, "弁護士のお金", "lawyers:money", Permission.LAWYER_MONEY, 33))
        registry.nav_item(NavItem(CARE, "預り金と請求", "lawyers:room-money", Permission.LAWYER_ROOM, 34))
        ways_out.register(registry)
        people_joined.register(registry)
        decisions_money.register(registry)
