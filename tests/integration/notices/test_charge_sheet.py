"""延滞金等の計算書: the same steps as the claim page and the command, kept with its hash. All people are synthetic."""

import json
from datetime import date
from fractions import Fraction

import pypdfium2
import pytest
from django.urls import reverse

from claims.claim_page import context_of
from claims.explain import explain
from notices.models import Letter
from notices.services.charge_sheet import SheetWithheld, charge_sheet, sheet_lines
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, system_user, user
from tests.integration.notices.conftest import DAY
from tests.integration.notices.test_addressees import alone
from tests.integration.notices.test_takers import DIED, inherit
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import Document

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_papers")]


@pytest.fixture
def letter(kept, finished_run):
    def make() -> Letter:
        owed = claim(person(), principal_yen=200_000, due_on=date(2025, 5, 31))
        pay(owed, 80_500, on=date(2025, 9, 30))
        return finished_run().letters.get()

    return kept(make)


def test_page_sheet_and_command_show_the_same_steps(letter):
    owed = letter.claims.get().claim
    shown = [
        (step.from_on, step.to_on, step.days, step.base_yen, step.yen) for step in sheet_lines(letter)[0].charge.steps
    ]
    page = context_of(owed, as_of=letter.run.as_of)
    assert shown == [
        (s["step"].from_on, s["step"].to_on, s["step"].days, s["step"].base_yen, s["step"].yen) for s in page["steps"]
    ]
    case = {
        "id": "letter",
        "due_date": owed.due_on.isoformat(),
        "principal": 200_000,
        "payments": [{"date": "2025-09-30", "amount": 80_500}],
        "as_of": letter.run.as_of.isoformat(),
        "regime": "local_tax",
    }
    (told,) = explain("late_charge", json.dumps([case]), as_of=DAY)
    assert [(s["from"], s["to"], s["days"], s["base"], s["yen"]) for s in told["steps"]] == [
        (one[0].isoformat(), one[1].isoformat(), *one[2:]) for one in shown
    ]
    assert told["yen"] == letter.claims.get().late_yen


def test_the_sheet_is_kept_and_says_when_the_ledger_has_moved_on(letter, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert sheet_lines(letter)[0].agrees
    pay(letter.claims.get().claim, 50_000, on=date(2025, 10, 31))
    assert not sheet_lines(letter)[0].agrees
    made = charge_sheet(letter_id=letter.pk, by=system_user(), today=DAY)
    assert charge_sheet(letter_id=letter.pk, by=system_user(), today=DAY) == made
    assert Document.objects.filter(kind="late_charge_sheet").count() == 1
    text = pypdfium2.PdfDocument(document_bytes(made))[0].get_textpage().get_text_bounded()
    assert "計算が変わりました" in text
    assert letter.person.address not in text


def test_the_sheet_opens_from_the_letter(letter, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(user("collector"))
    answer = client.get(reverse("notices:letter-charges", args=[letter.pk]))
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")


def test_an_heir_sees_the_whole_calculation_and_what_of_it_is_asked(finished_run, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    dead, son, daughter = alone(1, died_on=DIED), alone(2), alone(3)
    claim(dead, principal_yen=200_000, due_on=date(2025, 5, 31))
    inherit(dead, user("collector"), (son, Fraction(2, 3)), (daughter, Fraction(1, 3)))
    run = finished_run(takers=["heir"])
    whole, parts = 0, []
    for letter in run.letters.select_related("run", "person"):
        (row,) = sheet_lines(letter)
        made = charge_sheet(letter_id=letter.pk, by=system_user(), today=DAY)
        text = "".join(pypdfium2.PdfDocument(document_bytes(made))[0].get_textpage().get_text_bounded().split())
        assert row.line.late_yen < row.charge.yen
        assert f"このうち{row.line.late_yen:,}円です" in text
        assert f"延滞金等の計{row.line.late_yen:,}円" in text
        assert "相続人として（持分3分の" in text
        assert "このうち未納の額は" not in text
        whole, parts = row.charge.yen, [*parts, row.line.late_yen]
    assert (len(parts), sum(parts)) == (2, whole)


def test_a_protected_person_has_none(letter):
    protect(letter.person)
    with pytest.raises(SheetWithheld):
        charge_sheet(letter_id=letter.pk, by=system_user(), today=DAY)
