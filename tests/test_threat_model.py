"""docs/threat-model.md promises nothing that is not there: each named test and file exists, each row says something."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
TABLES = TEXT[TEXT.index("## Requirements") : TEXT.index("## What remains")]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TABLES.splitlines()
    if line.startswith("|") and not line.startswith(("| requirement", "|---"))
]
TEST = re.compile(r"`(tests/[^`:]+\.py)::(\w+)`")
FILE = re.compile(r"`((?:\.?[\w-]+/)*\.?[\w-]+(?:\.[\w-]+)?)`")
CHAPTERS = set(range(1, 18))  # of ASVS 5.0


@cache
def functions(file: str) -> set[str]:
    path = ROOT / file
    if not path.is_file():
        return set()
    return {
        node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:60] for row in ROWS])
def test_a_row_is_true(row: list[str]) -> None:
    assert len(row) == 3, row
    requirement, how, shown = row
    assert re.search(r"\(V\d+", requirement), "which chapter"
    assert how
    named = TEST.findall(shown)
    assert named or re.match(r"\*\*(reason|open)\*\*", shown), "a test, or why there is none"
    for file, name in named:
        assert name in functions(file), f"{file}::{name} does not exist"
    assert shown.count("::") == len(named), "a test that is written otherwise is not looked for"
    for path in FILE.findall(how):
        if "/" in path or path.endswith((".py", ".toml", ".yml", ".txt", ".html", ".md")):
            assert (ROOT / path).exists(), f"{path} does not exist"


def test_every_chapter_is_answered() -> None:
    answered = {int(number) for row in ROWS for number in re.findall(r"V(\d+)", row[0])}
    assert answered == CHAPTERS


def test_a_missing_test_would_be_found() -> None:
    """The check above sees what it looks for."""
    assert "test_a_row_is_true" in functions("tests/test_threat_model.py")
    assert "test_that_nobody_wrote" not in functions("tests/test_threat_model.py")
    assert functions("tests/no_such_file.py") == set()
    assert TEST.findall("`tests/x.py::test_y`, and `tests/a/b.py::test_c`") == [
        ("tests/x.py", "test_y"),
        ("tests/a/b.py", "test_c"),
    ]


def test_the_document_speaks_of_every_actor_in_its_rows() -> None:
    for letter in "ABCDEFG":
        assert f"| {letter}: " in TEXT
        assert f"Actor {letter}:" in TABLES
