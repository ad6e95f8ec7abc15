"""支援措置の送付経路 and its closed pile: the address is on the paper and nowhere else, and over on its day."""

import io
from datetime import date, timedelta

import pypdfium2 as pdfium
import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import ClaimEvent
from debtors.models import Contact, SafeRoute
from debtors.services import safe_routes
from debtors.services.joining import join_people
from debtors.services.safe_routes import Place, RouteRefused
from notices.models import ClosedPile, HandOver, Notice
from notices.services import closed_piles, singles
from notices.services.single_data import Wish
from notices.services.singles import SingleRefused
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, user
from tests.integration.notices.conftest import DAY
from tests.integration.notices.test_addressees import alone, relate
from toyota_collect import approvals
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import AuditEvent, Section

pytestmark = pytest.mark.django_db
SAFE = Place("6000001", "京都府架空市安全町3番地", "架空荘方")
OLD = {"postal_code": "5000001", "address": "岐阜県秘密市隠町9番地", "phone": "058-999-8888"}
UNTIL = DAY + timedelta(days=30)


@pytest.fixture(autouse=True)
def today(settings):
    settings.BASE_DATE = DAY


@pytest.fixture
def clerk():
    return user("collector")


@pytest.fixture
def second():
    return user("supervisor")


def hidden(n: int = 1):
    someone = alone(n, **OLD)
    claim(someone, principal_yen=12_000)
    protect(someone)
    return someone


def enter(someone, by, **facts):
    given = {"way": "post", "place": SAFE, "reason": "本人の希望", "ground": "consent", "origin": "窓口で本人から"}
    given |= {"starts_on": DAY, "ends_on": UNTIL, "today": DAY}
    return safe_routes.ask_route(person_id=someone.pk, by=by, **(given | facts))


def confirmed(someone, clerk, second, **facts):
    route = enter(someone, clerk, **facts)
    approvals.decide(approval_id=route.approval_id, decision="approved", by=second)
    route.refresh_from_db()
    return route


def pile_of(clerk, kind="demand", *, today=DAY):
    return closed_piles.make_pile(wish=Wish(kind, DAY + timedelta(days=24)), by=clerk, today=today)


def allowed(pile, clerk, second):
    asked = closed_piles.ask_printing(pile_id=pile.pk, by=clerk)
    approvals.decide(approval_id=asked.pk, decision="approved", by=second)
    return asked


def text_of(pdf: bytes) -> str:
    document = pdfium.PdfDocument(pdf)
    return "".join(document[at].get_textpage().get_text_bounded() for at in range(len(document)))


# --- the route -------------------------------------------------------------------------------------------


def test_a_route_holds_only_after_a_second_person_confirmed_it_and_until_its_day(clerk, second):
    someone = hidden()
    route = enter(someone, clerk)
    assert safe_routes.route_of(someone.pk, on=DAY) is None
    with pytest.raises(approvals.ApprovalRefused):
        approvals.decide(approval_id=route.approval_id, decision="approved", by=clerk)
    approvals.decide(approval_id=route.approval_id, decision="approved", by=second)
    assert safe_routes.route_of(someone.pk, on=UNTIL - timedelta(days=1)) == route
    assert safe_routes.route_of(someone.pk, on=UNTIL) is None


def test_only_who_confirms_sees_the_address_and_only_while_it_waits(clerk, second):
    route = enter(hidden(), clerk)
    for nobody in (clerk, user("collector")):
        with pytest.raises(RouteRefused):
            safe_routes.shown_to(route_id=route.pk, by=nobody)
    assert safe_routes.shown_to(route_id=route.pk, by=second) == SAFE
    assert AuditEvent.objects.filter(event="safe_route.shown", by=second).count() == 1
    approvals.decide(approval_id=route.approval_id, decision="approved", by=second)
    with pytest.raises(RouteRefused):
        safe_routes.shown_to(route_id=route.pk, by=second)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"place": Place("600", "京都府")}, "郵便番号"),
        ({"place": None}, "郵便番号"),
        ({"way": "section", "place": None}, "課"),
        ({"way": "nowhere"}, "送付経路を選んで"),
        ({"ends_on": DAY}, "有効期限"),
        ({"reason": " "}, "理由"),
        ({"ground": "tax"}, "税の調査"),
    ],
)
def test_what_is_no_route(facts, why, clerk):
    with pytest.raises(RouteRefused, match=why):
        enter(hidden(), clerk, **facts)
    assert not SafeRoute.objects.exists()


def test_no_route_to_who_is_not_protected_or_has_a_guardian_or_one_already(clerk):
    with pytest.raises(RouteRefused, match="支援措置の登録がない"):
        enter(person(), clerk)
    ward = hidden(2)
    relate(ward, "guardian", clerk, name="架空 守", postal_code="1000001", address="東京都架空1番")
    with pytest.raises(RouteRefused, match="成年後見人"):
        enter(ward, clerk)
    someone = hidden(3)
    enter(someone, clerk)
    with pytest.raises(RouteRefused, match="すでに"):
        enter(someone, clerk, way="counter", place=None)


