"""Flags of the demo city's people and what was decided about some; only in a demo, and only once."""

import json
from datetime import timedelta
from itertools import cycle
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from toyota_collect.business_date import business_date
from toyota_collect.models import User
from welfare.finder import refresh_flags
from welfare.models import HardshipFlag
from welfare.signal_services import assess

ASSESSED = 24
ANSWERS = ("confirmed", "confirmed", "rejected:forgot", "confirmed", "rejected:can_pay", "confirmed")
MONTH = timedelta(days=30)


class Command(BaseCommand):
    help = "架空の市に、困窮のサインと見立てを入れる（DEMO=1 のときだけ。二度目は何もしない）。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO=1 のときだけ使えます。本番のデータベースに架空のデータは入れません。")
        made = 0 if HardshipFlag.objects.exists() else _fill()
        self.stdout.write(json.dumps({"flags": made}))


def _fill() -> int:
    """Flags found a month ago, every third of the first ones assessed since then."""
    collector, today = User.objects.get(username="collector"), business_date()
    made = refresh_flags(on=today, by=User.objects.get(username="system.finder")).opened
    flags = HardshipFlag.objects.waiting().order_by("-score", "pk")
    flags.update(found_on=today - MONTH)
    for place, (flag, answer) in enumerate(zip(flags[: ASSESSED * 3 : 3], cycle(ANSWERS), strict=False)):
        code, _, reason = answer.partition(":")
        assess(flag_id=flag.pk, answer=code, reason=reason, on=today - timedelta(days=place), by=collector)
    return made
