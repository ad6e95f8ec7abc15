"""督促状 from the count to the post: once per claim, never to who has paid or is protected. All synthetic."""

import io
from datetime import date

import pikepdf
import pypdfium2 as pdfium
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from claims.models import BookingSource, Claim, ClaimEvent, ClaimKindTerms, Hold, Payment, PaymentTarget, Slip
from claims.services.clocks import clocks_for
from notices.models import Dunning, DunningRun
from notices.services import dunnings
from notices.services.dunning_paper import first_pages, make_all
from notices.services.dunning_selection import select
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, system_user, user
from tests.integration.notices.test_desk_slip import words
from toyota_collect import approvals
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import NoticeText, Setting
from toyota_collect.notice_text import text_on
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
DUE = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def ours():
    BookingSource.objects.update(by="own")


@pytest.fixture
def operator():
    return user(Role.PRINT_OPERATOR)


def owed(of=None, **facts) -> Claim:
    return claim(of or person(), due_on=DUE, **facts)


def made(operator, *, on=DAY) -> DunningRun:
    """A run drawn up and printed."""
    run = dunnings.make_run(issued_on=on, kinds=[], by=operator, today=on)
    asked = dunnings.ask_approval(run_id=run.pk, by=operator)
    approvals.decide(approval_id=asked.pk, decision="approved", by=user(Role.SUPERVISOR), on=on)
    dunnings.start(run_id=run.pk, by=operator, today=on)
    make_all(run_id=run.pk, today=on)
    run.refresh_from_db()
    return run


def post(run, operator, *, on=DAY) -> int:
    return dunnings.post_run(run_id=run.pk, on=on, pulled=dunnings.to_pull(run, on=on), by=operator)


def chosen(on=DAY) -> set[int]:
    return {one.claim.pk for one in select(on=on).claims}


def test_the_day_after_the_due_date_it_may_be_sent_and_once_sent_never_again(operator):
    tax = owed()
    assert chosen(DUE) == set()
    assert chosen(date(2026, 11, 3)) == {tax.pk}
    run = made(operator)
    assert chosen() == set()
    assert post(run, operator) == 1
    assert chosen() == set()
    with pytest.raises(dunnings.DunningRefused, match="発送済"):
        post(run, operator)
    assert ClaimEvent.objects.filter(claim=tax, kind="dunning").count() == 1


def test_dispatch_feeds_the_clock_of_each_class_its_own_way(operator):
    tax, rent = owed(), owed(kind="housing_rent", source="jutaku")
    post(made(operator), operator)
    clocks = clocks_for(Claim.objects.filter(pk__in=[tax.pk, rent.pk]), as_of=DAY)
    assert clocks[tax.pk].start_on == date(2026, 12, 1), (
        "地税18条の2第1項2号: 発した日から起算して10日を経過した日の翌日"
    )
    assert clocks[rent.pk].start_on == date(2026, 11, 23), "到達（2日後）の翌日"
    tax.refresh_from_db()
    assert tax.prescribes_on == date(2031, 11, 30)


@pytest.mark.parametrize("reason", ["protected", "deceased", "no_address", "held", "lapsed", "paying", "no_statute"])
def test_who_gets_none_and_why(reason):
    someone = person(**{"deceased": {"died_on": DAY}, "no_address": {"address": ""}}.get(reason, {}))
    kind = {"no_statute": "bathing_tax"}.get(reason, "resident_tax")
    one = claim(someone, kind=kind, due_on=date(2020, 8, 31) if reason == "lapsed" else DUE)
    if reason == "protected":
        protect(someone)
    elif reason == "held":
        Hold.objects.create(
            person=someone,
            reason="tax_grace",
            channels=["dunning"],
            starts_on=DAY,
            review_on=DAY,
            placed_by=system_user(),
        )
    elif reason == "lapsed":
        Claim.objects.filter(pk=one.pk).update(prescribes_on=date(2025, 8, 31))
    elif reason == "paying":
        _announced(one)
    found = select(on=DAY)
    assert (found.claims, dict(found.left_out)) == ([], {reason: 1})
    assert found.left_out_yen[reason] == one.principal_yen


def _announced(one: Claim) -> None:
    """A 速報 of this morning: somebody has paid in a shop."""
    payment = Payment.objects.create(
        feed="convenience",
        key=f"架空{one.pk}",
        paid_on=DAY,
        first_seen_on=DAY,
        amount_yen=one.principal_yen,
        state="provisional",
    )
    PaymentTarget.objects.create(payment=payment, claim=one)


