"""Every address of the firm's room, asked by a member of the firm, of another firm, and of a firm whose contract ended.

What is another's is answered as if it did not exist: with the same page as an address that leads nowhere.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim
from lawyers import room_pages, urls_money
from lawyers.models import LegalCase
from lawyers.services import cases, court, proposals, room
from lawyers.urls import urlpatterns
from tests.factories import legal
from tests.factories.claims import claim
from tests.factories.debtors import protect, user
from tests.factories.legal import DAY
from toyota_collect.models import AccessLog
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
MISSING = 999_999_999


class Ask(NamedTuple):
    """An address of the room: which row it is about, how it is asked, and what its own firm gets."""

    about: str
    method: str = "get"
    own: int = 200


ROOM: dict[str, Ask] = {
    "room-case": Ask("case"),
    "room-accept": Ask("case", "post"),
    "room-decline": Ask("case", "post"),
    "room-entry": Ask("case", "post"),
    "room-add-file": Ask("case", "post"),
    "room-ask": Ask("case", "post"),
    "room-propose": Ask("case", "post"),
    "room-file": Ask("file"),
    "room-answer": Ask("question", "post"),
    "room-begin": Ask("proposal", "post"),
    "room-sign": Ask("settle", "post"),
    "room-step": Ask("proceeding", "post"),
    "room-order": Ask("proceeding", "post"),
    "room-withdraw-step": Ask("step", "post"),
    "room-packet": Ask("packet", "post", 302),
}
OWN_LISTS = {"room", "room-key", "room-report"}  # of the user's own firm alone


@pytest.fixture
def case(firm, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return legal.accepted(firm, legal.free("秘密 花子"))[0]


@pytest.fixture
def rows(case, lawyer) -> dict[str, int]:
    from tests.factories.welfare import scan

    file = room.add_file(case=case, title="回答書", name="a.png", content=scan(), by=lawyer, on=DAY)
    question = room.ask(case=case, by_firm=False, text="進みは", token=uuid4(), by=user(Role.COLLECTOR), on=DAY)
    proposal = legal.decided(case, "payment_order", lawyer)
    proceeding = court.open_proceeding(proposal_id=proposal.pk, court="簡裁", court_number="", by=lawyer, on=DAY)
    terms = {"text": "分割", "total_yen": 1_000, "instalments": [{"on": DAY, "yen": 1_000}], "forfeits_after": 2}
    settle = legal.decided(case, "settle", lawyer, council="専決第3号", terms=terms)
    step = court.add_step(proceeding_id=proceeding.pk, kind="filed", day=DAY, by=lawyer, on=DAY)
    return {
        "case": case.pk,
        "file": file.pk,
        "question": question.pk,
        "proposal": proposal.pk,
        "settle": settle.pk,
        "proceeding": proceeding.pk,
        "step": step.pk,
        "packet": case.mandate.packets.get().pk,
    }


def client_of(someone: Any) -> Client:
    client = Client()
    client.force_login(someone)
    return client


def stranger() -> Any:
    other = user(Role.LAWYER)
    legal.firm(other, name="架空 よその事務所")
    return other


def ask(client: Client, name: str, pk: int) -> Any:
    return getattr(client, ROOM[name].method)(reverse(f"lawyers:{name}", args=[pk]))


def test_every_address_of_the_room_has_a_row_here():
    """Those of the room's money have their table in ``test_money_pages``."""
    money = {one.name for one in urls_money.urlpatterns}
    names = {one.name for one in urlpatterns if (one.name or "").startswith("room")} - money
    assert names == set(ROOM) | OWN_LISTS


def test_its_own_firm_gets_each(rows, lawyer):
    client = client_of(lawyer)
    answers = {name: ask(client, name, rows[one.about]).status_code for name, one in ROOM.items()}
    assert answers == {name: one.own for name, one in ROOM.items()}


def _member_who_left(case: LegalCase, lawyer: Any) -> Any:
    case.mandate.firm.members.clear()
    return lawyer


def _ended_contract(case: LegalCase, lawyer: Any) -> Any:
    case.mandate.firm.is_active = False
    case.mandate.firm.save()
    return lawyer


def _taken_back(case: LegalCase, lawyer: Any) -> Any:
    cases.recall(case_id=case.pk, reason="困窮が分かった", by=user(Role.COLLECTOR), on=DAY)
    return lawyer


