"""Control totals: the section's own figures beside what was accepted, per kind, year and instalment."""

import csv
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from claims.intake.job import Job
from claims.intake.parse import FileRefused
from claims.intake.remembered import Known
from claims.intake.values import LARGEST_INT
from claims.models import ClaimKind, ControlTotal, ImportFile
from toyota_collect.money import comma
from toyota_collect.wareki import fiscal_year_text

SUFFIX = ".control.csv"
HEADER = ["kind", "levy_year", "instalment", "rows", "yen"]
KIND = re.compile("[0-9a-z_]{1,40}")
MOST_ROWS, MOST_YEN = 2**31 - 1, 10**15
SHOWN = 5  # cells named in the message
Cell = tuple[str, int, int]  # kind code, levy year, instalment
Total = tuple[int, int]  # rows, yen
ACCEPTED = {
    "claims": "SELECT kind, levy_year, instalment, levied_yen AS yen FROM stage",
    "receipts": "SELECT kind, levy_year, instalment, amount_yen AS yen FROM paid",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """``theirs`` and ``ours`` by cell; ``missing`` rows in all, of which ``rejected`` are explained."""

    theirs: Mapping[Cell, Total]
    ours: Mapping[Cell, Total]
    rejected: int

    def differing(self) -> list[Cell]:
        """Cells that differ in any way."""
        cells = sorted(self.theirs.keys() | self.ours.keys())
        return [cell for cell in cells if self.theirs.get(cell, (0, 0)) != self.ours.get(cell, (0, 0))]

    def unexplained(self) -> list[Cell]:
        """Cells that rejected rows cannot explain: as many rows with other yen, or more than the section sent."""
        return [cell for cell in self.differing() if not self._may_miss_rows(cell)]

    def _may_miss_rows(self, cell: Cell) -> bool:
        rows, yen = self.theirs.get(cell, (0, 0))
        our_rows, our_yen = self.ours.get(cell, (0, 0))
        return our_rows < rows and our_yen <= yen

    @property
    def missing(self) -> int:
        return sum(rows for rows, _ in self.theirs.values()) - sum(rows for rows, _ in self.ours.values())

    @property
    def agrees(self) -> bool:
        return not self.unexplained() and self.missing == self.rejected


def compare(cursor: Any, job: Job, rejected: int, known: Known) -> Comparison | None:
    """Compare the accepted rows, ``known`` ones that are kept among them, with the control file; keep both.

    Returns ``None`` where there is nothing to compare with.

    Raises:
        FileRefused: the layout requires a control file and there is none, or it cannot be read.
    """
    if job.file.parent is not None:
        return _with_mended(cursor, job, job.file.parent)
    path = job.path.with_name(job.path.name + SUFFIX)
    if job.layout.content not in ACCEPTED or (job.layout.control == "none" and not path.exists()):
        return None
    comparison = Comparison(read_totals(path), _accepted(cursor, job, known), rejected)
    _keep(job, comparison)
    return comparison


def _with_mended(cursor: Any, job: Job, parent: ImportFile) -> Comparison | None:
    """The totals of the whole file again, with the rows that were mended before and now; ``None`` where it has none.

    What its section counted does not change by mending: each row still refused must explain what is missing.
    """
    mended = parent.mended_files.filter(status=ImportFile.Status.COMMITTED)
    last = mended.filter(control_totals__isnull=False).order_by("-pk").first() or parent
    cells = list(last.control_totals.all())
    if not cells:
        return None
    ours: Counter[Cell] = Counter()
    yen: Counter[Cell] = Counter()
    theirs = {}
    for cell in cells:
        key = cell.kind, cell.levy_year, cell.instalment
        theirs[key], ours[key], yen[key] = (cell.their_rows, cell.their_yen), cell.our_rows, cell.our_yen
    accepted = _accepted(cursor, job, Known())
    for key, (rows, more_yen) in accepted.items():
        ours[key] += rows
        yen[key] += more_yen
    still_refused = (
        parent.rejected - sum(mended.values_list("rows", flat=True)) - sum(rows for rows, _ in accepted.values())
    )
    comparison = Comparison(theirs, {key: (ours[key], yen[key]) for key in ours}, still_refused)
    _keep(job, comparison)
    return comparison


def read_totals(path: Path) -> dict[Cell, Total]:
    """Read a control file.

    Raises:
        FileRefused: missing, or not in the agreed form.
    """
    totals: dict[Cell, Total] = {}
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            if next(rows, None) != HEADER:
                raise FileRefused(f"{path.name}: 見出しは {','.join(HEADER)} にしてください。")
            for line, row in enumerate(rows, 2):
                kind, year, instalment, count, yen = _line(row)
                if (kind, year, instalment) in totals:
                    raise FileRefused(f"{path.name} {line}行目: 同じ種目・年度・期別が2回あります。")
                totals[kind, year, instalment] = count, yen
    except FileNotFoundError as error:
        raise FileRefused(f"照合合計のファイル {path.name} がありません。抽出と一緒に送ってください。") from error
    except (ValueError, UnicodeDecodeError, csv.Error) as error:
        where = f" {line}行目" if isinstance(error, ValueError) and not isinstance(error, UnicodeDecodeError) else ""
        raise FileRefused(f"{path.name}{where}: 照合合計が読めません。様式を確かめて送り直してください。") from error
    return totals


def _line(row: list[str]) -> tuple[str, int, int, int, int]:
    """Raises ValueError: not five cells, or one that no control total can hold."""
    kind, *numbers = row
    year, instalment, count, yen = (int(number) for number in numbers if number.isdecimal())
    if not KIND.fullmatch(kind) or max(year, instalment) > LARGEST_INT or count > MOST_ROWS or yen > MOST_YEN:
        raise ValueError(row)
    return kind, year, instalment, count, yen


def explain(comparison: Comparison) -> str:
    """Say in Japanese what does not agree: the first cells, and the sums."""
    names = dict(ClaimKind.objects.values_list("code", "short_name"))
    differing = comparison.unexplained() or comparison.differing()
    lines = [_cell_text(names, comparison, cell) for cell in differing[:SHOWN]]
    if len(differing) > SHOWN:
        lines.append(f"ほか{len(differing) - SHOWN}件")
    theirs, ours = _sum(comparison.theirs), _sum(comparison.ours)
    lines.append(
        f"合計は所管課 {comma(theirs[0])}件 {comma(theirs[1])}円、当方 {comma(ours[0])}件 {comma(ours[1])}円、"
        f"受け付けなかった行 {comma(comparison.rejected)}件"
    )
    return f"照合合計が合わないため、1行も取り込みませんでした。{'。'.join(lines)}。抽出をやり直すか、所管課に確かめてください。"


def _cell_text(names: Mapping[str, str], comparison: Comparison, cell: Cell) -> str:
    kind, year, instalment = cell
    theirs, ours = comparison.theirs.get(cell, (0, 0)), comparison.ours.get(cell, (0, 0))
    return (
        f"{names.get(kind, kind)} {fiscal_year_text(year)} 期別{instalment}: "
        f"所管課 {comma(theirs[0])}件 {comma(theirs[1])}円、当方 {comma(ours[0])}件 {comma(ours[1])}円"
    )


def _sum(totals: Mapping[Cell, Total]) -> Total:
    return sum(rows for rows, _ in totals.values()), sum(yen for _, yen in totals.values())


def _accepted(cursor: Any, job: Job, known: Known) -> dict[Cell, Total]:
    cursor.execute(
        "SELECT kind, levy_year, instalment, count(*), sum(yen)::bigint"
        f" FROM ({ACCEPTED[job.layout.content]}) s GROUP BY 1, 2, 3"
    )
    codes = dict(ClaimKind.objects.values_list("pk", "code"))
    rows: Counter[Cell] = Counter()
    yen: Counter[Cell] = Counter()
    read = ((tuple(cell), (count, more)) for *cell, count, more in cursor.fetchall())
    for (kind, year, instalment), (count, more) in chain(read, known.totals().items()):
        rows[codes[kind], year, instalment] += count
        yen[codes[kind], year, instalment] += more
    return {cell: (count, yen[cell]) for cell, count in rows.items()}


def _keep(job: Job, comparison: Comparison) -> None:
    ControlTotal.objects.bulk_create(
        ControlTotal(
            file=job.file,
            kind=kind,
            levy_year=year,
            instalment=instalment,
            their_rows=theirs[0],
            their_yen=theirs[1],
            our_rows=ours[0],
            our_yen=ours[1],
        )
        for kind, year, instalment in sorted(comparison.theirs.keys() | comparison.ours.keys())
        for theirs, ours in [
            (
                comparison.theirs.get((kind, year, instalment), (0, 0)),
                comparison.ours.get((kind, year, instalment), (0, 0)),
            )
        ]
    )
