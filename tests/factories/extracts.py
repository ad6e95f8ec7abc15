"""Small hand-made extracts in the layouts of the product: cells are texts as the section writes them."""

import csv
from collections import Counter
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

from claims.intake import run
from claims.intake.layout import Layout, read_layouts
from claims.models import ImportBatch, ImportFile

AS_OF = date(2026, 11, 20)
ZEI_CLAIM = {
    "person_number": "Z001",
    "atena_number": "A001",
    "name": "架空　太郎",
    "kana": "カクウ　タロウ",
    "birth_on": "3550401",
    "sex": "1",
    "postal_code": "4710034",
    "address": "豊田市小坂本町一丁目25番地",
    "phone": "0565-00-1111",
    "kind": "01",
    "levy_year": "508",
    "taxation_year": "508",
    "notice_number": "N001",
    "instalment": "01",
    "due_on": "5080630",
    "levied_yen": "41000",
    "exempted_yen": "0",
    "fee_yen": "0",
    "paid_total_yen": "0",
}
ZEI_RECEIPT = {
    "kind": "01",
    "levy_year": "508",
    "taxation_year": "508",
    "notice_number": "N001",
    "instalment": "01",
    "receipt_number": "R001",
    "paid_on": "5080715",
    "booked_on": "5080717",
    "channel": "2",
    "principal_yen": "1000",
    "fee_yen": "0",
    "late_yen": "0",
}
REGISTER = {
    "atena_number": "A001",
    "name": "架空　太郎",
    "kana": "カクウ　タロウ",
    "birth_on": "19800401",
    "sex": "1",
    "postal_code": "4710034",
    "address": "愛知県豊田市小坂本町一丁目25番地",
    "household_number": "H001",
    "relation": "世帯主",
}
Row = dict[str, str]


@cache
def layout(code: str) -> Layout:
    return next(one for one in read_layouts() if one.code == code)


def line(of: Layout, row: Row) -> bytes:
    """One row of a delimited layout with header, without line end."""
    out = StringIO()
    csv.writer(out, lineterminator="").writerow([row.get(spec.canonical.name, "") for spec in of.placed])
    return out.getvalue().encode(of.encoding)


def header(of: Layout) -> bytes:
    return ",".join(spec.column for spec in of.placed).encode(of.encoding)


def totals(rows: list[Row]) -> bytes:
    """The control totals of rows of the 市税 layouts as their section counts them, good or bad."""
    kinds = {"01": "resident_tax", "02": "property_tax", "03": "light_vehicle_tax", "04": "corporate_tax"}
    counted: Counter[Any] = Counter()
    yen: Counter[Any] = Counter()
    for row in rows:
        cell = kinds.get(row["kind"], "resident_tax"), int(row["levy_year"]) + 1518, int(row["instalment"])
        counted[cell] += 1
        yen[cell] += sum(int(row.get(name) or 0) for name in _money(row))
    lines = [f"{','.join(map(str, cell))},{count},{yen[cell]}" for cell, count in sorted(counted.items())]
    return "\n".join(["kind,levy_year,instalment,rows,yen", *lines, ""]).encode()


def _money(row: Row) -> tuple[str, ...]:
    return ("levied_yen",) if "levied_yen" in row else ("principal_yen", "fee_yen", "late_yen")


def write(folder: Path, code: str, lines: list[bytes], *, control: bytes | None = None) -> Path:
    """Write a file of the layout with these lines below its header, and its control totals."""
    of = layout(code)
    path = folder / of.files.replace("*", "20261120")
    path.write_bytes(b"".join(one + b"\r\n" for one in [header(of), *lines]))
    if control is not None:
        path.with_name(path.name + ".control.csv").write_bytes(control)
    return path


def claims(folder: Path, *rows: Row) -> Path:
    """A 市税 claims file; each row is what differs from ``ZEI_CLAIM``."""
    full = [ZEI_CLAIM | row for row in rows]
    return write(folder, "zei_claims", [line(layout("zei_claims"), row) for row in full], control=totals(full))


def receipts(folder: Path, *rows: Row) -> Path:
    """A 市税 receipts file; each row is what differs from ``ZEI_RECEIPT``."""
    full = [ZEI_RECEIPT | row for row in rows]
    return write(folder, "zei_receipts", [line(layout("zei_receipts"), row) for row in full], control=totals(full))


def register(folder: Path, *rows: Row) -> Path:
    full = [REGISTER | row for row in rows]
    return write(folder, "juki_register", [line(layout("juki_register"), row) for row in full])


def welfare(folder: Path, *rows: Row) -> Path:
    """A file of 生活保護の開始・廃止."""
    full = [{"atena_number": "A001", "started_on": "20261101"} | row for row in rows]
    return write(folder, "fukushi_welfare", [line(layout("fukushi_welfare"), row) for row in full])


def import_all(folder: Path, *, as_of: date = AS_OF) -> ImportBatch:
    return run.run(run.start(by=run.intake_user(), as_of=as_of), folder)


def import_one(path: Path, *, as_of: date = AS_OF) -> ImportFile:
    """Import only this file (and its control totals) and return its row in the log."""
    batch = run.start(by=run.intake_user(), as_of=as_of)
    file = run.import_file(batch, run.match(path))
    run.finish(batch)
    return file


def counts(file: ImportFile) -> tuple[int, int, int, int]:
    """inserted, changed, same, rejected"""
    return file.inserted, file.changed, file.same, file.rejected


def rejects(file: ImportFile) -> list[tuple[int, str]]:
    """(line, code) of the rows that were not accepted."""
    return list(file.rejected_rows.order_by("line").values_list("line", "code"))
