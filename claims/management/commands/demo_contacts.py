"""Contacts, a call list and visitors for the demo city; only in a demo, and only once."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.demo.desk import load_desk
from toyota_collect.business_date import business_date
from toyota_collect.models import User


class Command(BaseCommand):
    help = "架空の市に、経過・電話の順番・来庁の受付を入れる（DEMO=1 のときだけ。二度目は何もしない）。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO=1 のときだけ使えます。本番のデータベースに架空のデータは入れません。")
        contacts = load_desk(by=User.objects.get(username="collector"), on=business_date())
        self.stdout.write(json.dumps({"contacts": contacts}))
