"""Link then unlink is the identity, over random histories: every row of every table with a key to a person is compared."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.models import ClaimParty, Hold, Slip
from debtors import services_work
from debtors.models import IdentityLink, Joining, Person, ProtectionFlag, SourceIdentity
from debtors.services import refresh_people
from debtors.services.joining import JoinRefused, join_people
from debtors.services.parting import part_people
from tests.factories.claims import claim
from tests.factories.debtors import identity, person, user
from tests.factories.plans import drafted
from toyota_collect.permissions import Role
from toyota_collect.registry import registry

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
KINDS = [("zei", "resident_tax"), ("jutaku", "housing_rent"), ("suido", "water_charge"), ("hoiku", "nursery_fee")]
# Links are rows of a log: what counts is the one in force, by what rule and on what evidence.
LOGS = {"debtors.joining.kept", "debtors.joining.emptied", "debtors.identitylink.person"}

acts = st.tuples(
    st.sampled_from(["claim", "hold", "wide_hold", "plan", "contact", "step", "slip", "protect", "party", "variant"]),
    st.integers(0, 2),
    st.integers(0, 3),
)
histories = st.lists(acts, min_size=1, max_size=14)
joins = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=2)


@pytest.mark.parametrize("size", [pytest.param(25, id="25"), pytest.param(500, id="500", marks=pytest.mark.long)])
def test_parting_restores_exactly_what_was(size: int) -> None:
    staff = user(Role.COLLECTOR)

    @settings(max_examples=size, suppress_health_check=list(HealthCheck))
    @given(history=histories, wanted=joins)
    def check(history: list[tuple[str, int, int]], wanted: list[tuple[int, int]]) -> None:
        with transaction.atomic():
            people = [person(name=f"架空 {place}") for place in "甲乙丙"]
            for act in history:
                _do(*act, people=people, by=staff)
            for one in people:
                if not one.identities.exists():
                    identity(one, "zei")
            for link in IdentityLink.objects.all():
                evidence = {"agree": ["氏名"], "with": f"zei:{link.pk}"}
                rule = ["strict_address", "alone"][link.pk % 2]
                IdentityLink.objects.filter(pk=link.pk).update(rule=rule, evidence=evidence)
            refresh_people()
            before = _snapshot()
            made = [joined for pair in wanted if (joined := _join(people, *pair, by=staff))]
            for joining in reversed(made):
                assert part_people(joining_id=joining.pk, on=DAY, by=staff) == []
            assert _snapshot() == before
            transaction.set_rollback(True)

    check()


def _join(people: list[Person], keep: int, other: int, *, by: Any) -> Joining | None:
    try:
        with transaction.atomic():
            joining = join_people(keep_id=people[keep].pk, other_id=people[other].pk, on=DAY, by=by)
    except JoinRefused:
        return None
    assert not people[other].identities.exists()
    return joining


def _do(what: str, whose: int, which: int, *, people: list[Person], by: Any) -> None:
    of = people[whose]
    source, kind = KINDS[which]
    if what == "claim":
        claim(of, kind=kind, source=source)
        return
    owed = claim(of, kind=kind, source=source) if what in ("hold", "plan", "slip", "party") else None
    match what:
        case "hold":
            _hold(of, by, claim=owed)
        case "wide_hold":
            _hold(of, by, reason=["dispute", "welfare", "lawyers", "bankruptcy"][which])
        case "plan":
            drafted(owed, by=by)
        case "contact":
            of.contacts.create(on=DAY, channel="phone", outcome="talked", text=f"{which}", by=by)
        case "step":
            if not of.work_items.filter(subject_key=f"s{which % 2}").exists():
                facts = {"reason": "電話", "next_step": "電話する", "due_on": DAY, "by": by}
                services_work.open_work_item(person_id=of.pk, subject_key=f"s{which % 2}", **facts)
        case "slip":
            Slip.objects.create(
                person=of, origin="desk", number=f"{Slip.objects.count():021d}", reference="見本", title="見本",
                issued_on=DAY, as_of=DAY, due_on=DAY + timedelta(days=14), amount_yen=1_000, by=by,
            )  # fmt: skip
        case "protect":
            known = of.identities.first() or identity(of, source)
            starts_on = DAY - timedelta(days=which)
            ProtectionFlag.objects.get_or_create(
                identity=known, starts_on=starts_on, defaults={"person": of, "ground": "register", "origin": "住民記録"}
            )
        case "party":
            other = people[(whose + 1) % 3]
            ClaimParty.objects.create(claim=owed, person=other, role="joint", starts_on=DAY, ground="contract")
        case "variant":
            Person.objects.filter(pk=of.pk).update(letter_variant=["normal", "large", "plain", "large"][which])


def _hold(of: Person, by: Any, *, reason: str = "returned_mail", **facts: Any) -> None:
    same = Hold.objects.filter(person=of, reason=reason, claim=facts.get("claim"), ends_on=None)
    if not same.exists():
        terms = {"channels": ["call"], "starts_on": DAY, "review_on": DAY + timedelta(days=90)}
        Hold.objects.create(person=of, reason=reason, placed_by=by, **terms, **facts)


def _snapshot() -> dict[str, Any]:
    """Every row that a joining may touch, by table; times of writing are left out."""
    found: dict[str, Any] = {"people": list(Person.objects.order_by("pk").values())}
    found["identities"] = list(SourceIdentity.objects.order_by("pk").values())
    for key in sorted(set(registry.person_tables) - LOGS):
        app, model, _ = key.split(".")
        found[key] = list(apps.get_model(app, model).objects.order_by("pk").values())
    links = IdentityLink.objects.filter(unlinked_at=None).order_by("identity")
    found["links"] = list(links.values_list("identity", "person", "rule", "evidence"))
    return found
