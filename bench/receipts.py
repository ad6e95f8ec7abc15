"""A receipts extract, from file to commit, beside ``\\copy`` of the rows it wrote. The size is in receipts, three a claim.

The claims are imported first and not timed. ``\\copy`` reloads the receipts, entries and 一部納付 that our import wrote, from
files on disk, beside the rows that were there, with all indexes and without triggers. All of it runs in a scratch database.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from django.db import connection, transaction

from bench import Ratio, Result
from bench.imports import PER_PERSON, _analyze, _import, _peak_memory, _timed, _write, scratch_database

SIZE = 300_000
PAYMENTS = 3
TITLES = (
    "科目,業務詳細,賦課年度,相当年度,通知書番号,特徴指定番号,期別,申告履歴番号,事業年度番号,領収番号,領収日,収納日,納付方法,本税,督促手数料,"
    "延滞金,取消元領収番号"
)
WRITTEN = {
    "claims_receipt": "",
    "claims_entry": "WHERE receipt_id IS NOT NULL",
    "claims_claimevent": "WHERE kind = 'part_payment'",
}


def run(*, size: int, folder: Path) -> Iterator[Result]:
    claims = -(-size // PAYMENTS)
    extract, receipts = folder / f"zei_tainou_{claims}.csv", folder / f"zei_shunou_{size}.csv"
    if not extract.exists():
        _write(extract, claims)
    if not receipts.exists():
        _write_receipts(receipts, size)
    with scratch_database():
        _import(extract)
        _analyze()
        ours = _timed(lambda: _import(receipts, "zei_receipts"))
        print(f"memory: {_peak_memory()} MB at most", file=sys.stderr)
        copied = _copy_again(folder)
    yield Result("receipts", size, ours, copied, r"\copy", Ratio.OF_TIMES)


def _write_receipts(path: Path, size: int) -> None:
    with path.open("w", encoding="cp932", newline="\r\n") as file:
        file.write(TITLES + "\n")
        for number in range(size):
            row, payment = divmod(number, PAYMENTS)
            person, part = divmod(row, PER_PERSON)
            year, instalment = divmod(part, 4)
            era, yen = f"50{3 + year}", (4_000 + row % 90 * 100) // (PAYMENTS + 1)
            paid_on = f"508{payment + 6:02d}{row % 28 + 1:02d}"
            notice = f"N{person:09d}{year}"
            cells = (
                "01",
                "11",
                era,
                era,
                notice,
                "",
                f"{instalment + 1:02d}",
                "",
                "",
                f"R{number:09d}",
                paid_on,
                paid_on,
                "2",
            )
            file.write(",".join((*cells, str(yen), "0", "0", "")) + "\n")


def _copy_again(folder: Path) -> float:
    """Seconds to reload the rows that the receipts wrote."""
    paths = {table: folder / f"{table}.copy" for table in WRITTEN}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, where in WRITTEN.items():
            with paths[table].open("wb") as out, cursor.copy(f"COPY (SELECT * FROM {table} {where}) TO STDOUT") as rows:
                for block in rows:
                    out.write(block)
            cursor.execute(f"DELETE FROM {table} {where}")
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM FULL {', '.join(WRITTEN)}")
    began = perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in WRITTEN:
            with paths[table].open("rb") as file, cursor.copy(f"COPY {table} FROM STDIN") as rows:
                while block := file.read(1 << 20):
                    rows.write(block)
    seconds = perf_counter() - began
    for path in paths.values():
        path.unlink()
    return seconds
