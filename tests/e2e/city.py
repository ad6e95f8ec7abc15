"""One of everything: a small city in which every page of the product has something to show. All of it is synthetic."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from claims.models import BookingSource, ImportFile, Payment, PaymentCase, StandardExport
from claims.services import call_queue, overpayments, payments, transfers
from claims.services.parties import Heir
from claims.services.slips import issue_slip
from debtors.models import LifeEvent, WorkItem
from debtors.rules.questions import Agreement, Evidence, Question
from debtors.services import assigning, assignment_rules, postponing, relations, reveals, visits
from debtors.services.questions import keep_questions
from debtors.services_work import record_contact
from lawyers.rules import fees
from lawyers.services import court, invoices, proposals, room
from notices.services import dunnings, engine, runs, texts
from notices.services.rendering import render_chunk
from tests.factories import handovers, lawyers_money, legal, plans, welfare
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, system_user, user
from tests.factories.experiments import registered, version
from tests.factories.extracts import claims as claims_file
from tests.factories.extracts import import_all
from tests.factories.moneyfiles import direct_debit
from tests.factories.respites import switch_on
from tests.factories.signals import flag
from tests.integration.claims import test_claim_ends, test_measures, test_overpayments, test_parties
from tests.integration.notices import test_closed_piles
from tests.integration.notices.conftest import QuickEngine, freeze
from tests.integration.notices.mailing import find, posted, receive
from toyota_collect import approvals
from toyota_collect.models import LookAlert, NoticeText, Section, User
from toyota_collect.permissions import Role
from welfare.services import cases, questions

DAY = date(2026, 11, 20)
Address = dict[str, Any]


def staff(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> dict[Role, User]:
    """An account of each role, in the demo city of one day; letters are made by the quick engine, and nothing is sent on."""
    settings.MEDIA_ROOT, settings.BASE_DATE, settings.DEMO = folder, DAY, True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hashing slowly is not under test
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    quick = QuickEngine()
    for name in ("render", "faults", "assemble", "marks_of", "render_letter"):
        patch.setattr(engine, name, getattr(quick, name))
    patch.setattr(texts, "fit_problems", lambda text: [])
    for module in ("runs", "rendering", "jobs"):
        patch.setattr(f"notices.services.{module}.send", lambda task, **values: None)
    section = Section.objects.first()
    roles = [role for role in Role if role != Role.SYSTEM]
    return {role: user(role, section=section if role == Role.SECTION_VIEWER else None) for role in roles}


def build(folder: Path, staff: dict[Role, User]) -> dict[str, Address]:
    """Fill the empty database; give each page's address as the arguments of its URL name."""
    BookingSource.objects.update(by="own")
    found: dict[str, Address] = {}
    for part in (
        _person,
        _family,
        _care,
        _debts,
        _desk,
        _support,
        _money,
        _lawyers_money,
        _lawyers,
        _imports,
        _runs,
        _paper,
        _staff,
    ):
        found |= dict(part(folder, staff))
    return found


def _named(name: str, kana: str, **facts: Any) -> Any:
    plain = {"name_key": name.replace(" ", ""), "kana_key": kana.replace(" ", "")}
    return person(name=name, kana=kana, **(plain | facts))


