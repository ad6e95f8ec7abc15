"""Check standard-shaped files; one JSON object on the last line of stdout, problems on stderr, exit 1 if there are any."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.standard.check import check_files
from claims.standard.lists import code_lists


class Command(BaseCommand):
    help = "標準の形のファイルを確かめる（取り込まない）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV と manifest.json")
        parser.add_argument("--show", type=int, default=100, metavar="N", help="ファイルごとに示す数")

    def handle(self, *args: Any, **options: Any) -> None:
        paths: list[Path] = options["files"]
        if missing := [str(path) for path in paths if not path.is_file()]:
            raise CommandError(f"ファイル {'、'.join(missing)} がありません。場所を確かめてください。")
        found = check_files([(path.name, path) for path in paths], lists=code_lists(), shown=options["show"])
        for one in found:
            for problem in one.problems:
                where = f"{problem.line}行目" if problem.line else "全体"
                self.stderr.write(f"{problem.file} {where} {problem.column}: {problem.wrong}{problem.mend}")
            if one.count > len(one.problems):
                self.stderr.write(f"{one.file}: ほか{one.count - len(one.problems)}件")
        names = ("file", "family", "rows", "count", "sums")
        files = [{name: asdict(one)[name] for name in names} for one in found]
        total = sum(one.count for one in found)
        self.stdout.write(json.dumps({"ok": not total, "problems": total, "files": files}, ensure_ascii=False))
        if total:
            sys.exit(1)
