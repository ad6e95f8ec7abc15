"""金額確定: one moment of the ledger becomes the letters of a run; from here on nothing in them changes."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import islice
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Count
from django.utils import timezone
from psycopg.errors import SerializationFailure

from claims.models import Entry
from notices.models import Exclusion, Letter, LetterClaim, PrintChunk, PrintRun
from notices.rules.batches import bundle_sizes
from notices.services import assignments
from notices.services.assignments import Draw
from notices.services.letter_data import RunWords
from notices.services.selection import PersonClaims, Selection, Tally, select, with_claims
from toyota_collect import audit
from toyota_collect.calendar import fiscal_year
from toyota_collect.dated import value_on
from toyota_collect.documents.store import draw_numbers
from toyota_collect.wareki import era_of

LETTERS_PER_BUNDLE = 100
ATTEMPTS = 3
PER_INSERT = 500


class ApprovalExceeded(Exception):
    """The ledger now asks for more letters or yen than were approved."""


@contextmanager
def one_moment() -> Iterator[None]:
    """A transaction that sees the ledger as it was when it began, whatever others commit meanwhile.

    Inside somebody else's transaction the caller has chosen already, and nothing is changed.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def freeze(*, run_id: int, by: Any, today: date) -> list[int]:
    """Make the letters of a started run; return the ids of its bundles. A run already frozen is left as it is.

    Raises:
        TermsMissing: a kind has no legal attributes for a claim; nothing is written.
        ApprovalExceeded, ExperimentStale: nothing is written; the run must be counted and approved again.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with one_moment():
                return _freeze(run_id, by, today)
        except OperationalError as error:
            # Somebody drew a number or froze the same run in between: look again.
            if attempt == ATTEMPTS or not isinstance(error.__cause__, SerializationFailure):
                raise
    raise AssertionError("unreachable")


def era_year(year: int) -> int:
    """``2026`` → 8: a fiscal year as document numbers write it."""
    return year - era_of(date(year, 12, 31)).starts_on.year + 1


def snapshot_text(snapshot: dict[str, Any]) -> str:
    """The stored snapshot as the one text that is hashed."""
    return json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def write_exclusions(run: PrintRun, selection: Selection) -> None:
    """Replace the run's list of people left out."""
    run.exclusions.all().delete()
    Exclusion.objects.bulk_create(
        (
            Exclusion(run=run, person_id=out.person_id, reason=out.reason, outstanding_yen=out.yen)
            for out in selection.left_out
        ),
        batch_size=5_000,
    )


def _freeze(run_id: int, by: Any, today: date) -> list[int]:
    run = PrintRun.objects.select_for_update().get(pk=run_id)
    if run.state != PrintRun.State.SNAPSHOT:
        return []
    selection = select(run, today=today)
    chunks = PrintChunk.objects.bulk_create(
        PrintChunk(run=run, sequence=place)
        for place, _ in enumerate(bundle_sizes(len(selection.targets), most=LETTERS_PER_BUNDLE), 1)
    )
    draw = assignments.draw(run, selection, by=by, today=today)
    tally = _write_letters(run, selection, chunks, RunWords.of(run, today=today), draw)
    write_exclusions(run, selection)
    counts = tally.as_dict(selection)
    approved = run.counts  # a run is never counted again once its approval is asked
    if not run.is_sample and (counts["letters"] > approved["letters"] or counts["yen"] > approved["yen"]):
        raise ApprovalExceeded("決裁のあとに入った債権で、通数または金額が決裁の内容を超えました。")
    run.counts, run.state, run.snapshot_at = counts, PrintRun.State.RENDERING, timezone.now()
    run.save()
    audit.record(event="run.frozen", by=by, target=run, detail={"letters": tally.letters, "yen": tally.yen})
    return [chunk.pk for chunk in chunks]


def _write_letters(
    run: PrintRun, selection: Selection, chunks: list[PrintChunk], words: RunWords, draw: Draw | None
) -> Tally:
    sizes = bundle_sizes(len(selection.targets), most=LETTERS_PER_BUNDLE)
    chunk_of = [chunk for chunk, size in zip(chunks, sizes, strict=True) for _ in range(size)]
    number_of = _numbers(run, len(selection.targets))
    tally = Tally()
    people = enumerate(with_claims(run, selection.targets, selection.takers), 1)
    while batch := list(islice(people, PER_INSERT)):
        letters = []
        for serial, one in batch:
            tally.add(one)
            said = draw.words_for(one.person.pk, words) if draw else words
            letters.append(_letter(run, one, said, serial, number_of(serial), chunk_of[serial - 1]))
        Letter.objects.bulk_create(letters)
        if draw:
            assignments.write(draw, letters)
        entries = entry_counts([claim.pk for _, one in batch for claim, _ in one.claims])
        LetterClaim.objects.bulk_create(
            LetterClaim(
                letter=letter,
                claim=claim,
                principal_yen=due.principal_yen,
                fee_yen=due.fee_yen,
                late_yen=due.late_yen + due.cost_yen,
                entries=entries.get(claim.pk, 0),
                role=one.roles[claim.pk].role if claim.pk in one.roles else "",
                party=one.roles[claim.pk].party_id if claim.pk in one.roles else None,
            )
            for letter, (_, one) in zip(letters, batch, strict=True)
            for claim, due in one.claims
        )
    return tally


def entry_counts(claim_ids: list[int]) -> dict[int, int]:
    """How many entries the ledger holds of each claim in this moment."""
    rows = Entry.objects.filter(claim__in=claim_ids).order_by().values_list("claim").annotate(n=Count("pk"))
    return dict(rows)


def _letter(run: PrintRun, one: PersonClaims, words: RunWords, serial: int, number: str, chunk: PrintChunk) -> Letter:
    data = words.letter(one, serial=serial, number=number)
    text = data.to_json()
    return Letter(
        run=run,
        person=one.person,
        chunk=chunk,
        serial=serial,
        number=number,
        name=one.person.name,
        postal_code=data.postal_code,
        total_yen=data.total_yen,
        snapshot=json.loads(text),
        snapshot_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _numbers(run: PrintRun, count: int) -> Any:
    """Document numbers by serial. A sample draws from a series of its own and says so in every number."""
    year = fiscal_year(run.issued_on)
    form = value_on("letter.number_form", run.issued_on)
    first = draw_numbers(series="demand_sample" if run.is_sample else "demand", year=year, count=count)
    mark = "見本 " if run.is_sample else ""
    return lambda serial: mark + form.format(number=first + serial - 1, year=era_year(year))