def _person(folder: Path, staff: dict[Role, User]) -> Iterator[tuple[str, Address]]:
    collector = staff[Role.COLLECTOR]
    facts = {"birth_on": date(1974, 5, 6), "phone": "090-0000-0000", "address": "愛知県豊田市小坂本町架空1番地"}
    someone = _named("髙橋 架空", "タカハシ カクウ", **facts)
    section = staff[Role.SECTION_VIEWER].section
    old = claim(
        someone, principal_yen=41_000, due_on=date(2022, 1, 31), levy_year=2021, prescribes_on=date(2027, 1, 31)
    )
    nhi = {"kind": "nhi_tax", "source": "kokuho", "principal_yen": 20_000, "levy_year": 2025}
    for month in (7, 8, 9):
        claim(someone, due_on=date(2025, month, 28), instalment=month - 6, **nhi)
    rent = claim(someone, kind="housing_rent", source="jutaku", principal_yen=26_300, section=section)
    receipt = pay(rent, 10_000, on=date(2026, 10, 1))
    step = {"next_step": "電話する", "next_due_on": date(2026, 11, 19)}
    contact = record_contact(
        person_id=someone.pk, by=collector, on=date(2026, 11, 2), channel="phone", outcome="promised", text="月内に納める",
        promised_on=date(2026, 11, 13), **step,
    )  # fmt: skip
    days = {"as_of": DAY, "due_on": date(2026, 12, 4), "issued_on": DAY}
    slip = issue_slip(person_id=someone.pk, claim_ids=[old.pk], by=collector, **days)
    plan = plans.drafted(claim(someone, instalment=2, due_on=date(2026, 6, 30)), by=collector)
    measure = test_measures.draft(someone, [claim(someone, instalment=3, due_on=date(2026, 1, 31))], collector)
    number = {"number": someone.number}
    for name in (
        "debtors:person", "debtors:assign-by-hand", "debtors:new-contact", "debtors:new-relation", "debtors:new-outside",
        "claims:amounts", "claims:clocks", "claims:clock-act", "claims:new-hold", "claims:measure-new",
        "claims:reduction-new", "claims:allocation", "claims:statement", "claims:plan-build", "notices:new-address",
        "notices:new-slip", "notices:notice-offers", "notices:letter-form",
    ):  # fmt: skip
        yield name, number
    yield "notices:notice-new", number | {"kind": "visit"}
    yield "debtors:extraction-new", {"code": "people"}
    for name in ("claims:claim", "claims:new-party", "claims:evidence"):
        yield name, {"pk": rent.pk}
    yield "claims:receipt", {"pk": receipt.pk}
    yield "debtors:correct-contact", {"pk": contact.pk}
    yield "notices:slip", {"pk": slip.pk}
    yield "claims:plan", {"pk": plan.pk}
    yield "claims:measure", {"pk": measure.pk}
    yield (
        "claims:end",
        {"pk": test_claim_ends.draft([test_claim_ends.lapsed(_named("消滅 架空", "ショウメツ"))], collector).pk},
    )
    yield "claims:end-new", {"ground": "prescription"}
    yield "welfare:respite-new", number
    yield "welfare:benefits", number


def _family(folder: Path, staff: dict[Role, User]) -> Iterator[tuple[str, Address]]:
    collector = staff[Role.COLLECTOR]
    dead = _named("故人 架空", "コジン", died_on=date(2026, 10, 1))
    claim(dead, principal_yen=10_001, due_on=date(2026, 8, 31))
    heirs = test_parties.enter(dead, collector, Heir(_named("相続 架空", "ソウゾク").pk, Fraction(1, 1), True))
    identity = dead.identities.get()
    event = {"kind": "died", "on": date(2026, 10, 1), "found_on": DAY, "ground": "register", "origin": "住民記録"}
    LifeEvent.objects.create(identity=identity, **event)
    relation = relations.add_relation(
        person_id=dead.pk, kind="tax_agent", starts_on=DAY, origin="届出", by=collector, name="架空 管"
    )
    yield "claims:heirs", {"number": dead.number}
    yield "claims:correct-party", {"pk": heirs[0].pk}
    yield "debtors:correct-relation", {"pk": relation.pk}
    hidden = test_closed_piles.hidden()
    route = test_closed_piles.confirmed(hidden, collector, user(Role.SUPERVISOR))
    protect(_named("秘匿 架空", "ヒトク", birth_on=date(1991, 2, 3)))
    yield "debtors:safe-routes", {"number": hidden.number}
    yield "debtors:safe-route", {"pk": route.pk}
    asked = reveals.ask(person_id=hidden.pk, reason="架空：訴状の送達先", by=staff[Role.COLLECTOR])
    yield "debtors:reveals", {"number": hidden.number}
    yield "debtors:reveal", {"pk": asked.pk}
    yield "notices:closed-pile", {"pk": test_closed_piles.pile_of(collector).pk}


def _care(folder: Path, staff: dict[Role, User]) -> Iterator[tuple[str, Address]]:
    resting = _named("休止 架空", "キュウシ")
    claim(resting, due_on=date(2026, 1, 31)), claim(resting, kind="housing_rent", source="jutaku")
    respite = switch_on(resting, staff[Role.SUPERVISOR])
    yield "welfare:respite", {"pk": respite.pk}
    yield "welfare:respite-extend", {"pk": respite.pk}


def _debts(folder: Path, staff: dict[Role, User]) -> Iterator[tuple[str, Address]]:
    clerk = staff[Role.SECTION_VIEWER]
    rents = [handovers.rent(_named(name, name[:2]), section=clerk.section) for name in ("家賃 架空", "賃料 架空")]
    yield "claims:handover", {"pk": handovers.pick(rents[:1], clerk).pk}
    yield "claims:handover-office", {"pk": handovers.handed_in(rents[1:], clerk).pk}


