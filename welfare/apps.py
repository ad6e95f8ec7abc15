from django.apps import AppConfig


class WelfareConfig(AppConfig):
    name = "welfare"
    verbose_name = "福祉"

    def ready(self) -> None:
        from toyota_collect.nav import CARE
        from toyota_collect.permissions import Permission
        from toyota_collect.registry import NavItem, registry
        from welfare import day_facts, people_joined
        from welfare.flags import cared_for, happenings, living

        registry.nav_item(NavItem(CARE, "相談支援の部屋", "welfare:room", Permission.WELFARE_ROOM, 30))
        registry.flags["living"] = living
        registry.cared_for.append(cared_for)
        registry.happenings.append(happenings)
        registry.rare.add("welfare.referral.person")
        registry.day_sources.append(day_facts.SOURCE)
        people_joined.register(registry)
