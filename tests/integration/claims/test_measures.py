"""From the draft of a 猶予 or 停止 to its decision, its notice, its yearly check and its end. All people are synthetic."""

from datetime import date

import pypdfium2
import pytest
from django.urls import reverse

from claims import tasks
from claims.models import ClaimEvent, Hold, Measure, MeasureCheck
from claims.services import holds, measures
from debtors.models import WorkItem
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, user
from toyota_collect import approvals
from toyota_collect.models import Approval, AuditEvent, Setting
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
APPROVED, REJECTED = Approval.Decision.APPROVED, Approval.Decision.REJECTED


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, DAY


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


@pytest.fixture
def chief():
    return user(Role.SUPERVISOR)


@pytest.fixture
def debtor():
    return person(name="架空 花子")


def findings(reason, variant, *, on=DAY, **change):
    made = {
        item["code"]: {"on": on.isoformat(), "result": "該当なし"}
        for item in measures.checklist(reason, variant, on=DAY)
    }
    return [{"code": code} | facts | change.get(code, {}) for code, facts in made.items()]


def draft(of, claims, by, *, reason="execution_stop", variant="1", **facts):
    defaults = {"starts_on": DAY, "why": "財産がない（架空の事例）", "findings": findings(reason, variant)}
    return measures.draft(
        person_id=of.pk, reason=reason, variant=variant, claim_ids=[one.pk for one in claims], by=by, on=DAY,
        **(defaults | facts),
    )  # fmt: skip


def decide(approval, by, decision=APPROVED):
    return approvals.decide(approval_id=approval.pk, decision=decision, by=by, reason="架空の理由")


def text_of(document):
    from toyota_collect.documents.store import document_bytes

    pages = pypdfium2.PdfDocument(document_bytes(document))
    return "".join("".join(page.get_textpage().get_text_bounded().split()) for page in pages)


def test_a_stop_is_drafted_with_its_evidence_decided_and_told_地税15条の7第2項(debtor, collector, chief):
    owed = [claim(debtor, principal_yen=100_000, due_on=date(2026, 1, 31)), claim(debtor, instalment=2)]
    measure = draft(debtor, owed, collector)
    assert not Hold.objects.exists()
    evidence = measure.approval.evidence
    assert evidence["対象の期別（円）"][measures.name_of(owed[1])] == 10_000
    assert evidence["3年の満了（本日決定の場合）"] == "2029-11-20"
    assert evidence["調査　預金・貯金"] == "令和8年11月20日　該当なし"
    assert measure.approval.amount_yen == sum(line.total_yen for line in measure.lines.all())
    decide(measure.approval, chief)
    measure.refresh_from_db()
    held = list(Hold.objects.order_by("claim"))
    assert [hold.claim for hold in held] == owed
    assert {(hold.late_charge_effect, hold.clock_effect, hold.variant) for hold in held} == {("full", "stop", "1")}
    assert ClaimEvent.objects.filter(kind="stop", on=DAY).count() == 2
    assert [check.due_on for check in measure.checks.all()] == [date(2027, 11, 20), date(2028, 11, 20)]
    told = text_of(measure.notice)
    for needed in (
        "令和8年11月20日",
        "第1項第1号",
        "令和11年11月20日",
        "110,",
        "3年間続いたとき",
        "停止を取り消すことがあります",
        "架空花子様",
    ):
        assert needed in told, needed
    assert "小坂本町" not in told
    assert measure.notice.number == "令和8年度 豊債管停第1号"


def test_a_stop_begins_on_the_day_of_its_decision_at_the_earliest(debtor, collector, chief, settings):
    owed = claim(debtor)
    measure = draft(debtor, [owed], collector, starts_on=date(2026, 10, 1))
    settings.BASE_DATE = date(2026, 12, 3)
    decide(measure.approval, chief)
    assert Hold.objects.get().starts_on == date(2026, 12, 3)


def test_nobody_decides_on_their_own_draft(debtor, chief):
    measure = draft(debtor, [claim(debtor)], chief)
    with pytest.raises(approvals.ApprovalRefused, match="本人"):
        decide(measure.approval, chief)
    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        pytest.param({"findings": []}, "調査日と結果", id="no investigation"),
        pytest.param(
            {"findings": None},
            "6か月より前",
            id="older than six months",
        ),
        pytest.param({"why": " "}, "理由", id="no reason"),
        pytest.param({"denies": True}, "申請による猶予だけ", id="a stop is not turned down"),
    ],
)
def test_a_draft_that_says_too_little_is_refused(debtor, collector, facts, problem):
    if facts.get("findings", ()) is None:
        facts = {"findings": findings("execution_stop", "1", on=date(2026, 5, 19))}
    with pytest.raises(measures.MeasureRefused, match=problem):
        draft(debtor, [claim(debtor)], collector, **facts)
    assert not Measure.objects.exists()
    assert not Approval.objects.exists()


