"""Over random ledgers, grounds, letters and holds: what is made holds no token of what the firm may not know."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.models import ClaimEvent
from debtors.models import Contact
from lawyers.models import Mandate, Packet
from tests.factories.claims import claim, pay
from tests.factories.debtors import identity, person, protect, system_user, user
from tests.factories.lawyers import DAY, NEEDED, evidence, mandate
from tests.integration.lawyers.city import made, words
from toyota_collect.permissions import Ground, Role

pytestmark = pytest.mark.django_db
PRIVATE = [("housing_rent", "jutaku"), ("water_charge", "suido")]
SECRET = [("resident_tax", "zei"), ("property_tax", "zei"), ("sewer_charge", "suido"), ("nursery_fee", "kodomo")]
SAYINGS = [
    "月末に納める。",
    "市民税の件。",
    "差押の予告について。",
    "水道を止められた。",
    "病院に通う。",
    "国保の窓口へ案内。",
]
LINES = st.lists(
    st.tuples(st.integers(0, 1), st.integers(1, 900_000), st.integers(0, 3), st.integers(1, 10)), min_size=1, max_size=3
)
OTHERS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 900_000)), max_size=3)
CONTACTS = st.lists(
    st.tuples(
        st.sampled_from(SAYINGS),
        st.sampled_from(Ground.values),
        st.sampled_from(["talked", "hardship", "promised", "note"]),
        st.sampled_from(["self", "employer", ""]),
    ),
    max_size=4,
)
EVENTS = st.lists(st.tuples(st.sampled_from(ClaimEvent.Kind.values), st.integers(1, 300)), max_size=3)


@contextmanager
def put_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(own=LINES, others=OTHERS, contacts=CONTACTS, events=EVENTS, protected=st.booleans())
def test_nothing_secret_stands_in_it(
    own: list[Any], others: list[Any], contacts: list[Any], events: list[Any], protected: bool, tmp_path_factory: Any
):
    from django.conf import settings as ours

    folder: Path = tmp_path_factory.mktemp("packet")
    with put_back(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(ours, "MEDIA_ROOT", folder)
        someone = person(phone="0565341234", atena_number="55544433322")
        identity(someone, "juki", ground=Ground.REGISTER, phone=someone.phone, atena_number="55544433322")
        secrets = ["55544433322"]
        mine = []
        for place, (kind, yen, paid, month) in enumerate(own):
            code, source = PRIVATE[kind]
            one = claim(
                someone, kind=code, source=source, principal_yen=yen, instalment=month, due_on=date(2026, month, 28),
                notice_number=f"OWN{place:07d}",
            )  # fmt: skip
            if paid and yen > paid:
                pay(one, paid, on=date(2026, 11, 1))
            mine.append(one)
        for place, (kind, yen) in enumerate(others):
            code, source = SECRET[kind]
            number = f"SECRET{place:05d}"
            other = claim(someone, kind=code, source=source, principal_yen=yen, notice_number=number)
            secrets += [number, other.kind.name, other.identity.person_number]
            secrets += [other.kind.short_name] if other.kind.short_name not in "市営住宅使用料水道料金" else []
        for text, ground, outcome, whom in contacts:
            Contact.objects.create(
                person=someone, on=date(2026, 10, 1), channel="phone", outcome=outcome, text=text, with_whom=whom,
                ground=ground, by=system_user(),
            )  # fmt: skip
        for place, (kind, days) in enumerate(events):
            on = date(2026, 11, 19) - timedelta(days=days + place)
            ClaimEvent.objects.get_or_create(
                claim=mine[0], kind=kind, on=on,
                defaults={"ground": mine[0].ground, "origin": "架空", "by": system_user(), "detail": {}},
            )  # fmt: skip
        evidence(*mine, kinds=NEEDED["C"])
        if protected:
            protect(someone)
            secrets += ["小坂本町", "0565341234"]
        bundle = mandate(None, *mine)
        packet = made(bundle)
        assert (packet.state, packet.faults, packet.problem) == (Packet.State.READY, [], "")
        told = words(packet)
        assert [one for one in secrets if one in told] == []
        assert [word for word in ("税", "差押", "国保", "猶予", "執行停止", "病院") if word in told] == []
        assert all(f"OWN{place:07d}" in told for place in range(len(own)))
        yen = sum(one.principal_yen for one in mine)
        assert f"{yen:,}" in told
        shown = pages_of_the_firm(bundle)
        assert [one for one in [*secrets, *SAYINGS] if one in shown] == []
        assert all(f"OWN{place:07d}" in shown for place in range(len(own)))


def pages_of_the_firm(bundle: Mandate) -> str:
    """Everything that a member of the firm can open once the mandate was handed over."""
    lawyer, by = user(Role.LAWYER), system_user()
    bundle.firm.members.add(lawyer)
    Mandate.objects.filter(pk=bundle.pk).update(decided_on=DAY, handed_on=DAY, handed_by=by)
    accepted = {"accepted_on": DAY, "accepted_by": lawyer, "conflict_check": "該当なし"}
    bundle.cases.update(state="accepted", handed_on=DAY, last_entry=1, **accepted)
    client = Client()
    client.force_login(lawyer)
    case = bundle.cases.get()
    addresses = [reverse(f"lawyers:{name}") for name in ("room", "room-money", "room-costs", "room-invoice")]
    addresses += [reverse(f"lawyers:{name}", args=[case.pk]) for name in ("room-case", "room-take")]
    answers = [client.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} == {200}
    return "".join(answer.content.decode() for answer in answers)
