"""Letters stay with the person they were written to. When people are parted, those that named the other's claims are told."""

from django.db.models import Q

from claims.people_joined import through
from notices.models import Dunning, Letter, Notice
from toyota_collect.registry import PersonTable, Registry

WRONG_PERSON = "別の人の債権を載せて送っています。誤った通知として上司に報告し、訂正と回収を決める"


def register(registry: Registry) -> None:
    registry.person_table(
        PersonTable(
            "notices.letter.person",
            "催告書",
            concerns=through(Letter, "claims__claim__identity"),
            matters=Q(run__is_sample=False, state__in=Letter.GOING),
            decide=WRONG_PERSON,
            name=lambda letter: letter.number,
        ),
        PersonTable(
            "notices.dunning.person",
            "督促状",
            concerns=through(Dunning, "claim__identity"),
            matters=Q(state__in=[Dunning.State.MADE, Dunning.State.POSTED]),
            decide=WRONG_PERSON,
            name=lambda dunning: dunning.number,
        ),
        PersonTable(
            "notices.notice.person",
            "個別の通知",
            concerns=through(Notice, "claims__claim__identity"),
            matters=Q(state__in=[Notice.State.ASKED, Notice.State.MADE, Notice.State.POSTED]),
            decide=WRONG_PERSON,
            name=lambda notice: notice.title,
        ),
        PersonTable("notices.exclusion.person", "除外"),
    )
