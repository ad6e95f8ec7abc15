"""Fill an empty installation with the demo city; an installation that has claims of its own is left alone."""

import os
from io import StringIO
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand

from toyota_collect.demo_accounts import create_demo_accounts, demo_password

SEED = "7"


class Command(BaseCommand):
    help = "空のデータベースに架空の市のデータと体験用の利用者を入れる（すでにデータがあれば何もしない）。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO=1 のときだけ使えます。本番のデータベースに架空のデータは入れません。")
        begun, done = (Path(settings.STATE_DIR) / name for name in ("demo_city", "demo_city.loaded"))
        interrupted = begun.exists() and not done.exists()
        if interrupted or not apps.get_model("claims", "Claim").objects.exists():
            self._load(begun)
            create_demo_accounts(password=demo_password())
            call_command("demo_contacts", stdout=StringIO())
            done.touch()
        create_demo_accounts(password=demo_password())
        call_command("demo_desk", stdout=StringIO())
        call_command("demo_referrals", stdout=StringIO())
        call_command("demo_respites", stdout=StringIO())
        call_command("demo_signals", stdout=StringIO())
        call_command("demo_lawyers", stdout=StringIO())

    def _load(self, folder: Path) -> None:
        debtors = os.environ.get("DEMO_DEBTORS", "2000")
        self.stderr.write(f"架空の市（滞納者 {debtors} 人）を作って取り込みます。")
        call_command("demo_city", "--debtors", debtors, "--seed", SEED, "--out", str(folder), stdout=StringIO())
        call_command("import_extracts", str(folder), stdout=StringIO())
        call_command("demo_money", stdout=StringIO())
        call_command("match_people", "--ask", stdout=StringIO())
