"""The next file read only where it differs: the same ledger, counts and reasons as when every line is read."""

from datetime import date
from pathlib import Path
from random import Random

import pytest
from django.db import transaction
from django.utils import timezone

from claims.intake import figures, records, run, unchanged
from claims.intake.remembered import read_known
from claims.intake.stage import fill
from claims.models import (
    Claim,
    ClaimEvent,
    ClaimKind,
    ControlTotal,
    Entry,
    Gaiji,
    ImportBatch,
    ImportFile,
    KnownLines,
)
from claims.services import mending
from claims.services.verify import verify_ledger
from debtors.models import FormerFact, SourceIdentity
from tests.factories.debtors import user
from tests.factories.extracts import (
    AS_OF,
    ZEI_CLAIM,
    claims,
    counts,
    import_one,
    layout,
    line,
    receipts,
    rejects,
    totals,
    write,
)
from tests.factories.taking_back import take_back
from toyota_collect.models import Holiday

pytestmark = pytest.mark.django_db
ZEI = layout("zei_claims")
PEOPLE = ({}, {"person_number": "Z002", "name": "架空　次郎"}, {"person_number": "Z003", "name": "架空　花子"})
DUNNED = {"fee_yen": "100", "dunned_on": "5080720"}
FIRST = [
    PEOPLE[number % 3]
    | {"notice_number": f"N{number:03}", "atena_number": f"A{number % 3}"}
    | (DUNNED if number % 2 else {})
    for number in range(9)
]
BAD = {"notice_number": "N900", "atena_number": "A0", "due_on": "5080231"}


@pytest.fixture
def path(kept, tmp_path) -> Path:
    """The file of ``FIRST``, imported."""
    kept(lambda: import_one(claims(tmp_path, *FIRST)))
    return claims(tmp_path, *FIRST)


def facts(**changes: str) -> dict[str, str]:
    return ZEI_CLAIM | changes


def taken(path: Path) -> tuple[object, ...]:
    """Import the file; everything it leaves, without ids."""
    batch = ImportBatch.objects.create(by=run.intake_user(), as_of=AS_OF)
    before = figures.before(run.source_of(path, ZEI).pk)
    file = run.import_file(batch, run.match(path))
    key = ("claim__notice_number", "claim__instalment")
    return (
        (file.status, file.message, file.rows, counts(file), file.sha256),
        list(file.rejected_rows.order_by("line").values_list("line", "code", "field", "reason", "raw")),
        list(ControlTotal.objects.filter(file=file).values_list("kind", "levy_year", "their_rows", "our_rows", "our_yen")),
        figures.figures(file, before),
        sorted(Claim.objects.values_list(
            "notice_number", "instalment", "identity__person_number", "nominal_due_on", "due_on", "section_paid_yen",
            "levied_yen", "principal_yen", "fee_yen", "ground",
        )),
        sorted(Entry.objects.values_list(*key, "kind", "component", "amount_yen", "on", "note")),
        sorted(ClaimEvent.objects.filter(withdrawn_at=None).values_list(*key, "kind", "on")),
        sorted(SourceIdentity.objects.values_list("person_number", "name", "address", "atena_number", "phone", "ground")),
        sorted(FormerFact.objects.values_list("identity__person_number", "what", "value")),
        lines_known(file),
    )  # fmt: skip


def lines_known(file: ImportFile) -> list[tuple[object, ...]]:
    """What is remembered of the file: the same, whichever way it was read."""
    known = read_known(file)
    hashes = known.hashes_of(range(len(known.claims)))
    facts = ("notice_number", "instalment", "identity__person_number", "kind", "levy_year")
    rows = []
    for one, claim_id, identity, cell, yen in zip(
        hashes, known.claims, known.identities, known.cells, known.levies, strict=True
    ):
        claim = Claim.objects.get(pk=claim_id)
        assert (identity, cell) == (claim.identity_id, claim.kind_id << 32 | claim.levy_year << 16 | claim.instalment)
        rows.append((one, yen, *Claim.objects.values_list(*facts).get(pk=claim_id)))
    return rows


