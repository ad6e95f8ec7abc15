"""What notices offer to saved extractions: letters of consolidated demands, 督促状, letters to one person."""

from datetime import date
from typing import Any

from django.db.models import F

from claims.models import ClaimKind
from debtors.extraction_lists import choices_from, fixed, person_columns
from debtors.models import Person
from notices.models import Dunning, Letter, Notice, PrintRun
from notices.rules.kinds import KINDS, name_of
from toyota_collect.lists import Column, ExtractionList, Kind, Lists, Mask
from toyota_collect.permissions import Permission


def register(lists: Lists) -> None:
    lists.register(LETTERS, DUNNINGS, NOTICES)


def _kinds() -> list[tuple[str, str]]:
    return [(code, name_of(code)) for code in KINDS]


def _runs() -> list[tuple[str, str]]:
    return [(str(run.pk), run.title) for run in PrintRun.objects.filter(is_sample=False)[:200]]


def _letters(user: Any, _on: date) -> Any:
    return Letter.objects.filter(run__is_sample=False, person__in=Person.objects.visible_to(user))


LETTERS = ExtractionList(
    code="letters",
    title="一斉催告の催告書",
    unit="通",
    about="催告書1通につき1行（見本の実行を除く）。金額は、確定したときの合計です",
    permission=Permission.LETTER_VIEW,
    rows=_letters,
    person="person_id",
    order=("-run", "serial"),
    columns=(
        *person_columns("person"),
        Column("run", "一斉催告", Kind.CHOICE, "run_id", choices=_runs, usual=True),
        Column("run_kind", "種類", Kind.CHOICE, "run__kind", choices=_kinds),
        Column("issued_on", "発付日", Kind.DATE, "run__issued_on", usual=True),
        Column("deadline_on", "期限", Kind.DATE, "run__deadline_on"),
        Column("document_number", "文書番号", Kind.TEXT, "number", usual=True),
        Column("state", "状態", Kind.CHOICE, "state", choices=fixed(Letter.State.choices), usual=True),
        Column("sheets", "枚数", Kind.NUMBER, "sheets"),
        Column("failure", "作れない理由", Kind.TEXT, "failure", mask=Mask.TEXT, withheld=True),
        Column("letter_yen", "催告書の合計", Kind.YEN, "total_yen", usual=True),
    ),
    total="letter_yen",
)
DUNNINGS = ExtractionList(
    code="dunnings",
    title="督促状",
    unit="件",
    about="督促状1件（期別1つ）につき1行。金額は、作ったときの額です",
    permission=Permission.LETTER_VIEW,
    rows=lambda user, _on: Dunning.objects.filter(person__in=Person.objects.visible_to(user)),
    person="person_id",
    order=("-run", "serial", "number"),
    columns=(
        *person_columns("person"),
        Column("document_number", "文書番号", Kind.TEXT, "number", usual=True),
        Column("issued_on", "発付日", Kind.DATE, "run__issued_on", usual=True),
        Column("deadline_on", "指定期限", Kind.DATE, "run__deadline_on"),
        Column("state", "状態", Kind.CHOICE, "state", choices=fixed(Dunning.State.choices), usual=True),
        Column(
            "kind",
            "債権種目",
            Kind.CHOICE,
            "claim__kind__code",
            choices=choices_from(ClaimKind, "code", "name"),
            usual=True,
        ),
        Column("due_on", "納期限", Kind.DATE, "claim__due_on"),
        Column("pulled_because", "引き抜いた理由", Kind.TEXT, "pulled_because"),
        Column("dunned_yen", "督促した額", Kind.YEN, lambda _user, _on: F("principal_yen") + F("fee_yen"), usual=True),
    ),
    total="dunned_yen",
)
NOTICES = ExtractionList(
    code="notices",
    title="個別の通知",
    unit="通",
    about="一人に送る通知1通につき1行。金額は、作ったときの合計です",
    permission=Permission.LETTER_VIEW,
    rows=lambda user, _on: Notice.objects.filter(person__in=Person.objects.visible_to(user)),
    person="person_id",
    order=("-pk",),
    columns=(
        *person_columns("person"),
        Column("notice_kind", "種類", Kind.CHOICE, "kind", choices=_kinds, usual=True),
        Column("document_number", "文書番号", Kind.TEXT, "number", usual=True),
        Column("state", "状態", Kind.CHOICE, "state", choices=fixed(Notice.State.choices), usual=True),
        Column("asked_on", "起案日", Kind.DATE, "asked_on"),
        Column("issued_on", "発付日", Kind.DATE, "issued_on", usual=True),
        Column("posted_on", "発送日", Kind.DATE, "posted_on", usual=True),
        Column("deadline_on", "期限", Kind.DATE, "deadline_on"),
        Column("by", "起案した職員", Kind.TEXT, "made_by__display_name"),
        Column("notice_yen", "通知の合計", Kind.YEN, "total_yen", usual=True),
    ),
    total="notice_yen",
)