def test_paid_this_morning_is_pulled_with_its_envelope_and_its_slip(operator):
    someone = person()
    paid, unpaid, other = owed(someone), owed(someone, instalment=2), owed()
    run = made(operator)
    pay(paid, 10_000, on=DAY)
    must_go = dunnings.to_pull(run, on=DAY)
    rows = {row.claim_id: row for row in run.dunnings.all()}
    assert set(must_go) == {rows[paid.pk].pk, rows[unpaid.pk].pk}
    with pytest.raises(dunnings.DunningRefused, match="2通に変わりました"):
        dunnings.post_run(run_id=run.pk, on=DAY, pulled=[], by=operator)
    assert post(run, operator) == 1
    assert set(ClaimEvent.objects.filter(kind="dunning").values_list("claim_id", flat=True)) == {other.pk}
    assert Slip.objects.get(pk=rows[unpaid.pk].slip_id).voided_on == DAY
    assert Slip.objects.get(pk=rows[other.pk].slip_id).voided_on is None
    assert chosen() == {unpaid.pk}


def test_the_paper_says_what_the_law_asks_and_is_kept(operator):
    someone = person(name="架空 花子", address="愛知県豊田市西町三丁目60番地")
    owed(someone, principal_yen=34_500)
    owed(someone, kind="housing_rent", source="jutaku", principal_yen=26_300)
    run = made(operator)
    assert run.dunnings.values("document").distinct().count() == 1
    document = run.dunnings.first().document
    pages = pdfium.PdfDocument(document_bytes(document))
    texts = ["".join(page.get_textpage().get_text_bounded().split()) for page in pages]
    tax = next(text for text in texts if "地方税法329条" in text)
    rent = next(text for text in texts if "地方自治法施行令171条" in text)
    for told in (
        "督促状",
        "架空花子",
        "34,500円",
        "令和8年11月30日",
        "差押え",
        "審査請求",
        "地方税法19条の12",
        "豊債管督第",
    ):
        assert told in tax, told
    assert "審査請求" not in rent
    assert "差押え" not in rent
    assert "裁判所" in rent
    assert len(texts) >= 3, "the slips follow"
    with pikepdf.open(io.BytesIO(document_bytes(run.bundle))) as whole:
        assert len(whole.pages) == document.pages
    assert first_pages(run) == {1: 1}


def test_who_reads_portuguese_gets_an_explanation_first_and_the_act_whole(operator):
    """One explanation for the envelope, with the sum of its slips; the sheets of 督促状 are those anybody gets."""
    someone = person(letter_variant="pt")
    owed(someone, principal_yen=34_500)
    owed(someone, kind="housing_rent", source="jutaku", principal_yen=24_800)
    run = made(operator)
    texts = words(document_bytes(run.dunnings.first().document))
    slips = Slip.objects.filter(dunnings__run=run)
    assert "Sóodocumentoemjaponêstemefeitolegal." in texts[0]
    assert f"¥{sum(slip.amount_yen for slip in slips):,}" in texts[0]
    assert "2026-11-30" in texts[0]
    assert "podecontestar" in texts[0], "教示のことも説明する"
    assert "〒471-0034" in texts[0], "窓あき封筒に見えるのは1枚目"
    assert ["督促状" in text and "指定期限" in text for text in texts[:4]] == [False, True, True, False]


def test_large_print_and_easy_japanese_of_the_run(operator):
    for form in ("large", "plain"):
        owed(person(letter_variant=form, name=f"架空 {form}"))
    run = made(operator)
    large, plain = (words(document_bytes(one.document)) for one in run.dunnings.select_related("document"))
    if "はらうおかね" in large[0]:
        large, plain = plain, large
    assert "相談・問い合わせ" in large[0]
    assert "教示" not in large[0]
    assert "審査請求" in "".join(large)
    assert "いつまで" in plain[0]
    assert "Português" in plain[1]
    assert "指定期限" in plain[2]


def test_a_text_of_the_city_without_explanations_is_printed_as_it_was(operator):
    parts = {name: text for name, text in text_on("dunning", DAY).parts.items() if name != "pt"}
    NoticeText.objects.create(
        kind="dunning", version=2, starts_on=DAY, parts=parts, approved_at=timezone.now(), built_in=True
    )
    owed(person(letter_variant="pt"))
    assert "指定期限" in words(document_bytes(made(operator).dunnings.get().document))[0]


