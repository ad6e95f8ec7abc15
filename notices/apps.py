from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"
    verbose_name = "通知"

    def ready(self) -> None:
        from notices import (
            acts,
            board_lines,
            day_facts,
            decisions,
            dependents,
            exhibits,
            extraction_lists,
            people_joined,
            tasks,  # noqa: F401  the web process sends them by name
            ways_out,
        )
        from notices.counter_page import nav_waiting
        from notices.happenings import happenings
        from notices.numbers import people_by_document
        from notices.querysets import CHANNEL
        from notices.services import closed_piles, singles, texts
        from notices.services.dunning_selection import CHANNEL as DUNNING_CHANNEL
        from toyota_collect.lists import lists
        from toyota_collect.nav import BATCH, DAILY, WATCH
        from toyota_collect.permissions import Permission
        from toyota_collect.registry import Channel, NavItem, Panel, registry

        registry.subject_labels["notices.printrun"] = "一斉催告"
        registry.exhibits.append(exhibits.exhibits)
        registry.channel(Channel(CHANNEL, "催告"))
        registry.channel(Channel(DUNNING_CHANNEL, "督促"))
        registry.subject_labels["notices.dunningrun"] = "督促状"
        registry.nav_item(NavItem(BATCH, "督促状", "notices:dunnings", Permission.RUN_VIEW, 20))
        registry.nav_item(NavItem(BATCH, "一斉催告", "notices:runs", Permission.RUN_VIEW, 21))
        registry.subject_labels[texts.SUBJECT] = "帳票の文言"
        registry.on_approved[texts.SUBJECT] = texts.put_in_use
        registry.one_by_one.add(texts.SUBJECT)  # what is changed must be read
        registry.nav_item(NavItem(BATCH, "帳票の文言", "notices:texts", Permission.TEXT_VIEW, 24))
        registry.nav_item(NavItem(WATCH, "文面の比較試験", "notices:experiments", Permission.RUN_VIEW, 44))
        registry.nav_item(NavItem(BATCH, "返戻", "notices:returns", Permission.MAIL_RETURN, 23))
        registry.nav_item(NavItem(BATCH, "委託先のデータ", "notices:packs", Permission.RUN_VIEW, 24))
        registry.nav_item(NavItem(BATCH, "公示送達", "notices:public-notices", Permission.MAIL_RETURN, 24))
        registry.panel(
            Panel("addressee", "notices:addressee-panel", Permission.CONTACT_VIEW, 17, "main", "文書の送り先")
        )
        registry.panel(Panel("letters", "notices:person-panel", Permission.LETTER_VIEW, 70, "side", "催告書"))
        registry.panel(Panel("slips", "notices:slip-panel", Permission.SLIP_MAKE, 15, "main", "納付書"))
        registry.subject_labels[singles.SUBJECT] = "差押予告（個別）"
        registry.on_approved[singles.SUBJECT] = singles.decided
        registry.one_by_one.add(singles.SUBJECT)
        registry.subject_labels[closed_piles.SUBJECT] = "支援措置の束の印刷"
        registry.one_by_one.add(closed_piles.SUBJECT)
        registry.nav_item(NavItem(BATCH, "支援措置の束", "notices:closed-piles", Permission.SAFE_ROUTE, 25))
        registry.panel(Panel("notices", "notices:notice-panel", Permission.NOTICE_MAKE, 71, "side", "個別の通知"))
        registry.happenings.append(happenings)
        registry.rare |= {"notices.dunning.person", "notices.letter.person", "notices.notice.person"}
        registry.number_searches.append(people_by_document)
        registry.nav_item(NavItem(DAILY, "窓口", "notices:counter", Permission.CONTACT_WRITE, 8, nav_waiting))
        registry.day_sources.append(day_facts.SOURCE)
        registry.board_lines.append(board_lines.lines)
        acts.register(registry)
        registry.board_tables.append(board_lines.tables)
        extraction_lists.register(lists)
        people_joined.register(registry)
        dependents.register(registry)
        ways_out.register(registry)
        decisions.register(registry)
