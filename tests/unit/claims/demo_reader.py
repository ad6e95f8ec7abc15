"""Reads a demo city back through the layout files, with nothing of the generator or the intake: a second opinion."""

import csv
import re
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

LAYOUTS = Path(__file__).resolve().parents[3] / "claims" / "layouts"
ERA_FIRST_YEAR = {
    "5": 2019,
    "R": 2019,
    "令和": 2019,
    "4": 1989,
    "H": 1989,
    "平成": 1989,
    "3": 1926,
    "S": 1926,
    "昭和": 1926,
}
Row = dict[str, object]


def a_date(text: str, form: str) -> date:
    if form == "era7":
        return date(ERA_FIRST_YEAR[text[0]] + int(text[1:3]) - 1, int(text[3:5]), int(text[5:7]))
    if form == "era_ymd":
        return date(ERA_FIRST_YEAR[text[0]] + int(text[1:3]) - 1, int(text[3:5]), int(text[5:7]))
    if form == "ymd":
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if form == "slash":
        return date(*map(int, text.split("/")))
    if form == "iso":
        return date.fromisoformat(text)
    era, year, month, day = re.fullmatch(r"(..)(元|\d+)年(\d+)月(\d+)日", text).groups()
    return date(ERA_FIRST_YEAR[era] + (1 if year == "元" else int(year)) - 1, int(month), int(day))


def a_value(text: str, spec: Row) -> object:
    """Return a cell's value; '' where the cell is blank."""
    form = spec.get("as", "text")
    if "map" in spec:
        return spec["map"][text] if text else ""
    if form == "text" or not text:
        return text
    if form == "yen":
        digits = text.removeprefix("￥").replace(",", "")
        return -int(digits[:-1]) if digits.endswith("-") and spec.get("sign") == "trailing" else int(digits)
    if form == "int":
        return int(text)
    if form == "era_year":
        return ERA_FIRST_YEAR[text[0]] + int(text[1:]) - 1
    return a_date(text, form)


@dataclass
class ReadFile:
    layout: Row
    path: Path
    rows: list[Row] = field(default_factory=list)  # rows that truth does not reject
    lines: int = 0  # data rows in the file, damaged ones too

    @property
    def control(self) -> Counter[tuple[str, int, int]]:
        with self.path.with_name(self.path.name + ".control.csv").open(encoding="utf-8") as lines:
            return {
                (row["kind"], int(row["levy_year"]), int(row["instalment"])): (int(row["rows"]), int(row["yen"]))
                for row in csv.DictReader(lines)
            }


def split_cells(line: bytes, layout: Row) -> list[str] | dict[str, str]:
    fields = layout["fields"]
    if layout["format"] == "fixed":
        assert len(line) == layout["record_bytes"], "a record has another length"
        return {
            name: line[spec["start"] : spec["start"] + spec["width"]].decode("cp932").strip()
            for name, spec in fields.items()
            if "start" in spec
        }
    text = line.decode(layout["encoding"])
    return next(csv.reader([text], delimiter="\t" if layout["format"] == "tsv" else ","))


def read(folder: Path, layout: Row, rejected: set[tuple[str, int]]) -> ReadFile:
    (path,) = (one for one in folder.glob(layout["files"]) if not one.name.endswith(".control.csv"))
    found = ReadFile(layout, path)
    lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\r\n")
    if not lines[-1]:
        lines.pop()
    header = split_cells(lines[0], layout) if layout.get("header") else None
    for number, line in enumerate(lines[1 if header else 0 :], 2 if header else 1):
        found.lines += 1
        if (path.name, number) in rejected:
            continue
        cells = split_cells(line, layout)
        if header:
            assert len(cells) == len(header)
        row: Row = {}
        for name, spec in layout["fields"].items():
            if "value" in spec:
                row[name] = spec["value"]
            else:
                text = (
                    cells[name]
                    if "start" in spec
                    else cells[spec["index"] if "index" in spec else header.index(spec["column"])]
                )
                row[name] = a_value(text, spec)
        found.rows.append(row)
    return found


def layouts() -> list[Row]:
    """The layouts of people, claims and receipts in which the demo city writes; nothing in the standard shape."""
    return [layout for layout in _all_layouts() if layout["content"] != "welfare"]


def support_layouts() -> list[Row]:
    """The layouts of 生活保護, 就学援助 and 児童扶養手当."""
    return [layout for layout in _all_layouts() if layout["content"] == "welfare"]


def _all_layouts() -> list[Row]:
    found = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(LAYOUTS.glob("*.toml"))]
    return [layout for layout in found if not layout["code"].startswith("standard_")]


def truth(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "truth" / f"{name}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


KEY = (
    "kind", "levy_year", "taxation_year", "notice_number", "detail_code", "collector_number", "instalment",
    "declaration_number", "business_year_number", "child_number",
)  # fmt: skip


def key_of(row: Row) -> tuple[object, ...]:
    return tuple(row.get(part) or (0 if part in ("levy_year", "taxation_year", "instalment") else "") for part in KEY)


def book(files: list[ReadFile]) -> dict[tuple[object, ...], dict[str, int]]:
    """Return principal and fee balances per claim key, from the accepted rows alone."""
    balances: dict[tuple[object, ...], dict[str, int]] = {}
    for found in files:
        if found.layout["content"] == "claims":
            for row in found.rows:
                levied = row["levied_yen"] if row.get("corrected_yen") in (None, "") else row["corrected_yen"]
                balances[key_of(row)] = {
                    "principal": levied - (row.get("exempted_yen") or 0),
                    "fee": row.get("fee_yen") or 0,
                }
    for found in files:
        if found.layout["content"] == "receipts":
            sums: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0])
            for row in found.rows:
                sign = -1 if row["cancels"] else 1
                sums[key_of(row)][0] += sign * row["principal_yen"]
                sums[key_of(row)][1] += sign * row["fee_yen"]
            for key, (principal, fee) in sums.items():
                balances[key]["principal"] -= principal
                balances[key]["fee"] -= fee
    return balances
