"""First load of a claims extract, from file to commit: against django-import-export, ``bulk_create`` and ``\\copy``.

``imports_nightly`` is the next night's file, 1 % of its lines changed, against ``\\copy`` of the whole ledger.

The size is in rows. The extract is CP932 with 0.3 % bad rows, 24 instalments a person. ``bulk_create`` reads the same
file with the least Python that gives the same rows; django-import-export takes rows one by one, the claims alone. Both are
slow enough to be timed on the first rows (how many, their lines say), as seconds a row. ``\\copy`` reloads the very rows that our
import wrote, from a file on disk, into all tables it filled, with their indexes and without triggers. All of it runs in a
scratch database.
"""

import csv
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connection, transaction

from bench import Ratio, Result

SIZE = 100_000
AS_OF = date(2026, 11, 20)
PER_PERSON = 24
BAD_EVERY = 333
BATCH = 2_000
SAMPLES = {"django-import-export": 5_000, "bulk_create": 100_000}  # first rows of the file
LEDGER = ("debtors_sourceidentity", "claims_claim", "claims_entry", "claims_claimevent")
TABLES = (*LEDGER, "claims_knownlines")
TITLES = (
    "整理番号,宛名番号,法人番号,氏名名称,カナ氏名,生年月日,性別,郵便番号,住所,電話番号,科目,業務詳細,賦課年度,相当年度,通知書番号,"
    "特徴指定番号,期別,申告履歴番号,事業年度番号,納期限,調定額,更正後調定額,減免額,督促手数料,督促状発付日,収納済額,eLQR情報"
)


def run(*, size: int, folder: Path) -> Iterator[Result]:
    """Yield the next night's file, and the comparisons with django-import-export, ``bulk_create``, and ``\\copy``."""
    path, next_night = folder / f"zei_tainou_{size}.csv", folder / f"zei_tainou_{size}_next.csv"
    if not path.exists():
        _write(path, size)
    if not next_night.exists():
        _change(path, next_night)
    with scratch_database():
        memory = _peak_memory()
        ours = _timed(lambda: _import(path))
        print(f"memory: {_peak_memory()} MB at most, {memory} MB before the import", file=sys.stderr)
        written = _written()
        copied = _copy_again(folder)
        assert _written() == written
        _analyze()
        night = _timed(lambda: _import(next_night))
        print(f"next night: {night / ours:.3f} of our own first load", file=sys.stderr)
        yield Result("imports_nightly", size, night, copied, r"\copy of the whole ledger", Ratio.OF_TIMES)
        for name, act in (("django-import-export", _import_export), ("bulk_create", _bulk_create)):
            _empty()
            seconds = act(path, sample := min(size, SAMPLES[name]))
            assert name != "bulk_create" or sample < size or _written() == written
            peer = f"{name}, seconds a row, {sample} rows"
            yield Result("imports", size, ours / size, seconds / sample, peer, Ratio.OF_TIMES)
    yield Result("imports", size, ours, copied, r"\copy", Ratio.OF_TIMES)


def _written() -> tuple[int, ...]:
    """Rows of each table of the ledger and yen owed: all ways must write the same."""
    with connection.cursor() as cursor:
        counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in LEDGER)
        cursor.execute(f"SELECT {counts}, sum(principal_yen)::bigint, sum(fee_yen)::bigint FROM claims_claim")
        return tuple(cursor.fetchone())


