"""Runs for tests. The engines of letters and papers have tests of their own: quick ones stand in unless a test says not."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string

from claims.services import claim_end_papers
from notices.letter import DeskSlips, LetterData, Rendered, Unprintable
from notices.models import PrintRun
from notices.rules.marks import mark_text
from notices.services import dunning_paper, engine, runs, text_papers, texts
from notices.services.engine import Part
from notices.services.rendering import render_chunk
from tests.factories.debtors import user
from tests.factories.experiments import registered, version
from toyota_collect import approvals
from toyota_collect.documents import store
from toyota_collect.models import NoticeText, User

DAY = date(2026, 11, 20)
# They hold it by its name: imported while the quick one stands in, they would hold that for good.
assert {one.render_pdf for one in (claim_end_papers, dunning_paper, text_papers)} == {store.render_pdf}


class QuickEngine:
    """Writes each letter's text on a page of its own; ``broken`` and ``misread`` name people by their total."""

    def __init__(self) -> None:
        self.broken: set[int] = set()
        self.misread: set[int] = set()
        self.rendered = 0
        self.papers: list[DeskSlips] = []

    def render(self, letters: list[LetterData]) -> Rendered:
        pages: list[tuple[int, int] | None] = []
        failures = {}
        at = 0
        for place, data in enumerate(letters):
            self.rendered += 1
            if data.total_yen in self.broken:
                pages.append(None)
                failures[place] = Unprintable("glyph", "文字がフォントにありません。")
            else:
                pages.append((at, 3))
                at += 3
        good = [data.to_json() for data, page in zip(letters, pages, strict=True) if page]
        return Rendered(pdf="\n".join(good).encode(), pages=pages, failures=failures)

    def faults(self, made: Rendered, letters: list[LetterData]) -> dict[int, Unprintable]:
        return {
            place: Unprintable("barcode", "バーコードの読取が合いません。")
            for place, data in enumerate(letters)
            if data.total_yen in self.misread and made.pages[place]
        }

    def assemble(self, parts: list[Part]) -> bytes:
        """The letters' texts again: three pages are one line."""
        return b"\n".join(part.path.read_bytes().split(b"\n")[part.first // 3] for part in parts)

    def marks_of(self, pdf: bytes) -> list[str]:
        letters = [json.loads(line) for line in pdf.split(b"\n")]
        return [
            mark_text(run=one["run_number"], serial=one["serial"], envelope=1, sheet=sheet, of=3)
            for one in letters
            for sheet in (1, 2, 3)
        ]

    def render_letter(self, data: LetterData) -> tuple[bytes, int]:
        return data.to_json().encode(), 3

    def render_slips(self, paper: DeskSlips) -> tuple[bytes, int]:
        self.papers.append(paper)
        return paper.number.encode(), 1


def quick_paper(template: str, context: dict[str, Any]) -> tuple[bytes, int]:
    """The words of a paper on one page that nobody laid out."""
    return b"%PDF-" + render_to_string(template, context).encode(), 1


@pytest.fixture
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> QuickEngine:
    if "real_papers" not in request.fixturenames:
        monkeypatch.setattr(store, "render_pdf", quick_paper)
    made = QuickEngine()
    for name in ("render", "faults", "assemble", "marks_of", "render_letter", "render_slips"):
        monkeypatch.setattr(engine, name, getattr(made, name))
    return made


@pytest.fixture
def real_papers() -> None:
    """Letters may be made quickly, but certificates and other papers are laid out as they are."""


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Tasks that would go to the workers."""
    tasks: list[tuple[str, dict[str, Any]]] = []
    for module in ("runs", "rendering", "jobs"):
        monkeypatch.setattr(f"notices.services.{module}.send", lambda task, **values: tasks.append((task, values)))
    return tasks


@pytest.fixture
def operator() -> Any:
    """The same account in every test: what is kept was made by it."""
    facts = {"username": "operator", "display_name": "架空 print_operator", "role": "print_operator", "password": "!"}
    return User.objects.create(pk=4_710_000, **facts)


@pytest.fixture
def make_run(operator: Any) -> Callable[..., PrintRun]:
    """A counted run; keywords change its conditions."""

    def make(**changes: Any) -> PrintRun:
        conditions = {"as_of": DAY, "issued_on": DAY, "deadline_on": date(2026, 12, 14), "minimum_yen": 1_000}
        run = runs.make_run(conditions=runs.Conditions(**(conditions | changes)), by=operator)
        return runs.count(run_id=run.pk, by=operator, today=DAY)

    return make


def approve(run: PrintRun, operator: Any) -> None:
    asked = runs.ask_approval(run_id=run.pk, by=operator)
    approvals.decide(approval_id=asked.pk, decision="approved", by=user("supervisor"))


def freeze(run: PrintRun, operator: Any) -> PrintRun:
    """The run approved, started and with its amounts fixed."""
    approve(run, operator)
    runs.start(run_id=run.pk, by=operator)
    runs.fix_amounts(run_id=run.pk, by=operator, today=DAY)
    run.refresh_from_db()
    return run


@pytest.fixture
def frozen_run(make_run: Callable[..., PrintRun], operator: Any, sent: Any) -> Callable[..., PrintRun]:
    """A run that is approved, started and frozen, with waiting bundles."""

    def make(**changes: Any) -> PrintRun:
        return freeze(make_run(**changes), operator)

    return make


@pytest.fixture
def finished_run(frozen_run: Callable[..., PrintRun], quick: QuickEngine) -> Callable[..., PrintRun]:
    def make(**changes: Any) -> PrintRun:
        run = frozen_run(**changes)
        for chunk in run.chunks.all():
            render_chunk(chunk_id=chunk.pk)
        run.refresh_from_db()
        return run

    return make


@pytest.fixture
def texts_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the words of a version fit is tested where they are laid out."""
    monkeypatch.setattr(texts, "fit_problems", lambda text: [])


@pytest.fixture
def drawn_run(make_run: Callable[..., PrintRun], operator: Any, sent: Any, texts_fit: None) -> Callable[..., PrintRun]:
    """A run whose comparison of two texts was approved, started and drawn."""

    def make(*others: NoticeText, percent: int = 50, **changes: Any) -> PrintRun:
        run = make_run(**changes)
        registered(run, operator, *(others or [version()]), percent=percent)
        return freeze(run, operator)

    return make
