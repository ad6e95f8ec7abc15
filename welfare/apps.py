from django.apps import AppConfig


class WelfareConfig(AppConfig):
    name = "welfare"
    verbose_name = "福祉"

    def ready(self) -> None:
        from toyota_collect.nav import CARE
        from toyota_collect.permissions import Permission
        from toyota_collect.registry import NavItem, Panel, registry
        from welfare import (
            acts,
            day_facts,
            decisions,
            people_joined,
            pipeline,
            respite_ready,
            signal_facts,
            signal_page,
        )
        from welfare.flags import cared_for, findings, happenings, living
        from welfare.pages import nav_waiting
        from welfare.services.questions import verdicts

        registry.nav_item(NavItem(CARE, "相談支援の部屋", "welfare:room", Permission.WELFARE_ROOM, 30, nav_waiting))
        registry.nav_item(NavItem(CARE, "委任前の照会", "welfare:questions", Permission.SUPPORT_CASE, 31))
        registry.nav_item(NavItem(CARE, "件の書き出し・取込", "welfare:exchange", Permission.SUPPORT_CASE, 32))
        refer = Permission.SUPPORT_REFER
        registry.nav_item(NavItem(CARE, "福祉につなぐ流れ", "welfare:pipeline", refer, 30))
        registry.panel(
            Panel("support", "welfare:panel-support", Permission.SUPPORT_REFER, 50, "side", "福祉へのつなぎ")
        )
        registry.flags["living"] = living
        registry.cared_for.append(cared_for)
        registry.happenings.append(happenings)
        registry.rare |= {
            "welfare.conferencedecision.person",
            "welfare.consent.person",
            "welfare.hardshipflag.person",
            "welfare.lawyerquestion.person",
            "welfare.referral.person",
            "welfare.respite.person",
        }
        registry.day_sources.append(day_facts.SOURCE)
        registry.findings.append(findings)
        registry.lawyer_gates.append(verdicts)
        decisions.register(registry)
        people_joined.register(registry)
        respite_ready.register(registry)
        signs, figures = Permission.SIGNAL_ASSESS, Permission.SIGNAL_FIGURES
        registry.panel(Panel("signals", "welfare:panel-signal", Permission.SIGNAL_VIEW, 30, "side", "困窮のサイン"))
        registry.nav_item(NavItem(CARE, "困窮のサイン", "welfare:signals", signs, 29, signal_page.nav_waiting))
        registry.nav_item(NavItem(CARE, "サインと支援の成績", "welfare:signal-figures", figures, 32))
        registry.cared_for.append(signal_facts.cared_for)
        registry.happenings.append(signal_facts.happenings)
        registry.day_sources.append(signal_facts.SOURCE)
        registry.board_lines.append(signal_facts.board_lines)
        acts.register(registry)
        registry.board_tables.append(pipeline.board_tables)
