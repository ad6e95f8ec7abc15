"""Two people of the demo city whose claims rest: one as it should be, one whose review is overdue; only in a demo, and only once."""

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.models import Claim
from debtors.models import Person
from toyota_collect.business_date import business_date
from toyota_collect.models import User
from welfare.models import Respite
from welfare.services import respites

BEGUN = (10, 45)  # days ago; the review is 30 days after
WHY = ("失業し、家計の立て直しを相談している（架空）", "病気で働けず、治療の間の家計を相談している（架空）")


class Command(BaseCommand):
    help = "架空の市に、生活再建猶予を入れる（DEMO=1 のときだけ。二度目は何もしない）。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO=1 のときだけ使えます。本番のデータベースに架空のデータは入れません。")
        made = 0 if Respite.objects.exists() else _fill()
        self.stdout.write(json.dumps({"respites": made}))


def _fill() -> int:
    """People of the demo collector who owe and of whom no clock ends in the next months."""
    on, supervisor = business_date(), User.objects.get(username="supervisor")
    owing = Claim.objects.overdue(on=on).alive(on=on).values("identity__person")
    near = Claim.objects.outstanding().filter(prescribes_on__lt=on + timedelta(days=200)).values("identity__person")
    people = Person.objects.filter(assignment__officer__username="collector", pk__in=owing, died_on=None)
    found = list(people.exclude(pk__in=near).order_by("number")[20 : 20 + len(BEGUN)])
    for one, days, why in zip(found, BEGUN, WHY, strict=False):
        begun = on - timedelta(days=days)
        respites.switch_on(
            person_id=one.pk,
            last_on=begun + timedelta(days=90),
            review_on=begun + timedelta(days=30),
            why=why,
            consulted="よりそい支援課 架空主査と電話で相談",
            by=supervisor,
            on=begun,
        )
    return len(found)
