"""Import every extract of a folder; one JSON object on the last line of stdout."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.intake import run
from toyota_collect.business_date import business_date


class Command(BaseCommand):
    help = "フォルダーの抽出ファイルを台帳に取り込む（何度取り込んでも同じ結果になる）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, metavar="DIR", help="抽出ファイルと照合合計（*.control.csv）のフォルダー"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            batch = run.start(by=run.intake_user(), as_of=business_date())
            run.run(batch, options["folder"])
        except run.FolderRefused as refused:
            raise CommandError(str(refused)) from refused
        for file in batch.files.exclude(status="committed"):
            self.stderr.write(f"{file.name}: {file.get_status_display()}。{file.message}")
        self.stdout.write(json.dumps(run.report(batch), ensure_ascii=False))
