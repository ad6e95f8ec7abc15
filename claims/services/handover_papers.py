"""移管の文書: the notice to the debtor that the claims will be handed over (予告書), and that they were (決定通知書).

One sheet each: where the instalments do not fit, they stand summed up by year, then by kind. Nobody's address stands on
them; who lives under protection measures receives them at the counter or by the register's own way of sending.
"""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.conf import settings

from claims.models import ClaimKindTerms, Handover, HandoverLine
from claims.services.charges import kind_terms
from debtors.protection import hidden_people
from toyota_collect.dated import value_on, value_or
from toyota_collect.documents.explanation import reading
from toyota_collect.documents.store import draw_number, letterhead, make_document
from toyota_collect.models import Document
from toyota_collect.notice_text import parts_on
from toyota_collect.places import city_words
from toyota_collect.templatetags.tc import fiscal_year

SUBJECT = "claims.handover"
NOTICE, DECISION = "handover_notice", "handover_decision"
MARKS, CONTACTS = "handover.number_marks", "section.contacts"
MOST_ROWS = 6  # so many fit on the sheet


def notice_paper(
    handover: Handover, lines: Sequence[HandoverLine], *, deadline_on: date, by: Any, on: date
) -> Document:
    """移管予告書 to the one person of ``lines``, from the section, by the section's own record of the person."""
    city = _of_section(handover, on)
    words = parts_on(NOTICE, on, {"所管課": handover.section.name} | city_words(settings.CITY_NAME, city))
    person, classes = lines[0].claim.identity.person, _classes(lines)
    form = reading(
        person.letter_variant if person else "normal",
        words,
        total_yen=sum(line.total_yen for line in lines),
        until=deadline_on,
        seizes=ClaimKindTerms.LegalClass.COERCIVE in classes,
        courts=bool(classes - {ClaimKindTerms.LegalClass.COERCIVE}),
    )
    more = {"deadline_on": deadline_on, "city": city, "words": words} | form
    return _make(handover, lines, kind=NOTICE, mark="notice", by=by, on=on, **more)


def decision_paper(handover: Handover, lines: Sequence[HandoverLine], *, by: Any, on: date) -> Document:
    """移管決定通知書 to the one person of ``lines``, from the collection office."""
    return _make(handover, lines, kind=DECISION, mark="decision", by=by, on=on)


def rows_of(lines: Sequence[HandoverLine], *, most: int = MOST_ROWS) -> list[dict[str, Any]]:
    """The lines as the sheet holds them: each instalment, or summed up by kind and year, or by kind."""
    ordered = sorted(
        lines, key=lambda line: (line.claim.kind.position, line.claim.levy_year, line.claim.due_on, line.pk)
    )
    keys: list[Callable[[HandoverLine], tuple[int, ...]]] = [
        lambda line: (line.claim.kind.position, line.claim.kind_id, line.claim.levy_year, line.pk),
        lambda line: (line.claim.kind.position, line.claim.kind_id, line.claim.levy_year),
        lambda line: (line.claim.kind.position, line.claim.kind_id),
    ]
    groups: list[list[HandoverLine]] = []
    for key in keys:
        groups = [list(group) for _, group in groupby(sorted(ordered, key=key), key=key)]
        if len(groups) <= most:
            break
    return [_row(group) for group in groups]


def _row(group: Sequence[HandoverLine]) -> dict[str, Any]:
    first, last = group[0].claim, group[-1].claim
    years = fiscal_year(first.levy_year)
    if first.levy_year != last.levy_year:
        years += f"〜{fiscal_year(last.levy_year)}"
    days = sorted(line.claim.due_on for line in group)
    return {
        "kind": first.kind.short_name,
        "what": f"{years} {first.instalment_label}" if len(group) == 1 else f"{years}　{len(group)}期別",
        "due_first": days[0],
        "due_last": days[-1],
        "principal_yen": sum(line.principal_yen for line in group),
        "other_yen": sum(line.other_yen for line in group),
        "total_yen": sum(line.total_yen for line in group),
    }


def _make(
    handover: Handover, lines: Sequence[HandoverLine], *, kind: str, mark: str, by: Any, on: date, **more: Any
) -> Document:
    record = lines[0].claim.identity  # the section's own: never a name or a fact that another section told us
    classes = _classes(lines)
    mark = value_on(MARKS, on)[mark]
    return make_document(
        template=f"documents/{kind}.html",
        context=letterhead(on)
        | {
            "name": record.name,
            "is_corporate": bool(record.person and record.person.is_corporate),
            "hidden": bool(hidden_people([record.person_id], on=on)),
            "section": handover.section,
            "handover": handover,
            "rows": rows_of(lines),
            "count": len(lines),
            "principal_yen": sum(line.principal_yen for line in lines),
            "other_yen": sum(line.other_yen for line in lines),
            "total_yen": sum(line.total_yen for line in lines),
            "coercive": ClaimKindTerms.LegalClass.COERCIVE in classes,
            "court": bool(classes - {ClaimKindTerms.LegalClass.COERCIVE}),
            **more,
        },
        kind=kind,
        number=draw_number(series=kind, mark=mark, on=on),
        subject_type=SUBJECT,
        subject_key=str(handover.pk),
        by=by,
    )


def _classes(lines: Sequence[HandoverLine]) -> set[str]:
    terms = kind_terms()
    return {terms.of(line.claim).legal_class for line in lines}


def _of_section(handover: Handover, on: date) -> dict[str, Any]:
    """The letterhead with the section's own window where the city has registered it."""
    city = value_on("city.profile", on)
    own = value_or(CONTACTS, on, {}).get(handover.section.name, {"counter": "", "hours": city["hours"], "fax": ""})
    return city | {"office": f"{settings.CITY_NAME}　{handover.section.name}"} | own
