"""Fill an empty installation with the demo city; an installation that has claims is left alone."""

import os
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand

SEED = 7


class Command(BaseCommand):
    help = "空のデータベースに架空の市のデータと体験用の利用者を入れます（すでにデータがあれば何もしません）。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO=1 のときだけ使えます。本番のデータベースに架空のデータは入れません。")
        if not apps.get_model("claims", "Claim").objects.exists():
            debtors = os.environ.get("DEMO_DEBTORS", "2000")
            if not debtors.isdecimal():
                raise CommandError(f"DEMO_DEBTORS は人数を数字で指定してください: {debtors}")
            folder = Path(settings.STATE_DIR) / "demo_city"
            self.stderr.write(f"架空の市（滞納者 {debtors} 人）を作って取り込みます。")
            call_command("demo_city", debtors=int(debtors), seed=SEED, out=str(folder), stdout=self.stderr)
            call_command("import_extracts", str(folder), stdout=self.stderr)
        call_command("create_demo_accounts", stdout=self.stderr)
