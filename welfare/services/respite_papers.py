"""The letter of 生活再建猶予, which says what stops and what still runs, and the applications that it offers, ready to be signed."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from claims.models import ClaimKindTerms
from claims.services.charges import amounts_due
from debtors.models import Person
from debtors.protection import hidden_people
from toyota_collect.calendar import ONE_DAY
from toyota_collect.dated import value_on
from toyota_collect.documents.explanation import reading
from toyota_collect.documents.store import draw_number, letterhead, make_document, render_pdf
from toyota_collect.models import Document
from toyota_collect.registry import registry
from welfare.models import Respite
from welfare.services.respite_effects import Fitting, Line, offers_for

KIND, MARK, WORDS = "respite_letter", "豊債管再", "respite.words"
RUNS = ("late", "clock", "dunning", "new", "seized", "pay")


def letter(respite: Respite, lines: Sequence[Line], *, by: Any, on: date) -> Document:
    """生活再建猶予のお知らせ, in the form the person reads; kept as it was made. Nobody's address stands on it.

    Raises:
        SettingMissing: the city's words are not set.
    """
    return make_document(
        template="documents/respite_letter.html",
        context=context_of(respite, lines, on=on),
        kind=KIND,
        number=draw_number(series=MARK, mark=MARK, on=on),
        subject_type="debtors.person",
        subject_key=respite.person.number,
        by=by,
    )


def context_of(respite: Respite, lines: Sequence[Line], *, on: date) -> dict[str, Any]:
    """What the template needs."""
    person, words, last_on = respite.person, value_on(WORDS, on), respite.ends_on - ONE_DAY
    quiet = {code for line in lines for code in line.effect.channels}
    stops = [words["stops"].get(code, one.label) for code, one in registry.channels.items() if code in quiet]
    form = reading(person.letter_variant, words, total_yen=None, until=last_on, seizes=False, courts=False)
    return (
        letterhead(on)
        | form
        | {
            "person": person,
            "hidden": bool(hidden_people([person.pk], on=on)),
            "respite": respite,
            "extended": respite.extends_id is not None,
            "last_on": last_on,
            "words": words,
            "stops": stops,
            "runs": [words["runs"][code] for code in _runs(lines, quiet)],
            "rows": _rows(lines),
            "total_yen": sum(line.due.total_yen for line in lines),
            "offers": _offers(offers_for(person, [line.claim for line in lines], on=on)),
        }
    )


def application(person: Person, fit: Fitting, *, on: date) -> bytes:
    """The application of one relief with the claims it is for, to be filled in and signed. It is not kept: nothing was asked yet.

    Raises:
        SettingMissing: the letterhead is not set.
    """
    claims = list(fit.claims)
    dues = amounts_due(claims, as_of=on, with_steps=False)
    rows = [{"claim": claim, "due": dues[claim.pk]} for claim in claims]
    total_yen = sum(due.total_yen for due in dues.values())
    content, _ = render_pdf(
        "documents/relief_application.html",
        letterhead(on)
        | {
            "person": person,
            "hidden": bool(hidden_people([person.pk], on=on)),
            "offer": fit.offer,
            "title": fit.offer.label.removesuffix("（申請）"),
            "papers": "、".join(one for one in fit.offer.papers.split("、") if not one.endswith("申請書")),
            "law": fit.law,
            "rows": rows,
            "total_yen": total_yen,
            "number": "",
            "large": person.letter_variant.startswith("large"),
        },
    )
    return content


def _runs(lines: Sequence[Line], quiet: set[str]) -> list[str]:
    """Which of the sentences on what still runs are true for these claims."""
    late = any(
        line.effect.late_charge_runs and line.terms.late_regime != ClaimKindTerms.LateRegime.NONE for line in lines
    )
    clock = any(line.effect.clock_runs for line in lines)
    silent = {"late": not late, "clock": not clock, "dunning": "dunning" in quiet}
    return [code for code in RUNS if not silent.get(code, False)]


def _rows(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The claims summed up by kind, in the order of the kinds."""
    found = []
    for kind, group in groupby(lines, key=lambda line: line.claim.kind):
        of_kind = list(group)
        found.append(
            {
                "name": kind.name,
                "count": len(of_kind),
                "years": sorted({line.claim.levy_year for line in of_kind}),
                "principal_yen": sum(line.due.principal_yen for line in of_kind),
                "other_yen": sum(line.due.total_yen - line.due.principal_yen for line in of_kind),
                "total_yen": sum(line.due.total_yen for line in of_kind),
            }
        )
    return found


def _offers(fits: Sequence[Fitting]) -> list[dict[str, Any]]:
    """What the person can apply for, each once whatever the classes; what the city drafts itself is not promised here."""
    found: dict[str, dict[str, Any]] = {}
    for fit in fits:
        if fit.claims and fit.offer.form == fit.offer.Form.APPLICATION:
            row = found.setdefault(fit.offer.label, {"label": fit.offer.label, "when": fit.offer.when, "kinds": []})
            names = [claim.kind.short_name for claim in fit.claims]
            row["kinds"] = list(dict.fromkeys([*row["kinds"], *names]))
    return list(found.values())