def both_ways(monkeypatch, path: Path) -> tuple[tuple[object, ...], int]:
    """What the next file leaves, proved to be the same as if every line were read; and how many lines were kept."""
    point, kept = transaction.savepoint(), 0

    def noted(*args):
        nonlocal kept
        loaded = fill(*args)
        kept = loaded.known.kept()
        return loaded

    with monkeypatch.context() as watched:
        watched.setattr(run, "fill", noted)
        watched.setattr(unchanged.Comparison, "pays", lambda _self: True)  # files here are short
        found = taken(path)
    transaction.savepoint_rollback(point)
    with monkeypatch.context() as whole:
        whole.setattr(unchanged, "last_lines", lambda *_args: None)
        point = transaction.savepoint()
        assert found == taken(path)
        transaction.savepoint_rollback(point)
    return found, kept


def test_only_what_differs_is_read(tmp_path, path, monkeypatch):
    changed = [*FIRST[:8], FIRST[8] | {"levied_yen": "50000"}, {"notice_number": "N100", "person_number": "Z009"}]
    found, kept = both_ways(monkeypatch, claims(tmp_path, *changed))
    assert found[0][3] == (1, 1, 8, 0)
    assert kept == 6, "the last line of the person changed, so all three of them are read"


def test_the_same_file_again_is_not_read_at_all(path, monkeypatch):
    found, kept = both_ways(monkeypatch, path)
    assert (found[0][3], kept) == ((0, 0, 9, 0), 9)


def test_a_block_that_is_gone_leaves_the_rest_known(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "CHUNK", 2)
    monkeypatch.setattr(unchanged, "AHEAD", 3)
    rows = [{"notice_number": f"N{number:03}", "person_number": f"Z{number:03}"} for number in range(20)]
    import_one(claims(tmp_path, *rows))
    found, kept = both_ways(monkeypatch, claims(tmp_path, *rows[:4], *rows[12:]))
    assert (found[0][3], kept) == ((0, 0, 12, 0), 12)


def test_a_file_that_is_mostly_another_is_read_whole(tmp_path):
    import_one(claims(tmp_path, *FIRST))
    others = [{"notice_number": f"N1{number:02}", "person_number": f"Z1{number:02}"} for number in range(8)]
    file = import_one(claims(tmp_path, *FIRST[:8], *others))
    assert (counts(file), file.rows) == ((8, 0, 8, 0), 16)


def edited(rows: list[dict[str, str]], random: Random) -> tuple[list[bytes], bytes]:
    """The lines of the next file after some accidents, and the control totals that fit what can be read of them."""
    rows = [dict(row) for row in rows]
    for _ in range(random.randint(1, 5)):
        at = random.randrange(len(rows))
        what = random.choice(("edit", "edit", "delete", "insert", "copy", "damage", "move", "person", "key", "block"))
        if what == "edit":
            rows[at] |= random.choice((
                {"levied_yen": "50000"}, {"corrected_yen": "30000"}, {"name": "架空　改"}, {"address": "豊田市架空町2番地"},
                {"dunned_on": "5080725", "fee_yen": "100"}, {"dunned_on": "", "fee_yen": "0"}, {"exempted_yen": "1000"},
                {"exempted_yen": "99000"}, {"due_on": "5080731"}, {"due_on": "5080231"}, {"phone": ""},
            ))  # fmt: skip
        elif what == "delete" and len(rows) > 1:
            del rows[at]
        elif what == "block" and len(rows) > 5:
            del rows[at : at + 5]
        elif what == "insert":
            rows.insert(at, facts(notice_number=f"N1{at:02}", person_number=random.choice(("Z001", "Z002", "Z077"))))
        elif what == "copy":
            rows.insert(random.randrange(len(rows) + 1), dict(rows[at]))
        elif what == "damage":
            rows[at]["damaged"] = random.choice(("bytes", "columns"))
        elif what == "move":
            rows.insert(random.randrange(len(rows)), rows.pop(at))
        elif what == "person":
            rows[at] |= {"person_number": random.choice(("Z001", "Z003"))}
        elif what == "key":
            rows[at] |= {name: rows[random.randrange(len(rows))][name] for name in ("notice_number", "kind")}
    spoil = {"bytes": lambda raw: b"\x80" + raw, "columns": lambda raw: raw + b","}
    lines = []
    for row in rows:
        raw = line(ZEI, row)
        lines.append(spoil[row["damaged"]](raw) if "damaged" in row else raw)
    return lines, totals(rows)