def test_a_route_that_ends_forgets_its_address(clerk, second):
    route = confirmed(hidden(), clerk, second)
    with pytest.raises(RouteRefused, match="理由"):
        safe_routes.end_route(route_id=route.pk, reason="", by=clerk)
    ended = safe_routes.end_route(route_id=route.pk, reason="転居した", by=clerk)
    assert (ended.state, ended.secret) == ("ended", "")
    with pytest.raises(RouteRefused, match="すでに"):
        safe_routes.end_route(route_id=route.pk, reason="転居した", by=clerk)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"ends_on": DAY}, "safe_route_ends_after_it_starts"),
        ({"ground": "tax"}, "safe_route_is_no_tax_secret"),
        ({"origin": ""}, "safe_route_has_its_reason"),
        ({"way": "counter"}, "safe_route_fits_its_way"),
        ({"state": "ended"}, "safe_route_ended_without_its_address"),
        ({"approval": None, "state": "confirmed"}, "safe_route_confirmed_by_an_approval"),
    ],
)
def test_the_database_guarantees_it(changes, name, clerk):
    route = enter(hidden(), clerk)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        SafeRoute.objects.filter(pk=route.pk).update(**changes)


def test_the_address_stands_in_no_row_and_no_record(clerk, second):
    """Everything the database holds after a letter was made, as text: the address is nowhere."""
    someone = hidden()
    confirmed(someone, clerk, second)
    pile = pile_of(clerk)
    allowed(pile, clerk, second)
    closed_piles.print_pile(pile_id=pile.pk, by=clerk, today=DAY)
    out = io.StringIO()
    apps = ["debtors", "claims", "notices", "toyota_collect", "pghistory"]
    call_command("dumpdata", *apps, stdout=out, verbosity=0)
    dumped = out.getvalue().encode().decode("unicode_escape", errors="ignore")
    assert someone.number in dumped
    for secret in (SAFE.address, SAFE.care_of, SAFE.postal_code, "安全町"):
        assert secret not in dumped, secret


def test_two_who_are_found_to_be_one_keep_the_route_that_stands(clerk, second):
    first, other = hidden(1), alone(2)
    claim(other)
    route = confirmed(first, clerk, second)
    join_people(keep_id=other.pk, other_id=first.pk, on=DAY, by=clerk, reason="同じ人")
    assert safe_routes.route_of(other.pk, on=DAY) == route


# --- the closed pile --------------------------------------------------------------------------------------


def test_the_letter_goes_to_the_confirmed_address_and_the_run_leaves_the_person_out(clerk, second, make_run):
    someone = hidden()
    confirmed(someone, clerk, second)
    assert make_run().counts["excluded"] == {"protected": 1}
    notice = pile_of(clerk).notices.get()
    text = text_of(document_bytes(notice.document))
    assert SAFE.address[:6] in text.replace("\n", "")
    assert "秘密市" not in text
    assert "600-0001" in text
    assert notice.sent_to == {}
    assert notice.document.path.startswith("closed/")


@pytest.mark.parametrize("way", ["counter", "section"])
def test_what_is_handed_over_in_person_shows_no_address(way, clerk, second):
    section = Section.objects.order_by("pk").first()
    confirmed(hidden(), clerk, second, way=way, place=None, section_id=section.pk if way == "section" else None)
    notice = pile_of(clerk).notices.get()
    text = text_of(document_bytes(notice.document))
    assert ("窓口でお渡しします" if way == "counter" else f"{section}") in text
    assert "〒" not in text.split("電話")[0]
    assert "秘密市" not in text


def test_no_print_before_the_decision_and_no_hand_over_before_either(clerk, second):
    confirmed(hidden(), clerk, second)
    pile = pile_of(clerk)
    notice = pile.notices.get()
    with pytest.raises(SingleRefused, match="決裁"):
        closed_piles.print_pile(pile_id=pile.pk, by=clerk, today=DAY)
    with pytest.raises(SingleRefused, match="決裁"):
        hand_over(notice, clerk)
    asked = allowed(pile, clerk, second)
    assert SAFE.address not in str(asked.evidence) + asked.title
    assert closed_piles.print_pile(pile_id=pile.pk, by=clerk, today=DAY).startswith(b"%PDF")
    with pytest.raises(SingleRefused, match="手渡し"):
        singles.post(notice_id=notice.pk, on=DAY, by=clerk, now=timezone.now(), today=DAY)
    assert hand_over(notice, clerk).state == Notice.State.POSTED
    assert ClaimEvent.objects.filter(kind="demand").count() == 1
    assert Contact.objects.filter(outcome="sent").count() == 1
    with pytest.raises(SingleRefused):
        closed_piles.print_pile(pile_id=pile.pk, by=clerk, today=DAY)


