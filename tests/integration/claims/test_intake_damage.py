"""Damaged extracts: no exception reaches the caller, every row is accounted for, nothing is half done. Cities are 架空."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from claims.demo.city import build
from claims.intake import run
from claims.intake.control import SUFFIX
from claims.intake.layout import Layout
from claims.models import Claim, Entry, ImportBatch, ImportFile, Receipt
from claims.services import verify
from debtors.models import SourceIdentity
from tests.factories.extracts import AS_OF

pytestmark = pytest.mark.django_db
TOTALS = b"kind,levy_year,instalment,rows,yen\r\nresident_tax,2026,1,2,9000\r\nproperty_tax,2025,4,10,10000\r\n"
ROWS = 14  # of each file; damage is what is tried, not size
Draw = Callable[[st.SearchStrategy[int]], int]
STRANGE = [
    b"\x00", b"\x1a", b'"', b'""', b"\r", b"\n", b"\r\n", b",", b"\t", b"\\", b"\\N", b"\\.", b"\xef\xbb\xbf", b"\xff", b"\x80",
    b"\xa0", b"\xfd", b"\xf0\x40", b"\x81", b"\xe3\x81", "髙﨑".encode(), "豊田".encode("utf-16"), "市民".encode("euc-jp"),
    "𠮷".encode(), b"-1", b"99999999999999999999", b"9" * 150_000, b"0" * 40, "￥１，０００".encode("cp932"), b"%s{0}{detail}",
]  # fmt: skip


def place(draw: Draw, content: bytes) -> int:
    return draw(st.integers(0, len(content)))


def flip(draw: Draw, content: bytes) -> bytes:
    at = place(draw, content)
    return content[:at] + bytes([draw(st.integers(0, 255))]) + content[at + 1 :]


def insert(draw: Draw, content: bytes) -> bytes:
    at = place(draw, content)
    return content[:at] + STRANGE[draw(st.integers(0, len(STRANGE) - 1))] + content[at:]


def cut(draw: Draw, content: bytes) -> bytes:
    at = place(draw, content)
    return content[:at] + content[at + draw(st.integers(1, 60)) :]


def cut_off(draw: Draw, content: bytes) -> bytes:
    return content[: place(draw, content)]


def cut_a_line(draw: Draw, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    which = draw(st.integers(0, max(len(lines) - 1, 0)))
    return b"".join(line[: len(line) // 2] + b"\r\n" if number == which else line for number, line in enumerate(lines))


def repeat_a_line(draw: Draw, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join([*lines, *lines[draw(st.integers(0, max(len(lines) - 1, 0))) :][:1]])


def lose_a_column(draw: Draw, content: bytes) -> bytes:
    which = draw(st.integers(0, 20))
    lines = (line.split(b",") for line in content.split(b"\r\n"))
    return b"\r\n".join(b",".join(cells[:which] + cells[which + 1 :]) for cells in lines)


def other_line_ends(draw: Draw, content: bytes) -> bytes:
    return content.replace(b"\r\n", [b"\n", b"\r", b"\n\n", b""][draw(st.integers(0, 3))])


def empty(_draw: Draw, _content: bytes) -> bytes:
    return b""


DAMAGE = [
    flip,
    flip,
    insert,
    insert,
    insert,
    cut,
    cut_off,
    cut_a_line,
    repeat_a_line,
    lose_a_column,
    other_line_ends,
    empty,
]


def harmed(data: st.DataObject, content: bytes) -> bytes:
    for which in data.draw(st.lists(st.integers(0, len(DAMAGE) - 1), min_size=1, max_size=3)):
        content = DAMAGE[which](data.draw, content)
    return content


def plain_count(layout: Layout, content: bytes) -> int:
    """Data rows, counted without the reader of the intake."""
    size = layout.record_bytes
    if layout.format == "fixed" and not {10, 13} & set(content[: size + 2]):
        return sum(bool(content[at : at + size].strip(b"\x1a")) for at in range(0, len(content), size))
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    lines = [line for line in (line.rstrip(b"\r") for line in lines) if line not in (b"", b"\x1a")]
    rows = at = 0
    while at < len(lines):
        rows, at = rows + 1, at + 1
        if layout.format == "csv" and lines[at - 1].count(b'"') % 2:
            closing = [further for further in range(at, min(at + 10, len(lines))) if lines[further].count(b'"') % 2]
            at = closing[0] + 1 if closing else at
    return max(rows - layout.header, 0)


def ledger() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Claim, Entry, Receipt, SourceIdentity))


def shorten(layout: Layout, content: bytes) -> bytes:
    if layout.format == "fixed" and b"\n" not in content:
        return content[: layout.record_bytes * ROWS]
    return b"".join(content.splitlines(keepends=True)[: ROWS + layout.header])


@pytest.fixture
def batch() -> ImportBatch:
    return ImportBatch.objects.create(by=run.intake_user(), as_of=AS_OF)


@pytest.fixture
def city(tmp_path: Path, batch: ImportBatch) -> list[run.Extract]:
    """The extracts of a small city, shortened, none with control totals of its own, all imported."""
    folder = tmp_path / "city"
    build(debtors=25, seed=11, out=folder)
    for path in folder.glob(f"*{SUFFIX}"):
        path.unlink()
    city = [run.Extract(one.path, replace(one.layout, control="none")) for one in run.find_extracts(folder)]
    for one in city:
        one.path.write_bytes(shorten(one.layout, one.path.read_bytes()))
        assert run.import_file(batch, one).status == ImportFile.Status.COMMITTED
    return city


def try_damage(city: list[run.Extract], batch: ImportBatch, tmp_path: Path, examples: int, part: int = 0) -> None:
    contents = [(one.path.name, one.layout, one.path.read_bytes()) for one in city]
    folder = tmp_path / "damaged"
    folder.mkdir()

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @seed(part)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        name, layout, content = contents[data.draw(st.integers(0, len(contents) - 1))]
        content = harmed(data, content)
        damaged, totals = folder / name, folder / (name + SUFFIX)
        damaged.write_bytes(content)
        totals.unlink(missing_ok=True)
        if data.draw(st.integers(0, 3)) == 0:
            totals.write_bytes(harmed(data, TOTALS))
        point = transaction.savepoint()
        before = ledger()
        file = run.import_file(batch, run.Extract(damaged, layout))
        account_for(file, layout, content, before)
        transaction.savepoint_rollback(point)

    check()


def account_for(file: ImportFile, layout: Layout, content: bytes, before: tuple[int, ...]) -> None:
    assert file.inserted + file.changed + file.same + file.rejected == file.rows
    assert not verify._balances()
    if file.status == ImportFile.Status.FAILED:
        assert (file.rows, ledger()) == (0, before)
        assert file.message
        assert "処理に失敗しました" not in file.message
        return
    assert file.rows == plain_count(layout, content)
    if file.status == ImportFile.Status.BLOCKED:
        assert (file.rejected, ledger()) == (file.rows, before)
        return
    refused = list(file.rejected_rows.values_list("line", "reason"))
    assert len(refused) == len({line for line, _ in refused}) == file.rejected
    assert all(reason.endswith("。") for _, reason in refused)
    gained = [now - then for now, then in zip(ledger(), before, strict=True)]
    filled = {"claims": 0, "receipts": 2, "register": 3}
    if layout.content in filled:
        assert gained[filled[layout.content]] <= file.inserted
    else:  # events of people who are here
        assert ledger() == before


def test_damaged_files(city, batch, tmp_path):
    try_damage(city, batch, tmp_path, 150)


@pytest.mark.long
@pytest.mark.parametrize("part", range(1, 21))  # a transaction each: the server's catalogue tires of temporary tables
def test_ten_thousand_damaged_files(city, batch, tmp_path, part):
    try_damage(city, batch, tmp_path, 500, part)
