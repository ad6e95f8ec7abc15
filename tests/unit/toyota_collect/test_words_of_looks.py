"""Every look that a view writes down has words for the auditor and for the citizen who asks."""

import re
from pathlib import Path

import pytest

from toyota_collect.words_of_looks import OTHER, words_of

ROOT = Path(__file__).parents[3]
APPS = ("toyota_collect", "debtors", "claims", "notices", "welfare", "lawyers")
WRITTEN = re.compile(r"log_views?\((?:[^()]|\([^()]*\))*?action=f?\"([a-z_.]+)", re.S)
ACTIONS = sorted(
    {found for app in APPS for file in (ROOT / app).rglob("*.py") for found in WRITTEN.findall(file.read_text())}
)


def test_the_looks_are_found():
    assert {"person", "search", "reveal.address", "access_log.csv"} <= set(ACTIONS)
    assert len(ACTIONS) > 100


@pytest.mark.parametrize("action", ACTIONS)
def test_every_look_has_words(action):
    assert words_of(action) != OTHER


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("letter.pdf", "催告書のPDF"),
        ("panel_owed", "人の画面（滞納合計）"),
        ("closing.xlsx", "決算の表（取り出し）"),
        ("support.consent.scan", "同意書"),
        ("unheard_of", OTHER),
    ],
)
def test_the_longest_beginning_counts(action, words):
    assert words_of(action) == words