def _desk(folder: Path, staff: dict[Role, User]) -> Iterator[tuple[str, Address]]:
    supervisor, collector = staff[Role.SUPERVISOR], staff[Role.COLLECTOR]
    pairs = [("渡邉 架空", "渡辺 架空"), ("齋藤 架空", "斎藤 架空")]
    asked = []
    for place, names in enumerate(pairs):
        sides = [_named(name, "カクウ", birth_on=date(1960, 1, 1 + place)) for name in names]
        for one, source in zip(sides, ("jutaku", "suido"), strict=True):
            claim(one, kind="housing_rent" if source == "jutaku" else "water_charge", source=source)
        both = tuple(tuple(one.identities.values_list("pk", flat=True)) for one in sides)
        asked.append(Question(*both, 0.9 - place / 10, (Evidence("氏名", Agreement.ALIKE, "異体字"),)))
    keep_questions(asked, on=DAY, by=system_user())
    visitor = _named("来庁 架空", "ライチョウ", phone="090-0000-0001", birth_on=date(1966, 1, 1))
    claim(visitor, principal_yen=12_000)
    yield "notices:counter-visit", {"pk": visits.open_visit(person_id=visitor.pk, on=DAY, by=collector).pk}
    rule = assignment_rules.save_rule(officer=collector, position=10, starts_on=date(2026, 4, 1), by=supervisor)
    assigning.assign_new(on=DAY, by=supervisor)
    yield "debtors:assignment-rule", {"pk": rule.pk}
    payers = [_named(name, name[:2]) for name in ("入金 架空", "分割 架空")]
    for payer in payers:
        pay(claim(payer, principal_yen=9_000), 3_000, on=DAY - timedelta(days=1))
        assigning.assign_by_hand(person_id=payer.pk, officer=collector, reason="見本", on=DAY, by=supervisor)
    waits = {"until": DAY + timedelta(days=4), "reason": "other", "text": "勤務先の証明を待つ", "on": DAY}
    postponing.postpone(person_id=payers[0].pk, by=collector, **waits)
    yield "debtors:postpone", {"number": payers[1].number}
    call_queue.build_list(on=DAY, by=collector)
    WorkItem.objects.create(
        person=visitor, reason="電話", next_step="電話する", due_on=DAY, subject_key="case", opened_by=collector
    )


def _support(folder: Path, staff: dict[Role, User]) -> Iterator[tuple[str, Address]]:
    collector, worker = staff[Role.COLLECTOR], staff[Role.WELFARE_WORKER]
    asked = _named("相談 架空", "ソウダン", birth_on=date(1958, 3, 4))
    claim(asked, kind="housing_rent", source="jutaku", principal_yen=31_000)
    sheet = welfare.written(asked, collector, items=["contact", "troubles", "debts"])
    told = {"contact": "090-0000-0002（夕方）", "summary": "先月から仕事がない", "urgency": "lifeline"}
    meeting = (DAY + timedelta(days=3), time(10, 30), "架空福祉センター1階")
    referral = welfare.handed_over(asked, collector, consent=sheet, meeting=meeting, **told)
    case = cases.receive(referral_id=referral.pk, by=worker, on=DAY)
    cases.attempt(case_id=case.pk, day=DAY, part="morning", channel="phone", reached=True, by=worker, on=DAY)
    cases.note(case_id=case.pk, day=DAY, text="家計の表を作る（架空）", by=worker, on=DAY)
    cases.answer(case_id=case.pk, code="budget", day=DAY, hold_until=date(2027, 1, 29), by=worker, on=DAY)
    welfare.handed_over(_named("新着 架空", "シンチャク"), collector, urgency="food")
    renter = _named("照会 架空", "ショウカイ")
    claim(renter, kind="housing_rent", source="jutaku", principal_yen=15_000)
    questions.ask(person_id=renter.pk, by=staff[Role.SUPERVISOR], on=DAY)
    for name in ("welfare:talk", "welfare:oral", "welfare:hand-over", "welfare:conference"):
        yield name, {"number": asked.number}
    doubtful = _named("途切 架空", "トギレ", birth_on=date(1971, 4, 5))
    claim(doubtful, principal_yen=22_000, due_on=date(2026, 8, 31))
    yield "welfare:signal", {"pk": flag(doubtful).pk}
    yield "welfare:signal-person", {"number": doubtful.number}
    yield "welfare:consent", {"pk": sheet.pk}
    yield "welfare:case", {"pk": referral.pk}


