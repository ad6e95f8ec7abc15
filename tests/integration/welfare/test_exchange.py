"""Cases out and in: the same facts as JSON and CSV, one schema for both, and nothing personal in either."""

import contextlib
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import welfare as made
from tests.factories.debtors import person, user
from tests.factories.welfare import DAY
from toyota_collect.permissions import Role
from welfare import exchange
from welfare.models import CaseResult, ContactAttempt, SupportCase
from welfare.services import cases, consents

LATER = DAY + timedelta(days=10)


@pytest.fixture
def worker():
    return user(Role.WELFARE_WORKER)


@pytest.fixture
def case(worker):
    someone = person(name="架空 秘密", address="愛知県豊田市秘密町1番地")
    found = made.received(worker, someone=someone, summary="家賃が払えない", contact="090-1111-2222", urgency="home")
    cases.attempt(case_id=found.pk, day=DAY, part="morning", channel="phone", reached=False, by=worker, on=LATER)
    cases.note(case_id=found.pk, day=DAY, text="とても私的なこと", by=worker, on=LATER)
    cases.answer(case_id=found.pk, code="budget", day=DAY, hold_until=LATER, by=worker, on=LATER)
    made.handed_over()  # not received yet: a signal without a case
    return found


@pytest.mark.django_db
def test_what_goes_out_is_as_the_schema_has_it_and_tells_nothing_personal(case):
    found = exchange.message(on=LATER)
    assert exchange.problems_of(found) == []
    assert (len(found["signals"]), len(found["cases"])) == (2, 1)
    for text in (exchange.to_json(found), exchange.to_csv(found)):
        assert case.referral.case_number in text
        for secret in ("架空", "秘密", "090-1111-2222", "家賃", "私的", case.referral.person.number):
            assert secret not in text


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_file_goes_out_and_comes_back_without_writing_anything_twice(client, case, worker, settings, form):
    settings.BASE_DATE = LATER
    client.force_login(worker)
    content = client.get(reverse("welfare:exchange-document"), {"form": form}).content
    before = (ContactAttempt.objects.count(), CaseResult.objects.count(), SupportCase.objects.count())
    answer = client.post(reverse("welfare:exchange"), {"file": SimpleUploadedFile(f"x.{form}", content)}, follow=True)
    assert "新しい連絡0件、新しい結果0件" in answer.content.decode()
    assert (ContactAttempt.objects.count(), CaseResult.objects.count(), SupportCase.objects.count()) == before


@pytest.mark.django_db
@pytest.mark.parametrize("form", [exchange.to_json, exchange.to_csv])
def test_work_done_elsewhere_is_taken_in_once(worker, form):
    referral = made.handed_over()
    found = exchange.message(on=LATER)
    attempts = [
        {"on": DAY.isoformat(), "part": "evening", "channel": "visit", "reached": True},
        {"on": LATER.isoformat(), "part": "morning", "channel": "phone", "reached": False},
    ]
    results = [{"on": LATER.isoformat(), "code": "home", "hold_until": (LATER + timedelta(days=30)).isoformat()}]
    facts = {"signal": referral.case_number, "received_on": DAY.isoformat(), "closed_on": LATER.isoformat()}
    found["cases"].append(facts | {"attempts": attempts, "results": results})
    content = form(found).encode()
    assert exchange.take_in(content, by=worker, on=LATER) == {"cases": 1, "attempts": 2, "results": 1}
    assert exchange.take_in(content, by=worker, on=LATER) == {"cases": 1, "attempts": 0, "results": 0}
    referral.refresh_from_db()
    assert (referral.state, referral.result) == ("answered", "home")
    case = SupportCase.objects.get()
    assert (case.received_on, case.closed_on) == (DAY, LATER)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda file: file["cases"][0].pop("attempts"), "cases/0：要る項目がありません（attempts）"),
        (lambda file: file["cases"][0].update(note="秘密"), "cases/0：決まりにない項目"),
        (lambda file: file["cases"][0]["attempts"][0].update(on="2026-02-30"), "attempts/0/on：日付ではありません"),
        (lambda file: file["cases"][0]["attempts"][0].update(channel="fax"), "attempts/0/channel：決まった値"),
        (lambda file: file["cases"][0]["attempts"][0].update(reached="yes"), "attempts/0/reached：値の型"),
        (lambda file: file["cases"][0].update(signal="W999999"), "W999999：この番号の件はない"),
        (lambda file: file["cases"][0]["results"][0].update(code="rich"), "結果の区分を選んでください"),
        (lambda file: file["cases"][0]["attempts"][0].update(on="2030-01-01"), "連絡した日は"),
        (lambda file: file.update(version=2), "version：決まった値と違います"),
    ],
)
def test_a_file_that_is_not_right_is_not_taken_in_at_all(case, worker, change, says):
    found = exchange.message(on=LATER)
    found["cases"][0]["attempts"].append(
        {"on": LATER.isoformat(), "part": "evening", "channel": "card", "reached": False}
    )
    change(found)
    with pytest.raises(exchange.ExchangeRefused) as refused:
        exchange.take_in(json.dumps(found).encode(), by=worker, on=LATER)
    assert says in "\n".join(refused.value.problems)
    assert ContactAttempt.objects.count() == 1


@pytest.mark.parametrize(
    "content", [b"\x82\xa0", b"", b"{", b"a,b\n1,2\n", b"#1,232114,2026-11-20\nrow,id\nother,W000001\n"]
)
def test_what_is_neither_json_nor_our_csv_says_so(content):
    with pytest.raises(exchange.ExchangeRefused):
        exchange.read(content)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_file_breaks_the_reader(content):
    with contextlib.suppress(exchange.ExchangeRefused):
        assert exchange.problems_of(exchange.read(content)) == []


@pytest.mark.django_db
def test_a_case_whose_consent_was_withdrawn_leaves_no_more(case, worker):
    consents.withdraw(consent_id=case.referral.consent_id, how="電話", by=user(Role.COLLECTOR), on=LATER)
    found = exchange.message(on=LATER)
    assert found["cases"] == []
    assert case.referral.case_number not in exchange.to_json(found)


def test_the_schema_itself_is_one_and_is_handed_out():
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(json.loads(exchange.SCHEMA.read_text(encoding="utf-8")))
