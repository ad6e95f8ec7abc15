from django.apps import AppConfig


class LawyersConfig(AppConfig):
    name = "lawyers"
    verbose_name = "弁護士"

    def ready(self) -> None:
        from lawyers import day_facts, decisions, people_joined, tasks, ways_out  # noqa: F401  tasks: sent by name
        from lawyers.board_lines import board_lines
        from lawyers.office_pages import nav_waiting
        from toyota_collect.nav import CARE
        from toyota_collect.permissions import Permission
        from toyota_collect.registry import Channel, NavItem, registry

        registry.channel(Channel("lawyers", "弁護士"))
        registry.nav_item(NavItem(CARE, "弁護士の部屋", "lawyers:room", Permission.LAWYER_ROOM, 31))
        registry.nav_item(NavItem(CARE, "弁護士への委任", "lawyers:office", Permission.LAWYER_OFFICE, 33, nav_waiting))
        ways_out.register(registry)
        people_joined.register(registry)
        decisions.register(registry)
        registry.day_sources.append(day_facts.SOURCE)
        registry.board_lines.append(board_lines)