def _money(folder: Path, staff: dict[Role, User]) -> Iterator[tuple[str, Address]]:
    debit = direct_debit([("NOBODY", 12_345, "ﾅｿﾞﾉ ﾋﾄ")], on=date(2026, 11, 18))
    assert payments.take_in(content=debit, name="x.dat", by=system_user(), as_of=DAY).problem == ""
    yield "claims:money-file", {"pk": Payment.objects.get().lines.get().file_id}
    yield "claims:payment-case", {"pk": PaymentCase.objects.get().pk}
    yield "claims:day", {"day": DAY}
    back, waiting = (_named(name, name[:2]) for name in ("還付 架空", "過納 架空"))
    over = test_overpayments.overpaid(back, 10_000)
    overpayments.name_account(person_id=back.pk, by=system_user(), **test_overpayments.ACCOUNT)
    test_overpayments.settle(over)
    transfers.make_transfer_file(transfer_on=date(2026, 11, 27), by=system_user())
    yield "claims:overpayment", {"pk": test_overpayments.overpaid(waiting, 20_000).pk}


def _lawyers_money(folder: Path, staff: dict[Role, User]) -> Iterator[tuple[str, Address]]:
    lawyers_money.we_book()
    firm = lawyers_money.firm(name="架空みなと法律事務所")
    firm.members.set([staff[Role.LAWYER]])
    owed = lawyers_money.rent(_named("委任 架空", "イニン"), yen=300_000)
    case = lawyers_money.case(firm, owed)
    pay(owed, 66_667, on=date(2026, 10, 9))
    lawyers_money.take(case, 8_000)
    told = lawyers_money.tell(lawyers_money.take(case, 20_000), yen=19_999)
    arrived = lawyers_money.tell(lawyers_money.take(case, 30_000))
    lawyers_money.confirm(arrived, by=staff[Role.RECEIPTS_CLERK])
    lines = [fees.InvoiceLine(case.number, "talks", 66_667, 10_001, 0, 0)]
    asked = invoices.submit(
        firm_id=firm.pk, month=date(2026, 10, 1), number="R8-10", lines=lines, by=staff[Role.LAWYER], on=DAY
    )
    invoices.check(invoice_id=asked.pk, by=staff[Role.RECEIPTS_CLERK], on=DAY)
    for name, pk in (("remittance", arrived.pk), ("invoice", asked.pk), ("room-remittance", told.pk),
                     ("room-invoice-sent", asked.pk), ("room-take", case.pk), ("room-cost-note", case.pk)):  # fmt: skip
        yield f"lawyers:{name}", {"pk": pk}


def _lawyers(folder: Path, staff: dict[Role, User]) -> Iterator[tuple[str, Address]]:
    collector, lawyer = staff[Role.COLLECTOR], staff[Role.LAWYER]
    firm = legal.firm(lawyer, name="架空 みどり法律事務所")
    other = legal.handed(firm, legal.free("受任待"), legal.free("見送"))[-1]
    (case,) = legal.accepted(firm, legal.free("受任済"), by=lawyer)
    written = {"by": lawyer, "on": DAY}
    room.write_entry(case_id=case.pk, day=DAY, kind="letter", text="受任通知を送った（架空）", token=uuid4(), **written)
    for by_firm, by in ((True, lawyer), (False, collector)):
        room.ask(case=case, by_firm=by_firm, text="分納の申出はありますか（架空）", token=uuid4(), by=by, on=DAY)
    order = legal.decided(case, "payment_order", lawyer)
    begun = court.open_proceeding(proposal_id=order.pk, court="架空簡易裁判所", court_number="1", **written)
    court.add_step(proceeding_id=begun.pk, kind="filed", day=DAY, **written)
    proposals.propose(case_id=case.pk, kind="waive", text="資力がない（架空）", token=uuid4(), **written)
    figures = {"with_firm": 1, "accepted": 1, "ended": 0, "recovered_yen": 0}
    text = "催告を送った（架空）"
    room.report(firm_id=firm.pk, month=date(2026, 10, 1), text=text, figures=figures, **written)
    ready = legal.approved(firm, legal.free("束中"), by=collector)
    faults = [{"case": ready.cases.get().number, "what": "契約書", "text": "契約書がありません。"}]
    legal.packet(
        ready, state="failed", problem="1件の不備があるため、束を渡せません。", faults=faults, path="", sha256=""
    )
    legal.picked(firm, legal.free("下書"), by=collector)
    yield "lawyers:bundle", {"number": other.person.number}
    yield "lawyers:mandate", {"pk": ready.pk}
    yield "lawyers:case", {"pk": case.pk}
    yield "lawyers:room-case", {"pk": case.pk}


