from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = "債権"

    def ready(self) -> None:
        from claims import decisions, decisions_clocks, decisions_holds, facts, hold_pages
        from toyota_collect.nav import BATCH, CARE, DAILY, WATCH
        from toyota_collect.permissions import Permission
        from toyota_collect.registry import Channel, NavItem, Panel, registry

        registry.nav_item(NavItem(WATCH, "進行管理", "claims:board", Permission.BOARD_VIEW, 40))
        registry.nav_item(NavItem(BATCH, "取込", "claims:imports", Permission.IMPORT_VIEW, 20))
        registry.nav_item(NavItem(DAILY, "収納", "claims:money", Permission.MONEY_VIEW, 12))
        registry.nav_item(NavItem(DAILY, "過誤納", "claims:overpayments", Permission.MONEY_VIEW, 13))
        registry.nav_item(NavItem(DAILY, "猶予・停止", "claims:holds", Permission.HOLD_WRITE, 15, hold_pages.nav_count))
        registry.nav_item(NavItem(DAILY, "日締め", "claims:days", Permission.MONEY_VIEW, 14))
        registry.nav_item(NavItem(WATCH, "不納欠損", "claims:ends", Permission.HOLD_WRITE, 43))
        registry.nav_item(NavItem(WATCH, "年度", "claims:years", Permission.MONEY_VIEW, 44))
        registry.nav_item(NavItem(CARE, "時効", "claims:countdown", Permission.CLAIM_VIEW, 30))
        registry.nav_item(NavItem(DAILY, "分納", "claims:plans", Permission.CONTACT_VIEW, 11))
        registry.nav_item(NavItem(DAILY, "給与差押可能額", "claims:wage-seizure", Permission.CONTACT_VIEW, 15))
        registry.channel(Channel("seizure", "差押"))
        registry.channel(Channel("sale", "換価"))
        registry.channel(Channel("suit", "訴訟"))
        registry.panel(Panel("owed", "claims:panel-owed", Permission.CLAIM_VIEW, 10, "first", "滞納合計"))
        registry.panel(Panel("clock", "claims:panel-clock", Permission.CLAIM_VIEW, 10, "second", "最短の時効"))
        registry.panel(Panel("holds", "claims:panel-holds", Permission.CONTACT_VIEW, 20, "third", "止めているもの"))
        registry.panel(Panel("matrix", "claims:panel-matrix", Permission.CLAIM_VIEW, 10, "main", "期別の一覧"))
        registry.panel(Panel("receipts", "claims:panel-receipts", Permission.CLAIM_VIEW, 40, "main", "収納"))
        registry.panel(Panel("plans", "claims:panel-plans", Permission.CONTACT_VIEW, 12, "main", "分納"))
        registry.happenings.append(facts.happenings)
        registry.list_facts.append(facts.list_facts)
        registry.number_searches.append(facts.people_by_notice)
        registry.on_approved["claims.payment_case"] = decisions.payment_case
        registry.on_approved["claims.overpayment"] = decisions.overpayment
        registry.on_approved["claims.overpayment_payer"] = decisions.overpayment_payer
        registry.on_approved["claims.clock_event"] = decisions_clocks.clock_event
        registry.on_approved["claims.receipt_cancellation"] = decisions.receipt_cancellation
        registry.subject_labels |= {
            "claims.payment_case": "収納の要確認",
            "claims.overpayment": "過誤納",
            "claims.overpayment_payer": "過誤納の相手",
            "claims.receipt_cancellation": "収納の取消し",
            "claims.frozen_year": "年度を開く",
            "claims.measure_cancel": "猶予・停止の取消し",
            "claims.measure_denial": "猶予の不許可",
            "claims.late_reduction": "延滞金等の減免",
            "claims.plan_review": "満了した私債権の誓約の審査",
            "claims.claim_end": "不納欠損",
            "claims.clock_event": "差押・訴えなど",
        } | decisions_holds.MEASURES
        registry.one_by_one |= {"claims.clock_event", "claims.measure_cancel", "claims.measure_denial"}
        registry.on_approved["claims.measure_denial"] = decisions_holds.measure
        for subject in decisions_holds.MEASURES:
            registry.on_approved[subject] = decisions_holds.measure
        registry.on_approved["claims.measure_cancel"] = decisions_holds.measure_cancel
        registry.on_approved["claims.claim_end"] = decisions_holds.claim_end
        registry.on_approved["claims.frozen_year"] = decisions_holds.frozen_year
        registry.on_approved["claims.late_reduction"] = decisions_holds.late_reduction
