"""What stands on an import keeps it from being taken back, and is told in words. All data is synthetic."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from claims.models import (
    Claim,
    ClaimEnd,
    ClaimEndLine,
    ClaimEvidence,
    ClaimParty,
    EndGround,
    EvidenceKind,
    Feed,
    Handover,
    HandoverLine,
    Hold,
    ImportFile,
    LateReduction,
    Measure,
    MeasureClaim,
    Overpayment,
    Payment,
    PaymentTarget,
    Receipt,
)
from claims.services import taking_back
from claims.services.acknowledgements import make_paper
from claims.services.slips import issue_slip
from debtors.models import Contact, MatchQuestion, NeverLink, Person, ProtectionFlag, SourceIdentity
from debtors.services.joining import move_identities
from lawyers.models import Firm, LegalCase, LegalClaim, Mandate
from notices.models import DunningRun, Letter, Notice, PrintRun
from tests.factories.debtors import person, user
from tests.factories.extracts import AS_OF, claims, import_one, receipts, register, welfare
from tests.factories.plans import drafted
from toyota_collect.registry import registry

pytestmark = pytest.mark.django_db(transaction=True)
ZERO = {"principal_yen": 0, "fee_yen": 0, "late_yen": 0, "cost_yen": 0}
BROUGHT_IN = (Claim, Receipt, Overpayment, SourceIdentity)


@pytest.fixture(autouse=True)
def day(settings):
    settings.BASE_DATE = AS_OF


@pytest.fixture
def file(kept, tmp_path) -> ImportFile:
    return kept(lambda: import_one(claims(tmp_path, {})))


def refusal(file: ImportFile) -> str:
    found = taking_back.outlook(file.batch, file)
    return taking_back.refusal_of(found)


def test_every_key_to_what_imports_bring_in_has_its_line():
    """A model with a key to a claim and no line in ``registry.dependents`` would be forgotten by a taking back."""
    keys = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        if "pgh_id" not in {one.name for one in model._meta.fields}
        for field in model._meta.fields
        if field.is_relation and field.related_model in BROUGHT_IN
    }
    assert keys == set(registry.dependents)
    assert len(keys) > 25


def _claim() -> Claim:
    return Claim.objects.select_related("identity__person", "kind").get()


def _hold() -> None:
    claim = _claim()
    Hold.objects.create(
        person=claim.identity.person, claim=claim, reason=Hold.Reason.values[0], starts_on=AS_OF,
        review_on=AS_OF, channels=["call"], placed_by=user("collector"),
    )  # fmt: skip


def _slip() -> None:
    claim = _claim()
    issue_slip(
        person_id=claim.identity.person_id, claim_ids=[claim.pk], as_of=AS_OF, due_on=AS_OF, issued_on=AS_OF,
        by=user("collector"),
    )  # fmt: skip


def _party() -> None:
    ClaimParty.objects.create(claim=_claim(), person=person(), role="guarantor", starts_on=AS_OF, ground="contract")


def _event() -> None:
    _claim().events.create(kind="demand", on=AS_OF, ground="tax", origin="", by=user("collector"))


def _contact() -> None:
    Contact.objects.create(
        person=_claim().identity.person,
        on=AS_OF,
        channel="phone",
        outcome="talked",
        text="話した",
        by=user("collector"),
    )


def _hand_linked() -> None:
    other = person()
    move_identities([_claim().identity_id], to_id=other.pk, rule="person", evidence={}, by=user("collector"))


def _answered() -> None:
    other = SourceIdentity.objects.create(
        source=_claim().source, person_number="Z999", name="架空　花子", ground="tax", person=person()
    )
    left, right = sorted([_claim().identity_id, other.pk])
    MatchQuestion.objects.create(
        left_id=left, right_id=right, left_ids=[left], right_ids=[right], score=0.5, asked_on=AS_OF, state="different",
        answered_by=user("collector"), answered_at=timezone.now(),
    )  # fmt: skip


def _kept_apart() -> None:
    _answered()
    question = MatchQuestion.objects.get()
    MatchQuestion.objects.update(state="open", answered_by=None, answered_at=None)  # the pair alone stands
    NeverLink.objects.create(
        question=question, left_id=question.left_id, right_id=question.right_id, by=user("collector")
    )


def _letter() -> None:
    claim = _claim()
    run = PrintRun.objects.create(
        fiscal_year=2026, sequence=1, state="snapshot", as_of=AS_OF, issued_on=AS_OF,
        deadline_on=AS_OF + timedelta(days=14), made_by=user("print_operator"), snapshot_at=timezone.now(),
    )  # fmt: skip
    letter = Letter.objects.create(
        run=run, person=claim.identity.person, serial=1, number="26-催-1", total_yen=1, snapshot={}
    )
    letter.claims.create(claim=claim, principal_yen=1, fee_yen=0, late_yen=0)


def _notice() -> None:
    claim = _claim()
    notice = Notice.objects.create(
        person=claim.identity.person, kind="demand", state="asked", asked_on=AS_OF,
        deadline_on=AS_OF + timedelta(days=14), slip_policy="kind", made_by=user("collector"),
    )  # fmt: skip
    notice.claims.create(claim=claim, principal_yen=1, fee_yen=0, late_yen=0)


def _dunning() -> None:
    claim = _claim()
    run = DunningRun.objects.create(
        fiscal_year=2026, sequence=1, issued_on=AS_OF, deadline_on=AS_OF + timedelta(days=11),
        made_by=user("print_operator"), started_at=timezone.now(),
    )  # fmt: skip
    run.dunnings.create(
        person=claim.identity.person, claim=claim, serial=1, number="26-督-1", principal_yen=1, fee_yen=0, statute="法"
    )


def _acknowledgement() -> None:
    claim = _claim()
    make_paper(person_id=claim.identity.person_id, claim_ids=[claim.pk], on=AS_OF, by=user("collector"))


def _evidence() -> None:
    ClaimEvidence.objects.create(
        claim=_claim(), kind=EvidenceKind.values[0], name="契約書.pdf", content_type="application/pdf", size_bytes=1,
        sha256="0" * 64, path="x", shared=False, by=user("collector"),
    )  # fmt: skip


def _reduction() -> None:
    LateReduction.objects.create(
        claim=_claim(), kind="full", applied_on=AS_OF, reason="災害", evidence="り災証明", by=user("collector")
    )


def _measure() -> None:
    claim = _claim()
    measure = Measure.objects.create(
        person=claim.identity.person, reason="tax_grace", label="徴収猶予", starts_on=AS_OF, why="災害",
        drafted_on=AS_OF, by=user("collector"),
    )  # fmt: skip
    MeasureClaim.objects.create(measure=measure, claim=claim, principal_yen=0, late_yen=0, other_yen=0)


def _end() -> None:
    end = ClaimEnd.objects.create(
        ground=EndGround.values[0], law="法", reason="理由", drafted_on=AS_OF, by=user("collector")
    )
    ClaimEndLine.objects.create(end=end, claim=_claim(), late_now_yen=0, **ZERO)


def _plan() -> None:
    drafted(_claim(), by=user("collector"))


def _payment() -> None:
    payment = Payment.objects.create(
        feed=Feed.values[0], key="k", state="provisional", paid_on=AS_OF, amount_yen=1, first_seen_on=AS_OF
    )
    PaymentTarget.objects.create(payment=payment, claim=_claim())


def _handover() -> None:
    claim = _claim()
    basket = Handover.objects.create(
        section=claim.section, fiscal_year=2026, number=1, drafted_on=AS_OF, by=user("collector")
    )
    HandoverLine.objects.create(handover=basket, claim=claim, principal_yen=1, other_yen=0)


def _mandate() -> None:
    claim, firm = _claim(), Firm.objects.create(name="架空 ひかり法律事務所")
    mandate = Mandate.objects.create(
        firm=firm, group="home", fiscal_year=2026, number=1, drafted_on=AS_OF, by=user("collector")
    )
    case = LegalCase.objects.create(mandate=mandate, person=claim.identity.person, number="2026-1-1")
    LegalClaim.objects.create(case=case, claim=claim, principal_yen=1, other_yen=0)


STANDING: list[tuple[Callable[[], None], str]] = [
    (_hold, "猶予・保留1件"),
    (_slip, "納付書1件"),
    (_party, "関係者1件"),
    (_event, "時効に関わるできごと1件"),
    (_contact, "経過1件"),
    (_hand_linked, "人が決めた名寄せ1件"),
    (_answered, "答えた名寄せの問い1件"),
    (_evidence, "証拠書類1件"),
    (_reduction, "延滞金等の減免1件"),
    (_measure, "猶予・停止の案1件"),
    (_end, "不納欠損1件"),
    (_plan, "分納1件"),
    (_payment, "納付の知らせ1件"),
    (_handover, "移管1件"),
    (_mandate, "弁護士への委任1件"),
    (_kept_apart, "別人の組1件"),
    (_letter, "催告書1件"),
    (_notice, "個別の通知1件"),
    (_dunning, "督促状1件"),
    (_acknowledgement, "債務承認書1件"),
]
ELSEWHERE = {
    "還付",
    "公示送達",
}  # of an overpayment: test_taking_back; needs a letter that came back, which counts first


def test_each_thing_that_is_told_by_name_is_tried():
    told = {text.removesuffix("1件") for _, text in STANDING}
    assert {one.title for one in registry.dependents.values() if one.title} <= told | ELSEWHERE


@pytest.mark.parametrize(("add", "told"), STANDING, ids=[told for _, told in STANDING])
def test_what_stands_on_a_new_claim_is_told(file, add, told):
    assert refusal(file) == ""
    add()
    assert told in refusal(file)


def test_on_a_changed_claim_only_what_came_later_counts(file, tmp_path):
    _hold()
    _event()
    later = import_one(claims(tmp_path, {"levied_yen": "40000"}))
    assert refusal(later) == ""
    _claim().events.create(kind="acknowledgement", on=AS_OF, ground="tax", origin="", by=user("collector"))
    assert "時効に関わるできごと1件" in refusal(later)


def test_receipts_of_the_section_come_before_their_claims(file, tmp_path):
    money = import_one(receipts(tmp_path, {}))
    assert money.name in refusal(file)


def test_events_of_life_of_another_file_stand_on_the_people(tmp_path):
    file = import_one(register(tmp_path, {}))
    import_one(claims(tmp_path, {}))
    assert "期別" not in refusal(file)
    import_one(welfare(tmp_path, {}))
    assert "異動1件" in refusal(file)


def test_measures_stay_in_force(tmp_path):
    file = import_one(register(tmp_path, {"protected_from": "20260401", "protected_until": "20270331"}))
    money = import_one(claims(tmp_path, {}))
    someone = Person.objects.get()
    assert Person.objects.protected(on=AS_OF).get() == someone
    asked = taking_back.ask(batch_id=file.batch_id, file_id=file.pk, reason="誤り", by=user("receipts_clerk"))
    taking_back.TakingBack.objects.update(state="decided")
    assert taking_back.carry_out(taking_id=asked.pk, today=AS_OF).state == "done"
    assert ProtectionFlag.objects.get().ends_on == date(2027, 4, 1)
    assert Person.objects.protected(on=AS_OF).get() == someone
    assert SourceIdentity.objects.get().seen_in_file == money.pk


def test_the_end_of_a_measure_goes_on_hiding_until_it_is_confirmed(tmp_path):
    import_one(register(tmp_path, {"protected_from": "20260401", "protected_until": "20270331"}))
    import_one(claims(tmp_path, {}))
    ended = import_one(register(tmp_path, {"protected_from": "", "protected_until": ""}))
    assert Person.objects.protected(on=AS_OF).exists()
    asked = taking_back.ask(batch_id=ended.batch_id, file_id=ended.pk, reason="誤り", by=user("receipts_clerk"))
    taking_back.TakingBack.objects.update(state="decided")
    assert taking_back.carry_out(taking_id=asked.pk, today=AS_OF).state == "done"
    assert Person.objects.protected(on=AS_OF).exists()


def test_the_page_says_what_would_be_undone_and_what_stands_on_it(file, client):
    clerk = user("receipts_clerk")
    client.force_login(clerk)
    page = reverse("claims:import-file-back", args=[file.pk])
    shown = client.get(page)
    assert shown.context["may_ask"]
    assert "残高（取り消した後）" in shown.content.decode()
    _event()
    shown = client.get(page)
    assert not shown.context["may_ask"]
    assert reverse("claims:claim", args=[_claim().pk]) in shown.content.decode()
    refused = client.post(reverse("claims:import-back-ask", args=[file.batch_id]), {"file": file.pk, "reason": "誤り"})
    assert "時効に関わるできごと1件" in refused.content.decode()
    assert not file.batch.takings_back.exists()


def test_asking_on_the_page_and_the_record_of_it(file, client):
    client.force_login(user("receipts_clerk"))
    page = reverse("claims:import-file-back", args=[file.pk])
    ask = reverse("claims:import-back-ask", args=[file.batch_id])
    assert client.post(ask, {"file": file.pk, "reason": ""}).context["form"].errors
    assert client.post(ask, {"file": file.pk, "reason": "別の市の抽出"}).status_code == 302
    shown = client.get(page)
    assert shown.context["waits"]
    assert not shown.context["may_ask"]
    assert "決裁待ち" in shown.content.decode()
    taking_back.TakingBack.objects.update(state="decided")
    taking_back.carry_out(taking_id=taking_back.TakingBack.objects.get().pk, today=AS_OF)
    assert "41,000円 → 0円" in client.get(page).content.decode()
    assert "この取込は取り消しました" in client.get(reverse("claims:import-file", args=[file.pk])).content.decode()
    client.force_login(user("auditor"))
    assert client.get(page).status_code == 200
    assert client.post(ask, {"file": file.pk, "reason": "誤り"}).status_code == 403