def _imports(folder: Path, staff: dict[Role, User]) -> Iterator[tuple[str, Address]]:
    given = folder / "given"
    given.mkdir()
    claims_file(given, {}, {"instalment": "03", "due_on": "5080231"})
    batch = import_all(given)
    file = ImportFile.objects.get(batch=batch)
    yield "claims:import-batch", {"pk": batch.pk}
    yield "claims:import-back", {"pk": batch.pk}
    for name in ("claims:import-file", "claims:import-file-back"):
        yield name, {"pk": file.pk}
    yield "claims:import-mend", {"pk": file.rejected_rows.get().pk}
    yield "claims:layout", {"code": "zei_claims"}
    export = StandardExport.objects.create(as_of=DAY, by=staff[Role.RECEIPTS_CLERK], finished_at=timezone.now())
    yield "claims:standard-made", {"pk": export.pk}


def _runs(folder: Path, staff: dict[Role, User]) -> Iterator[tuple[str, Address]]:
    """Needs the quick engine."""
    operator = staff[Role.PRINT_OPERATOR]
    for place in range(3):
        someone = _named(
            f"送付 架空{place}", "ソウフ", birth_on=date(1950, 1, 1 + place), address=f"愛知県豊田市架空{place}番地"
        )
        claim(someone, principal_yen=10_000 + place, due_on=date(2026, 8, 31))
    conditions = {"as_of": DAY, "issued_on": DAY, "deadline_on": DAY + timedelta(days=24), "minimum_yen": 1_000}

    def run() -> Any:
        made = runs.make_run(conditions=runs.Conditions(**conditions), by=operator)
        return runs.count(run_id=made.pk, by=operator, today=DAY)

    done, draft = (run(), run())
    done = freeze(done, operator)
    for chunk in done.chunks.all():
        render_chunk(chunk_id=chunk.pk)
    done.refresh_from_db()
    letter = done.letters.order_by("pk").last()
    pay(letter.claims.first().claim, 1_000, on=DAY)
    find(done, operator)
    posted(done, operator)
    yield "notices:returned", {"pk": receive(done.letters.filter(pull=None).first(), operator).returned.pk}
    for name in ("notices:run", "notices:exclusions", "notices:letters", "notices:pulls", "notices:seal"):
        yield name, {"pk": done.pk}
    yield "notices:letter", {"pk": letter.pk}
    registered(draft, operator, version())
    for name in ("notices:experiment", "notices:experiment-edit", "notices:edit"):
        yield name, {"pk": draft.pk}


def _paper(folder: Path, staff: dict[Role, User]) -> Iterator[tuple[str, Address]]:
    claim(_named("督促 架空", "トクソク", birth_on=date(1988, 8, 8)), due_on=date(2026, 11, 2))
    by = staff[Role.PRINT_OPERATOR]
    yield "notices:dunning", {"pk": dunnings.make_run(issued_on=DAY, kinds=[], by=by, today=DAY).pk}
    text = NoticeText.objects.create(
        kind="visit", version=2, starts_on=date(2026, 12, 1), made_by=staff[Role.SUPERVISOR]
    )
    for name in ("notices:text", "notices:text-edit", "notices:text-preview"):
        yield name, {"pk": text.pk}


def _staff(folder: Path, staff: dict[Role, User]) -> Iterator[tuple[str, Address]]:
    facts = {"subject_type": "test", "subject_key": "1", "title": "見本の件", "evidence": {"人数": 3}}
    yield "approvals:detail", {"pk": approvals.ask(by=staff[Role.COLLECTOR], **facts).pk}
    yield "users:edit", {"pk": staff[Role.COLLECTOR].pk}
    yield "manual-page", {"name": "collector"}
    LookAlert.objects.create(
        kind="volume", user=staff[Role.COLLECTOR], day=DAY, looks=200, reason="架空：ふだんより多い閲覧"
    )
    assert Section.objects.exists()
