"""使える制度: what is known and what is not, the paper that is no promise, in the words the person reads."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from claims.models import ClaimKind
from debtors.models import Contact
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from tests.factories.handovers import text_of
from toyota_collect.models import AccessLog, AuditEvent, Document, Setting
from toyota_collect.permissions import Role
from welfare.models import Benefit, BenefitCheck
from welfare.rules.benefits import FACTS, Chance, codes_of
from welfare.services import benefit_checks as checks
from welfare.services.benefit_checks import CheckRefused

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
PROMISES = (
    "必ず受けられ",
    "受けられます",
    "もらえます",
    "免除されます",
    "you will receive",
    "você receberá",
    "您将获得",
)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def chances(someone: Any, by: Any, **answers: bool | None) -> dict[str, Chance]:
    known = checks.with_answers(checks.known_facts(someone, user=by, on=DAY), answers)
    return {row.code: one.chance for row, one in checks.looks(checks.benefits_on(DAY), known)}


def paper(someone: Any, by: Any, chosen: list[str], **answers: bool | None) -> BenefitCheck:
    return checks.make_paper(person_id=someone.pk, answers=answers, chosen=chosen, by=by, on=DAY)


def test_the_ledger_and_the_register_tell_what_they_tell_and_no_more(collector):
    someone = person(birth_on=date(1961, 11, 21))  # 64 until tomorrow
    claim(someone, kind="nhi_tax", source="kokuho")
    claim(someone, kind="school_lunch", source="zei", levy_year=2024)
    known = checks.known_facts(someone, user=collector, on=DAY)
    assert (known["pays_nhi"].value, known["pays_nhi"].origin) == (True, "債権の台帳")
    assert known["school_child"].value is None  # two years ago
    assert (known["aged_65"].value, known["aged_75"].value, known["lost_job"].value) == (False, False, None)
    assert checks.known_facts(someone, user=collector, on=date(2026, 11, 21))["aged_65"].value is True
    found = chances(someone, collector)
    assert found["nhi_reduction"] is Chance.ASK
    assert found["ltc_reduction"] is Chance.UNLIKELY
    assert found["self_reliance"] is Chance.LIKELY


def test_that_nothing_is_owed_of_a_kind_says_nothing(collector):
    assert chances(person(birth_on=None), collector)["nhi_reduction"] is Chance.ASK
    assert chances(person(birth_on=None), collector, pays_nhi=False)["nhi_reduction"] is Chance.UNLIKELY


def test_what_the_user_may_not_see_is_not_told(db):
    someone = person()
    rent = claim(someone, kind="housing_rent", source="jutaku")
    claim(someone)
    clerk = user(Role.SECTION_VIEWER, section=rent.section)
    known = checks.known_facts(someone, user=clerk, on=DAY)
    assert (known["city_housing"].value, known["pays_resident_tax"].value) == (True, None)


def test_every_row_asks_for_facts_that_exist_and_is_in_all_languages(db):
    rows = checks.benefits_on(DAY)
    assert len(rows) >= 15
    asked = set()
    for row in rows:
        row.full_clean()
        asked |= set(codes_of(row.conditions))
        assert row.law
        assert row.section
        assert row.deadline
        assert row.who
        assert all(row.words_in(lang) for lang in ("en", "pt", "zh", "vi"))
        assert not any(word in f"{row.who}{row.plain}" for word in PROMISES), row.code
        kanji = re.sub(r"｜.+?《.+?》", "", row.plain)
        assert not re.search(r"[一-龠]", kanji), f"{row.code}: every kanji has its reading"
    assert asked == set(FACTS)
    with pytest.raises(ValidationError, match="rich"):
        Benefit(code="x", starts_on=DAY, conditions="rich").clean()


def test_facts_that_the_ledger_tells_name_kinds_that_exist(db):
    named = {kind for kinds in checks.TOLD_BY.values() for kind in kinds}
    assert named == set(ClaimKind.objects.filter(code__in=named).values_list("code", flat=True))
    assert set(checks.TOLD_BY) <= set(FACTS)


def test_the_paper_explains_and_does_not_promise(collector):
    someone = person()
    claim(someone, kind="nhi_tax", source="kokuho")
    made = paper(someone, collector, ["nhi_reduction", "self_reliance"], lost_job=True)
    count, text = text_of(made.paper)
    assert count == 1
    for words in ("国民健康保険税の減免", "国保年金課", "約束するものではありません", "自立相談支援"):
        assert words in text, words
    assert not any(word.replace(" ", "") in text for word in PROMISES)
    assert "市民税・県民税の減免" not in text
    assert someone.address not in text
    assert made.answers == {"lost_job": True}
    assert "国民健康保険税の減免" in Contact.objects.get().text
    assert AuditEvent.objects.filter(event="benefits.checked", by=collector).count() == 1


def test_twice_is_once(collector):
    someone = person()
    first = paper(someone, collector, ["self_reliance"])
    assert paper(someone, collector, ["self_reliance"]) == first
    assert (BenefitCheck.objects.count(), Document.objects.count(), Contact.objects.count()) == (1, 1, 1)
    assert paper(someone, collector, ["self_reliance"], lost_job=True) != first


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("plain", ("かならず", "This is not a promise", "Isto não é uma promessa", "这不是承诺", "Đây không phải")),
        ("pt", ("Isto não é uma promessa", "Seguro Nacional de Saúde")),
        ("zh", ("这不是承诺", "国民健康保险税的减免")),
        ("large.vi", ("Đây không phải là lời hứa", "Bảo hiểm Y tế Quốc dân")),
        ("en", ("This is not a promise", "National Health Insurance tax")),
    ],
)
def test_it_speaks_the_languages_the_person_reads(collector, form, words):
    someone = person(letter_variant=form)
    _, text = text_of(paper(someone, collector, ["nhi_reduction"]).paper)
    for one in words:
        assert one.replace(" ", "") in text, one
    assert "窓口" in text


def test_all_of_them_fit_on_a_few_sheets(collector):
    someone = person(letter_variant="plain", birth_on=None)
    count, _ = text_of(paper(someone, collector, list(checks_codes())).paper)
    assert count <= 8


def checks_codes() -> set[str]:
    return {row.code for row in checks.benefits_on(DAY)}


def test_what_cannot_be_explained_is_refused(collector):
    someone = person()
    with pytest.raises(CheckRefused, match="1つ以上"):
        paper(someone, collector, ["nothing"])
    with pytest.raises(CheckRefused, match="国民健康保険税の減免"):
        paper(someone, collector, ["nhi_reduction"], pays_nhi=False)
    Setting.objects.filter(key="benefits.words").delete()
    with pytest.raises(CheckRefused, match=r"benefits\.words"):
        paper(someone, collector, ["self_reliance"])
    assert not Document.objects.exists()


def ticked(page):
    return {one["row"].code for group in page.context["groups"] for one in group["rows"] if one["chosen"]}


def test_the_page_sorts_by_the_answers_and_keeps_what_is_not_asked(collector):
    someone = person()
    claim(someone, kind="nhi_tax", source="kokuho")
    client = Client()
    client.force_login(collector)
    url = reverse("welfare:benefits", args=[someone.number])
    page = client.get(url)
    assert "債権の台帳では「はい」" in page.content.decode()
    page = client.post(url, {"lost_job": "yes", "sort": "1"})
    groups = {group["id"]: [one["row"].code for one in group["rows"]] for group in page.context["groups"]}
    assert "nhi_reduction" in groups["likely"]
    assert "nhi_jobless" in groups["ask"]
    assert "nhi_reduction" in ticked(page)  # an answer has just made it likely
    page = client.post(url, {"lost_job": "yes", "offered": ["nhi_reduction"], "chosen": ["nhi_jobless"], "sort": "1"})
    assert "nhi_reduction" not in ticked(page)  # somebody unticked it
    assert "nhi_jobless" in ticked(page)
    assert not BenefitCheck.objects.exists()
    said = client.post(url, {"make": "1"})
    assert "案内する制度を1つ以上" in said.content.decode()
    done = client.post(url, {"lost_job": "yes", "chosen": ["nhi_reduction"], "make": "1"}, follow=True)
    made = BenefitCheck.objects.get()
    assert "案内の紙を作りました" in done.content.decode()
    assert (made.answers["lost_job"], made.answers["disaster"]) == (True, None)
    assert client.get(reverse("welfare:benefits-paper", args=[made.pk])).content.startswith(b"%PDF")
    assert AccessLog.objects.filter(action="benefits.paper", person_key=someone.number).exists()


def test_a_section_of_the_table_may_end(collector):
    someone = person()
    Benefit.objects.create(
        code="self_reliance", starts_on=DAY, in_use=False, group="support", name="x", section="x", who="x", law="x",
        plain="x", en="x", pt="x", zh="x", vi="x", source="架空",
    )  # fmt: skip
    assert "self_reliance" not in chances(someone, collector)
