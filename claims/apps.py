from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = "債権"

    def ready(self) -> None:
        from claims import (
            acts,
            course,
            day_facts,
            decisions,
            dependents,
            exhibits,
            extraction_lists,
            facts,
            gauges,
            handover_pages,
            hold_pages,
            people_joined,
            ways_out,
        )
        from claims.services.seal import LEDGER
        from claims.services.verify import content_digest
        from toyota_collect.lists import lists
        from toyota_collect.nav import BATCH, CARE, DAILY, WATCH
        from toyota_collect.permissions import Permission
        from toyota_collect.registry import Channel, NavItem, Panel, registry

        registry.chains[LEDGER.name] = LEDGER
        registry.digests["ledger"] = content_digest
        registry.nav_item(NavItem(WATCH, "進行管理", "claims:board", Permission.BOARD_VIEW, 40))
        registry.nav_item(NavItem(WATCH, "縮減の内訳", "claims:programme", Permission.BOARD_VIEW, 40))
        registry.nav_item(NavItem(WATCH, "実績", "claims:performance", Permission.BOARD_VIEW, 41))
        registry.nav_item(NavItem(WATCH, "見通し", "claims:forecast", Permission.BOARD_VIEW, 41))
        registry.nav_item(NavItem(WATCH, "決算の表", "claims:closing", Permission.MONEY_VIEW, 44))
        registry.nav_item(NavItem(BATCH, "取込", "claims:imports", Permission.IMPORT_VIEW, 20))
        registry.nav_item(NavItem(BATCH, "標準の形", "claims:standard", Permission.STANDARD_CHECK, 22))
        registry.nav_item(NavItem(DAILY, "収納", "claims:money", Permission.MONEY_VIEW, 12))
        registry.nav_item(NavItem(DAILY, "過誤納", "claims:overpayments", Permission.MONEY_VIEW, 13))
        registry.nav_item(
            NavItem(DAILY, "猶予・停止", "claims:holds", Permission.HOLD_WRITE, 15, hold_pages.nav_waiting)
        )
        registry.nav_item(NavItem(DAILY, "日締め", "claims:days", Permission.MONEY_VIEW, 14))
        registry.nav_item(NavItem(WATCH, "不納欠損", "claims:ends", Permission.HOLD_WRITE, 43))
        registry.nav_item(NavItem(WATCH, "年度", "claims:years", Permission.MONEY_VIEW, 44))
        registry.nav_item(NavItem(CARE, "時効", "claims:countdown", Permission.CLAIM_VIEW, 30))
        registry.nav_item(NavItem(DAILY, "分納", "claims:plans", Permission.CONTACT_VIEW, 11))
        registry.nav_item(NavItem(DAILY, "給与差押可能額", "claims:wage-seizure", Permission.CONTACT_VIEW, 15))
        waiting = handover_pages.nav_waiting_section, handover_pages.nav_waiting_office
        registry.nav_item(NavItem(DAILY, "移管", "claims:handovers", Permission.HANDOVER_PREPARE, 16, waiting[0]))
        registry.nav_item(NavItem(DAILY, "移管した債権", "claims:handover-board", Permission.HANDOVER_PREPARE, 17))
        registry.nav_item(
            NavItem(DAILY, "移管の受入れ", "claims:handover-inbox", Permission.HANDOVER_OFFICE, 16, waiting[1])
        )
        registry.channel(Channel("seizure", "差押"))
        registry.channel(Channel("sale", "換価"))
        registry.channel(Channel("suit", "訴訟"))
        registry.rare |= {
            "claims.acknowledgement.person",
            "claims.claimendline.claim",
            "claims.claimparty.claim",
            "claims.claimparty.person",
            "claims.hold.person",
            "claims.latereduction.claim",
            "claims.measure.person",
            "claims.paymenttarget.claim",
            "claims.plan.person",
            "claims.slip.person",
        }
        registry.panel(Panel("owed", "claims:panel-owed", Permission.CLAIM_VIEW, 10, "first", "滞納合計"))
        registry.panel(Panel("clock", "claims:panel-clock", Permission.CLAIM_VIEW, 10, "second", "最短の時効"))
        registry.panel(Panel("holds", "claims:panel-holds", Permission.CONTACT_VIEW, 20, "third", "止めているもの"))
        registry.panel(Panel("matrix", "claims:panel-matrix", Permission.CLAIM_VIEW, 10, "main", "期別の一覧"))
        registry.panel(Panel("receipts", "claims:panel-receipts", Permission.CLAIM_VIEW, 40, "main", "収納"))
        registry.panel(Panel("plans", "claims:panel-plans", Permission.CONTACT_VIEW, 12, "main", "分納"))
        registry.panel(Panel("roles", "claims:panel-roles", Permission.CLAIM_VIEW, 15, "main", "立場ごとの債権"))
        registry.happenings.append(facts.happenings)
        registry.happenings.append(course.happenings)
        registry.list_facts.append(facts.list_facts)
        registry.day_sources.append(day_facts.SOURCE)
        registry.freshness.append(day_facts.freshness)
        registry.owed = day_facts.OWED_SOURCE
        registry.exhibits.append(exhibits.exhibits)
        registry.number_searches.append(facts.people_by_notice)
        registry.number_searches.append(facts.people_by_slip)
        registry.nav_item(NavItem(DAILY, "電話", "claims:calls", Permission.CONTACT_WRITE, 9))
        extraction_lists.register(lists)
        decisions.register(registry)
        acts.register(registry)
        people_joined.register(registry)
        dependents.register(registry)
        ways_out.register(registry)
        gauges.register(registry)
