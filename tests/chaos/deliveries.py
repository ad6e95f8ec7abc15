"""For every task of ours, something it has to do: called on an empty database, each returns the task's arguments.

What is prepared sends nothing anywhere; the day is ``DAY`` unless an entry moves it. All of it is synthetic (架空).
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from claims.intake import preview, run
from claims.models import BookingSource, ImportBatch, ImportFile, ReceiptFile, StandardExport
from claims.moneyfiles import Status
from claims.services import payments, standard_exports
from claims.services.holds import place_hold
from debtors.models import ExtractionExport
from lawyers.models import Packet
from lawyers.services import court
from notices.models import PrintRun
from notices.services import dunnings, jobs, rendering, runs
from tests.chaos.works import owed, slip_for
from tests.factories import extracts, legal, signals, taking_back
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, system_user, user
from tests.factories.lawyers import evidence, mandate, scan
from tests.factories.moneyfiles import convenience
from tests.factories.plans import signed
from tests.integration.debtors import test_assigning, test_extraction_exports
from tests.integration.notices import mailing, test_public_notices
from toyota_collect import approvals
from toyota_collect.permissions import Role

DAY = date(2026, 11, 20)
OLD = timedelta(hours=2)  # longer than any sweep waits
Arguments = dict[str, Any]


def _before(model: Any, pk: int, **moments: timedelta) -> None:
    model._base_manager.filter(pk=pk).update(**{name: timezone.now() - ago for name, ago in moments.items()})


def nothing() -> Arguments:
    return {}


def entries() -> Arguments:
    for number in range(3):
        pay(claim(principal_yen=10_000 + number), 1_000, on=DAY)
    return {}


# --- imports -----------------------------------------------------------------------------------------------------


def _inbox() -> Path:
    inbox = Path(settings.INTAKE_DIR)
    inbox.mkdir(parents=True, exist_ok=True)
    extracts.register(inbox, {})
    extracts.claims(inbox, {}, {"instalment": "02"}, {"instalment": "03", "due_on": "5080231"})
    extracts.receipts(inbox, {})
    return inbox


def batch() -> Arguments:
    _inbox()
    return {"batch_id": run.start(by=user(Role.RECEIPTS_CLERK), as_of=DAY).pk}


def stopped_batch() -> Arguments:
    """Its worker was killed after the first file."""
    found = ImportBatch.objects.get(pk=batch()["batch_id"])
    run._step(found, "架空の処理をしています")
    run.import_file(found, run.find_extracts(Path(settings.INTAKE_DIR))[0])
    _before(ImportBatch, found.pk, started_at=OLD)
    return {}


def unfinished_batch() -> Arguments:
    found = ImportBatch.objects.get(pk=batch()["batch_id"])
    for extract in run.find_extracts(Path(settings.INTAKE_DIR)):
        assert run.import_file(found, extract).status == ImportFile.Status.COMMITTED
    return {"batch_id": found.pk}


def looked_at() -> Arguments:
    _inbox()
    return {"preview_id": preview.start(by=run.intake_user(), as_of=DAY).pk}


def taken_back() -> Arguments:
    path = extracts.claims(_inbox(), {}, {"instalment": "02"})
    asked = taking_back.ask(extracts.import_one(path))
    approvals.decide(approval_id=asked.approval_id, decision="approved", by=user(Role.SUPERVISOR))
    return {"taking_id": asked.pk}


# --- money -------------------------------------------------------------------------------------------------------


def _kept(count: int = 2) -> ReceiptFile:
    BookingSource.objects.update(by="own")
    paid = [(slip_for(owed(number, due_on=date(2026, 10, 31))).barcode, DAY) for number in range(count)]
    content = convenience(Status.FINAL, paid, made_on=DAY)
    return payments.keep_for_worker(content=content, name="cvs", by=user(Role.RECEIPTS_CLERK), as_of=DAY)


def receipts_file() -> Arguments:
    return {"file_id": _kept().pk}


def forgotten_receipts_file() -> Arguments:
    _before(ReceiptFile, _kept().pk, at=OLD)
    return {}


def provisional_payment() -> Arguments:
    """The 速報 of a payment whose 確報 does not come."""
    early = DAY - timedelta(days=60)
    paid = [(slip_for(owed(1, due_on=date(2026, 8, 31))).barcode, early)]
    told = convenience(Status.PROVISIONAL, paid, made_on=early)
    payments.take_in(content=told, name="cvs", by=system_user(), as_of=early)
    return {}


def standard_export() -> Arguments:
    entries()
    return {"export_id": standard_exports.ask(as_of=DAY, today=DAY, source=None, by=user(Role.SUPERVISOR)).pk}


def forgotten_export() -> Arguments:
    _before(StandardExport, standard_export()["export_id"], asked_at=OLD)
    return {}


# --- what is looked after each day -------------------------------------------------------------------------------


def hold_to_review() -> Arguments:
    owner = claim().identity.person
    place_hold(person_id=owner.pk, reason="dispute", starts_on=DAY, review_on=DAY, by=user(Role.COLLECTOR))
    settings.BASE_DATE = DAY + timedelta(days=30)
    return {}


def broken_plan() -> Arguments:
    signed(claim(due_on=date(2027, 3, 31)), by=user(Role.COLLECTOR))
    settings.BASE_DATE = date(2027, 1, 20)
    return {}


def namesakes() -> Arguments:
    for name, source, kind in (("架空　髙橋", "jutaku", "housing_rent"), ("架空　高橋", "suido", "water_charge")):
        claim(person(name=name, name_key="架空高橋", kana_key="カクウタカハシ"), kind=kind, source=source)
    return {}


def unassigned() -> Arguments:
    test_assigning.rule(user(Role.COLLECTOR), user(Role.SUPERVISOR))
    test_assigning.owing()
    return {}


def extraction() -> Arguments:
    entries()
    by = user(Role.COLLECTOR)
    return {"export_id": test_extraction_exports.ask(test_extraction_exports.save(by), by).pk}


def forgotten_extraction() -> Arguments:
    _before(ExtractionExport, extraction()["export_id"], asked_at=OLD)
    return {}


def hardship() -> Arguments:
    signals.stopped()
    return {}


# --- lawyers -----------------------------------------------------------------------------------------------------


def packet() -> Arguments:
    from lawyers.services import packets

    rent = claim(kind="housing_rent", source="jutaku", due_on=date(2026, 6, 28))
    evidence(rent)
    return {"packet_id": packets.ask_packet(mandate_id=mandate(None, rent).pk, by=system_user(), on=DAY).pk}


def forgotten_packet() -> Arguments:
    _before(Packet, packet()["packet_id"], asked_at=OLD)
    return {}


def case_at_court() -> Arguments:
    """A payment order that nobody objected to, and a firm that has said nothing for long."""
    lawyer = user(Role.LAWYER)
    case = legal.accepted(legal.firm(lawyer), legal.free())[0]
    made = legal.decided(case, "payment_order", lawyer)
    opened = court.open_proceeding(proposal_id=made.pk, court="架空簡裁", court_number="", by=lawyer, on=DAY)
    for kind, day in (("filed", DAY), ("served", DAY + timedelta(days=7))):
        court.add_step(proceeding_id=opened.pk, kind=kind, day=day, by=lawyer, on=day)
    settings.BASE_DATE = DAY + timedelta(days=90)
    return {}


# --- notices -----------------------------------------------------------------------------------------------------


def _operator() -> Any:
    return user(Role.PRINT_OPERATOR)


def _run(by: Any, *, counted: bool = True) -> PrintRun:
    for number in range(3):
        claim(
            person(name=f"架空{number}", name_key=f"架空{number}", kana_key=f"カ{number}"),
            principal_yen=10_000 + number,
        )
    conditions = {"as_of": DAY, "issued_on": DAY, "deadline_on": date(2026, 12, 14), "minimum_yen": 1_000}
    made = runs.make_run(conditions=runs.Conditions(**conditions), by=by)
    return runs.count(run_id=made.pk, by=by, today=DAY) if counted else made


def _started(by: Any) -> PrintRun:
    made = _run(by)
    asked = runs.ask_approval(run_id=made.pk, by=by)
    approvals.decide(approval_id=asked.pk, decision="approved", by=user(Role.SUPERVISOR))
    return runs.start(run_id=made.pk, by=by)


def _frozen(by: Any) -> PrintRun:
    made = _started(by)
    runs.fix_amounts(run_id=made.pk, by=by, today=DAY)
    made.refresh_from_db()
    return made


def _finished(by: Any) -> PrintRun:
    made = _frozen(by)
    for chunk in made.chunks.all():
        rendering.render_chunk(chunk_id=chunk.pk)
    made.refresh_from_db()
    return made


def run_to_count() -> Arguments:
    by = _operator()
    made = runs.ask_count(run_id=_run(by, counted=False).pk, by=by)
    return {"run_id": made.pk, "user_id": by.pk}


def run_to_freeze() -> Arguments:
    return {"run_id": _started(_operator()).pk}


def bundle() -> Arguments:
    return {"chunk_id": _frozen(_operator()).chunks.get().pk}


def forgotten_bundle() -> Arguments:
    made = _frozen(_operator())
    _before(PrintRun, made.pk, snapshot_at=OLD)
    return {}


def dunning_run() -> Arguments:
    BookingSource.objects.update(by="own")
    claim(due_on=date(2026, 11, 2))
    by = _operator()
    made = dunnings.make_run(issued_on=DAY, kinds=[], by=by, today=DAY)
    asked = dunnings.ask_approval(run_id=made.pk, by=by)
    approvals.decide(approval_id=asked.pk, decision="approved", by=user(Role.SUPERVISOR), on=DAY)
    dunnings.start(run_id=made.pk, by=by, today=DAY)
    return {"run_id": made.pk}


def posting() -> Arguments:
    """The step that writes most: each claim of each letter is demanded."""
    by = _operator()
    made = _finished(by)
    mailing.sealed(made, by)
    mailing.hand_over(made, by)
    return {"job_id": jobs.ask(run_id=made.pk, kind="post", by=by, now=timezone.now(), on=DAY.isoformat()).pk}


def public_notice() -> Arguments:
    later, by, collector = test_public_notices.LATER, _operator(), user(Role.COLLECTOR)
    photo = ("現地の写真.png", scan("架空"))
    made = _finished(by)
    mailing.posted(made, by)
    settings.BASE_DATE = later
    back = mailing.receive(made.letters.first(), by).returned
    test_public_notices.looked_everywhere(back, collector, photo)
    for notice in test_public_notices.prepare(back, collector):
        test_public_notices.post(test_public_notices.decided(notice, collector), collector, photo)
    settings.BASE_DATE = later + timedelta(days=7)
    return {}


PREPARED: dict[str, Callable[[], Arguments]] = {
    "claims.tasks.seal_ledger": entries,
    "claims.tasks.count_board": entries,
    "claims.tasks.count_closing": entries,
    "claims.tasks.count_performance": entries,
    "claims.tasks.import_folder": batch,
    "claims.tasks.sweep_imports": stopped_batch,
    "claims.tasks.take_back": taken_back,
    "claims.tasks.preview_folder": looked_at,
    "claims.tasks.finish_import": unfinished_batch,
    "claims.tasks.take_in_receipts": receipts_file,
    "claims.tasks.sweep_receipt_files": forgotten_receipts_file,
    "claims.tasks.make_standard_export": standard_export,
    "claims.tasks.look_after_exports": forgotten_export,
    "claims.tasks.look_after_payments": provisional_payment,
    "claims.tasks.look_after_holds": hold_to_review,
    "claims.tasks.watch_plans": broken_plan,
    "debtors.tasks.find_questions": namesakes,
    "debtors.tasks.assign_new_people": unassigned,
    "debtors.tasks.make_extraction": extraction,
    "debtors.tasks.look_after_extractions": forgotten_extraction,
    "welfare.tasks.find_hardship": hardship,
    "lawyers.tasks.make_packet": packet,
    "lawyers.tasks.sweep_packets": forgotten_packet,
    "lawyers.tasks.watch_cases": case_at_court,
    "notices.tasks.count_run": run_to_count,
    "notices.tasks.freeze_run": run_to_freeze,
    "notices.tasks.render_chunk": bundle,
    "notices.tasks.make_dunnings": dunning_run,
    "notices.tasks.do_job": posting,
    "notices.tasks.serve_public_notices": public_notice,
    "notices.tasks.sweep": forgotten_bundle,
}
