"""納付書を作る、一枚の画面、人の画面の欄: what is offered, what is summed, what is refused, what is logged."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim, Payment, PaymentTarget, Slip
from claims.services.slips import issue_slip, register_letter_slips
from debtors.panels import visit_mark
from tests.factories.claims import claim
from tests.factories.debtors import person, protect, system_user, user
from tests.integration.claims.test_slips import letter_slip
from tests.integration.notices.conftest import DAY
from toyota_collect.models import AccessLog, Section, Setting
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAYS = {"as_of": "2026-11-20", "due_on": "2026-12-04", "policy": "kind"}


@pytest.fixture
def client() -> Client:
    made = Client()
    made.force_login(user(Role.COLLECTOR))
    return made


@pytest.fixture
def debtor():
    return person(name="架空 花子")


def new(client: Client, of, **data):
    url = reverse("notices:new-slip", args=[of.number])
    return client.post(url, DAYS | data) if data else client.get(url)


def chosen(answer) -> set[int]:
    return {row.claim.pk for group in answer.context["groups"] for row in group.rows if row.chosen}


def issue(*claims: Claim) -> Slip:
    days = {"as_of": DAY, "due_on": date(2026, 12, 4), "issued_on": DAY}
    return issue_slip(
        person_id=claims[0].identity.person_id, claim_ids=[one.pk for one in claims], by=system_user(), **days
    )


# --- choosing ----------------------------------------------------------------------------------------------


def test_what_is_overdue_is_chosen_and_the_rest_says_why_not(client, debtor):
    overdue, future = claim(debtor, principal_yen=12_345), claim(debtor, due_on=date(2026, 12, 25))
    lapsed, coming = claim(debtor), claim(debtor)
    Claim.objects.filter(pk=lapsed.pk).update(prescribes_on=date(2026, 11, 19))
    known = Payment.objects.create(
        feed="convenience", key="1", state="provisional", paid_on=DAY, amount_yen=1, first_seen_on=DAY
    )
    PaymentTarget.objects.create(payment=known, claim=coming)
    answer = new(client, debtor)
    page = answer.content.decode()
    assert chosen(answer) == {overdue.pk}
    assert f'value="{lapsed.pk}"' not in page
    for told in (
        "選べません：時効の期間を過ぎています",
        "納付の知らせあり",
        "納期前",
        "12,345",
        "令和8年12月4日（金）",
    ):
        assert told in page, told
    assert chosen(new(client, debtor, pick="all")) == {overdue.pk}
    assert future.pk not in chosen(answer)


def test_choosing_by_group_adds_and_choosing_none_takes_away(client, debtor):
    tax, rent = claim(debtor), claim(debtor, kind="housing_rent", source="jutaku")
    future = claim(debtor, kind="water_charge", source="suido", due_on=date(2026, 12, 25))
    assert chosen(new(client, debtor, claims=[tax.pk], pick="home")) == {tax.pk, rent.pk, future.pk}
    assert chosen(new(client, debtor, claims=[tax.pk], pick="none")) == set()
    assert chosen(new(client, debtor, claims=[tax.pk], pick="")) == {tax.pk}
    assert not Slip.objects.exists()


def test_the_sum_follows_the_ticks_and_the_day(client, debtor):
    first = claim(debtor, principal_yen=41_000, fee_yen=100, due_on=date(2026, 6, 30))
    claim(debtor, principal_yen=9_000)
    url = reverse("notices:slip-sum", args=[debtor.number])
    today = client.post(url, DAYS | {"claims": [first.pk]}).content.decode()
    assert "42,300" in today  # 41,000 + 100 + 1,200 of late charge
    assert "1件、合計42,300円、納付書1枚" in today
    assert "slip-claims" not in today
    later = client.post(f"{url}?claims=1", DAYS | {"claims": [first.pk], "as_of": "2026-12-04"}).content.decode()
    assert "42,400" in later
    assert 'id="slip-claims" hx-swap-oob="true"' in later
    assert "期別を選ぶと、合計が出ます" in client.post(url, DAYS).content.decode()


def test_a_day_that_cannot_be_keeps_todays_figures_and_says_so(client, debtor):
    owed = claim(debtor, principal_yen=41_000, due_on=date(2026, 6, 30))
    url = reverse("notices:slip-sum", args=[debtor.number])
    for day in ("", "きのう", "2026-11-19"):
        answer = client.post(url, DAYS | {"claims": [owed.pk], "as_of": day})
        assert answer.status_code == 200
        assert "基準日：" in answer.content.decode()


def test_the_limit_and_older_slips_are_told_before_anything_is_made(client, debtor):
    big = claim(debtor, principal_yen=300_001)
    old = issue(big)
    page = new(client, debtor).content.decode()
    assert "30万円を超えるため" in page
    assert f"前の納付書 {old.reference} は無効になります" in page


def test_people_under_protection_measures_are_handed_theirs(client, debtor):
    claim(debtor)
    assert "窓口で本人に渡してください" not in new(client, debtor).content.decode()
    protect(debtor)
    page = new(client, debtor).content.decode()
    assert "窓口で本人に渡してください" in page
    assert "小坂本町" not in page


def test_one_slip_for_everything_is_offered_where_the_city_allows_it(client, debtor):
    claim(debtor)
    assert "全部で1枚は選べません" in new(client, debtor).content.decode()
    Setting.objects.filter(key="letter.person_slip_allowed").update(value=True)
    assert '<option value="person"' in new(client, debtor).content.decode()


def test_the_number_of_queries_does_not_depend_on_the_claims(client, debtor, django_assert_max_num_queries):
    owed = [claim(debtor, instalment=k, levy_year=2020 + k) for k in range(1, 3)]
    with django_assert_max_num_queries(60) as few:
        new(client, debtor, claims=[one.pk for one in owed], pick="")
    owed += [claim(debtor, instalment=k, levy_year=2010) for k in range(1, 12)]
    with django_assert_max_num_queries(len(few)):
        new(client, debtor, claims=[one.pk for one in owed], pick="")


# --- making ------------------------------------------------------------------------------------------------


def test_it_is_made_logged_and_opened(client, debtor, quick):
    tax, rent = claim(debtor), claim(debtor, kind="housing_rent", source="jutaku")
    answer = new(client, debtor, claims=[tax.pk, rent.pk], make="1")
    made = list(Slip.objects.order_by("pk"))
    assert answer.url == reverse("notices:slip", args=[made[0].pk])
    page = client.get(answer.url).content.decode()
    assert "納付書を2枚作りました" in page
    assert made[1].reference in page  # on the same paper
    pdf = client.get(reverse("notices:slip-pdf", args=[made[0].pk]))
    assert (pdf["Content-Type"], pdf.content) == ("application/pdf", "8豊債管納第000001号".encode())
    assert made[0].reference in pdf["Content-Disposition"]
    actions = AccessLog.objects.filter(person_key=debtor.number).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["slip.new", "slip", "slip.pdf"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"claims": []}, "期別を1つ以上選んでください", id="nothing chosen"),
        pytest.param({"as_of": "2026-11-19"}, "過ぎた日は選べません", id="a day that has passed"),
        pytest.param({"due_on": "2026-11-19"}, "基準日より前です", id="a deadline that has passed"),
        pytest.param({"due_on": "2026-11-25", "as_of": "2026-11-26"}, "基準日より前です", id="deadline before the day"),
        pytest.param({"policy": "person"}, "候補にありません", id="one slip for everything where it is not allowed"),
    ],
)
def test_what_cannot_be_made_says_what_to_mend(change, words, client, debtor):
    owed = claim(debtor)
    answer = new(client, debtor, **({"claims": [owed.pk], "make": "1"} | change))
    assert answer.status_code == 200
    assert re.search(words, answer.content.decode())
    assert not Slip.objects.exists()


def test_a_claim_of_somebody_else_cannot_be_slipped_in(client, debtor):
    claim(debtor)
    answer = new(client, debtor, claims=[claim().pk], make="1")
    assert answer.status_code == 200
    assert not Slip.objects.exists()


def test_what_the_service_refuses_stands_above_the_form(client, debtor):
    owed = claim(debtor)
    Claim.objects.filter(pk=owed.pk).update(prescribes_on=date(2026, 12, 3))
    page = new(client, debtor, claims=[owed.pk], make="1").content.decode()
    assert "令和8年12月3日 に時効の期間が終わります" in page


# --- one slip, the person's panel ----------------------------------------------------------------------------


def test_a_slip_is_made_invalid_with_a_reason_and_not_printed_again(client, debtor, quick):
    owed = claim(debtor)
    new(client, debtor, claims=[owed.pk], make="1")
    slip = Slip.objects.get()
    void, page = reverse("notices:void-slip", args=[slip.pk]), reverse("notices:slip", args=[slip.pk])
    assert "無効にする理由を書いてください" in client.post(void, {"reason": " "}, follow=True).content.decode()
    shown = client.post(void, {"reason": "書き損じ"}, follow=True).content.decode()
    assert "書き損じ" in shown
    assert "PDFを開いて印刷する" not in shown
    assert "この納付書を無効にする" not in client.get(page).content.decode()
    assert "すでに無効" in client.post(void, {"reason": "もう一度"}, follow=True).content.decode()
    refused = client.get(reverse("notices:slip-pdf", args=[slip.pk]), follow=True)
    assert refused.redirect_chain == [(page, 302)]
    assert "もう一度は印刷できません" in refused.content.decode()


def test_a_letters_slip_has_its_paper_in_the_letter(client, debtor):
    register_letter_slips([letter_slip(claim(debtor))], by=system_user())
    slip = Slip.objects.get()
    assert "催告書に付いています" in client.get(reverse("notices:slip", args=[slip.pk])).content.decode()
    assert client.get(reverse("notices:slip-pdf", args=[slip.pk])).status_code == 404


def test_the_panel_lists_slips_with_what_they_are_good_for(client, debtor):
    owed, other = claim(debtor), claim(debtor)
    old, new_one, paid = issue(owed), issue(owed), issue(other)
    Payment.objects.create(
        feed="counter", key="1", state="final", paid_on=DAY, amount_yen=1, slip=paid, first_seen_on=DAY
    )
    page = client.get(reverse("notices:slip-panel", args=[debtor.number])).content.decode()
    states = dict(
        re.findall(r'(M-\d{8})</a></th>.*?class="state[^>]*>(?:<span[^>]*>[^<]*</span>)?([^<]*)<', page, re.S)
    )
    assert states == {old.reference: "無効", new_one.reference: "有効", paid.reference: "納付済"}
    assert f'新しい納付書を作ったため（<a href="{reverse("notices:slip", args=[new_one.pk])}"' in page
    assert reverse("notices:new-slip", args=[debtor.number]) in page


def test_the_panel_shows_ten_and_the_rest_when_asked(client, debtor, django_assert_max_num_queries):
    owed = claim(debtor)
    for _ in range(11):
        issue(owed)
    url = reverse("notices:slip-panel", args=[debtor.number])
    assert "以前の納付書を見る（1件）" in client.get(url).content.decode()
    with django_assert_max_num_queries(12):
        assert client.get(f"{url}?all=1").content.decode().count("M-") >= 11


def test_the_sum_belongs_to_the_visit_of_its_page_and_is_logged_alone(debtor):
    collector = user(Role.COLLECTOR)
    client = Client()
    client.force_login(collector)
    url = reverse("notices:slip-sum", args=[debtor.number])
    client.post(f"{url}?visit={visit_mark(collector, debtor.number)}", DAYS)
    assert not AccessLog.objects.exists()
    client.post(url, DAYS)
    assert AccessLog.objects.get().action == "slip_sum"


def test_the_course_tells_of_slips_made_at_the_counter(client, debtor):
    slip = issue(claim(debtor, principal_yen=7_000, due_on=DAY))
    course = client.get(reverse("debtors:panel-course", args=[debtor.number])).content.decode()
    assert f"7,000円（{slip.reference}）" in course


@pytest.mark.parametrize("role", [Role.SECTION_VIEWER, Role.PRINT_OPERATOR, Role.AUDITOR, Role.WELFARE_WORKER])
def test_others_do_not_even_see_that_there_are_slips(role, debtor):
    owed = claim(debtor, kind="housing_rent", source="jutaku")
    slip = issue(owed)
    client = Client()
    client.force_login(user(role, section=Section.objects.get(pk=owed.section_id)))
    for name, key in (("slip", slip.pk), ("slip-pdf", slip.pk), ("slip-panel", debtor.number)):
        assert client.get(reverse(f"notices:{name}", args=[key])).status_code == 403
    page = client.get(reverse("debtors:person", args=[debtor.number])).content.decode()
    assert "納付書" not in page