def test_claims_that_do_not_fit_are_refused(debtor, collector):
    tax, rent = claim(debtor), claim(debtor, kind="housing_rent", source="jutaku")
    with pytest.raises(measures.MeasureRefused, match="この区分"):
        draft(debtor, [tax, rent], collector)
    with pytest.raises(measures.MeasureRefused, match="消滅"):
        draft(debtor, [claim(debtor, due_on=date(2020, 8, 31), instalment=3)], collector)
    with pytest.raises(measures.MeasureRefused, match="未納のある期別"):
        draft(debtor, [claim()], collector)
    draft(debtor, [tax], collector)
    with pytest.raises(measures.MeasureRefused, match="決裁を待っている"):
        draft(debtor, [tax], collector)


def test_a_claim_paid_meanwhile_stops_the_decision(debtor, collector, chief):
    owed = claim(debtor)
    measure = draft(debtor, [owed], collector)
    pay(owed, 10_000, on=DAY)
    with pytest.raises(approvals.ApprovalRefused, match="納付された期別"):
        decide(measure.approval, chief)
    assert not Hold.objects.exists()
    assert Approval.objects.get().is_open


def stopped(debtor, collector, chief, *claims):
    measure = draft(debtor, claims or [claim(debtor, principal_yen=100_000, due_on=date(2026, 1, 31))], collector)
    decide(measure.approval, chief)
    measure.refresh_from_db()
    return measure


def test_the_yearly_check_comes_up_is_recorded_and_goes_on(debtor, collector, chief, settings):
    measure = stopped(debtor, collector, chief)
    check = measure.checks.first()
    settings.BASE_DATE = date(2027, 10, 20)
    tasks.look_after_holds()
    assert not WorkItem.objects.exists()
    settings.BASE_DATE = date(2027, 10, 21)
    for _ in range(2):
        tasks.look_after_holds()
    item = WorkItem.objects.get()
    assert (item.owner, item.due_on) == (chief, date(2027, 11, 20))
    on = settings.BASE_DATE
    with pytest.raises(measures.MeasureRefused, match="調べたこと"):
        measures.record_check(check_id=check.pk, done_on=on, outcome="continue", text=" ", by=collector, on=on)
    measures.record_check(check_id=check.pk, done_on=on, outcome="continue", text="資力なし", by=collector, on=on)
    assert Hold.objects.get().review_on == date(2028, 11, 20)
    assert Hold.objects.get().ends_on is None
    with pytest.raises(measures.MeasureRefused, match="すでに記録"):
        measures.record_check(check_id=check.pk, done_on=on, outcome="continue", text="資力なし", by=collector, on=on)
    second = measure.checks.last()
    settings.BASE_DATE = on = date(2028, 11, 1)
    measures.record_check(check_id=second.pk, done_on=on, outcome="continue", text="資力なし", by=collector, on=on)
    assert Hold.objects.get().review_on == date(2029, 11, 20)


def test_recovered_means_end_a_stop_only_by_decision_and_tell_the_person_地税15条の8(
    debtor, collector, chief, settings
):
    measure = stopped(debtor, collector, chief)
    owed = measure.lines.get().claim
    settings.BASE_DATE = on = date(2027, 11, 1)
    check = measure.checks.first()
    measures.record_check(check_id=check.pk, done_on=on, outcome="cancel", text="給与あり", by=collector, on=on)
    assert Hold.objects.get().ends_on is None
    measure.refresh_from_db()
    assert "給与あり" in str(measure.cancel_approval.evidence)
    decide(measure.cancel_approval, chief)
    measure.refresh_from_db()
    owed.refresh_from_db()
    assert (Hold.objects.get().ends_on, measure.cancelled_on) == (on, on)
    assert owed.prescribes_on == date(2031, 1, 31)
    told = text_of(measure.cancel_notice)
    for needed in ("執行停止取消通知書", "給与あり", "審査請求", "豊田市長"):
        assert needed in told, needed
    with pytest.raises(measures.MeasureRefused, match="行われていません"):
        measures.ask_to_cancel(measure_id=measure.pk, why="もう一度", by=collector, on=on)


GRACE = {
    "reason": "tax_grace", "variant": "hardship", "applied_on": date(2026, 11, 10), "ends_on": date(2027, 11, 20),
    "findings": None,
}  # fmt: skip


