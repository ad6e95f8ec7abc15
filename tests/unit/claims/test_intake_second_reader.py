"""Two readers give what one gives, page by page, also where the second one dies or never was. No database."""

import os
import signal
from io import BytesIO
from pathlib import Path

import pytest

from claims.intake import records as cutting
from claims.intake import second_reader
from claims.intake.layout import Layout
from claims.intake.parse import Chunk, Parser
from claims.intake.records import Records
from claims.intake.second_reader import SecondReader
from tests.unit.claims.test_intake_parse import AS_OF, KINDS, ZEI, file, row

PAGES = 9


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "CHUNK", 20)
    monkeypatch.setattr(second_reader, "FEWEST_BYTES", 0)
    monkeypatch.setattr(second_reader.os, "sched_getaffinity", lambda _pid: {0, 1})


def content() -> bytes:
    """Lines of every fate: taken, refused by bytes, columns and cells, with 外字, and a last one that was cut."""
    lines = [
        row(instalment=f"{number % 10 + 1:02d}", levied_yen=str(41_000 + number)) for number in range(20 * PAGES - 1)
    ]
    lines[30] = row(name=b"\x83")
    lines[50] = b"one,two"
    lines[70] = row(due_on="5089999")
    lines[90] = row(name="架空　\ue000太郎".encode("cp932"))
    return file(*lines, end=b"")


def read(found: list[Chunk], layout: Layout = ZEI, *, at_page: int = -1, act: object = None) -> None:
    """Parse the file by two readers into ``found``; ``act`` is called with the second one at one page."""
    records = Records(BytesIO(content()), layout)
    parser = Parser(layout, kinds=KINDS, as_of=AS_OF, gaiji={0xE000: "高"}, for_ledger=True)
    pages = records.pages()
    first = next(pages)
    parser.read_header(first.record(0))
    with SecondReader(parser, Path(__file__)) as second:
        for number, (page, chunk) in enumerate(second.parsed([first.after_header(), *pages], records)):
            assert len(page) == len(chunk.rows) + len(chunk.refusals)
            found.append(chunk)
            if number == at_page:
                act(second)


def by_one() -> list[Chunk]:
    records = Records(BytesIO(content()), ZEI)
    parser = Parser(ZEI, kinds=KINDS, as_of=AS_OF, gaiji={0xE000: "高"}, for_ledger=True)
    pages = records.pages()
    first = next(pages)
    parser.read_header(first.record(0))
    rest = [first.after_header(), *pages]
    return [parser.parse(page, open_line=records.open_line) for page in rest]


def test_two_readers_give_what_one_gives():
    found: list[Chunk] = []
    read(found)
    assert found == by_one()
    assert {one.code for chunk in found for one in chunk.refusals} == {"bytes", "columns", "date", "truncated"}


def test_the_second_reader_reads(monkeypatch: pytest.MonkeyPatch):
    """Else the others would compare the first reader with itself."""
    here: list[int] = []
    parse = Parser.parse
    monkeypatch.setattr(Parser, "parse", lambda self, page, **more: here.append(1) or parse(self, page, **more))
    found: list[Chunk] = []
    read(found)
    assert len(here) == (len(found) + 1) // 2


@pytest.mark.parametrize("at_page", [0, 1, 2, 5])
def test_a_second_reader_that_is_killed_loses_nothing(at_page: int, caplog: pytest.LogCaptureFixture):
    def kill(second: SecondReader) -> None:
        os.kill(second._process.pid, signal.SIGKILL)
        second._process.wait()

    found: list[Chunk] = []
    read(found, at_page=at_page, act=kill)
    assert found == by_one()
    assert "the first goes on alone" in caplog.text


def test_a_second_reader_that_cannot_be_started_loses_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(second_reader.sys, "executable", "/nowhere/python")
    found: list[Chunk] = []
    read(found)
    assert found == by_one()


def test_the_process_ends_with_its_reader():
    seen = []
    read([], at_page=3, act=lambda second: seen.append(second._process))
    assert seen[0].returncode is not None


@pytest.mark.parametrize(("fewest", "cores", "is_started"), [(0, 2, True), (10**9, 2, False), (0, 1, False)])
def test_only_large_files_and_free_cores_are_worth_it(fewest, cores, is_started, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(second_reader, "FEWEST_BYTES", fewest)
    monkeypatch.setattr(second_reader.os, "sched_getaffinity", lambda _pid: set(range(cores)))
    with SecondReader(Parser(ZEI, kinds=KINDS, as_of=AS_OF), Path(__file__)) as second:
        assert (second._process is not None) == is_started
