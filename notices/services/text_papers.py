"""The kinds with documents of their own (督促状, 分納不履行, 移管予告) for a preview: their own templates, nothing stored."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django.conf import settings

from claims.models import Claim, ClaimKindTerms
from claims.services.charges import kind_terms
from debtors.models import Person
from notices.rules import dunning
from notices.rules.address import address_lines, addressee
from notices.rules.kinds import FORMS
from notices.rules.text_checks import Problem
from notices.services.dunning_paper import read_as
from toyota_collect.dated import value_on
from toyota_collect.documents.explanation import reading
from toyota_collect.documents.store import letterhead, render_pdf
from toyota_collect.letter_forms import form_of
from toyota_collect.places import city_words, fill
from toyota_collect.wareki import long_text

NUMBER = "見本（送りません）"
TERM = timedelta(days=14)
LARGE_PAGES = 2  # of the document in large print
DAY = date(2026, 12, 1)  # of the letter on which it is seen whether a text fits


def sample_pdf(kind: str, parts: Mapping[str, str], *, person: Person | None, form: str, on: date) -> bytes:
    """The document with these words in a form, for the person or for somebody who does not exist."""
    pdf, _ = render_pdf(f"documents/{kind}.html", context_of(kind, parts, person=person, form=form, on=on))
    return pdf


def fit_problems(kind: str, parts: Mapping[str, str]) -> Iterator[Problem]:
    """In each form so many pages as it should have; a text that makes more is too long."""
    for form, label in FORMS.items():
        _, pages = render_pdf(f"documents/{kind}.html", context_of(kind, parts, person=None, form=form, on=DAY))
        if pages > (most := pages_of(form)):
            yield Problem("", f"{label}：{most}枚に入らず、{pages}枚になります。文言を短くしてください。")


def pages_of(form: str) -> int:
    """The pages of the document itself, and those that explain it before it."""
    variant, language = form_of(form)
    return (LARGE_PAGES if variant == "large" else 1) + (2 if variant == "plain" else bool(language))


def context_of(kind: str, parts: Mapping[str, str], *, person: Person | None, form: str, on: date) -> dict[str, Any]:
    """What the template of the kind needs; figures are made up where the person has no claim."""
    to: Any = person or SimpleNamespace(
        name="見本　花子", is_corporate=False, postal_code="4710025", address="愛知県豊田市西町架空丁目８番地の３"
    )
    made = {"dunning": _dunning, "plan_broken": _plan_broken, "handover_notice": _handover}[kind]
    head = letterhead(on)
    words = city_words(settings.CITY_NAME, head["city"]) | {
        "誓約日": long_text(on - TERM),
        "誓約書番号": "豊債管分第12号",
        "所管課": "所管課",
    }
    filled = {name: fill(text, words) for name, text in parts.items()}
    claim = _claim(person, on=on)
    context = head | {"number": NUMBER, "person": to, "words": filled} | made(to, filled, claim, on)
    if kind == "dunning" and person:
        return context | read_as(form, filled, context["sheets"], until=context["run"].deadline_on)
    total = context["short_yen"] if kind == "plan_broken" else context["total_yen"]
    # Of all classes, so that what fits here fits everybody.
    more = {"seizes": True, "courts": True, "appeal": kind == "dunning"}
    return context | reading(form, filled, total_yen=total, until=on + TERM, **more)


def _claim(person: Person | None, *, on: date) -> Claim:
    """The person's oldest open claim, or one that nobody owes."""
    own = Claim.objects.overdue(on=on).filter(identity__person=person).select_related("kind").order_by("due_on")
    found: Claim | None = own.first() if person else None
    if found:
        return found
    kind: Any = SimpleNamespace(name="国民健康保険税", short_name="国民健康保険税", position=1)
    made: Any = SimpleNamespace(
        kind=kind,
        kind_id=0,
        levy_year=on.year,
        due_on=on - TERM * 3,
        instalment_label="第3期",
        notice_number="000-1234-26",
        principal_yen=68_200,
    )
    return made  # type: ignore[no-any-return]  # looks like a claim


def _dunning(to: Any, words: Mapping[str, str], claim: Claim, on: date) -> dict[str, Any]:
    terms: Any = (
        kind_terms().of(claim)
        if isinstance(claim, Claim)
        else SimpleNamespace(
            legal_class="A", self_execution=True, late_regime="local_tax", late_statute="地方税法723条"
        )
    )
    name = addressee(to.name, is_corporate=to.is_corporate)
    row = SimpleNamespace(
        number=NUMBER,
        claim=claim,
        principal_yen=claim.principal_yen,
        fee_yen=0,
        total_yen=claim.principal_yen,
        statute="（根拠条文）",
    )
    sheet = {
        "row": row,
        "late_yen": 0,
        "terms": terms,
        "seizes": dunning.may_seize(legal_class=terms.legal_class, self_execution=terms.self_execution),
        "consequence": dunning.consequence_of(
            words, legal_class=terms.legal_class, self_execution=terms.self_execution
        ),
        "appeal": ""
        if terms.legal_class == ClaimKindTerms.LegalClass.PRIVATE
        else dunning.appeal_text(
            value_on("dunning.appeal", on), body=f"{settings.CITY_NAME}長", is_tax=True, city=settings.CITY_NAME
        ),
    }
    return {
        "postal_code": f"{to.postal_code[:3]}-{to.postal_code[3:]}",
        "address_lines": address_lines(to.address),
        "name_lines": name.name_lines,
        "honorific": name.honorific,
        "run": SimpleNamespace(deadline_on=on + TERM),
        "total_yen": row.total_yen,
        "sheets": [sheet],
    }


def _plan_broken(to: Any, words: Mapping[str, str], claim: Claim, on: date) -> dict[str, Any]:
    one = SimpleNamespace(number=1, due_on=on - TERM, amount_yen=10_000)
    return {
        "rows": [{"one": one, "got": 0, "lacks": 10_000}],
        "short_yen": 10_000,
        "until": on + TERM,
        "claims": [{"claim": claim}],
    }


def _handover(to: Any, words: Mapping[str, str], claim: Claim, on: date) -> dict[str, Any]:
    row = {
        "kind": claim.kind.short_name,
        "what": claim.instalment_label,
        "due_first": claim.due_on,
        "due_last": claim.due_on,
        "principal_yen": claim.principal_yen,
        "other_yen": 0,
        "total_yen": claim.principal_yen,
    }
    return {
        "name": to.name,
        "is_corporate": to.is_corporate,
        "section": SimpleNamespace(name="所管課"),
        "rows": [row] * 6,
        "count": 6,
        "principal_yen": claim.principal_yen * 6,
        "other_yen": 0,
        "total_yen": claim.principal_yen * 6,
        "deadline_on": on + TERM,
        "coercive": True,
        "court": True,
    }
