"""``manage explain RULE FILE.json``: a rule's answer to written cases, one JSON object a line."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from claims.explain import RULES, explain
from toyota_collect.business_date import business_date
from toyota_collect.wareki import parse_as


class Command(BaseCommand):
    """Reads one file and writes to stdout; the database is never asked."""

    help = "事例ファイル(JSON)に規則を当てはめ、結果を1件1行で出します。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("rule", metavar="RULE", help="、".join(RULES))
        parser.add_argument("file", metavar="FILE.json", type=Path)
        parser.add_argument("--as-of", type=_day, help="時効の状態を見る日(既定は基準日)")

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = options["as_of"] or business_date()
        try:
            answers = explain(options["rule"], _text(options["file"]), as_of=as_of)
        except ValueError as error:
            self.stderr.write(f"{options['file']}: {error}")
            raise SystemExit(1) from None
        for answer in answers:
            # Half a surrogate pair, which JSON can name and UTF-8 cannot write, stays the escape that it was.
            self.stdout.write(json.dumps(answer, ensure_ascii=False).encode(errors="backslashreplace").decode())


def _day(text: str) -> date:
    try:
        return parse_as(text, "iso")
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("文字コードがUTF-8ではありません。UTF-8で保存し直してください。") from None
    except FileNotFoundError:
        raise ValueError("ファイルがありません。場所と名前を確かめてください。") from None
    except OSError:
        raise ValueError("ファイルを開けません。フォルダでないこと、読む権限があることを確かめてください。") from None
