"""A few people of the demo city on their way to support; only in a demo, and only once."""

import json
from contextlib import suppress
from datetime import time, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from debtors.models import Person
from toyota_collect.business_date import business_date
from toyota_collect.models import User
from welfare import sheet
from welfare.models import Consent, Referral
from welfare.services import cases, consents, questions, referrals


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
    supervisor, worker = User.objects.get(username="supervisor"), User.objects.get(username="welfare")
    today = business_date()
    people = list(
        Person.objects.filter(assignment__officer=collector, died_on=None, is_corporate=False).order_by("-number")[:60]
    )
    for place, someone in enumerate(people[:5]):
        day = today - timedelta(days=(20, 12, 4, 0, 1)[place])
        consent = _consent(someone, collector, supervisor, day)
        referral = referrals.hand_over(
            person_id=someone.pk,
            consent_id=consent.pk,
            contact="090-0000-0000（夕方）",
            summary=("先月仕事が終わり、家賃が払えない", "家族の通院で残業ができない", "返済が重なり、何から払うか分からない", "明日、電気が止まる", "")[place],
            urgency="lifeline" if place == 3 else "",
            meeting=(today + timedelta(days=3), time(10, 30), "架空福祉センター1階") if place in (2, 4) else None,
            by=collector,
            on=day,
        )  # fmt: skip
        if place < 3:
            _work(referral, place, worker, day, today)
    for someone in people[5:6]:
        referrals.offer(person_id=someone.pk, way="leaflet", by=collector, on=today)
    for someone in people[6:7]:
        referrals.decline(person_id=someone.pk, by=collector, on=today)
    for someone in people[7:]:
        with suppress(questions.QuestionRefused):  # who owes nothing that may go to lawyers is not asked about
            questions.ask(person_id=someone.pk, by=supervisor, on=today - timedelta(days=5))
            break
    return Referral.objects.count()


def _consent(someone: Person, collector: User, supervisor: User, day: Any) -> Consent:
    return consents.take_oral(
        person_id=someone.pk,
        troubles=["money", "work"],
        items=["contact", "troubles"],
        recipients=["support"],
        valid_until=sheet.until(on=day, months=6),
        checked="birth",
        said="伝える内容・相手・期限・取消しを読み上げた。「お願いします」（架空）",
        witness=supervisor,
        by=collector,
        on=day,
    )


def _work(referral: Referral, place: int, worker: User, day: Any, today: Any) -> None:
    case = cases.receive(referral_id=referral.pk, by=worker, on=day)
    facts = {"case_id": case.pk, "by": worker, "on": today}
    tried = day + timedelta(days=1)
    cases.attempt(day=tried, part="morning", channel="phone", reached=False, **facts)
    cases.attempt(day=tried, part="evening", channel="visit", reached=True, **facts)
    cases.note(day=tried, text="家計の表をいっしょに作ることにした。（架空）", **facts)
    if place < 2:
        code, until = (("budget", today + timedelta(days=60)), ("public_assistance", today + timedelta(days=90)))[place]
        cases.answer(code=code, day=today, hold_until=until, **facts)
