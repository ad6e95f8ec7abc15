"""Slips and receipts files of the demo city; only in a demo, and only once."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.demo.money import load_money
from toyota_collect.business_date import business_date
from toyota_collect.models import User


class Command(BaseCommand):
    help = "架空の市に、納付書と収納データを入れる（DEMO=1 のときだけ。二度目は何もしない）。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO=1 のときだけ使えます。本番のデータベースに架空のデータは入れません。")
        files = load_money(by=User.objects.get(username="system.intake"), as_of=business_date())
        self.stdout.write(json.dumps({"files": files}))
