"""What debtors offer to saved extractions: people and the log; and the columns that tell of a person in any list."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, F, Max, Min, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from debtors.models import Contact, Person, SourceIdentity, WorkItem
from debtors.models.desk import Assignment
from debtors.rules.normalise import kana_key, name_key
from toyota_collect.lists import Choices, Column, ExtractionList, Grouped, Kind, Lists, Mask
from toyota_collect.models import User
from toyota_collect.permissions import Permission, Role, visible_grounds

Given = Callable[[Any, date], Any]


def register(lists: Lists) -> None:
    lists.register(PEOPLE, CONTACTS)
    lists.add_columns(PEOPLE.code, *OFFICE_COLUMNS)


def person_columns(person: str, identity: str = "") -> tuple[Column, ...]:
    """Who a row is about. ``person`` is the path to the person ("": the row is one), ``identity`` to the section's record.

    A section reads its own record and no other; who looks at a list without such a path must not be a section.
    """

    def fact(name: str) -> Given:
        return lambda user, _on: _fact(name, person=person, identity=identity, user=user)

    number = f"{person}__number" if person else "number"
    corporate = f"{person}__is_corporate" if person else "is_corporate"
    return (
        Column("number", "整理番号", Kind.TEXT, number, usual=True),
        Column(
            "name",
            "氏名・名称",
            Kind.TEXT,
            fact("name"),
            mask=Mask.NAME,
            compared=fact("name_key"),
            folded=name_key,
            usual=True,
        ),
        Column(
            "kana",
            "フリガナ",
            Kind.TEXT,
            fact("kana"),
            mask=Mask.KANA,
            compared=fact("kana_key"),
            folded=kana_key,
        ),
        Column("corporate", "法人", Kind.FLAG, corporate),
        Column("birth_on", "生年月日", Kind.DATE, fact("birth_on"), mask=Mask.BIRTH),
        Column("died_on", "死亡日", Kind.DATE, fact("died_on"), mask=Mask.BIRTH),
        Column("atena", "宛名番号", Kind.TEXT, fact("atena_number"), mask=Mask.NUMBER),
        Column("postal_code", "郵便番号", Kind.TEXT, fact("postal_code"), mask=Mask.POSTAL_CODE, withheld=True),
        Column("address", "住所", Kind.TEXT, fact("address"), mask=Mask.ADDRESS, withheld=True),
        Column("phone", "電話", Kind.TEXT, fact("phone"), mask=Mask.PHONE, withheld=True),
    )


def choices_from(model: Any, code: str, label: str) -> Choices:
    """Codes and words of a reference table, in its own order."""
    return lambda: [(str(one), words) for one, words in model.objects.values_list(code, label)]


def fixed(choices: Sequence[tuple[str, str]]) -> Choices:
    return lambda: [(code, str(label)) for code, label in choices]


def _fact(name: str, *, person: str, identity: str, user: Any) -> Any:
    if user.role == Role.SECTION_VIEWER:
        if identity:
            return F(f"{identity}__{name}")
        if person:
            raise PermissionError(f"a list without the section's own record is open to a section: {person}")
        own = SourceIdentity.objects.filter(
            person=OuterRef("pk"), claims__section=user.section_id, claims__taken_back_at=None
        )
        return Subquery(own.order_by("source__rank", "pk").values(name)[:1])
    if not identity:
        return F(f"{person}__{name}" if person else name)
    return Coalesce(F(f"{person}__{name}"), F(f"{identity}__{name}"))


def _last_contact(user: Any, _on: date) -> Any:
    """The day somebody last spoke with them, or tried; letters are none."""
    spoken = _spoken(user).filter(person=OuterRef("pk"))
    return Subquery(spoken.values("person").annotate(day=Max("on")).values("day"))


def _spoken(user: Any) -> Any:
    """Lines in force. A join that keeps what has no partner (``in_force``) would be taken for one row by the server."""
    corrected = Contact.objects.filter(corrects=OuterRef("pk"))
    spoken = Contact.objects.filter(~Exists(corrected), ground__in=visible_grounds(user))
    return spoken.exclude(outcome__in=[Contact.Outcome.SENT, Contact.Outcome.RETURNED]).order_by()


def _next_due(_user: Any, _on: date) -> Any:
    steps = _open_steps().filter(person=OuterRef("pk"))
    return Subquery(steps.values("person").annotate(day=Min("due_on")).values("day"))


def _open_steps() -> Any:
    return WorkItem.objects.filter(closed_at=None).order_by()


def _officer(_user: Any, _on: date) -> Any:
    return Subquery(Assignment.objects.filter(person=OuterRef("pk")).values("officer__username")[:1])


def _officers() -> Sequence[tuple[str, str]]:
    officers = User.objects.filter(pk__in=Assignment.objects.order_by().values("officer")).order_by("username")
    return [(one.username, str(one)) for one in officers]


PEOPLE = ExtractionList(
    code="people",
    title="人",
    unit="人",
    about="名寄せ後の一人につき1行。滞納額は納期限を過ぎ、時効になっていない期別の残額（延滞金等は確定分）の合計です",
    permission=Permission.PERSON_VIEW,
    rows=lambda user, _on: Person.objects.visible_to(user).current(),
    person="pk",
    order=("kana_key", "name", "pk"),
    columns=person_columns(""),
    total="owed_yen",  # the column of the claims' app
)
OFFICE_COLUMNS = (
    Column("officer", "担当", Kind.CHOICE, _officer, choices=_officers, permission=Permission.CONTACT_VIEW),
    Column(
        "last_contact",
        "最後の接触",
        Kind.DATE,
        _last_contact,
        permission=Permission.CONTACT_VIEW,
        grouped=Grouped("contacts", lambda user, _on: _spoken(user).values(key=F("person")), Max("on")),
    ),
    Column(
        "next_due",
        "次の一手の期限",
        Kind.DATE,
        _next_due,
        permission=Permission.CONTACT_VIEW,
        grouped=Grouped("steps", lambda _user, _on: _open_steps().values(key=F("person")), Min("due_on")),
    ),
)
CONTACTS = ExtractionList(
    code="contacts",
    title="経過",
    unit="件",
    about="交渉記録の1行につき1行。訂正された行は入りません。内容には住所などが書かれていることがあるため、マスキングでは伏せます",
    permission=Permission.CONTACT_VIEW,
    rows=lambda user, _on: Contact.objects.in_force().filter(
        ground__in=visible_grounds(user), person__in=Person.objects.visible_to(user)
    ),
    person="person_id",
    order=("-on", "-pk"),
    columns=(
        *person_columns("person"),
        Column("on", "日付", Kind.DATE, "on", usual=True),
        Column("channel", "手段", Kind.CHOICE, "channel", choices=fixed(Contact.Channel.choices), usual=True),
        Column("with_whom", "相手", Kind.CHOICE, "with_whom", choices=fixed(Contact.Whom.choices)),
        Column("outcome", "結果", Kind.CHOICE, "outcome", choices=fixed(Contact.Outcome.choices), usual=True),
        Column("text", "内容", Kind.TEXT, "text", mask=Mask.TEXT, withheld=True),
        Column("promised_on", "約束の日", Kind.DATE, "promised_on", usual=True),
        Column(
            "promised_yen", "約束の額", Kind.YEN, lambda _user, _on: Coalesce(F("promised_yen"), Value(0)), usual=True
        ),
        Column("by", "書いた職員", Kind.TEXT, "by__display_name"),
    ),
    total="promised_yen",
)
