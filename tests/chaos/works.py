"""Four pieces of work that a worker does: receipts, a lawyers' packet, a print run, an import. All of it is synthetic (架空).

The same code runs inside an installation that is being killed (``bin/manage shell``) and, with tasks done at once, on the
database of the test, where nothing disturbs it: both must end with the same ``result``.
"""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from claims.intake import run as intake
from claims.models import (
    BookingSource,
    Claim,
    ClaimKind,
    Entry,
    ImportBatch,
    Payment,
    PaymentCase,
    Receipt,
    ReceiptFile,
    Slip,
)
from claims.moneyfiles import Status
from claims.services import payments, slips
from claims.services.clocks import refresh_clocks
from claims.services.verify import verify_ledger
from claims.tasks import import_folder, take_in_receipts
from lawyers.models import Packet
from lawyers.services import packets
from notices.models import Letter, PrintChunk, PrintRun
from notices.services import runs
from tests.factories import extracts
from tests.factories.claims import claim
from tests.factories.debtors import identity, person, system_user, user
from tests.factories.lawyers import evidence, mandate
from tests.factories.moneyfiles import convenience
from toyota_collect import approvals
from toyota_collect.models import User

DAY = extracts.AS_OF  # the business date of the installation too
PAID = DAY - timedelta(days=2)
DUE = date(2026, 10, 31)


def owed(number: int, *, source: str = "zei", **facts: Any) -> Claim:
    """A claim of somebody new; nothing of it takes a number of its own, so that it can be made by any process."""
    someone = person(
        number=f"K{number:08d}", name=f"架空 {number}", name_key=f"架空{number}", kana_key=f"カクウ{number}"
    )
    ground = ClaimKind.objects.get(code=facts.get("kind", "resident_tax")).ground
    identity(someone, source, person_number=f"K{number:08d}", ground=ground)
    facts = {"principal_yen": yen_of(number), "notice_number": f"{number:010d}"} | facts
    return claim(someone, source=source, **facts)


def yen_of(number: int) -> int:
    return 4_000 + number % 90 * 100


def _staff(role: str) -> User:
    return User.objects.filter(role=role).first() or user(role)


# --- receipts: a file of a convenience store that waits for a worker --------------------------------------------


def receipts(*, count: int, first: int = 1_000_000) -> dict[str, int]:
    """Have a file of so many payments taken in; the claims are new ones, from the number ``first``."""
    BookingSource.objects.update(by="own")
    with transaction.atomic():
        paid = [(slip_for(owed(first + number, due_on=DUE)).barcode, PAID) for number in range(count)]
        content = convenience(Status.FINAL, paid, made_on=DAY)
    refresh_clocks(as_of=DAY)
    with transaction.atomic():
        file = payments.keep_for_worker(content=content, name=f"cvs-{first}", by=_staff("receipts_clerk"), as_of=DAY)
        assert file.is_waiting, file.problem
        transaction.on_commit(lambda: take_in_receipts.delay(file_id=file.pk), robust=True)
    return {"id": file.pk}


def slip_for(one: Claim) -> Slip:
    return slips.issue_slip(
        person_id=one.identity.person_id,
        claim_ids=[one.pk],
        as_of=DAY,
        due_on=date(2026, 12, 14),
        issued_on=date(2026, 11, 10),
        by=system_user(),
    )


def receipts_result(pk: int) -> dict[str, Any]:
    file = ReceiptFile.objects.get(pk=pk)
    told = Payment.objects.filter(lines__file=file)
    booked = Receipt.objects.filter(payment__in=told)
    return {
        "file": [file.is_waiting, file.problem, file.records, file.new_records, file.total_yen],
        "payments": sorted(told.values_list("state", "amount_yen")),
        "receipts": [booked.count(), _yen(booked, "amount_yen"), _yen(booked, "left_yen")],
        "entries": [Entry.objects.filter(receipt__in=booked).count(), _yen(Entry.objects.filter(receipt__in=booked))],
        "cases": PaymentCase.objects.filter(payment__in=told).count(),
        "kept": len(list((Path(settings.MEDIA_ROOT) / "receipts").iterdir())),
    }


# --- a packet for a firm ----------------------------------------------------------------------------------------


def packet(*, people: int, first: int = 2_000_000) -> dict[str, int]:
    """Have the packet of so many people made, each with two rents and the papers that prove them."""
    rents = []
    for number in range(first, first + people):
        rent = owed(number, kind="housing_rent", source="jutaku", due_on=date(2026, 6, 28))
        both = [rent, claim(rent.identity.person, kind="housing_rent", source="jutaku", due_on=date(2026, 7, 28),
                            notice_number=f"{number:010d}", instalment=2)]  # fmt: skip
        evidence(*both)
        rents += both
    refresh_clocks(as_of=DAY)
    asked = packets.ask_packet(mandate_id=mandate(None, *rents).pk, by=system_user(), on=DAY)
    return {"id": asked.pk}


def packet_result(pk: int) -> dict[str, Any]:
    made = Packet.objects.get(pk=pk)
    folder = Path(settings.MEDIA_ROOT) / "packets"
    return {
        "packet": [made.state, made.problem, made.faults, made.done, made.of, made.pages],
        "unread": len(made.unread),
        "withheld": len(made.withheld),
        "is whole": (Path(settings.MEDIA_ROOT) / made.path).stat().st_size == made.size_bytes
        and not packets.lint(made),
        "left over": sorted(path.name for path in folder.glob(f"work-{pk}-*")),
    }