@pytest.mark.parametrize("seed", [*range(12), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(12, 60))])
def test_any_edit_of_the_file_leaves_the_same(tmp_path, path, monkeypatch, seed):
    random = Random(seed)
    if seed % 2:  # several pages, and known lines that are out of sight
        monkeypatch.setattr(records, "CHUNK", 2)
        monkeypatch.setattr(unchanged, "AHEAD", 3)
    lines, control = edited([facts(**row) for row in FIRST], random)
    if seed % 10 == 0:
        random.shuffle(lines)
    both_ways(monkeypatch, write(tmp_path, "zei_claims", lines, control=control))


def correct(claim: Claim) -> None:
    Entry.objects.create(
        claim=claim, kind="correction", component="principal", amount_yen=-500, on=AS_OF, by=user("receipts_clerk")
    )


def dun(claim: Claim) -> None:
    """A 督促 the section does not know of, under the name of the intake."""
    ClaimEvent.objects.create(
        claim=claim, kind="dunning", on=AS_OF, ground=claim.ground, origin="架空", by=run.intake_user()
    )


def move(claim: Claim) -> None:
    other = SourceIdentity.objects.exclude(pk=claim.identity_id).order_by("pk").first()
    Claim.objects.filter(pk=claim.pk).update(identity=other)


@pytest.mark.parametrize(
    ("number", "act", "still"),
    [
        pytest.param(1, correct, 7, id="a correction by hand"),
        pytest.param(7, correct, 6, id="of the person's last line"),
        pytest.param(1, lambda claim: claim.events.update(withdrawn_at=timezone.now()), 7, id="督促 withdrawn"),
        pytest.param(0, dun, 7, id="督促 by hand"),
        pytest.param(
            1, lambda claim: Claim.objects.filter(pk=claim.pk).update(due_on=date(2027, 1, 4)), 7, id="another due date"
        ),
        pytest.param(1, move, 3, id="another person"),
        pytest.param(
            1,
            lambda claim: SourceIdentity.objects.filter(pk=claim.identity_id).update(address="豊田市架空町9番地"),
            6,
            id="another address",
        ),
    ],
)
def test_what_others_touched_since_is_read(path, monkeypatch, number, act, still):
    """The line itself and the person's last one; all of the person's, where who they are is not sure."""
    act(Claim.objects.get(notice_number=f"N{number:03}"))
    found, kept = both_ways(monkeypatch, path)
    assert found[0][3][1] >= 1
    assert kept == still


def test_another_event_of_the_same_claim_does_not_count(tmp_path, path, monkeypatch):
    import_one(receipts(tmp_path, {"notice_number": "N001"}))
    found, kept = both_ways(monkeypatch, path)
    assert (found[0][3], kept) == ((0, 0, 9, 0), 9)


def test_a_mended_row_is_read_again(tmp_path, monkeypatch):
    path = claims(tmp_path, *FIRST, BAD)
    row = import_one(path).rejected_rows.get()
    mending.send_row(
        row_id=row.pk, changes={"due_on": "5080228"}, reason="確かめた", by=user("receipts_clerk"), as_of=AS_OF
    )
    found, kept = both_ways(monkeypatch, path)
    assert (found[0][3], kept) == ((0, 0, 9, 1), 9)
    mended = claims(tmp_path, *FIRST, BAD | {"due_on": "5080228", "levied_yen": "1000"})
    found, kept = both_ways(monkeypatch, mended)
    assert (found[0][3], kept) == ((0, 1, 9, 0), 6)


