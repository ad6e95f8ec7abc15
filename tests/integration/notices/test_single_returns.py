"""Letters to one person at the desk for returned mail, and a destination that changed before the post."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from claims.models import ClaimEvent, Hold
from debtors.models import Contact, Person, WorkItem
from notices.models import Notice, ReturnedLetter
from notices.services import singles
from notices.services.runs import RunRefused
from notices.services.single_standing import changed_since
from tests.factories.claims import claim, pay
from tests.factories.debtors import user
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import receive, settle
from tests.integration.notices.test_addressees import alone, move, relate
from tests.integration.notices.test_singles import make, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.BASE_DATE = DAY


@pytest.fixture
def clerk():
    return user("collector")


def mark(notice: Notice) -> str:
    return f"0000{notice.serial:07d}0113"


def demand(clerk, **facts) -> Notice:
    someone = alone(1)
    claim(someone, **facts)
    return make(someone, "demand", clerk)


def live() -> int:
    return ClaimEvent.objects.filter(kind="demand", withdrawn_at=None).count()


@pytest.mark.parametrize("read", [mark, lambda notice: notice.number], ids=["mark", "number"])
def test_the_desk_knows_a_letter_to_one_person(read, clerk):
    notice = post(demand(clerk), clerk)
    assert live() == 1
    got = receive(read(notice), clerk)
    notice.refresh_from_db()
    assert (got.returned.notice, got.again, notice.state) == (notice, False, "returned")
    assert live() == 0
    assert Contact.objects.get(outcome="returned").text.startswith(notice.title)
    assert WorkItem.objects.get(closed_at=None).subject_key == f"returned:n{notice.pk}"
    assert receive(read(notice), clerk).again
    assert ReturnedLetter.objects.count() == 1


def test_what_was_not_posted_is_no_return(clerk):
    notice = demand(clerk)
    with pytest.raises(RunRefused, match="発送した"):
        receive(mark(notice), clerk)


def test_it_is_sent_again_and_counts_again(clerk):
    notice = post(demand(clerk), clerk)
    got = receive(mark(notice), clerk)
    move(notice.person, clerk)
    settle(got.returned, "resent", clerk)
    notice.refresh_from_db()
    assert (notice.state, notice.ended_on, notice.ended_because) == ("posted", None, "")
    assert live() == 1
    again = receive(mark(notice), clerk)
    assert (again.again, again.times) == (False, 2)


def test_it_is_not_sent_again_when_money_has_come(clerk):
    notice = post(demand(clerk), clerk)
    got = receive(mark(notice), clerk)
    pay(notice.claims.get().claim, 1_000, on=DAY)
    with pytest.raises(RunRefused, match="記帳"):
        settle(got.returned, "resent", clerk)


def test_no_more_letters(clerk):
    notice = post(demand(clerk), clerk)
    settle(receive(mark(notice), clerk).returned, "stopped", clerk)
    assert Hold.objects.get().reason == "returned_mail"
    assert not WorkItem.objects.filter(closed_at=None).exists()


def test_a_notice_that_demands_nothing_withdraws_nothing(clerk):
    someone = alone(1)
    claim(someone)
    notice = post(make(someone, "welfare", clerk), clerk)
    receive(notice.number, clerk)
    assert "取り消した" not in Contact.objects.get(outcome="returned").text


def test_its_own_page_enters_the_same_return(clerk):
    notice = post(demand(clerk), clerk)
    back = {"on": DAY, "reason": "あて所なし", "by": clerk, "now": timezone.now(), "today": DAY}
    singles.come_back(notice_id=notice.pk, **back)
    assert ReturnedLetter.objects.get().reason_text == "その他（あて所なし）"
    with pytest.raises(singles.SingleRefused):
        singles.come_back(notice_id=notice.pk, **back)


def test_a_return_is_of_one_paper(clerk):
    notice = post(demand(clerk), clerk)
    returned = receive(mark(notice), clerk).returned
    with pytest.raises(IntegrityError, match="return_is_of_one_paper"), transaction.atomic():
        ReturnedLetter.objects.filter(pk=returned.pk).update(notice=None)


def _moves(someone, clerk):
    move(someone, clerk)


def _register(someone, _):
    Person.objects.filter(pk=someone.pk).update(address="愛知県豊田市架空町9番地")


def _renamed(someone, _):
    Person.objects.filter(pk=someone.pk).update(name="架空 改名")


def _guardian(someone, clerk):
    relate(someone, "guardian", clerk, name="架空 守", postal_code="1000001", address="東京都架空1番")


@pytest.mark.parametrize("happens", [_moves, _register, _renamed, _guardian])
def test_a_destination_that_changed_stops_the_posting(happens, clerk):
    notice = demand(clerk)
    assert changed_since(notice, today=DAY) == ""
    happens(notice.person, clerk)
    notice = Notice.objects.get(pk=notice.pk)
    with pytest.raises(singles.SingleRefused, match="送付先"):
        post(notice, clerk)
    assert live() == 0


def test_a_letter_from_before_keeps_no_window_and_is_posted(clerk):
    notice = demand(clerk)
    Notice.objects.update(sent_to={})
    move(notice.person, clerk)
    assert changed_since(Notice.objects.get(pk=notice.pk), today=DAY) == ""
