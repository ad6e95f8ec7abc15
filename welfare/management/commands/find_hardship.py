"""Runs the finder of hardship; with a truth, says how well. One JSON object on the last line of stdout."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from toyota_collect.business_date import business_date
from toyota_collect.models import User
from welfare.finder import findings, refresh_flags
from welfare.finder_measure import measure, read_truth

UNKNOWN = dict.fromkeys(("recall", "precision", "gap", "base_rate"))


class Command(BaseCommand):
    help = "困窮のサインを調べる。--truth を付けると正解と比べる"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--truth", type=Path, metavar="DIR", help="架空の市の truth フォルダー（またはその親）")
        parser.add_argument("--keep", action="store_true", help="見つけた人を、見立ての画面に出す（毎晩の処理と同じ）")

    def handle(self, *, truth: Path | None, keep: bool, **options: Any) -> None:
        """Print ``flags`` (people to look at), ``recall``, ``precision``, ``gap`` (the largest difference of recall between
        a group and everybody else), ``base_rate``, ``rules`` (for each: fired, recall, precision, gap), ``groups``,
        ``silent`` (flags of those who neither pay nor call), ``passes`` and ``fails``. Without a truth what it alone tells is
        null. Nothing is written, unless ``--keep`` puts the flags before staff.

        Raises:
            CommandError: the truth cannot be read or is not that of the people here.
        """
        on = business_date()
        found = findings(on=on)
        fired = _fired(found)
        report: dict[str, Any] = {"flags": sum(one.flagged for one in found.values())} | UNKNOWN | {"rules": fired}
        if truth:
            folder = truth / "truth" if (truth / "truth").is_dir() else truth
            try:
                report = measure(found, read_truth(folder, on=on))
            except OSError as error:
                raise CommandError(
                    f"{folder} の正解を読めません（{error.strerror}）。truth フォルダーを指定してください。"
                ) from error
            except KeyError as error:
                raise CommandError(
                    f"宛名 {error.args[0]} が正解にありません。取り込んだ市と同じ市の truth を指定してください。"
                ) from error
            self._table(report)
        if keep:
            refresh_flags(on=on, by=User.objects.get(username="system.finder"))
        self.stdout.write(json.dumps(report, ensure_ascii=False))

    def _table(self, report: dict[str, Any]) -> None:
        """The same for people to read."""
        line = "{:<22}{:>8}{:>9}{:>9}{:>9}".format
        self.stderr.write(line("rule", "fired", "recall", "precis.", "gap"))
        for code, row in report["rules"].items():
            self.stderr.write(line(code, *(_text(row[name]) for name in ("fired", "recall", "precision", "gap"))))
        for name, row in report["groups"].items():
            note = "" if row["counted"] else "  （件数が少なく、差に数えない）"
            figures = (_text(row[key]) for key in ("cases", "recall", "precision", "gap"))
            self.stderr.write(line(f"[{name}]", *figures) + note)
        shown = (_text(report[name]) for name in ("recall", "precision", "gap"))
        self.stderr.write(line("all", report["flags"], *shown))
        self.stderr.write(
            f"base rate {_text(report['base_rate'])}: {'passes' if report['passes'] else report['fails']}"
        )


def _fired(found: Any) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for one in found.values():
        for sign in (*one.signs, *one.counters):
            counts[sign.code] = counts.get(sign.code, 0) + 1
    blank = {"recall": None, "precision": None, "gap": None}
    return {code: {"fired": count} | blank for code, count in sorted(counts.items())}


def _text(value: Any) -> str:
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
