"""Comparisons of texts for tests: versions that were approved, people of a 組 of their own, and a registered comparison."""

from datetime import date
from typing import Any

from debtors.models import Person
from notices.models import Experiment, PrintRun
from notices.services import experiments, texts
from tests.factories.debtors import person, user
from toyota_collect import approvals
from toyota_collect.models import NoticeText
from toyota_collect.notice_text import text_on

DAY = date(2026, 11, 20)
QUESTION = "困っている人への一文を短くすると、3週間以内の反応が増えるか"
SHORT = "お支払いが難しい方は、分けて支払う相談ができます。お電話ください。"


def version(words: str = SHORT, *, trial_only: bool = True, kind: str = "consolidated") -> NoticeText:
    """An approved version, for comparison only if nothing else is said."""
    by = user("supervisor")
    made = texts.draft(kind=kind, by=by, today=DAY)
    given: dict[str, Any] = {"starts_on": DAY, "note": "短くする", "by": by, "today": DAY, "trial_only": trial_only}
    assert texts.change(text_id=made.pk, parts=made.parts | {"hardship": words}, **given) == []
    asked = texts.ask(text_id=made.pk, by=by, today=DAY)
    approvals.decide(approval_id=asked.pk, decision="approved", by=user("supervisor"))
    made.refresh_from_db()
    return made


def alone(n: int, **facts: Any) -> Person:
    """Somebody with an address, and so a 組, of their own."""
    given = {"name_key": f"架空{n}", "kana_key": f"カクウ{n}", "address": f"愛知県豊田市小坂本町架空{n}番地"}
    return person(**(given | facts))


def registered(run: PrintRun, by: Any, *others: NoticeText, percent: int = 50) -> Experiment:
    shares = {text_on(run.kind, run.issued_on).pk: 100 - percent * len(others)} | {one.pk: percent for one in others}
    return experiments.register(run_id=run.pk, question=QUESTION, shares=shares, by=by)
