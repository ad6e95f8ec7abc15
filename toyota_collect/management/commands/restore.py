"""Fill an empty installation with a backup and prove it; the last line of stdout is what was found, as JSON."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from toyota_collect.backup import BackupRefused, put_back


class Command(BaseCommand):
    help = "空のデータベースとファイル置き場に、バックアップを戻して確かめる"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="manifest.json のあるフォルダー")
        parser.add_argument("--identity", type=Path, required=True, help="秘密鍵（AGE-SECRET-KEY-…）のファイル")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = options["identity"].read_text(encoding="utf-8").splitlines()
            secret = next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), "")
            found = put_back(folder=options["folder"], identity=secret)
        except OSError as error:
            raise CommandError(f"{error.filename} が読めません：{error.strerror}") from error
        except BackupRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(json.dumps(found, ensure_ascii=False))