def ask_grace(debtor, claims, by, **facts):
    terms = GRACE | {"findings": findings("tax_grace", "hardship")} | facts
    return draft(debtor, claims, by, **terms)


def test_an_application_acknowledges_at_once_whatever_is_decided_民152条(debtor, collector, chief):
    owed = claim(debtor, due_on=date(2026, 8, 31))
    measure = ask_grace(debtor, [owed], collector, denies=True, why="要件に当たらない")
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2031, 11, 10)
    decide(measure.approval, chief)
    measure.refresh_from_db()
    assert not Hold.objects.exists()
    told = text_of(measure.notice)
    for needed in ("徴収猶予不許可通知書", "要件に当たらない", "審査請求", "令和8年11月10日"):
        assert needed in told, needed


def test_a_grace_is_granted_extended_once_and_told_地税15条(debtor, collector, chief, settings):
    owed = claim(debtor, due_on=date(2026, 8, 31), principal_yen=100_000)
    with pytest.raises(measures.MeasureRefused, match="までです"):
        ask_grace(debtor, [owed], collector, ends_on=date(2027, 11, 21))
    measure = ask_grace(debtor, [owed], collector)
    decide(measure.approval, chief)
    measure.refresh_from_db()
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2032, 11, 9)  # 申請の翌日から5年と、猶予の365日
    told = text_of(measure.notice)
    for needed in (
        "徴収猶予許可通知書",
        "令和9年11月19日（金）まで",
        "猶予特例基準割合",
        "担保",
        "100,",
        "令和8年11月20日（金）までの計算",
    ):
        assert needed in told, needed
    more = {"extends_id": measure.pk, "starts_on": date(2027, 11, 20), "applied_on": date(2026, 11, 15)}
    with pytest.raises(measures.MeasureRefused, match="までです"):
        ask_grace(debtor, [owed], collector, ends_on=date(2028, 11, 21), **more)
    longer = ask_grace(debtor, [owed], collector, ends_on=date(2028, 11, 20), **more)
    decide(longer.approval, chief)
    assert Hold.objects.count() == 2
    again = {"extends_id": longer.pk, "starts_on": date(2028, 11, 20), "ends_on": date(2029, 1, 1)}
    with pytest.raises(measures.MeasureRefused, match="1回まで"):
        ask_grace(debtor, [owed], collector, **again)


def test_a_large_and_long_grace_needs_security_地税16条(debtor, collector):
    owed = claim(debtor, due_on=date(2026, 10, 31), principal_yen=1_000_001)
    with pytest.raises(measures.MeasureRefused, match="担保"):
        ask_grace(debtor, [owed], collector, ends_on=date(2027, 2, 21))
    ask_grace(debtor, [owed], collector, ends_on=date(2027, 2, 20))
    other = person()
    large = claim(other, due_on=date(2026, 10, 31), principal_yen=1_000_001)
    assert ask_grace(other, [large], collector, ends_on=date(2027, 2, 21), security="土地（架空町1番）").security


def test_the_limit_of_the_security_is_the_citys_setting(debtor, collector):
    row = Setting.objects.get(key="hold.security")
    row.value = {"over_yen": 5_000, "over_months": 1}
    row.save()
    with pytest.raises(measures.MeasureRefused, match="担保"):
        ask_grace(debtor, [claim(debtor)], collector, ends_on=date(2027, 1, 1))


def test_performance_of_a_private_claim_is_put_off_by_agreement_自治令171条の6(debtor, collector, chief):
    rent = claim(debtor, kind="housing_rent", source="jutaku", due_on=date(2026, 8, 31))
    facts = {
        "reason": "deferred_performance", "variant": "", "new_due_on": date(2028, 3, 31), "agreed_late": "full",
        "review_on": date(2027, 11, 20), "findings": findings("deferred_performance", ""),
    }  # fmt: skip
    measure = draft(debtor, [rent], collector, **facts)
    decide(measure.approval, chief)
    rent.refresh_from_db()
    hold = Hold.objects.get()
    assert rent.prescribes_on == date(2033, 3, 31)
    assert (hold.late_charge_effect, set(hold.channels)) == (
        "full", {"dunning", "notice", "call", "seizure", "sale", "suit", "lawyers"},
    )  # fmt: skip
    measure.refresh_from_db()
    assert "履行延期承認通知書" in text_of(measure.notice)


def test_collection_stop_writes_no_paper_and_moves_no_clock_自治令171条の5(debtor, collector, chief):
    water = claim(debtor, kind="water_charge", source="suido")
    before = water.prescribes_on
    facts = {"reason": "collection_stop", "variant": "", "review_on": date(2027, 11, 20)}
    measure = draft(debtor, [water], collector, findings=findings("collection_stop", ""), **facts)
    decide(measure.approval, chief)
    measure.refresh_from_db()
    water.refresh_from_db()
    assert (measure.notice, water.prescribes_on) == (None, before)