def _peak_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _timed(act: Callable[[], None]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


def _write(path: Path, size: int) -> None:
    with path.open("w", encoding="cp932", newline="\r\n") as file:
        file.write(TITLES + "\n")
        for row in range(size):
            person, part = divmod(row, PER_PERSON)
            year, instalment = divmod(part, 4)
            due = f"50{3 + year}{(6, 8, 10, 12)[instalment]:02d}{'99' if row % BAD_EVERY == 7 else '25'}"
            dunned = f"50{3 + year}{(7, 9, 11, 12)[instalment]:02d}28" if row % 3 else ""
            cells = (
                f"Z{person:09d}", f"A{person:09d}", "", f"架空　太郎{person % 997}", "カクウ　タロウ", "3550401", "1",
                "4710034", f"豊田市架空町{person % 89}丁目{person % 31 + 1}番地{person % 7 + 1}", "0565-00-0000", "01", "11",
                f"50{3 + year}", f"50{3 + year}", f"N{person:09d}{year}", "", f"{instalment + 1:02d}", "", "", due,
                f"{4_000 + row % 90 * 100}", "", "0", "100" if dunned else "0", dunned, "0", "",
            )  # fmt: skip
            file.write(",".join(cells) + "\n")


def _change(path: Path, changed: Path) -> None:
    """The next night's file: of each hundred lines one has another levy; one of them in ten is gone, as many are new."""
    with path.open("rb") as old, changed.open("wb") as new:
        for number, line in enumerate(old):
            if number % 1_000 == 100:
                continue
            if number % 100 == 50:
                cells = line.split(b",")
                cells[20] = str(int(cells[20]) + 1_000).encode()
                if number % 1_000 == 150:
                    cells[14] = cells[14][:-1] + b"9"
                line = b",".join(cells)
            new.write(line)


def _analyze() -> None:
    """What the server does of itself until the next night."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")


@contextmanager
def scratch_database() -> Iterator[None]:
    """A migrated database of its own in place of the installation's, for as long as the block runs."""
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _import(path: Path, code: str = "zei_claims") -> None:
    from claims.intake import run as intake
    from claims.intake.layout import read_layouts
    from claims.models import ImportBatch

    layout = next(one for one in read_layouts() if one.code == code)
    object.__setattr__(layout, "control", "none")  # there is no section to count
    batch = ImportBatch.objects.create(by=intake.intake_user(), as_of=AS_OF)
    file = intake.import_file(batch, intake.Extract(path, layout))
    if file.status != "committed":
        raise RuntimeError(file.message)


def _copy_again(folder: Path) -> float:
    """Seconds to reload what the import wrote, table by table, from files in COPY's own text form."""
    with connection.cursor() as cursor:
        for table in TABLES:
            with (folder / f"{table}.copy").open("wb") as out, cursor.copy(f"COPY {table} TO STDOUT") as rows:
                for block in rows:
                    out.write(block)
    _empty()
    began = perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in TABLES:
            with (folder / f"{table}.copy").open("rb") as file, cursor.copy(f"COPY {table} FROM STDIN") as rows:
                while block := file.read(1 << 20):
                    rows.write(block)
    seconds = perf_counter() - began
    for table in TABLES:
        (folder / f"{table}.copy").unlink()
    return seconds


def _empty() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")


def _bulk_create(path: Path, sample: int) -> float:
    """Seconds for the first rows the usual way: model instances in batches, in one transaction, with search keys and checks."""
    from claims.models import Claim, ClaimEvent, ClaimKind, Entry
    from debtors.models import SourceIdentity, SourceSystem
    from debtors.rules.normalise import address_key, kana_key, name_key, phone_key
    from toyota_collect.calendar import local_tax_due
    from toyota_collect.models import Holiday, User
    from toyota_collect.wareki import parse_as

    source, kind = SourceSystem.objects.get(code="zei"), ClaimKind.objects.get(code="resident_tax")
    by, holidays = User.objects.get(username="system.intake"), frozenset(Holiday.objects.values_list("on", flat=True))
    began = perf_counter()
    rows: dict[tuple[str, str], tuple[dict[str, str], date]] = {}
    with path.open(encoding="cp932", newline="") as file:
        for row in islice(csv.DictReader(file), sample):
            try:
                due = parse_as(row["納期限"], "era7")
            except ValueError:
                continue
            rows.setdefault((row["通知書番号"], row["期別"]), (row, due))
    people = {row["整理番号"]: row for row, _ in rows.values()}
    with transaction.atomic():
        identities = SourceIdentity.objects.bulk_create(
            (
                SourceIdentity(
                    source=source, person_number=number, atena_number=row["宛名番号"], name=row["氏名名称"],
                    kana=row["カナ氏名"], birth_on=parse_as(row["生年月日"], "era7"), sex=row["性別"],
                    postal_code=row["郵便番号"], address=row["住所"], phone=row["電話番号"], name_key=name_key(row["氏名名称"]),
                    kana_key=kana_key(row["カナ氏名"]), address_key=address_key(row["住所"]),
                    phone_key=phone_key(row["電話番号"]), ground="tax",
                )
                for number, row in people.items()
            ),
            batch_size=BATCH,
        )  # fmt: skip
        ids = {identity.person_number: identity.pk for identity in identities}
        claims = Claim.objects.bulk_create(
            (
                Claim(
                    source=source, kind=kind, identity_id=ids[row["整理番号"]], levy_year=int(row["賦課年度"]) + 1518,
                    taxation_year=int(row["相当年度"]) + 1518, notice_number=row["通知書番号"],
                    detail_code=row["業務詳細"], instalment=int(row["期別"]), nominal_due_on=due,
                    due_on=local_tax_due(due, holidays), section_id=kind.section_id, ground="tax", section_paid_yen=0,
                )
                for row, due in rows.values()
            ),
            batch_size=BATCH,
        )  # fmt: skip
        entries, events = [], []
        for claim, (row, due) in zip(claims, rows.values(), strict=True):
            facts = {"claim": claim, "by": by, "kind": "levy"}
            entries.append(Entry(component="principal", amount_yen=int(row["調定額"]), on=due, **facts))
            if row["督促状発付日"]:
                on = parse_as(row["督促状発付日"], "era7")
                entries.append(Entry(component="fee", amount_yen=int(row["督促手数料"]), on=on, **facts))
                events.append(ClaimEvent(claim=claim, kind="dunning", on=on, ground="tax", origin=source.name, by=by))
        Entry.objects.bulk_create(entries, batch_size=BATCH)
        ClaimEvent.objects.bulk_create(events, batch_size=BATCH)
    return perf_counter() - began


def _import_export(path: Path, sample: int) -> float:
    """Seconds for the first rows through a plain resource: identities got or made, claims saved one by one."""
    from import_export import fields, resources
    from import_export.widgets import ForeignKeyWidget
    from tablib import Dataset

    from claims.models import Claim, ClaimKind
    from debtors.models import SourceIdentity, SourceSystem
    from toyota_collect.wareki import parse_as

    source, kind = SourceSystem.objects.get(code="zei"), ClaimKind.objects.get(code="resident_tax")

    class Plain(resources.ModelResource):
        identity = fields.Field(
            column_name="整理番号", attribute="identity", widget=ForeignKeyWidget(SourceIdentity, "person_number")
        )

        class Meta:
            model = Claim
            import_id_fields = ("notice_number", "instalment")
            fields = ("identity", "notice_number", "instalment", "levied_yen", "nominal_due_on", "due_on")
            use_transactions = True

        def before_import_row(self, row: dict[str, Any], **_options: Any) -> None:
            SourceIdentity.objects.get_or_create(
                source=source, person_number=row["整理番号"], defaults={"name": row["氏名名称"], "ground": "tax"}
            )

        def before_save_instance(self, instance: Claim, row: dict[str, Any], **_options: Any) -> None:
            instance.source, instance.kind, instance.section_id, instance.ground = source, kind, kind.section_id, "tax"
            instance.levy_year = instance.taxation_year = int(row["賦課年度"]) + 1518

    rows = Dataset(
        headers=[
            "整理番号",
            "氏名名称",
            "賦課年度",
            "notice_number",
            "instalment",
            "levied_yen",
            "nominal_due_on",
            "due_on",
        ]
    )
    with path.open(encoding="cp932", newline="") as file:
        for row in islice(csv.DictReader(file), sample):
            with suppress(ValueError):
                due = parse_as(row["納期限"], "era7").isoformat()
                facts = [row["整理番号"], row["氏名名称"], row["賦課年度"], row["通知書番号"]]
                rows.append([*facts, int(row["期別"]), row["調定額"], due, due])
    began = perf_counter()
    result = Plain().import_data(rows, raise_errors=True)
    assert result.totals["new"] == len(rows)
    return perf_counter() - began