@pytest.mark.parametrize(
    "who",
    [lambda *_: stranger(), lambda *_: user(Role.LAWYER), _member_who_left, _ended_contract, _taken_back],
    ids=["another firm", "no firm", "left the firm", "contract ended", "case taken back"],
)
def test_to_anybody_else_it_does_not_exist(rows, case, lawyer, who: Callable[..., Any]):
    client = client_of(who(case, lawyer))
    for name, one in ROOM.items():
        answer, nowhere = ask(client, name, rows[one.about]), ask(client, name, MISSING)
        assert (answer.status_code, nowhere.status_code) == (404, 404), name
        assert _plain(answer) == _plain(nowhere), name
    shown = client.get(reverse("lawyers:room")).content.decode()
    assert "秘密" not in shown
    assert case.number not in shown
    assert not AccessLog.objects.filter(by=client.session["_auth_user_id"], person_key=case.person.number).exists()


def _plain(answer: Any) -> str:
    """The page without the tokens of its forms, which no two pages share."""
    return re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode())


def test_the_city_has_no_key_to_the_room_and_the_firm_none_to_the_office(rows, case, lawyer):
    for role in set(Role) - {Role.LAWYER, Role.SYSTEM}:
        client = client_of(user(role, section=case.lines.get().claim.section if role == Role.SECTION_VIEWER else None))
        assert {ask(client, name, rows[one.about]).status_code for name, one in ROOM.items()} == {403}
    client = client_of(lawyer)
    for name in ("office", "candidates", "figures"):
        assert client.get(reverse(f"lawyers:{name}")).status_code == 403
    assert client.get(reverse("lawyers:case", args=[case.pk])).status_code == 403
    assert client.get(reverse("debtors:person", args=[case.person.number])).status_code == 403


def test_the_firm_reads_nothing_of_tax_and_not_that_there_is_any(case, lawyer, rows):
    tax = claim(case.person, kind="resident_tax", source="zei", principal_yen=87_654)
    sewer = claim(case.person, kind="sewer_charge", source="suido", principal_yen=76_543)
    client = client_of(lawyer)
    shown = "".join(
        client.get(reverse(name, args=args)).content.decode()
        for name, args in [("lawyers:room", []), ("lawyers:room-case", [case.pk])]
    )
    assert "住宅" in shown
    for secret in ("市民税", "87,654", "下水道", "76,543", tax.notice_number, sewer.notice_number):
        assert secret not in shown
    assert tax.identity.person_number not in shown


def test_a_claim_of_tax_in_a_case_would_still_not_be_shown(case, lawyer):
    """Whatever a row may name by mistake, the policy of grounds decides."""
    tax = claim(case.person, kind="resident_tax", source="zei", principal_yen=87_654)
    case.lines.create(claim=tax, principal_yen=87_654, other_yen=0)
    context = room_pages.case_context(case, lawyer, on=DAY)
    assert tax.pk not in {row["claim"].pk for row in context["lines"]}
    assert "87,654" not in client_of(lawyer).get(reverse("lawyers:room-case", args=[case.pk])).content.decode()


def test_an_address_that_a_measure_hides_is_hidden_from_the_firm_at_once(case, lawyer):
    url = reverse("lawyers:room-case", args=[case.pk])
    client = client_of(lawyer)
    assert case.person.address in client.get(url).content.decode()
    protect(case.person)
    shown = client.get(url).content.decode()
    assert case.person.address not in shown
    assert "市に照会してください" in shown


def test_the_pages_of_the_city_show_everything_of_a_case(case, rows, lawyer):
    proposals.propose(case_id=case.pk, kind="waive", text="資力がない", token=uuid4(), by=lawyer, on=DAY)
    client = client_of(user(Role.COLLECTOR))
    for url in (
        reverse("lawyers:office"),
        reverse("lawyers:candidates"),
        reverse("lawyers:figures"),
        reverse("lawyers:bundle", args=[case.person.number]),
        reverse("lawyers:mandate", args=[case.mandate_id]),
        reverse("lawyers:case", args=[case.pk]),
    ):
        assert client.get(url).status_code == 200, url
    shown = client.get(reverse("lawyers:case", args=[case.pk])).content.decode()
    for part in ("資力がない", "申立て・訴えの提起", "回答書", "進みは", "取り戻す"):
        assert part in shown
    assert AccessLog.objects.filter(person_key=case.person.number, action="lawyers.case").exists()
    course = client.get(reverse("debtors:panel-course", args=[case.person.number])).content.decode()
    assert "弁護士へ委任した" in course
    assert "事務所が受任した" in course
    clerk = client_of(user(Role.SECTION_VIEWER, section=case.lines.get().claim.section))
    assert "弁護士" not in clerk.get(reverse("debtors:panel-course", args=[case.person.number])).content.decode()
    assert Claim.objects.filter(legal_lines__case=case).exists()
