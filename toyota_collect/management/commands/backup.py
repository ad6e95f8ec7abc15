"""Make one encrypted backup of database and files; the last line of stdout is its manifest as JSON."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from toyota_collect.backup import BackupRefused, make


class Command(BaseCommand):
    help = "データベースとファイルのバックアップを1つ作る（公開鍵で暗号化する）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, default=Path(settings.BACKUP_DIR), help="置く先のフォルダー")
        parser.add_argument("--recipient", action="append", help="開ける公開鍵（age1…）。省くと BACKUP_RECIPIENTS")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = make(out=options["out"], recipients=options["recipient"] or settings.BACKUP_RECIPIENTS)
        except BackupRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(json.dumps(made, ensure_ascii=False))
