"""Officers, rules and a fortnight of contacts for the demo city; only in a demo, and only once."""

import json
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from debtors.models import Assignment, Person
from debtors.services.assigning import assign_by_hand, assign_new
from debtors.services.assignment_rules import name_stand_in, save_rule
from debtors.services_work import record_contact
from toyota_collect.business_date import business_date
from toyota_collect.models import User
from toyota_collect.permissions import Role

TEAM = {"collector.kato": "架空 加藤 陽子", "collector.hotta": "架空 堀田 慎", "collector.morita": "架空 森田 彩"}
# position, username, conditions, note
RULES: list[tuple[int, str, dict[str, Any], str]] = [
    (10, "collector.hotta", {"claim_group": "welfare"}, "福祉債権の班"),
    (20, "collector.hotta", {"claim_group": "child"}, "子ども債権の班"),
    (30, "collector.kato", {"claim_group": "health"}, "国保債権の班"),
    (40, "collector", {"claim_group": "tax", "kana_from": "ア", "kana_to": "ソ"}, "市税の班（前半）"),
    (50, "collector.morita", {"claim_group": "tax"}, "市税の班（後半・カナのない人）"),
    (60, "collector", {"least_yen": 200_000}, "住宅・水道などの高額"),
    (90, "collector.morita", {}, "そのほか"),
]
# days since, channel, outcome, text, promised in (days after the contact), next step, due in (days from today)
COURSE: list[tuple[int, str, str, str, int | None, str, int]] = [
    (14, "phone", "promised", "給料日のあとに3万円を納めるとのこと", 10, "入金を確かめる", 1),
    (10, "counter", "promised", "来庁。分けて納めたい。まず1万円を納める約束", 7, "入金を確かめ、分納を試算する", 2),
    (21, "phone", "talked", "減免の申請書を送ってほしいとのこと", None, "減免申請書の確認", -7),
    (9, "phone", "absent", "呼出音のみ。日中は不在", None, "夕方にもう一度電話する", -1),
    (6, "visit", "absent", "不在連絡票を置いた", None, "連絡がなければ電話する", 0),
    (5, "phone", "promised", "月末に全額を納める約束", 15, "入金を確かめる", 11),
    (3, "counter", "talked", "家計表を持って来庁する", None, "来庁を受ける", 0),
    (12, "phone", "refused", "払わないと言われた。理由を聞けていない", None, "文書で理由を尋ねる", 3),
]
EACH = 3  # people of each course


class Command(BaseCommand):
    help = "架空の市に、担当・担当の決まり・経過を入れる（DEMO=1 のときだけ。二度目は何もしない）。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO=1 のときだけ使えます。本番のデータベースに架空のデータは入れません。")
        made = 0 if Assignment.objects.exists() else _fill(on=business_date())
        self.stdout.write(json.dumps({"assigned": made}))


def _fill(*, on: date) -> int:
    supervisor = User.objects.get(username="supervisor")
    for username, name in TEAM.items():
        if not User.objects.filter(username=username).exists():
            User.objects.create_user(username=username, role=Role.COLLECTOR, display_name=name)  # nobody can log in
    team = {user.username: user for user in User.objects.filter(username__in=["collector", *TEAM])}
    for position, username, conditions, note in RULES:
        facts = {"officer": team[username], "position": position, "note": note, "starts_on": date(on.year, 4, 1)}
        save_rule(by=supervisor, **(facts | conditions))
    made = assign_new(on=on, by=supervisor)
    week = {"starts_on": on, "ends_on": on + timedelta(days=4)}
    name_stand_in(officer=team["collector.hotta"], stand_in=team["collector"], reason="休暇", by=supervisor, **week)
    people = list(
        Person.objects.filter(assignment__officer=team["collector"]).order_by("number")[: EACH * len(COURSE) + 1]
    )
    for place, person in enumerate(people[: EACH * len(COURSE)]):
        _contact(person, COURSE[place % len(COURSE)], on=on, by=team["collector"])
    for person in people[EACH * len(COURSE) :]:
        assign_by_hand(
            person_id=person.pk, officer=team["collector.kato"], reason="以前から話している", on=on, by=supervisor
        )
    return made


def _contact(person: Person, course: tuple[Any, ...], *, on: date, by: User) -> None:
    days, channel, outcome, text, promised, step, due = course
    day = on - timedelta(days=days)
    record_contact(
        person_id=person.pk,
        on=day,
        channel=channel,
        outcome=outcome,
        text=text,
        promised_on=day + timedelta(days=promised) if promised else None,
        next_step=step,
        next_due_on=on + timedelta(days=due),
        by=by,
    )
