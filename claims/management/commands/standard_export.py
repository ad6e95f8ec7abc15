"""Write the standard-shaped files; one JSON object on the last line of stdout."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.intake.run import intake_user
from claims.services.standard_exports import ExportRefused, export_to_folder
from debtors.models import SourceSystem
from toyota_collect.business_date import business_date
from toyota_collect.dated import SettingMissing


class Command(BaseCommand):
    help = "標準の形のファイル（家族ごとのCSVと manifest.json）を書き出す"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, required=True, metavar="DATE", help="基準日")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="書き出すフォルダー")
        parser.add_argument("--source", metavar="CODE", help="この業務システムの債権だけを書き出す")

    def handle(self, *args: Any, **options: Any) -> None:
        code, source = options["source"], None
        if code and not (source := SourceSystem.objects.filter(code=code).first()):
            raise CommandError(f"業務システム「{code}」は登録されていません。管理画面のコードを確かめてください。")
        facts = {"as_of": options["as_of"], "today": business_date(), "source": source}
        try:
            written = export_to_folder(
                options["out"], **facts, by=intake_user(), path=f"manage standard_export {code or ''}".strip()
            )
        except (ExportRefused, SettingMissing, OSError) as error:
            raise CommandError(str(error)) from error
        report = {"rows": sum(one.rows for one in written), "files": [asdict(one) for one in written]}
        self.stdout.write(json.dumps(report, ensure_ascii=False))
