"""Every address of the product, asked by every role: the policy table is the only reason for an answer."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from claims.models import Hold
from claims.services.slips import issue_slip
from debtors.models import Person, WorkItem
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect import approvals
from toyota_collect.models import AccessLog, NoticeText, Section
from toyota_collect.permissions import POLICY, Permission, Role

HUMAN_ROLES = [role for role in Role if role != Role.SYSTEM]
# Pages of libraries, with their own guards: log-in and second factor; reference tables (only administrators enter).
FOREIGN = ("account_", "mfa_", "admin:", "openid_connect_", "socialaccount_")
PUBLIC = {"healthz", "metrics"}  # the second asks for a token: tests/integration/toyota_collect/test_metrics.py


class Row(NamedTuple):
    """How a view is asked, and what somebody who may see it gets. ``number`` and ``pk`` come from the world below."""

    kwargs: dict[str, str] = {}
    allowed: int = 200
    method: str = "get"


# One row a view. A new view fails this test until its row is here.
ROWS: dict[str, Row] = {
    "home": Row(allowed=302),
    "still-here": Row(allowed=204, method="post"),
    "styleguide": Row(),
    "manual": Row(),
    "manual-page": Row({"name": "page"}),
    "manual-picture": Row({"name": "picture"}),
    "debtors:search": Row(),
    "debtors:search-as-typed": Row(),
    "debtors:day": Row(),
    "debtors:postpone": Row({"number": "number"}),
    "debtors:take-up": Row({"pk": "missing"}, 404, "post"),
    "debtors:postponements": Row(),
    "debtors:panel-advice": Row({"number": "number"}),
    "debtors:assignment": Row(),
    "debtors:assignment-apply": Row(allowed=302, method="post"),
    "debtors:assignment-rule-new": Row(),
    "debtors:assignment-rule": Row({"pk": "missing"}, 404),
    "debtors:absences": Row(),
    "debtors:end-absence": Row({"pk": "missing"}, 404, "post"),
    "debtors:assign-by-hand": Row({"number": "number"}),
    "debtors:extractions": Row(),
    "debtors:extraction-new": Row({"code": "list"}),
    "debtors:extraction": Row({"pk": "missing"}, 404),
    "debtors:extraction-edit": Row({"pk": "missing"}, 404),
    "debtors:extraction-copy": Row({"pk": "missing"}, 404, "post"),
    "debtors:extraction-retire": Row({"pk": "missing"}, 404, "post"),
    "debtors:extraction-export": Row({"pk": "missing"}, 404, "post"),
    "debtors:extraction-exported": Row({"pk": "missing"}, 404),
    "debtors:extraction-progress": Row({"pk": "missing"}, 404),
    "debtors:extraction-file": Row({"pk": "missing"}, 404, "post"),
    "debtors:work": Row(),
    "debtors:close-work": Row({"pk": "work"}, 302, "post"),
    "debtors:matching": Row(),
    "debtors:matching-answered": Row(),
    "debtors:matching-apart": Row(),
    "debtors:matching-answer": Row({"pk": "missing"}, 404, "post"),
    "debtors:matching-undo": Row({"pk": "missing"}, 404, "post"),
    "debtors:unlink-identity": Row({"pk": "missing"}, 404, "post"),
    "debtors:person": Row({"number": "number"}),
    "debtors:panels": Row({"number": "number"}),
    "debtors:panel-next": Row({"number": "number"}),
    "debtors:panel-contact": Row({"number": "number"}),
    "debtors:panel-course": Row({"number": "number"}),
    "debtors:new-contact": Row({"number": "number"}),
    "debtors:correct-contact": Row({"pk": "missing"}, 404),
    "claims:calls": Row(),
    "claims:call-build": Row(allowed=302, method="post"),
    "claims:call-next": Row(allowed=302, method="post"),
    "claims:call": Row({"pk": "missing"}, 404),
    "claims:call-check": Row({"pk": "missing"}, 404, "post"),
    "claims:call-release": Row({"pk": "missing"}, 404, "post"),
    "claims:acknowledgement-pdf": Row({"pk": "missing"}, 404),
    "notices:counter": Row(),
    "notices:counter-open": Row(allowed=302, method="post"),
    "notices:counter-visit": Row({"pk": "missing"}, 404),
    "notices:counter-keep": Row({"pk": "missing"}, 404, "post"),
    "notices:counter-sign": Row({"pk": "missing", "paper": "missing"}, 404, "post"),
    "debtors:life-events": Row(),
    "debtors:handle-life-event": Row({"pk": "missing"}, 404, "post"),
    "debtors:panel-relations": Row({"number": "number"}),
    "debtors:new-relation": Row({"number": "number"}),
    "debtors:end-relation": Row({"pk": "missing"}, 404, "post"),
    "debtors:correct-relation": Row({"pk": "missing"}, 404),
    "debtors:new-outside": Row({"number": "number"}),
    "debtors:safe-routes": Row({"number": "number"}),
    "debtors:safe-route": Row({"pk": "missing"}, 404),
    "debtors:safe-route-show": Row({"pk": "missing"}, 404, "post"),
    "debtors:end-safe-route": Row({"pk": "missing"}, 404, "post"),
    "debtors:reveals": Row({"number": "number"}),
    "debtors:reveal": Row({"pk": "missing"}, 404),
    "debtors:reveal-show": Row({"pk": "missing"}, 404, "post"),
    "claims:panel-roles": Row({"number": "number"}),
    "claims:heirs": Row({"number": "number"}),
    "claims:new-party": Row({"pk": "claim"}),
    "claims:end-party": Row({"pk": "missing"}, 404, "post"),
    "claims:correct-party": Row({"pk": "missing"}, 404),
    "claims:board": Row(),
    "claims:board-csv": Row(),
    "claims:board-xlsx": Row(),
    "claims:board-pdf": Row(),
    "claims:untouched": Row(),
    "claims:overdue": Row(),
    "claims:forecast": Row(),
    "claims:forecast-csv": Row(),
    "claims:forecast-xlsx": Row(),
    "claims:forecast-pdf": Row(),
    "claims:performance": Row(),
    "claims:performance-csv": Row(),
    "claims:performance-xlsx": Row(),
    "claims:performance-pdf": Row(),
    "claims:claim": Row({"pk": "claim"}),
    "claims:panel-owed": Row({"number": "number"}),
    "claims:amounts": Row({"number": "number"}),
    "claims:panel-clock": Row({"number": "number"}),
    "claims:countdown": Row(),
    "claims:countdown-csv": Row(),
    "claims:lapses": Row(),
    "claims:lapses-csv": Row(),
    "claims:clocks": Row({"number": "number"}),
    "claims:clock-act": Row({"number": "number"}),
    "claims:end-event": Row({"pk": "missing"}, 404, "post"),
    "claims:withdraw-event": Row({"pk": "missing"}, 404, "post"),
    "claims:panel-matrix": Row({"number": "number"}),
    "claims:panel-receipts": Row({"number": "number"}),
    "claims:panel-holds": Row({"number": "number"}),
    "claims:new-hold": Row({"number": "number"}),
    "claims:end-hold": Row({"pk": "hold"}, 302, "post"),
    "claims:ends": Row(),
    "claims:end-new": Row({"ground": "ground"}),
    "claims:end": Row({"pk": "missing"}, 404),
    "claims:end-paper": Row({"pk": "missing"}, 404),
    "claims:end-sums": Row(),
    "claims:enyo-form": Row({"number": "number"}, 302),
    "claims:years": Row(),
    "claims:programme": Row(),
    "claims:programme-csv": Row(),
    "claims:programme-xlsx": Row(),
    "claims:programme-pdf": Row(),
    "claims:closing": Row(),
    "claims:closing-csv": Row(),
    "claims:closing-xlsx": Row(),
    "claims:closing-pdf": Row(),
    "claims:year-freeze": Row({"year": "year"}, 302, "post"),
    "claims:year-reopen": Row({"year": "year"}, 302, "post"),
    "claims:holds": Row(),
    "claims:hold-review": Row({"pk": "hold"}, 302, "post"),
    "claims:measure-new": Row({"number": "number"}),
    "claims:reduction-new": Row({"number": "number"}),
    "claims:measure": Row({"pk": "missing"}, 404),
    "claims:measure-notice": Row({"pk": "missing"}, 404),
    "claims:measure-cancel": Row({"pk": "missing"}, 404, "post"),
    "claims:measure-check": Row({"pk": "missing"}, 404, "post"),
    "claims:imports": Row(),
    "claims:import-start": Row(allowed=302, method="post"),
    "claims:import-paid-totals": Row(),
    "claims:import-batch": Row({"pk": "missing"}, 404),
    "claims:import-progress": Row({"pk": "missing"}, 404),
    "claims:layouts": Row(),
    "claims:layout-new": Row(),
    "claims:layout": Row({"code": "layout"}),
    "claims:layout-trial": Row(method="post"),
    "claims:layout-guess": Row(method="post"),
    "claims:import-file": Row({"pk": "missing"}, 404),
    "claims:import-file-back": Row({"pk": "missing"}, 404),
    "claims:import-back": Row({"pk": "missing"}, 404),
    "claims:import-back-ask": Row({"pk": "missing"}, 404, "post"),
    "claims:import-preview-start": Row(allowed=302, method="post"),
    "claims:import-preview": Row({"pk": "missing"}, 404),
    "claims:import-preview-progress": Row({"pk": "missing"}, 404),
    "claims:import-previewed": Row({"pk": "missing"}, 404, "post"),
    "claims:import-preview-file": Row({"pk": "missing"}, 404),
    "claims:import-mend": Row({"pk": "missing"}, 404),
    "claims:standard": Row(),
    "claims:standard-check": Row(method="post"),
    "claims:standard-export": Row(allowed=200, method="post"),
    "claims:standard-made": Row({"pk": "missing"}, 404),
    "claims:standard-progress": Row({"pk": "missing"}, 404),
    "claims:standard-zip": Row({"pk": "missing"}, 404),
    "claims:money": Row(),
    "claims:money-take-in": Row(allowed=302, method="post"),
    "claims:money-file": Row({"pk": "missing"}, 404),
    "claims:money-file-progress": Row({"pk": "missing"}, 404),
    "claims:payment-cases": Row(),
    "claims:payment-case": Row({"pk": "missing"}, 404),
    "claims:payment-case-ask": Row({"pk": "missing"}, 404, "post"),
    "claims:receipt": Row({"pk": "missing"}, 404),
    "claims:receipt-pdf": Row({"pk": "missing"}, 404),
    "claims:receipt-cancel": Row({"pk": "missing"}, 404, "post"),
    "claims:allocation": Row({"number": "number"}),
    "claims:allocation-book": Row({"number": "number"}, 302, "post"),
    "claims:statement": Row({"number": "number"}),
    "claims:overpayments": Row(),
    "claims:overpayment": Row({"pk": "missing"}, 404),
    "claims:refund-account": Row({"pk": "missing"}, 404, "post"),
    "claims:overpayment-payer": Row({"pk": "missing"}, 404, "post"),
    "claims:overpayment-ask": Row({"pk": "missing"}, 404, "post"),
    "claims:overpayment-notice": Row({"pk": "missing"}, 404),
    "claims:transfers-make": Row(allowed=302, method="post"),
    "claims:transfers": Row({"pk": "missing"}, 404),
    "claims:refund-return": Row({"pk": "missing"}, 404, "post"),
    "claims:days": Row(),
    "claims:day": Row({"day": "day"}),
    "claims:day-bank": Row({"day": "day"}, 302, "post"),
    "claims:day-close": Row({"day": "day"}, 302, "post"),
    "claims:day-journal": Row({"day": "day"}),
    "claims:plans": Row(),
    "claims:plan": Row({"pk": "missing"}, 404),
    "claims:plan-deed": Row({"pk": "missing"}, 404, "post"),
    "claims:plan-sign": Row({"pk": "missing"}, 404, "post"),
    "claims:plan-notice": Row({"pk": "missing"}, 404, "post"),
    "claims:plan-close": Row({"pk": "missing"}, 404, "post"),
    "claims:plan-document": Row({"pk": "missing", "document": "missing"}, 404),
    "claims:plan-build": Row({"number": "number"}),
    "claims:plan-preview": Row({"number": "number"}),
    "claims:panel-plans": Row({"number": "number"}),
    "claims:wage-seizure": Row(),
    "claims:handovers": Row(),
    "claims:handover-pick": Row(allowed=302, method="post"),
    "claims:handover-board": Row(),
    "claims:handover-csv": Row(),
    "claims:handover": Row({"pk": "missing"}, 404),
    "claims:handover-announce": Row({"pk": "missing"}, 404, "post"),
    "claims:handover-hand-in": Row({"pk": "missing"}, 404, "post"),
    "claims:handover-discard": Row({"pk": "missing"}, 404, "post"),
    "claims:handover-paper": Row({"pk": "missing", "document": "missing"}, 404),
    "claims:handover-drop": Row({"pk": "missing"}, 404, "post"),
    "claims:handover-inbox": Row(),
    "claims:handover-office": Row({"pk": "missing"}, 404),
    "claims:handover-decide": Row({"pk": "missing"}, 404, "post"),
    "claims:handover-office-paper": Row({"pk": "missing", "document": "missing"}, 404),
    "claims:handover-give-back": Row({"pk": "missing"}, 404, "post"),
    "claims:evidence": Row({"pk": "claim"}),
    "claims:evidence-file": Row({"pk": "missing"}, 404),
    "claims:evidence-withdraw": Row({"pk": "missing"}, 404, "post"),
    "notices:runs": Row(),
    "notices:new": Row(),
    "notices:run": Row({"pk": "missing"}, 404),
    "notices:edit": Row({"pk": "missing"}, 404),
    "notices:count": Row({"pk": "missing"}, 404, "post"),
    "notices:ask": Row({"pk": "missing"}, 404, "post"),
    "notices:start": Row({"pk": "missing"}, 404, "post"),
    "notices:retry": Row({"pk": "missing"}, 404, "post"),
    "notices:progress": Row({"pk": "missing"}, 404),
    "notices:exclusions": Row({"pk": "missing"}, 404),
    "notices:letters": Row({"pk": "missing"}, 404),
    "notices:bundle": Row({"pk": "missing", "sequence": "missing"}, 404),
    "notices:manifest": Row({"pk": "missing"}, 404),
    "notices:experiments": Row(),
    "notices:experiment": Row({"pk": "missing"}, 404),
    "notices:experiment-edit": Row({"pk": "missing"}, 404),
    "notices:experiment-give-up": Row({"pk": "missing"}, 404, "post"),
    "notices:experiment-csv": Row({"pk": "missing"}, 404),
    "notices:texts": Row(),
    "notices:text-new": Row({"kind": "kind"}, 302, "post"),
    "notices:text": Row({"pk": "text"}),
    "notices:text-edit": Row({"pk": "text"}),
    "notices:text-ask": Row({"pk": "text"}, 302, "post"),
    "notices:text-discard": Row({"pk": "missing"}, 404, "post"),
    "notices:text-preview": Row({"pk": "text"}),
    "notices:notice-offers": Row({"number": "number"}),
    "notices:notice-panel": Row({"number": "number"}),
    "notices:letter-form": Row({"number": "number"}),
    "notices:notice-new": Row({"number": "number", "kind": "kind"}),
    "notices:notice": Row({"pk": "missing"}, 404),
    "notices:notice-pdf": Row({"pk": "missing"}, 404),
    "notices:notice-post": Row({"pk": "missing"}, 404, "post"),
    "notices:notice-back": Row({"pk": "missing"}, 404, "post"),
    "notices:notice-discard": Row({"pk": "missing"}, 404, "post"),
    "notices:pulls": Row({"pk": "missing"}, 404),
    "notices:pulls-find": Row({"pk": "missing"}, 404, "post"),
    "notices:pulls-scan": Row({"pk": "missing"}, 404, "post"),
    "notices:pulls-not-printed": Row({"pk": "missing"}, 404, "post"),
    "notices:seal": Row({"pk": "missing"}, 404),
    "notices:seal-close": Row({"pk": "missing"}, 404, "post"),
    "notices:seal-break": Row({"pk": "missing"}, 404, "post"),
    "notices:seal-certificate": Row({"pk": "missing"}, 404),
    "notices:seal-hashes": Row({"pk": "missing"}, 404),
    "notices:seal-look": Row({"pk": "missing"}, 404, "post"),
    "notices:seal-file": Row({"pk": "missing", "sequence": "missing"}, 404),
    "notices:seal-sheets": Row({"pk": "missing"}, 404),
    "notices:seal-counts": Row({"pk": "missing"}, 404),
    "notices:job": Row({"pk": "missing"}, 404),
    "notices:packs": Row(),
    "notices:pack": Row({"pk": "missing"}, 404),
    "notices:pack-make": Row({"pk": "missing"}, 404, "post"),
    "notices:pack-file": Row({"pk": "missing"}, 404),
    "notices:pack-password": Row({"pk": "missing"}, 404, "post"),
    "notices:pack-end": Row({"pk": "missing"}, 404, "post"),
    "notices:letter-fault": Row({"pk": "missing"}, 404),
    "notices:hand-over": Row({"pk": "missing"}, 404, "post"),
    "notices:post": Row({"pk": "missing"}, 404, "post"),
    "notices:addressee-panel": Row({"number": "number"}),
    "notices:closed-piles": Row(),
    "notices:closed-pile": Row({"pk": "missing"}, 404),
    "notices:closed-pile-ask": Row({"pk": "missing"}, 404, "post"),
    "notices:closed-pile-print": Row({"pk": "missing"}, 404, "post"),
    "notices:closed-hand-over": Row({"pk": "missing"}, 404, "post"),
    "notices:new-address": Row({"number": "number"}),
    "notices:end-address": Row({"pk": "missing"}, 404, "post"),
    "notices:returned-enquire": Row({"pk": "missing"}, 404, "post"),
    "notices:public-notice-prepare": Row({"pk": "missing"}, 404, "post"),
    "notices:public-notices": Row(),
    "notices:public-notice": Row({"pk": "missing"}, 404),
    "notices:public-notice-paper": Row({"pk": "missing"}, 404),
    "notices:public-notice-ask": Row({"pk": "missing"}, 404, "post"),
    "notices:public-notice-post": Row({"pk": "missing"}, 404, "post"),
    "notices:public-notice-serve": Row({"pk": "missing"}, 404, "post"),
    "notices:public-notice-down": Row({"pk": "missing"}, 404, "post"),
    "notices:public-notice-withdraw": Row({"pk": "missing"}, 404, "post"),
    "notices:returns": Row(),
    "notices:returns-receive": Row(),
    "notices:returned": Row({"pk": "missing"}, 404),
    "notices:returned-settle": Row({"pk": "missing"}, 404, "post"),
    "notices:letter": Row({"pk": "missing"}, 404),
    "notices:letter-pdf": Row({"pk": "missing"}, 404),
    "notices:letter-charges": Row({"pk": "missing"}, 404),
    "notices:person-panel": Row({"number": "number"}),
    "notices:slip-panel": Row({"number": "number"}),
    "notices:new-slip": Row({"number": "number"}),
    "notices:slip-sum": Row({"number": "number"}, method="post"),
    "notices:slip": Row({"pk": "slip"}),
    "notices:slip-pdf": Row({"pk": "missing"}, 404),
    "notices:void-slip": Row({"pk": "slip"}, 302, "post"),
    "welfare:room": Row(),
    "welfare:case": Row({"pk": "missing"}, 404),
    "welfare:case-receive": Row({"pk": "missing"}, 404, "post"),
    "welfare:case-attempt": Row({"pk": "missing"}, 404, "post"),
    "welfare:case-note": Row({"pk": "missing"}, 404, "post"),
    "welfare:case-answer": Row({"pk": "missing"}, 404, "post"),
    "welfare:case-close": Row({"pk": "missing"}, 404, "post"),
    "welfare:case-withdraw": Row({"pk": "missing"}, 404, "post"),
    "welfare:pipeline": Row(),
    "welfare:questions": Row(),
    "welfare:question-answer": Row({"pk": "missing"}, 404, "post"),
    "welfare:exchange": Row(),
    "welfare:exchange-document": Row(),
    "welfare:talk": Row({"number": "number"}),
    "welfare:panel-support": Row({"number": "number"}),
    "welfare:oral": Row({"number": "number"}),
    "welfare:offer": Row({"number": "number"}, 302, "post"),
    "welfare:leaflet-paper": Row({"number": "number"}),
    "welfare:hand-over": Row({"number": "number"}),
    "welfare:conference": Row({"number": "number"}),
    "welfare:ask-question": Row({"number": "number"}, 302, "post"),
    "welfare:consent": Row({"pk": "missing"}, 404),
    "welfare:consent-paper": Row({"pk": "missing"}, 404),
    "welfare:scan-paper": Row({"pk": "missing"}, 404),
    "welfare:consent-withdraw": Row({"pk": "missing"}, 404, "post"),
    "welfare:conference-end": Row({"pk": "missing"}, 404, "post"),
    "welfare:book": Row({"pk": "missing"}, 404, "post"),
    "welfare:meeting-close": Row({"pk": "missing"}, 404, "post"),
    "welfare:respites": Row(),
    "welfare:respite": Row({"pk": "missing"}, 404),
    "welfare:respite-paper": Row({"pk": "missing"}, 404),
    "welfare:respite-review": Row({"pk": "missing"}, 404, "post"),
    "welfare:respite-extend": Row({"pk": "missing"}, 404),
    "welfare:respite-give-up": Row({"pk": "missing"}, 404, "post"),
    "welfare:panel-respite": Row({"number": "number"}),
    "welfare:respite-new": Row({"number": "number"}),
    "welfare:relief-paper": Row({"number": "number", "code": "missing"}, 404),
    "welfare:benefits": Row({"number": "number"}),
    "welfare:benefits-paper": Row({"pk": "missing"}, 404),
    "welfare:signals": Row(),
    "welfare:signal-figures": Row(),
    "welfare:signal": Row({"pk": "missing"}, 404),
    "welfare:assess-signal": Row({"pk": "missing"}, 404, "post"),
    "welfare:signal-person": Row({"number": "number"}),
    "welfare:panel-signal": Row({"number": "number"}),
    "lawyers:room": Row(),
    "lawyers:room-case": Row({"pk": "missing"}, 404),
    "lawyers:room-accept": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-decline": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-entry": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-add-file": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-ask": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-propose": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-file": Row({"pk": "missing"}, 404),
    "lawyers:room-answer": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-begin": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-step": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-order": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-withdraw-step": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-packet": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-key": Row(allowed=404, method="post"),
    "lawyers:room-report": Row(allowed=404, method="post"),
    "lawyers:office": Row(),
    "lawyers:figures": Row(),
    "lawyers:candidates": Row(),
    "lawyers:pick": Row(allowed=302, method="post"),
    "lawyers:bundle": Row({"number": "number"}),
    "lawyers:mandate": Row({"pk": "missing"}, 404),
    "lawyers:mandate-ask": Row({"pk": "missing"}, 404, "post"),
    "lawyers:mandate-packet": Row({"pk": "missing"}, 404, "post"),
    "lawyers:mandate-hand-over": Row({"pk": "missing"}, 404, "post"),
    "lawyers:mandate-give-up": Row({"pk": "missing"}, 404, "post"),
    "lawyers:packet-progress": Row({"pk": "missing"}, 404),
    "lawyers:cases": Row(),
    "lawyers:case": Row({"pk": "missing"}, 404),
    "lawyers:case-drop": Row({"pk": "missing"}, 404, "post"),
    "lawyers:case-recall": Row({"pk": "missing"}, 404, "post"),
    "lawyers:case-finish": Row({"pk": "missing"}, 404, "post"),
    "lawyers:case-ask": Row({"pk": "missing"}, 404, "post"),
    "lawyers:case-answer": Row({"pk": "missing"}, 404, "post"),
    "lawyers:proposal-reply": Row({"pk": "missing"}, 404, "post"),
    "lawyers:case-file": Row({"pk": "missing"}, 404),
    "lawyers:case-add-file": Row({"pk": "missing"}, 404, "post"),
    "lawyers:case-step": Row({"pk": "missing"}, 404, "post"),
    "lawyers:case-council": Row({"pk": "missing"}, 404, "post"),
    "lawyers:case-withdraw-step": Row({"pk": "missing"}, 404, "post"),
    "lawyers:packet-look": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-sign": Row({"pk": "missing"}, 404, "post"),
    "lawyers:money": Row(),
    "lawyers:remittance": Row({"pk": "missing"}, 404),
    "lawyers:remittance-tell": Row({"pk": "missing"}, 404, "post"),
    "lawyers:remittance-correct": Row({"pk": "missing"}, 404, "post"),
    "lawyers:remittance-withdraw": Row({"pk": "missing"}, 404, "post"),
    "lawyers:remittance-confirm": Row({"pk": "missing"}, 404, "post"),
    "lawyers:remittance-book": Row({"pk": "missing"}, 404, "post"),
    "lawyers:invoice": Row({"pk": "missing"}, 404),
    "lawyers:invoice-check": Row({"pk": "missing"}, 404, "post"),
    "lawyers:invoice-give-back": Row({"pk": "missing"}, 404, "post"),
    "lawyers:invoice-ask": Row({"pk": "missing"}, 404, "post"),
    "lawyers:cost-file": Row({"pk": "missing"}, 404),
    "lawyers:difference-settle": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-money": Row(),
    "lawyers:room-take": Row({"pk": "missing"}, 404),
    "lawyers:room-trust-cancel": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-tell": Row(allowed=404, method="post"),
    "lawyers:room-remittance": Row({"pk": "missing"}, 404),
    "lawyers:room-remittance-withdraw": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-costs": Row(),
    "lawyers:room-cost-note": Row({"pk": "missing"}, 404),
    "lawyers:room-cost-withdraw": Row({"pk": "missing"}, 404, "post"),
    "lawyers:room-invoice": Row(),
    "lawyers:room-invoice-sent": Row({"pk": "missing"}, 404),
    "notices:plan-slips": Row({"pk": "missing"}, 404, "post"),
    "notices:dunnings": Row(),
    "notices:dunning-new": Row(),
    "notices:dunning": Row({"pk": "missing"}, 404),
    "notices:dunning-progress": Row({"pk": "missing"}, 404),
    "notices:dunning-ask": Row({"pk": "missing"}, 404, "post"),
    "notices:dunning-start": Row({"pk": "missing"}, 404, "post"),
    "notices:dunning-post": Row({"pk": "missing"}, 404, "post"),
    "notices:dunning-discard": Row({"pk": "missing"}, 404, "post"),
    "notices:dunning-bundle": Row({"pk": "missing"}, 404),
    "notices:dunning-paper": Row({"pk": "missing"}, 404),
    "approvals:waiting": Row(),
    "approvals:many": Row(),
    "approvals:own": Row(),
    "approvals:withdraw": Row({"pk": "missing"}, 404, "post"),
    "approvals:deputies": Row(),
    "approvals:end-deputy": Row({"pk": "missing"}, 404, "post"),
    "approvals:mark-seen": Row({"pk": "approval"}, 302, "post"),
    "approvals:detail": Row({"pk": "approval"}),
    "approvals:decide": Row({"pk": "approval"}, 302, "post"),
    "users:index": Row(),
    "users:create": Row(),
    "users:edit": Row({"pk": "user"}),
    "users:policy": Row(),
    "users:reviews": Row(),
    "users:access-log": Row(),
    "users:access-log-csv": Row(),
    "users:look-alerts": Row(),
    "users:close-alert": Row({"pk": "missing"}, 404, "post"),
    "users:look-answer": Row(),
    "users:look-answer-pdf": Row(allowed=302),
}


def _views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}", entry.callback
        else:
            yield from _views(entry, f"{entry.namespace}:" if entry.namespace else prefix)


VIEWS = dict(_views(get_resolver()))
OWN_VIEWS = {name: view for name, view in VIEWS.items() if not name.startswith(FOREIGN)}


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    """As in the demo city: one business date, no second factor; and no cache between the roles."""
    settings.DEMO = True
    settings.BASE_DATE = date(2026, 11, 20)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hashing slowly is not under test
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture
def debtor(db: None) -> Person:
    return person()


@pytest.fixture
def world(debtor: Person) -> dict[str, Any]:
    """One of everything; the section viewer belongs to the section of the one claim."""
    owed = claim(debtor, kind="housing_rent", source="jutaku")
    author = user(Role.SUPERVISOR)
    item = WorkItem.objects.create(
        person=debtor,
        reason="電話",
        next_step="電話する",
        due_on=date(2026, 12, 1),
        subject_key="case",
        opened_by=author,
    )
    hold = Hold.objects.create(
        person=debtor,
        reason="dispute",
        channels=["call"],
        starts_on=date(2026, 1, 1),
        review_on=date(2026, 12, 1),
        placed_by=author,
    )
    asked = approvals.ask(subject_type="test", subject_key="1", title="見本", by=author)
    days = {"as_of": date(2026, 11, 20), "due_on": date(2026, 12, 4), "issued_on": date(2026, 11, 20)}
    slip = issue_slip(person_id=debtor.pk, claim_ids=[owed.pk], by=author, **days)
    text = NoticeText.objects.create(kind="visit", version=2, starts_on=date(2026, 12, 1), made_by=author)
    return {
        "page": "collector",
        "picture": "log",
        "text": text.pk,
        "kind": "visit",
        "number": debtor.number,
        "slip": slip.pk,
        "claim": owed.pk,
        "section": owed.section,
        "work": item.pk,
        "hold": hold.pk,
        "approval": asked.pk,
        "user": author.pk,
        "missing": 999_999_999,
        "layout": "zei_claims",
        "list": "claims",
        "ground": "prescription",
        "year": 2025,
        "day": date(2026, 11, 20),
    }


def _client(role: str, section: Section | None = None) -> Client:
    client = Client()
    client.force_login(user(role, section=section if role == Role.SECTION_VIEWER else None))
    return client


def _ask(client: Client, name: str, world: dict[str, Any]) -> int:
    row = ROWS[name]
    url = reverse(name, kwargs={key: world[value] for key, value in row.kwargs.items()})
    return getattr(client, row.method)(url).status_code


def test_every_view_names_its_permission():
    named = {name for name, view in OWN_VIEWS.items() if isinstance(getattr(view, "permission", None), Permission)}
    assert set(OWN_VIEWS) - named == PUBLIC


def test_every_view_has_a_row_here():
    assert set(ROWS) == set(OWN_VIEWS) - PUBLIC


def test_the_pages_of_libraries_are_known():
    foreign = {name.split("_")[0].split(":")[0] for name in VIEWS if name.startswith(FOREIGN)}
    assert foreign == {"account", "mfa", "admin", "openid", "socialaccount"}


@pytest.mark.django_db
@pytest.mark.parametrize("role", HUMAN_ROLES)
def test_a_role_gets_what_the_policy_gives_it_and_nothing_else(role, world):
    client = _client(role, world["section"])
    answers = {name: _ask(client, name, world) for name in ROWS}
    expected = {name: row.allowed if OWN_VIEWS[name].permission in POLICY[role] else 403 for name, row in ROWS.items()}
    assert answers == expected


@pytest.mark.django_db
def test_somebody_who_is_not_logged_in_is_sent_to_the_log_in_page(world):
    for name, row in ROWS.items():
        url = reverse(name, kwargs={key: world[value] for key, value in row.kwargs.items()})
        answer = getattr(Client(), row.method)(url)
        assert (answer.status_code, answer.url.split("?")[0]) == (302, "/accounts/login/"), name


@pytest.mark.django_db
def test_an_account_that_was_stopped_is_out_at_once(world):
    client = Client()
    account = user(Role.COLLECTOR)
    client.force_login(account)
    account.is_active = False
    account.save()
    assert client.get(reverse("debtors:person", args=[world["number"]])).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("role", HUMAN_ROLES)
def test_only_administrators_enter_the_reference_tables(role):
    client = _client(role, Section.objects.first())
    allowed = role == Role.ADMINISTRATOR
    assert client.get("/admin/").status_code == (200 if allowed else 302)
    assert client.get("/admin/", follow=True).status_code == (200 if allowed else 403)
    assert client.get("/admin/claims/latechargerate/", follow=True).status_code == (200 if allowed else 403)


@pytest.mark.django_db
def test_a_section_sees_its_own_claims_and_not_that_there_is_tax(world, debtor):
    tax = claim(debtor, kind="resident_tax", source="zei", principal_yen=87_654)
    client = _client(Role.SECTION_VIEWER, world["section"])
    assert client.get(reverse("claims:claim", args=[tax.pk])).status_code == 404
    pages = [reverse("debtors:person", args=[debtor.number]), reverse("debtors:search") + f"?q={debtor.name}"]
    pages += [
        reverse(name, args=[debtor.number]) for name in ROWS if name.startswith("claims:panel-") and "holds" not in name
    ]
    shown = "".join(client.get(page).content.decode() for page in pages)
    assert "市営住宅使用料" in shown
    for secret in ("市民税", "87,654", "市税収納システム", tax.identity.person_number):
        assert secret not in shown


@pytest.mark.django_db
def test_a_section_does_not_know_people_who_owe_it_nothing(world):
    stranger = claim(kind="resident_tax", source="zei").identity.person
    client = _client(Role.SECTION_VIEWER, world["section"])
    assert client.get(reverse("debtors:person", args=[stranger.number])).status_code == 404
    assert stranger.number not in client.get(reverse("debtors:search"), {"q": stranger.name}).content.decode()
    assert (
        client.get(reverse("debtors:search"), {"q": stranger.number}).status_code == 200
    )  # an empty list, no redirect


@pytest.mark.django_db
@pytest.mark.parametrize(
    "role", [Role.LAWYER, Role.WELFARE_WORKER, Role.AUDITOR, Role.ADMINISTRATOR, Role.PRINT_OPERATOR]
)
def test_roles_without_cases_cannot_open_a_person(role, world):
    client = _client(role)
    for name in (
        "debtors:person",
        "debtors:panels",
        "claims:panel-owed",
        "claims:panel-matrix",
        "debtors:panel-course",
    ):
        assert client.get(reverse(name, args=[world["number"]])).status_code == 403
    assert not AccessLog.objects.filter(person_key=world["number"]).exists()