def hand_over(notice, by, *, today=DAY):
    facts = {"to": "本人", "checked": "運転免許証", "on": today, "now": timezone.now(), "today": today}
    return closed_piles.hand_over(notice_id=notice.pk, by=by, **facts)


@pytest.mark.parametrize("happens", ["expires", "ends", "paid"])
def test_what_comes_since_keeps_the_letter_back(happens, clerk, second):
    someone = hidden()
    route = confirmed(someone, clerk, second)
    pile = pile_of(clerk)
    allowed(pile, clerk, second)
    today = DAY
    if happens == "expires":
        SafeRoute.objects.filter(pk=route.pk).update(ends_on=DAY + timedelta(days=1))
        today = DAY + timedelta(days=1)
    elif happens == "ends":
        safe_routes.end_route(route_id=route.pk, reason="危険があるとの連絡", by=clerk)
    else:
        pay(someone.identities.get(claims__isnull=False).claims.get(), 1_000, on=DAY)
    with pytest.raises(SingleRefused):
        closed_piles.print_pile(pile_id=pile.pk, by=clerk, today=today)
    with pytest.raises(SingleRefused), transaction.atomic():
        hand_over(pile.notices.get(), clerk, today=today)
    assert not HandOver.objects.exists()
    assert pile.notices.get().state == Notice.State.MADE


def test_who_cannot_get_one_is_named_with_the_reason(clerk, second):
    dead, living = hidden(1), hidden(2)
    for someone in (dead, living):
        confirmed(someone, clerk, second, way="counter", place=None)
    dead.died_on = date(2026, 11, 1)
    dead.save()
    pile = pile_of(clerk)
    assert [number for number, _ in pile.left_out] == [dead.number]
    with pytest.raises(SingleRefused, match="作れる人がいません"):
        pile_of(clerk)
    assert ClosedPile.objects.count() == 1


def test_a_seizure_warning_does_not_go_this_way(clerk):
    with pytest.raises(SingleRefused, match="作れません"):
        pile_of(clerk, "seizure_notice")


def test_records_are_kept(clerk, second):
    confirmed(hidden(), clerk, second)
    pile = pile_of(clerk)
    allowed(pile, clerk, second)
    hand_over(pile.notices.get(), clerk)
    for row in (HandOver.objects.get(), pile):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()
    with pytest.raises(IntegrityError, match="notice_by_a_route"), transaction.atomic():
        Notice.objects.update(route=None)


# --- pages -----------------------------------------------------------------------------------------------


def test_no_page_shows_the_address_but_that_of_who_confirms(clerk, second):
    someone = hidden()
    browser, other = Client(), Client()
    browser.force_login(clerk)
    other.force_login(second)
    form = {"way": "post", "postal_code": "600-0001", "address": SAFE.address, "care_of": SAFE.care_of}
    form |= {"last_day": "2026-12-19", "reason": "本人の希望", "origin": "窓口で本人から", "ground": "consent"}
    url = reverse("debtors:safe-routes", args=[someone.number])
    assert browser.post(url, form).status_code == 302
    route = SafeRoute.objects.get()
    assert "安全町" in other.post(reverse("debtors:safe-route-show", args=[route.pk])).content.decode()
    approvals.decide(approval_id=route.approval_id, decision="approved", by=second)
    browser.post(
        reverse("notices:closed-piles"), {"kind": "demand", "deadline_on": "2026-12-14", "slip_policy": "kind"}
    )
    pile = ClosedPile.objects.get()
    notice = pile.notices.get()
    pages = [
        url,
        reverse("debtors:safe-route", args=[route.pk]),
        reverse("approvals:detail", args=[route.approval_id]),
        reverse("debtors:person", args=[someone.number]),
        reverse("notices:addressee-panel", args=[someone.number]),
        reverse("debtors:panel-course", args=[someone.number]),
        reverse("notices:closed-piles"),
        reverse("notices:closed-pile", args=[pile.pk]),
        reverse("notices:notice", args=[notice.pk]),
    ]
    for page in pages:
        for client in (browser, other):
            html = client.get(page).content.decode()
            assert "安全町" not in html, page
            assert "秘密市" not in html, page
    assert browser.get(reverse("notices:notice-pdf", args=[notice.pk])).status_code == 403
    assert browser.post(reverse("notices:closed-pile-print", args=[pile.pk])).status_code == 302
    allowed(pile, clerk, second)
    answer = browser.post(reverse("notices:closed-pile-print", args=[pile.pk]))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "no-store")
    given = {"to": "郵便局の窓口（書留）", "checked": "引受番号 000", "on": DAY.isoformat()}
    browser.post(reverse("notices:closed-hand-over", args=[notice.pk]), given)
    html = browser.get(reverse("notices:closed-pile", args=[pile.pk])).content.decode()
    assert "郵便局の窓口（書留）" in html
