"""A few referrals of the demo city's people; only in a demo, and only once."""

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from debtors.models import Person
from toyota_collect.business_date import business_date
from toyota_collect.models import User
from welfare.models import Referral

STATES = [
    (Referral.State.ANSWERED, "家計改善支援を始めた"),
    (Referral.State.RECEIVED, ""),
    (Referral.State.CONSENTED, ""),
    (Referral.State.ANSWERED, "就労支援につないだ"),
]


class Command(BaseCommand):
    help = "架空の市に、自立相談支援へのつなぎを入れる（DEMO=1 のときだけ。二度目は何もしない）。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO=1 のときだけ使えます。本番のデータベースに架空のデータは入れません。")
        made = 0 if Referral.objects.exists() else _fill()
        self.stdout.write(json.dumps({"referrals": made}))


def _fill() -> int:
    """People of the demo collector, the last by number: the first have contacts of their own."""
    collector = User.objects.get(username="collector")
    people = Person.objects.filter(assignment__officer=collector).order_by("-number")
    consent = {"consented_on": business_date() - timedelta(days=20), "offered_by": collector}
    found = zip(people, STATES, strict=False)
    return len(
        [Referral.objects.create(person=one, state=state, result=result, **consent) for one, (state, result) in found]
    )