def test_what_passes_without_a_look_becomes_one_task_of_a_supervisor(debtor, collector, chief, settings):
    seen = holds.place_hold(person_id=debtor.pk, reason="welfare", starts_on=DAY, review_on=date(2026, 12, 1), by=chief)
    holds.place_hold(person_id=debtor.pk, reason="dispute", starts_on=DAY, ends_on=date(2026, 12, 1), by=collector)
    settings.BASE_DATE = date(2026, 11, 30)
    tasks.look_after_holds()
    assert not WorkItem.objects.exists()
    settings.BASE_DATE = date(2026, 12, 2)
    for _ in range(2):
        tasks.look_after_holds()
    review, end = WorkItem.objects.order_by("-reason")
    assert (review.owner, end.owner) == (chief, None)
    assert "見直し日（令和8年12月1日）を過ぎました" in review.reason
    assert "令和8年11月30日で終わりました" in end.reason
    holds.review_hold(hold_id=seen.pk, review_on=date(2027, 1, 5), on=date(2026, 12, 2), text="続ける", by=chief)
    tasks.look_after_holds()
    assert WorkItem.objects.count() == 2


def test_a_hold_ended_by_somebody_raises_nothing(debtor, collector, settings):
    hold = holds.place_hold(
        person_id=debtor.pk, reason="dispute", starts_on=DAY, review_on=date(2027, 1, 5), by=collector
    )
    holds.end_hold(hold_id=hold.pk, ends_on=date(2026, 12, 1), by=collector)
    settings.BASE_DATE = date(2027, 2, 1)
    tasks.look_after_holds()
    assert not WorkItem.objects.exists()


def test_the_pages_lead_from_choice_to_decision(client, debtor, collector, chief):
    owed = claim(debtor)
    claim(debtor, kind="housing_rent", source="jutaku")
    client.force_login(collector)
    new = reverse("claims:measure-new", args=[debtor.number])
    assert "執行停止（2号" in client.get(new).content.decode()
    form = client.get(new, {"what": "execution_stop.2"}).content.decode()
    assert "生活の状況" in form
    assert "この区分の債権にはできません" in form
    typed = {"claims": [owed.pk], "starts_on": "2026-11-20", "why": "生活保護を受けている（架空）"}
    for item in measures.checklist("execution_stop", "2", on=DAY):
        typed |= {f"on_{item['code']}": "2026-11-02", f"result_{item['code']}": "確認した"}
    refused = client.post(f"{new}?what=execution_stop.2", typed | {"on_living": "2026-05-01"})
    assert "6か月より前" in refused.content.decode()
    assert client.post(f"{new}?what=execution_stop.2", typed).status_code == 302
    measure = Measure.objects.get()
    assert "決裁待ち" in client.get(reverse("claims:holds")).content.decode()
    decide(measure.approval, chief)
    shown = client.get(reverse("claims:measure", args=[measure.pk])).content.decode()
    assert "封書で送ります" in shown
    paper = client.get(reverse("claims:measure-notice", args=[measure.pk]))
    assert paper.content.startswith(b"%PDF")
    assert client.get(reverse("claims:measure-notice", args=[measure.pk]) + "?cancel").status_code == 404
    check = MeasureCheck.objects.first()
    answer = client.post(
        reverse("claims:measure-check", args=[check.pk]),
        {"done_on": "2026-11-20", "outcome": "cancel", "text": "給与が見つかった"},
    )
    assert answer.status_code == 302
    assert "取消しの決裁を待っています" in client.get(reverse("claims:measure", args=[measure.pk])).content.decode()
    assert AuditEvent.objects.filter(event="measure.checked").exists()


def test_a_supervisor_reviews_on_the_page(client, debtor, collector, chief, settings):
    hold = holds.place_hold(person_id=debtor.pk, reason="dispute", starts_on=DAY, review_on=DAY, by=collector)
    settings.BASE_DATE = date(2026, 12, 1)
    client.force_login(chief)
    assert "見直し待ち" in client.get(reverse("claims:holds")).content.decode()
    url = reverse("claims:hold-review", args=[hold.pk])
    client.post(url, {"review_on": "2026-12-01", "text": "続ける"})
    hold.refresh_from_db()
    assert hold.review_on == DAY
    client.post(url, {"review_on": "2027-02-01", "text": "審理が続いている"})
    hold.refresh_from_db()
    assert hold.review_on == date(2027, 2, 1)
