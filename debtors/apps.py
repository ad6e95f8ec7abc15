from django.apps import AppConfig


class DebtorsConfig(AppConfig):
    name = "debtors"
    verbose_name = "人"

    def ready(self) -> None:
        from debtors import (
            acts,
            day_facts,
            decisions,
            dependents,
            exhibits,
            extraction_lists,
            life_page,
            matching_page,
            person_tables,
            postponing_page,
            relation_tables,
            ways_out,
        )
        from debtors.happenings import happenings
        from toyota_collect.lists import lists
        from toyota_collect.nav import BATCH, DAILY, WATCH
        from toyota_collect.permissions import Permission
        from toyota_collect.registry import Channel, NavItem, Panel, registry

        registry.nav_item(NavItem(DAILY, "本日の業務", "debtors:day", Permission.DAY_VIEW, 9))
        registry.nav_item(NavItem(WATCH, "担当の割り当て", "debtors:assignment", Permission.ASSIGN, 42))
        registry.day_sources.append(day_facts.SOURCE)
        registry.board_lines.append(postponing_page.lines)
        acts.register(registry)
        registry.nav_item(NavItem(DAILY, "次の一手", "debtors:work", Permission.CONTACT_VIEW, 10))
        registry.nav_item(NavItem(DAILY, "人をさがす", "debtors:search", Permission.PERSON_SEARCH, 11))
        registry.channel(Channel("call", "電話"))
        registry.rare |= {
            "debtors.countervisit.person",
            "debtors.joining.kept",
            "debtors.lifeevent.identity",
            "debtors.mailingaddress.person",
            "debtors.personrelation.actor",
            "debtors.personrelation.person",
            "debtors.postponement.person",
            "debtors.protectionflag.person",
            "debtors.workitem.person",
        }
        registry.panel(Panel("next", "debtors:panel-next", Permission.CONTACT_VIEW, 10, "third", "次の一手"))
        registry.panel(Panel("advice", "debtors:panel-advice", Permission.CONTACT_VIEW, 9, "third", "すすめる一手"))
        registry.panel(Panel("contact", "debtors:panel-contact", Permission.CONTACT_VIEW, 20, "second", "最後の接触"))
        registry.panel(Panel("course", "debtors:panel-course", Permission.CONTACT_VIEW, 60, "side", "経過"))
        registry.nav_item(
            NavItem(BATCH, "名寄せ", "debtors:matching", Permission.MATCH_REVIEW, 22, matching_page.nav_waiting)
        )
        registry.nav_item(
            NavItem(DAILY, "異動", "debtors:life-events", Permission.CONTACT_WRITE, 16, life_page.nav_waiting)
        )
        registry.panel(
            Panel("relations", "debtors:panel-relations", Permission.CONTACT_VIEW, 16, "main", "世帯と関係者")
        )
        registry.exhibits.append(exhibits.exhibits)
        registry.happenings.append(happenings)
        registry.happenings.append(life_page.happenings)
        registry.happenings.append(postponing_page.happenings)
        registry.nav_item(NavItem(BATCH, "抽出", "debtors:extractions", Permission.EXTRACT, 26))
        extraction_lists.register(lists)
        decisions.register(registry)
        person_tables.register(registry)
        relation_tables.register(registry)
        dependents.register(registry)
        ways_out.register(registry)