def test_a_file_of_another_layout_in_between_is_seen(tmp_path, path, monkeypatch):
    with monkeypatch.context() as other:
        other.setattr(run, "remember", lambda *_args: None)
        between = import_one(claims(tmp_path, *FIRST[:8], FIRST[8] | {"levied_yen": "50000"} | DUNNED))
    ImportFile.objects.filter(pk=between.pk).update(layout="standard_claims")
    found, kept = both_ways(monkeypatch, claims(tmp_path, *FIRST))
    assert (found[0][3], kept) == ((0, 1, 8, 0), 6)


@pytest.mark.parametrize("status", ["blocked", "failed"])
def test_a_file_that_is_not_committed_is_no_measure(tmp_path, monkeypatch, status):
    path = claims(tmp_path, *FIRST)
    file = import_one(path)
    ImportFile.objects.filter(pk=file.pk).update(status=status)
    assert both_ways(monkeypatch, path)[1] == 0


def test_a_file_that_was_taken_back_is_no_measure(tmp_path, monkeypatch):
    path = claims(tmp_path, *FIRST)
    take_back(import_one(path))
    found, kept = both_ways(monkeypatch, path)
    assert (found[0][3], kept) == ((9, 0, 0, 0), 0)


def test_a_blocked_file_leaves_the_one_before_as_the_measure(tmp_path, path, monkeypatch):
    wrong = totals([facts(**FIRST[0])])
    path.with_name(path.name + ".control.csv").write_bytes(wrong)
    assert import_one(path).status == "blocked"
    found, kept = both_ways(monkeypatch, claims(tmp_path, *FIRST))
    assert (found[0][3], kept) == ((0, 0, 9, 0), 9)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda: Holiday.objects.create(on=date(2026, 6, 30), name="架空の日"), id="a holiday"),
        pytest.param(lambda: ClaimKind.objects.filter(code="resident_tax").update(ground="contract"), id="a kind"),
        pytest.param(lambda: gaiji(), id="外字"),
    ],
)
def test_other_settings_let_every_line_be_read(path, monkeypatch, change):
    change()
    assert both_ways(monkeypatch, path)[1] == 0


def gaiji() -> None:
    source = SourceIdentity.objects.first().source
    Gaiji.objects.create(source=source, code="F040", character="辻", origin="架空の表", starts_on=AS_OF)


def test_another_heading_or_program_lets_every_line_be_read(path, monkeypatch):
    with monkeypatch.context() as other:
        other.setattr(unchanged, "_program", lambda: "another")
        assert both_ways(other, path)[1] == 0
    head, *rest = path.read_bytes().split(b"\r\n")
    path.write_bytes(b"\r\n".join([head + ",備考".encode("cp932"), *(one + b"," for one in rest if one), b""]))
    assert both_ways(monkeypatch, path)[1] == 0


def test_a_row_with_gaiji_is_told_every_time(tmp_path, monkeypatch):
    path = claims(tmp_path, *FIRST, {"notice_number": "N050", "person_number": "Z005", "name": "架空\ue000"})
    import_one(path)
    found, kept = both_ways(monkeypatch, path)
    assert found[0][1].startswith("外字を含む行が1行あります。")
    assert kept == 9


def test_the_lines_of_the_last_file_alone_are_kept(tmp_path, path):
    file = import_one(claims(tmp_path, *FIRST[:5], BAD))
    assert (rejects(file), KnownLines.objects.get().file) == ([(7, "date")], file)
    assert len(read_known(file).claims) == 5


@pytest.mark.django_db(transaction=True)
def test_night_after_night_what_a_file_changed_is_read_once_more(transactional_db, tmp_path):
    rows = [dict(row) for row in FIRST]
    import_one(claims(tmp_path, *rows))
    for night in range(3):
        rows[night] |= {"levied_yen": str(50_000 + night)}
        assert counts(import_one(claims(tmp_path, *rows))) == (0, 1, 8, 0)
    levied = Claim.objects.order_by("notice_number").values_list("levied_yen", flat=True)
    assert list(levied) == [50_000, 50_001, 50_002, *[41_000] * 6]
    assert verify_ledger().ok
