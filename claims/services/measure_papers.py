"""The papers of 猶予・停止: notice of what was decided, of what was turned down, of what ended. Required contents: 地方税法
15条の2の2, 15条の7第2項, 15条の8第2項; each is kept as it was made. Nobody's address stands on them."""

from datetime import date
from typing import Any

from claims.models import ClaimKindTerms, Measure
from claims.rules.holds import Clock, Row, stop_ends_on
from claims.services.charges import kind_terms
from claims.services.clocks import STOP_DAY_COUNTS
from debtors.protection import hidden_people
from toyota_collect.calendar import ONE_DAY
from toyota_collect.dated import value_or
from toyota_collect.documents.store import draw_number, letterhead, make_document
from toyota_collect.models import Document

STOP_KIND, GRANT_KIND, DENIAL_KIND, CANCEL_KIND = "stop_notice", "measure_notice", "denial_notice", "cancel_notice"
MARKS = {STOP_KIND: "豊債管停", GRANT_KIND: "豊債管猶", DENIAL_KIND: "豊債管猶", CANCEL_KIND: "豊債管消"}


def notice(measure: Measure, row: Row, *, by: Any, on: date) -> Document:
    """執行停止通知書, 猶予の許可・不許可通知書 or 履行延期の承認通知書, as the table's row and the decision say."""
    if measure.denies:
        return _make(measure, row, kind=DENIAL_KIND, template="documents/denial_notice.html", by=by, on=on)
    if row.clock is not Clock.STOP:
        return _make(measure, row, kind=GRANT_KIND, template="documents/measure_notice.html", by=by, on=on)
    counts = bool(value_or(STOP_DAY_COUNTS, on, False))
    ends_on = stop_ends_on(measure.starts_on, first_day_counts=counts)
    more = {"ends_on": ends_on, "item": measure.variant}
    return _make(measure, row, kind=STOP_KIND, template="documents/stop_notice.html", by=by, on=on, **more)


def cancellation(measure: Measure, row: Row, why: str, *, by: Any, on: date) -> Document:
    """執行停止・猶予の取消通知書, with its reason and the appeal (教示)."""
    template = "documents/cancel_notice.html"
    return _make(measure, row, kind=CANCEL_KIND, template=template, by=by, on=on, why=why)


def _make(measure: Measure, row: Row, *, kind: str, template: str, by: Any, on: date, **more: Any) -> Document:
    lines = list(measure.lines.select_related("claim__kind").order_by("claim__kind__position", "claim__due_on", "pk"))
    terms = [kind_terms().of(line.claim) for line in lines]
    appealable = [one for one in terms if one.legal_class != ClaimKindTerms.LegalClass.PRIVATE]
    return make_document(
        template=template,
        context=letterhead(on)
        | {
            "person": measure.person,
            "hidden": bool(hidden_people([measure.person_id], on=on)),
            "measure": measure,
            "late": measure.agreed_late or row.late_charge,
            "last_on": measure.ends_on - ONE_DAY if measure.ends_on else None,
            "row": row,
            "lines": lines,
            "principal_yen": sum(line.principal_yen for line in lines),
            "late_yen": sum(line.late_yen + line.other_yen for line in lines),
            "total_yen": sum(line.total_yen for line in lines),
            "appeal_bodies": sorted({one.appeal_body for one in appealable if one.appeal_body}),
            **more,
        },
        kind=kind,
        number=draw_number(series=MARKS[kind], mark=MARKS[kind], on=on),
        subject_type="debtors.person",
        subject_key=measure.person.number,
        by=by,
    )
