"""返戻: a letter that came back demanded nothing; who it was for is looked for, and what was done is written down."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from claims.models import Claim, ClaimEvent, Hold
from debtors.models import Contact, WorkItem
from debtors.services.joining import join_people
from notices.models import Letter, PrintRun, ReturnedLetter
from notices.services.runs import RunRefused
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, user
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import posted as run_posted
from tests.integration.notices.mailing import pulled, receive, sealed, settle
from toyota_collect.models import AuditEvent

pytestmark = pytest.mark.django_db
LATER = DAY + timedelta(days=7)


def alone(n: int, **facts):
    return person(name=f"架空{n}", name_key=f"架空{n}", kana_key=f"カ{n}", **facts)


@pytest.fixture
def collector():
    return user("collector")


@pytest.fixture
def run(kept, finished_run, operator):
    """Two letters, posted."""

    def make() -> PrintRun:
        first = alone(1)
        claim(first, principal_yen=10_000)
        claim(first, kind="water_charge", source="suido", principal_yen=6_000)
        claim(alone(2), principal_yen=20_000)
        run = finished_run()
        run_posted(run, operator)
        return run

    return kept(make)


@pytest.fixture
def letter(run) -> Letter:
    return run.letters.get(serial=1)


def standing(letter: Letter) -> int:
    return ClaimEvent.objects.filter(claim__in_letters__letter=letter, kind="demand", withdrawn_at=None).count()


def test_what_came_back_withdraws_its_demands_and_opens_the_enquiry(run, letter, operator):
    got = receive(letter, operator, reason="moved", on=LATER, today=LATER)
    assert (got.times, got.again) == (1, False)
    letter.refresh_from_db()
    other = run.letters.get(serial=2)
    assert (letter.state, standing(letter), standing(other), other.state) == ("returned", 0, 1, "posted")
    assert ClaimEvent.objects.filter(kind="demand").count() == 3
    lines = list(Contact.objects.filter(person=letter.person).order_by("pk").values_list("outcome", "on"))
    assert lines == [("sent", DAY), ("returned", LATER)]
    assert "転居先不明" in Contact.objects.get(outcome="returned").text
    item = WorkItem.objects.get()
    assert (item.person, item.due_on, item.closed_at) == (letter.person, LATER + timedelta(days=14), None)
    assert "転居先不明" in item.reason
    assert "住民票" in item.next_step
    assert AuditEvent.objects.filter(event="letter.returned").count() == 1


def test_the_clock_goes_back_to_where_it_was(finished_run, operator):
    from datetime import date

    soon = claim(alone(9), kind="water_charge", source="suido", due_on=date(2021, 12, 24))
    Claim.objects.filter(pk=soon.pk).update(prescribes_on=date(2026, 12, 24))
    run = finished_run()
    run_posted(run, operator)
    soon.refresh_from_db()
    assert soon.prescribes_on == date(2027, 5, 22)
    receive(run.letters.get(), operator)
    soon.refresh_from_db()
    assert soon.prescribes_on == date(2026, 12, 24)


def test_only_the_demands_of_the_letter_itself_are_withdrawn(letter, operator):
    own = letter.claims.first().claim
    ClaimEvent.objects.filter(claim=own, kind="demand").update(origin="訪問での催告")
    receive(letter, operator)
    assert ClaimEvent.objects.get(claim=own, kind="demand").withdrawn_at is None
    assert standing(letter) == 1


def test_read_twice_it_is_told_and_nothing_is_written(letter, operator):
    receive(letter, operator)
    before = list(Contact.objects.values()), WorkItem.objects.count(), ReturnedLetter.objects.count()
    again = receive(letter, operator, reason="refused")
    assert (again.again, again.times, again.returned.reason) == (True, 1, "unknown")
    assert (list(Contact.objects.values()), WorkItem.objects.count(), ReturnedLetter.objects.count()) == before


@pytest.mark.parametrize("reason", ["refused", "expired"])
def test_what_was_refused_or_not_fetched_asks_for_another_step(reason, letter, operator):
    receive(letter, operator, reason=reason)
    assert "電話・訪問" in WorkItem.objects.get().next_step


@pytest.mark.parametrize(
    ("options", "why"),
    [
        pytest.param({"reason": "架空"}, "理由を選んで", id="no such reason"),
        pytest.param({"reason": "other"}, "内容を書いて", id="other without saying what"),
        pytest.param({"on": DAY - timedelta(days=1)}, "発送した日", id="before it was posted"),
        pytest.param({"on": DAY + timedelta(days=1)}, "今日までの日", id="a day to come"),
    ],
)
def test_what_cannot_be_is_refused(options, why, letter, operator):
    with pytest.raises(RunRefused, match=why):
        receive(letter, operator, **options)
    assert ReturnedLetter.objects.count() == 0


def test_only_what_was_posted_can_come_back(finished_run, operator):
    someone = alone(5)
    owed = claim(someone)
    claim(alone(6))
    run = finished_run()
    letter = run.letters.get(person=someone)
    with pytest.raises(RunRefused, match="まだ発送を登録していません"):
        receive(letter, operator)
    pay(owed, 1_000, on=DAY)
    pulled(run, operator)
    with pytest.raises(RunRefused, match="引き抜いた催告書"):
        receive(letter, operator)
    sealed(run, operator)
    with pytest.raises(RunRefused, match="まだ発送を登録していません"):
        receive(run.letters.exclude(pk=letter.pk).get(), operator)
    with pytest.raises(RunRefused, match="この番号の催告書はありません"):
        receive("9999豊債管第1号", operator)
    with pytest.raises(RunRefused, match="催告書の番号ではありません"):
        receive("4901234567894", operator)


def test_the_number_of_the_letter_will_do_as_well(letter, operator):
    assert receive(letter.number, operator).returned.letter == letter


def test_the_enquiry_is_for_the_person_as_known_now(run, letter, operator):
    other = run.letters.get(serial=2).person
    join_people(keep_id=other.pk, other_id=letter.person_id, on=DAY, by=user("supervisor"), reason="架空")
    receive(letter, operator)
    assert WorkItem.objects.get().person == other


# --- what was done ------------------------------------------------------------------------------------------


def test_sent_again_it_demands_again_and_may_come_back_again(letter, operator, collector):
    first = receive(letter, operator, on=LATER, today=LATER).returned
    day = LATER + timedelta(days=3)
    done = settle(first, "resent", collector, on=day, today=day)
    letter.refresh_from_db()
    assert (done.done_as, done.done_by, letter.state, standing(letter)) == ("resent", collector, "posted", 2)
    assert ClaimEvent.objects.filter(claim__in_letters__letter=letter, kind="demand", on=day).count() == 2
    assert WorkItem.objects.get().outcome == "新しい住所へ再送した"
    assert Contact.objects.filter(outcome="sent", on=day).count() == 1
    with pytest.raises(RunRefused, match="発送した日"):
        receive(letter, operator, on=LATER, today=day)
    second = receive(letter, operator, on=day, today=day)
    assert (second.times, standing(letter)) == (2, 0)
    assert WorkItem.objects.filter(closed_at=None).count() == 1
    with pytest.raises(RunRefused, match="済んでいます"):
        settle(first, "resent", collector, on=day, today=day)


def test_what_was_paid_or_is_protected_or_overdue_is_not_sent_again(letter, operator, collector):
    back = receive(letter, operator).returned
    after = letter.run.deadline_on + timedelta(days=1)
    with pytest.raises(RunRefused, match="期限が過ぎて"):
        settle(back, "resent", collector, on=after, today=after)
    pay(letter.claims.first().claim, 1_000, on=DAY)
    with pytest.raises(RunRefused, match="納付・充当があった"):
        settle(back, "resent", collector)
    protect(letter.person, starts_on=DAY)
    with pytest.raises(RunRefused, match="支援措置"):
        settle(back, "resent", collector)
    back.refresh_from_db()
    letter.refresh_from_db()
    assert (back.done_as, letter.state, standing(letter)) == ("", "returned", 0)


def test_a_new_address_is_what_it_is_sent_again_for(letter, operator, collector):
    back = receive(letter, operator).returned
    letter.person.address = "愛知県豊田市錦町1丁目1番地"
    letter.person.save()
    assert settle(back, "resent", collector).done_as == "resent"


def test_public_notice_begins_with_its_own_proposal(letter, operator, collector):
    back = receive(letter, operator).returned
    with pytest.raises(RunRefused, match="公示送達を起案する"):
        settle(back, "public", collector)
    back.refresh_from_db()
    assert (back.done_as, WorkItem.objects.get().closed_at) == ("", None)


def test_only_a_dunning_can_be_made_anew(letter, operator, collector):
    with pytest.raises(RunRefused, match="督促状だけ"):
        settle(receive(letter, operator).returned, "redone", collector)


def test_stopping_the_post_places_a_hold_that_silences_letters(letter, operator, collector):
    settle(receive(letter, operator).returned, "stopped", collector)
    hold = Hold.objects.get()
    assert (hold.reason, hold.channels, hold.starts_on, hold.review_on) == (
        "returned_mail",
        ["notice"],
        DAY,
        DAY + timedelta(days=180),
    )
    assert Claim.objects.reachable_by("notice", on=DAY).filter(identity__person=letter.person).count() == 0


def test_post_that_is_stopped_already_needs_no_second_hold(run, operator, collector):
    first, second = run.letters.order_by("serial")
    settle(receive(first, operator).returned, "stopped", collector)
    join_people(keep_id=first.person_id, other_id=second.person_id, on=DAY, by=user("supervisor"), reason="架空")
    settle(receive(second, operator).returned, "stopped", collector)
    assert Hold.objects.count() == 1


@pytest.mark.parametrize(
    ("done_as", "on", "why"),
    [
        ("架空", DAY, "何をしたか"),
        ("stopped", DAY - timedelta(days=1), "対応の日"),
        ("stopped", DAY + timedelta(days=1), "対応の日"),
    ],
)
def test_what_cannot_have_been_done_is_refused(done_as, on, why, letter, operator, collector):
    back = receive(letter, operator).returned
    with pytest.raises(RunRefused, match=why):
        settle(back, done_as, collector, on=on)


def test_the_same_letter_is_back_only_once(letter, operator):
    back = receive(letter, operator).returned
    back.pk = None
    with pytest.raises(IntegrityError, match="letter_is_back_once"), transaction.atomic():
        back.save(force_insert=True)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [({"done_as": "public"}, "return_done_by_somebody"), ({"reason": "other"}, "return_other_says_what")],
)
def test_a_half_told_return_is_refused_by_the_database(change, constraint, letter, operator):
    receive(letter, operator)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ReturnedLetter.objects.update(**change)
