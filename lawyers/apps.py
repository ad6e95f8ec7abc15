from django.apps import AppConfig
from django.db.models.signals import m2m_changed


class LawyersConfig(AppConfig):
    name = "lawyers"
    verbose_name = "弁護士"

    def ready(self) -> None:
        from lawyers import (
            acts,
            day_facts,
            decisions,
            decisions_money,
            people_joined,
            pipeline,
            tasks,  # noqa: F401  the web process sends them by name
            ways_out,
        )
        from lawyers.board_lines import board_lines
        from lawyers.happenings import happenings
        from lawyers.keys import member_left
        from lawyers.models import Firm
        from lawyers.office_pages import nav_waiting
        from toyota_collect.nav import CARE
        from toyota_collect.permissions import Permission
        from toyota_collect.registry import Channel, NavItem, registry

        m2m_changed.connect(member_left, sender=Firm.members.through, dispatch_uid="lawyers.keys")
        registry.channel(Channel("lawyers", "弁護士"))
        registry.nav_item(NavItem(CARE, "弁護士の部屋", "lawyers:room", Permission.LAWYER_ROOM, 31))
        registry.nav_item(NavItem(CARE, "弁護士への委任", "lawyers:office", Permission.LAWYER_OFFICE, 33, nav_waiting))
        registry.nav_item(NavItem(CARE, "弁護士のお金", "lawyers:money", Permission.LAWYER_MONEY, 34))
        registry.nav_item(NavItem(CARE, "預り金と請求", "lawyers:room-money", Permission.LAWYER_ROOM, 32))
        ways_out.register(registry)
        people_joined.register(registry)
        decisions.register(registry)
        decisions_money.register(registry)
        registry.day_sources.append(day_facts.SOURCE)
        registry.board_lines.append(board_lines)
        acts.register(registry)
        registry.board_tables.append(pipeline.board_tables)
        registry.happenings.append(happenings)