def test_made_twice_nothing_is_doubled(operator):
    owed()
    owed()
    run = made(operator)
    before = list(run.dunnings.values_list("number", "document"))
    make_all(run_id=run.pk, today=DAY)
    assert list(run.dunnings.values_list("number", "document")) == before
    assert first_pages(run) == {1: 1, 2: 1 + run.dunnings.first().document.pages}


def test_the_database_allows_one_living_letter_a_claim(operator):
    one = owed()
    run = made(operator)
    again = {"run": run, "person": one.identity.person, "claim": one, "serial": 9, "number": "架空2号"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Dunning.objects.create(**again, principal_yen=1, fee_yen=0, statute="x")


def test_given_up_a_run_frees_its_claims_and_voids_its_slips(operator):
    one = owed()
    run = made(operator)
    with pytest.raises(dunnings.DunningRefused, match="理由"):
        dunnings.discard(run_id=run.pk, on=DAY, reason=" ", by=operator)
    dunnings.discard(run_id=run.pk, on=DAY, reason="発送日の変更", by=operator)
    assert chosen() == {one.pk}
    assert not Slip.objects.filter(voided_on=None).exists()
    with pytest.raises(dunnings.DunningRefused, match="取りやめ"):
        post(run, operator)


def test_it_is_posted_only_on_the_day_printed_on_it(operator):
    owed()
    run = made(operator)
    with pytest.raises(dunnings.DunningRefused, match="発付日だけ"):
        post(run, operator, on=date(2026, 11, 21))


def test_nothing_is_drawn_up_without_a_decision(operator):
    owed()
    run = dunnings.make_run(issued_on=DAY, kinds=[], by=operator, today=DAY)
    with pytest.raises(dunnings.DunningRefused, match="決裁"):
        dunnings.start(run_id=run.pk, by=operator, today=DAY)


def test_a_fee_of_the_ordinance_is_booked_with_the_post_of_that_day(operator):
    one = owed()
    ClaimKindTerms.objects.filter(kind=one.kind).update(dunning_fee_yen=100)
    run = made(operator)
    one.refresh_from_db()
    assert one.fee_yen == 0
    post(run, operator)
    one.refresh_from_db()
    assert one.fee_yen == 100


def test_a_section_that_sends_its_own_is_left_alone():
    owed()
    BookingSource.objects.update(by="section")
    assert chosen() == set()


def test_without_its_settings_nothing_begins(operator):
    owed()
    Setting.objects.filter(key="dunning.statutes").delete()
    with pytest.raises(dunnings.DunningRefused, match="statutes"):
        dunnings.make_run(issued_on=DAY, kinds=[], by=operator, today=DAY)


def test_the_pages_lead_from_the_count_to_the_post(client, operator, settings):
    settings.BASE_DATE = DAY
    owed()
    client.force_login(operator)
    url = client.post(reverse("notices:dunning-new"), {"issued_on": DAY}).url
    run = DunningRun.objects.get()
    assert "決裁を依頼する" in client.get(url).content.decode()
    client.post(reverse("notices:dunning-ask", args=[run.pk]), {"reason": "定例"})
    approvals.decide(approval_id=DunningRun.objects.get().approval_id, decision="approved", by=user("supervisor"))
    client.post(reverse("notices:dunning-start", args=[run.pk]))
    make_all(run_id=run.pk, today=DAY)
    body = client.get(url).content.decode()
    assert "引き抜くものはありません" in body
    assert client.get(reverse("notices:dunning-bundle", args=[run.pk])).content[:5] == b"%PDF-"
    paper = client.get(reverse("notices:dunning-paper", args=[Dunning.objects.get().pk]))
    assert paper.content[:5] == b"%PDF-"
    client.post(reverse("notices:dunning-post", args=[run.pk]))
    assert "発送済" in client.get(url).content.decode()


def test_the_paper_of_who_came_under_protection_is_not_shown(client, operator, settings):
    settings.BASE_DATE = DAY
    one = owed()
    run = made(operator)
    protect(one.identity.person)
    client.force_login(operator)
    answer = client.get(reverse("notices:dunning-paper", args=[Dunning.objects.get().pk]), follow=True)
    assert "支援措置" in answer.content.decode()
    assert list(dunnings.to_pull(run, on=DAY).values()) == ["支援措置"]
