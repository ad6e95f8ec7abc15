"""窓口: a visitor with three kinds of slips, from what is in the hand to the written log; nothing twice, nothing lost."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Acknowledgement, ClaimEvent, Slip
from claims.services.slips import issue_slip
from debtors.models import Contact, CounterVisit, WorkItem
from debtors.search import find_people
from debtors.services import visits
from tests.factories.claims import claim
from tests.factories.debtors import person, protect, user
from tests.factories.plans import signed
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
DAYS = {"as_of": "2026-11-20", "due_on": "2026-12-04", "policy": "kind"}
END = {"outcome": "talked", "with_whom": "self", "next_step": "電話する", "next_due_on": "2026-11-30"}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


@pytest.fixture
def desk(client, collector):
    client.force_login(collector)
    return client


@pytest.fixture
def visitor():
    """Owes tax, health insurance and rent."""
    someone = person(name="架空 由美子", kana="カクウ ユミコ", kana_key="カクウユミコ")
    claim(someone, principal_yen=41_000, due_on=date(2026, 6, 30))
    claim(someone, kind="nhi_tax", source="kokuho", principal_yen=20_000, due_on=date(2026, 7, 31))
    claim(someone, kind="housing_rent", source="jutaku", principal_yen=26_300, due_on=date(2026, 10, 31))
    return someone


def claims_of(someone):
    return list(someone.identities.order_by("pk").values_list("claims", flat=True))


def received(desk, someone) -> CounterVisit:
    answer = desk.post(reverse("notices:counter-open"), {"number": someone.number})
    return CounterVisit.objects.get(pk=int(answer.url.rstrip("/").rsplit("/", 1)[1]))


def send(desk, visit, do="", *, claims=(), **facts):
    url = reverse("notices:counter-visit", args=[visit.pk])
    return desk.post(url, {"do": do, "claims": list(claims), "checked": "photo"} | DAYS | END | facts)


def test_any_number_on_the_paper_receives_the_person(desk, collector, visitor):
    owed = claims_of(visitor)
    days = {"as_of": DAY, "due_on": date(2026, 12, 4), "issued_on": DAY}
    slip = issue_slip(person_id=visitor.pk, claim_ids=owed, by=collector, **days)
    other = claim()  # somebody else is not found by any of these
    notice = visitor.identities.first().claims.get().notice_number
    document = "令和8年度 豊債管承第1号"
    desk.post(reverse("notices:counter-open"), {"number": visitor.number})
    visit = CounterVisit.objects.get()
    send(desk, visit, "paper", claims=owed[:1])
    assert Acknowledgement.objects.get().document.number == document
    printed = [slip.barcode, f"]C1{slip.barcode}", slip.reference, slip.number, notice, visitor.number, document]
    for number in [*printed, "令和8年度豊債管承第1号"]:
        answer = desk.post(reverse("notices:counter-open"), {"q": number})
        assert answer.url == reverse("notices:counter-visit", args=[visit.pk]), number
    assert other.identity.person.visits.count() == 0
    clerk = user(Role.SECTION_VIEWER, section=other.section)
    assert find_people(slip.barcode, user=clerk, on=DAY).count == 0


def test_a_reading_lists_people_and_the_button_receives_one(desk, visitor):
    answer = desk.post(reverse("notices:counter-open"), {"q": "かくう"})
    page = desk.get(answer.url)
    assert "受け付ける" in page.content.decode()
    assert not CounterVisit.objects.exists()


def test_one_visit_is_open_for_a_person_whoever_receives_them(desk, visitor):
    first = received(desk, visitor)
    assert received(desk, visitor) == first
    desk.force_login(user(Role.SUPERVISOR))
    assert received(desk, visitor) == first
    with pytest.raises(IntegrityError, match="visit_one_open_per_person"), transaction.atomic():
        CounterVisit.objects.create(person=visitor, on=DAY, opened_by=first.opened_by)


def test_everything_owed_is_ticked_and_what_is_changed_is_kept(desk, visitor):
    visit = received(desk, visitor)
    url = reverse("notices:counter-visit", args=[visit.pk])
    tax, insurance, rent = claims_of(visitor)
    assert desk.get(url).context["sums"].count == 3
    kept = desk.post(
        reverse("notices:counter-keep", args=[visit.pk]),
        {"claims": [tax, rent], "checked": "papers", "note": "仕事が減った", "offered": ["welfare", "nonsense"]} | DAYS,
    )
    assert "2件" in kept.content.decode()
    again = desk.get(url).context
    assert {row.claim.pk for group in again["groups"] for row in group.rows if row.chosen} == {tax, rent}
    visit.refresh_from_db()
    assert (visit.checked, visit.note) == ("papers", "仕事が減った")
    assert insurance not in visit.picked


def test_what_is_owed_is_told_with_the_very_answer_to_the_identity_check(desk, visitor):
    visit = received(desk, visitor)
    keep, owed = reverse("notices:counter-keep", args=[visit.pk]), f"納期を過ぎた{len(claims_of(visitor))}件"
    for checked, state, told in (("", "先に選ぶ", False), ("photo", "済み", True), ("none", "先に選ぶ", False)):
        answer = desk.post(keep, {"claims": claims_of(visitor)[:1], "checked": checked} | DAYS).content.decode()
        assert 'id="identified" hx-swap-oob="true"' in answer
        assert state in answer.split('id="identified"')[1]
        assert (owed in answer) is told
        page = desk.get(reverse("notices:counter-visit", args=[visit.pk])).content.decode()
        assert (owed in page) is told


def test_interrupted_visits_wait_beside_each_other(desk, visitor):
    other = claim().identity.person
    one, two = received(desk, visitor), received(desk, other)
    send(desk, one, "away", claims=claims_of(visitor)[:1], note="途中")
    page = desk.get(reverse("notices:counter")).content.decode()
    for someone in (visitor, other):
        assert someone.name in page
    one.refresh_from_db()
    assert (one.picked, one.note, one.closed_at) == (claims_of(visitor)[:1], "途中", None)
    assert "来庁中" in desk.get(reverse("debtors:person", args=[visitor.number])).content.decode()
    assert other.name in desk.get(reverse("notices:counter-visit", args=[one.pk])).content.decode()
    assert two.closed_at is None


@pytest.mark.parametrize("do", ["pay", "paper"])
@pytest.mark.parametrize("checked", ["", "none"])
def test_nothing_is_printed_before_it_is_known_who_came(desk, visitor, do, checked):
    visit = received(desk, visitor)
    answer = send(desk, visit, do, claims=claims_of(visitor), checked=checked)
    assert answer.status_code == 302
    assert "本人確認" in desk.get(answer.url).content.decode()
    assert (Slip.objects.count(), Acknowledgement.objects.count()) == (0, 0)


def test_the_slip_is_made_once_and_the_rest_is_ticked_next(desk, visitor):
    visit = received(desk, visitor)
    tax, insurance, rent = claims_of(visitor)
    for _ in range(2):
        send(desk, visit, "pay", claims=[tax])
    slip = Slip.objects.get()
    assert [line.claim_id for line in slip.lines.all()] == [tax]
    visit.refresh_from_db()
    assert visit.picked == sorted([insurance, rent])
    page = desk.get(reverse("notices:counter-visit", args=[visit.pk])).content.decode()
    assert slip.reference in page
    assert "納付書を印刷する" in page
    send(desk, visit, "pay", claims=[tax], due_on="2026-12-11")  # another last day is another slip
    assert Slip.objects.count() == 2


def test_a_plan_begins_with_what_is_ticked(desk, visitor):
    visit = received(desk, visitor)
    _, insurance, rent = claims_of(visitor)
    answer = send(desk, visit, "plan", claims=[insurance, rent])
    page = desk.get(answer.url)
    assert {row.claim.pk for row in page.context["rows"] if row.chosen} == {insurance, rent}
    assert "窓口の画面へ戻る" in page.content.decode()


def test_the_signed_paper_acknowledges_and_the_log_writes_itself(desk, collector, visitor):
    visit = received(desk, visitor)
    tax, insurance, rent = claims_of(visitor)
    send(desk, visit, "pay", claims=[tax])
    for _ in range(2):
        send(desk, visit, "paper", claims=[insurance])
    paper = Acknowledgement.objects.get()
    sign = reverse("notices:counter-sign", args=[visit.pk, paper.pk])
    for _ in range(2):
        desk.post(sign, {"signed_on": "2026-11-20", "signer": "架空 由美子", "signed_as": "self"})
    assert ClaimEvent.objects.get(kind="acknowledgement").claim_id == insurance
    page = desk.get(reverse("notices:counter-visit", args=[visit.pk]))
    proposed = page.context["end_form"].initial
    assert proposed["outcome"] == "promised"
    assert (proposed["next_step"], proposed["next_due_on"]) == ("納付書の入金を確かめる", date(2026, 12, 7))
    facts = {"note": "月末に残りを相談する", "offered": ["welfare"], "outcome": "promised"}
    for _ in range(2):
        send(desk, visit, "end", claims=[rent], **facts)
    contact = Contact.objects.get()
    slip = Slip.objects.get()
    for words in (slip.reference, "債務承認書", "に署名を受けた", "自立相談支援", "月末に残りを相談する"):
        assert words in contact.text
    assert (contact.channel, contact.checked, contact.by) == ("counter", ["photo"], collector)
    assert (contact.promised_on, contact.promised_yen) == (slip.due_on, slip.amount_yen)
    assert WorkItem.objects.get().next_step == "電話する"
    visit.refresh_from_db()
    assert (visit.contact, visit.closed_by) == (contact, collector)


def test_a_signed_deed_stands_in_the_log_of_the_visit(desk, collector, visitor):
    visit = received(desk, visitor)
    owed = visitor.identities.first().claims.get()
    signed(owed, by=collector)
    send(desk, visit, "end", outcome="plan")
    assert "誓約書を受けた" in Contact.objects.get().text


def test_ending_needs_who_came_and_the_next_step(desk, visitor):
    visit = received(desk, visitor)
    send(desk, visit, "end", checked="")
    answer = send(desk, visit, "end", next_step="")
    assert "次の一手と期限の両方" in answer.content.decode()
    send(desk, visit, "end", next_due_on="2026-11-01")
    assert not Contact.objects.exists()
    send(desk, visit, "end", checked="none")
    contact = Contact.objects.get()
    assert (contact.checked, contact.text) == ([], "用件を聞いた。")


def test_a_visit_that_came_to_nothing_leaves_no_line_and_cannot_go_on(desk, collector, visitor):
    visit = received(desk, visitor)
    send(desk, visit, "give_up")
    assert not Contact.objects.exists()
    with pytest.raises(visits.VisitRefused, match="終わって"):
        visits.keep_visit(visit_id=visit.pk, note="x")
    with pytest.raises(visits.VisitRefused, match="取りやめて"):
        visits.end_visit(
            visit_id=visit.pk, on=DAY, outcome="talked", done="", next_step="x", next_due_on=DAY, by=collector
        )
    keep = desk.post(reverse("notices:counter-keep", args=[visit.pk]), DAYS)
    assert keep.status_code == 409
    assert received(desk, visitor) != visit


def test_no_address_is_shown_of_a_protected_visitor(desk, visitor):
    protect(visitor)
    visit = received(desk, visitor)
    for url in (reverse("notices:counter"), reverse("notices:counter-visit", args=[visit.pk])):
        page = desk.get(url).content.decode()
        assert "小坂本町" not in page
        assert "保護" in page


def test_the_screen_takes_no_more_queries_for_more_claims(desk, visitor):
    visit = received(desk, visitor)
    url = reverse("notices:counter-visit", args=[visit.pk])
    desk.get(url)
    with CaptureQueriesContext(connection) as few:
        desk.get(url)
    for month in range(1, 6):
        claim(visitor, due_on=date(2026, month, 28), instalment=month)
    with CaptureQueriesContext(connection) as many:
        desk.get(url)
    assert len(many) == len(few)