# --- a print run ------------------------------------------------------------------------------------------------


def letters(*, count: int, first: int = 3_000_000) -> dict[str, int]:
    """Start an approved run for so many new people; they alone owe the chosen kind."""
    with transaction.atomic():
        for number in range(first, first + count):
            owed(number, kind="property_tax", due_on=date(2026, 7, 31))
    refresh_clocks(as_of=DAY)
    operator = _staff("print_operator")
    conditions = runs.Conditions(
        as_of=DAY, issued_on=DAY, deadline_on=date(2026, 12, 14), minimum_yen=1_000, kinds=["property_tax"]
    )
    run = runs.make_run(conditions=conditions, by=operator)
    runs.count(run_id=run.pk, by=operator, today=DAY)
    asked = runs.ask_approval(run_id=run.pk, by=operator)
    approvals.decide(approval_id=asked.pk, decision="approved", by=_staff("supervisor"))
    runs.start(run_id=run.pk, by=operator)
    return {"id": run.pk}


def letters_result(pk: int) -> dict[str, Any]:
    run = PrintRun.objects.get(pk=pk)
    mine = Letter.objects.filter(run=run)
    chunks = PrintChunk.objects.filter(run=run)
    return {
        "run": [run.state, run.problem, {name: run.counts[name] for name in ("letters", "yen", "claims")}],
        "letters": sorted(mine.values_list("state", "total_yen", "sheets")),
        "numbers": [mine.values(name).distinct().count() for name in ("person", "number", "serial")],
        "slips": Slip.objects.filter(origin="letter", person__in=mine.values("person")).count(),
        "bundles": sorted(chunks.values_list("state", "pages")),
        "files": [(Path(settings.MEDIA_ROOT) / path).is_file() for path in chunks.values_list("path", flat=True)],
        "left over": len(list((Path(settings.MEDIA_ROOT) / f"runs/{pk}").rglob("*.part"))),
    }


# --- an import --------------------------------------------------------------------------------------------------


def imported(*, files: int, rows: int, first: int = 4_000_000) -> dict[str, int]:
    """Have an inbox of so many files of claims imported, each with so many rows, twenty of a person; and one receipt."""
    inbox = Path(settings.INTAKE_DIR)
    inbox.mkdir(parents=True, exist_ok=True)
    for place in range(files):
        begin = first + place * rows
        _file(inbox, "zei_claims", [extracts.ZEI_CLAIM | _row(number) for number in range(begin, begin + rows)], place)
    _file(inbox, "zei_receipts", [extracts.ZEI_RECEIPT | _key(first) | {"receipt_number": f"R{first}"}], files)
    with transaction.atomic():
        batch = intake.start(by=_staff("receipts_clerk"), as_of=DAY)
        transaction.on_commit(lambda: import_folder.delay(batch_id=batch.pk), robust=True)
    return {"id": batch.pk}


def _file(inbox: Path, code: str, rows: list[dict[str, str]], place: int) -> None:
    layout = extracts.layout(code)
    path = extracts.write(inbox, code, [extracts.line(layout, row) for row in rows], control=extracts.totals(rows))
    for one in (path, path.with_name(path.name + ".control.csv")):
        one.rename(one.with_name(one.name.replace("20261120", f"{place:02d}")))


def _key(number: int) -> dict[str, str]:
    someone, part = divmod(number, 20)
    return {"notice_number": f"N{someone:07d}", "instalment": f"{part + 1:02d}"}


def _row(number: int) -> dict[str, str]:
    someone = number // 20
    facts = {"person_number": f"Z{someone:07d}", "atena_number": f"A{someone:07d}", "name": f"架空　{someone}"}
    return _key(number) | facts | {"levied_yen": str(yen_of(number))}


def imported_result(pk: int) -> dict[str, Any]:
    batch = ImportBatch.objects.get(pk=pk)
    counts = ("content", "status", "message", "rows", "inserted", "changed", "same", "rejected")
    claims = Claim.objects.filter(notice_number__startswith="N")
    return {
        "batch": [batch.finished_at is not None, batch.problem],
        "files": list(batch.files.order_by("name").values_list("name", *counts)),
        "claims": [claims.count(), _yen(claims, "principal_yen")],
        "in the inbox": [path.name for path in intake.extract_paths(Path(settings.INTAKE_DIR))],
    }


def _yen(rows: Any, name: str = "amount_yen") -> int:
    return rows.aggregate(yen=Sum(name))["yen"] or 0


RESULTS = {
    "receipts": receipts_result,
    "packet": packet_result,
    "letters": letters_result,
    "imported": imported_result,
}


def result(work: str, pk: int) -> dict[str, Any]:
    """What there is to see of a finished piece of work, without ids and times, and the proof of the whole ledger."""
    proof = verify_ledger()
    told = RESULTS[work](pk) | {"ledger": [proof.ok, proof.differences[:3], proof.digest]}
    return json.loads(json.dumps(told, default=str))
