"""使える制度: what is known of a person for the benefits, what to ask, and the paper that explains those that may fit."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from claims.models import Claim
from debtors.models import Contact, Person
from toyota_collect import audit
from toyota_collect.calendar import fiscal_year
from toyota_collect.dated import SettingMissing, rows_on, value_on
from toyota_collect.documents.explanation import LANGUAGES, Language, part_of, ruby
from toyota_collect.documents.store import draw_number, letterhead, make_document
from toyota_collect.letter_forms import form_of
from toyota_collect.permissions import Ground
from welfare.models import Benefit, BenefitCheck
from welfare.rules.benefits import FACTS, Chance, Look, codes_of, in_order, look

KIND, MARK, WORDS = "benefits_paper", "豊債管制", "benefits.words"
# Which kinds of claims tell that the person pays for the thing; that there is none tells nothing.
TOLD_BY = {
    "pays_nhi": {"nhi_tax"},
    "pays_nursery": {"nursery_fee", "certified_nursery_fee", "extended_nursery_fee"},
    "pays_water": {"water_charge", "sewer_charge"},
    "city_housing": {"housing_rent", "housing_parking"},
    "pays_resident_tax": {"resident_tax", "resident_tax_withheld"},
    "pays_property_tax": {"property_tax"},
    "school_child": {"school_lunch"},
}
RECENT_YEARS = 1  # levies of this fiscal year and the one before tell of now


class CheckRefused(Exception):
    """The paper cannot be made; the message says why and what to do, in Japanese."""


@dataclass(frozen=True, slots=True)
class Known:
    """A fact with what is known of it and from where ("": nobody has asked yet)."""

    code: str
    text: str
    value: bool | None
    origin: str


def known_facts(person: Person, *, user: Any, on: date) -> dict[str, Known]:
    """What register and ledger tell, as far as the user may know it. Nothing is taken for false because it is missing."""
    recent = Claim.objects.visible_to(user).filter(
        identity__person=person, levy_year__gte=fiscal_year(on) - RECENT_YEARS
    )
    kinds = set(recent.order_by().values_list("kind__code", flat=True).distinct())
    found = {code: Known(code, text, None, "") for code, text in FACTS.items()}
    for code, telling in TOLD_BY.items():
        if kinds & telling:
            found[code] = Known(code, FACTS[code], True, "債権の台帳")
    if person.birth_on and not person.is_corporate:
        age = on.year - person.birth_on.year - ((on.month, on.day) < (person.birth_on.month, person.birth_on.day))
        for code, least in (("aged_65", 65), ("aged_75", 75)):
            found[code] = Known(code, FACTS[code], age >= least, "生年月日")
        if age >= 65:
            found["company_ended_job"] = Known("company_ended_job", FACTS["company_ended_job"], False, "生年月日")
    return found


def with_answers(known: Mapping[str, Known], answers: Mapping[str, bool | None]) -> dict[str, Known]:
    """What the person said goes before what the city's records say."""
    return dict(known) | {
        code: Known(code, FACTS[code], value, "本人から聞いた")
        for code, value in answers.items()
        if code in FACTS and value is not None
    }


def benefits_on(on: date) -> list[Benefit]:
    """The table in force, in its order."""
    return sorted(rows_on(Benefit, on), key=lambda row: (row.position, row.code))


def looks(rows: Collection[Benefit], known: Mapping[str, Known]) -> list[tuple[Benefit, Look]]:
    """Each benefit with how it stands, those that seem to fit first."""
    by_code = {row.code: row for row in rows}
    values = {code: one.value for code, one in known.items()}
    return [(by_code[one.code], one) for one in in_order([look(row.code, row.conditions, values) for row in rows])]


def questions(rows: Collection[Benefit]) -> list[str]:
    """The facts that some benefit asks for, in the order of the list of facts."""
    asked = {code for row in rows for code in codes_of(row.conditions)}
    return [code for code in FACTS if code in asked]


@transaction.atomic
def make_paper(
    *, person_id: int, answers: Mapping[str, bool | None], chosen: Collection[str], by: Any, on: date
) -> BenefitCheck:
    """Keep what was answered and make the paper about the chosen benefits. The same again on the same day gives the same paper.

    Raises:
        Person.DoesNotExist: no such person.
        CheckRefused: nothing is chosen, one does not fit by what is known, or the city's words are not set.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    kept = {code: value for code, value in sorted(answers.items()) if code in FACTS}
    rows = benefits_on(on)
    known = with_answers(known_facts(person, user=by, on=on), kept)
    fits = {row.code: (row, one) for row, one in looks(rows, known)}
    picked = [code for code in fits if code in chosen]
    if not picked:
        raise CheckRefused("案内する制度を1つ以上選んでください。")
    if wrong := [fits[code][0].name for code in picked if fits[code][1].chance is Chance.UNLIKELY]:
        raise CheckRefused(
            f"「{'、'.join(wrong)}」は、聞いたことからは当てはまりません。聞き直すか、選択から外してください。"
        )
    codes = sorted(picked)
    if former := person.benefit_checks.filter(on=on, answers=kept, chosen=codes).first():
        return former
    try:
        paper = _paper(person, [fits[code] for code in picked], known, by=by, on=on)
    except SettingMissing as error:
        raise CheckRefused(str(error)) from error
    made = BenefitCheck.objects.create(person=person, on=on, answers=kept, chosen=codes, paper=paper, by=by)
    person.contacts.create(
        on=on,
        channel=Contact.Channel.OTHER,
        outcome=Contact.Outcome.NOTE,
        text=f"使えるかもしれない制度を案内した：{'、'.join(fits[code][0].name for code in picked)}"[:2000],
        ground=Ground.CONTRACT,
        by=by,
    )
    audit.record(event="benefits.checked", by=by, target=made, detail={"person": person.number, "chosen": codes})
    return made


def _paper(person: Person, picked: list[tuple[Benefit, Look]], known: Mapping[str, Known], *, by: Any, on: date) -> Any:
    words, form = value_on(WORDS, on), form_of(person.letter_variant)
    wanted: list[Language] = [one for one in LANGUAGES if form.variant == "plain" or part_of(one.lang) == form.language]
    return make_document(
        template="documents/benefits.html",
        context=letterhead(on)
        | {
            "person": person,
            "large": form.variant == "large",
            "words": words,
            "rows": [
                {"row": row, "met": [FACTS[code] for code in one.met], "ask": [FACTS[code] for code in one.unknown]}
                for row, one in picked
            ],
            "plain": _plain(picked, words) if form.variant == "plain" else None,
            "languages": [_in(one, picked, words) for one in wanted],
        },
        kind=KIND,
        number=draw_number(series=MARK, mark=MARK, on=on),
        subject_type="debtors.person",
        subject_key=person.number,
        by=by,
    )


def _plain(picked: list[tuple[Benefit, Look]], words: Mapping[str, str]) -> dict[str, Any]:
    return {
        "headline": ruby(words["plain_headline"]),
        "no_promise": ruby(words["plain_no_promise"]),
        "rows": [{"text": ruby(row.plain), "row": row} for row, _ in picked],
    }


def _in(one: Language, picked: list[tuple[Benefit, Look]], words: Mapping[str, str]) -> dict[str, Any]:
    part = part_of(one.lang)
    return {
        "lang": one.lang,
        "title": words[f"{part}_title"],
        "no_promise": words[part],
        "interpreter": one.interpreter,
        "rows": [{"text": row.words_in(part), "row": row} for row, _ in picked],
    }
