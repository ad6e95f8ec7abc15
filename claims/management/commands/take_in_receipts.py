"""Take in every receipts file of a folder, in the order of their names; one JSON object tells what became of each."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.services.payments import take_in
from toyota_collect.business_date import business_date
from toyota_collect.models import User


class Command(BaseCommand):
    help = "フォルダーの収納データ（口座振替、コンビニ、窓口、共通納税、差押取立、弁護士送金）を取り込みます。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"フォルダー {folder} がありません。")
        by, on = User.objects.get(username="system.intake"), business_date()
        files = []
        for path in sorted(one for one in folder.iterdir() if one.is_file() and not one.name.startswith(".")):
            taken = take_in(content=path.read_bytes(), name=path.name, by=by, as_of=on)
            self.stderr.write(f"{path.name}: {taken.problem or f'{taken.records}件、新しいもの{taken.new_records}件'}")
            facts = {
                "records": taken.records,
                "new": taken.new_records,
                "yen": taken.total_yen,
                "problem": taken.problem,
            }
            files.append({"file": path.name} | facts)
        self.stdout.write(json.dumps({"files": files}, ensure_ascii=False))
        if any(file["problem"] for file in files):
            raise SystemExit(1)
