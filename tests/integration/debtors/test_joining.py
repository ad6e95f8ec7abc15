"""Two people found to be one: what moves, what stays and is shown through, and that parting restores it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from claims.models import Entry, Hold, Overpayment, Plan, RefundAccount
from claims.services import slips
from debtors import services_work
from debtors.joined import current_people, together
from debtors.models import Contact, IdentityLink, Joining, NeverLink, Person, ProtectionFlag, SourceIdentity, WorkItem
from debtors.search import find_people
from debtors.services import refresh_people
from debtors.services.identity_records import pairs_apart
from debtors.services.joining import JoinRefused, join_people, join_unheld, joins_tax_with_others
from debtors.services.parting import PartRefused, part_people, unlink_identity
from tests.factories import claims as claim_factory
from tests.factories.claims import claim
from tests.factories.debtors import identity, person, protect, user
from tests.factories.plans import drafted, terms
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Ground, Role
from toyota_collect.registry import registry

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def staff() -> Any:
    return user(Role.COLLECTOR)


@pytest.fixture
def two(staff: Any) -> tuple[Person, Person]:
    """The older and the younger number of one human; each owes rent and water."""
    one, other = person(), person()
    claim(one, kind="housing_rent", source="jutaku")
    claim(other, kind="water_charge", source="suido")
    return one, other


def join(one: Person, other: Person, by: Any) -> Joining:
    return join_people(keep_id=one.pk, other_id=other.pk, on=DAY, by=by, reason="電話で本人に確かめた")


def hold(of: Person, by: Any, **facts: Any) -> Hold:
    given = {"reason": "dispute", "channels": ["call"], "starts_on": DAY, "review_on": DAY + timedelta(days=90)}
    return Hold.objects.create(person=of, placed_by=by, **(given | facts))


def contact(of: Person, by: Any) -> Contact:
    return of.contacts.create(on=DAY, channel="phone", outcome="talked", text="家計を聞いた", by=by)


def step(of: Person, by: Any, key: str = "case") -> WorkItem:
    return services_work.open_work_item(
        person_id=of.pk, reason="電話", next_step="電話する", due_on=DAY, by=by, subject_key=key
    )


def test_every_key_to_a_person_has_its_rule():
    """A model with a key to a person and no rule in ``registry.person_tables`` would be forgotten by a joining."""
    keys = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        if "pgh_id" not in {one.name for one in model._meta.fields}  # histories follow their rows
        for field in model._meta.fields
        if field.is_relation and field.related_model is Person
    }
    assert keys == set(registry.person_tables)
    assert len(keys) > 15


def test_all_identities_are_linked_and_the_emptied_person_stays(two, staff):
    one, other = two
    (known,) = other.identities.all()
    joining = join(one, other, staff)
    assert set(one.identities.values_list("source__code", flat=True)) == {"jutaku", "suido"}
    link = IdentityLink.objects.get(identity=known, unlinked_at=None)
    assert (link.person, link.rule, link.evidence["from"], link.linked_by) == (one, "person", other.number, staff)
    assert IdentityLink.objects.filter(identity=known, person=other, unlinked_by=staff).exists()
    assert Person.objects.filter(pk=other.pk).exists()
    assert current_people([one.pk, other.pk]) == {one.pk: one.pk, other.pk: one.pk}
    assert together(one.pk) == [one.pk, other.pk]
    assert AuditEvent.objects.filter(event="people.joined", subject_key=str(joining.pk), by=staff).exists()


def test_open_work_holds_and_plans_move_and_what_was_said_stays(two, staff):
    one, other = two
    said, placed, task = contact(other, staff), hold(other, staff), step(other, staff)
    plan = drafted(other.identities.get().claims.get(), by=staff, terms=terms(count=2))
    join(one, other, staff)
    for row in (placed, task, plan):
        row.refresh_from_db()
        assert row.person == one
    said.refresh_from_db()
    assert said.person == other


def test_what_stays_is_shown_through(two, staff, client: Client):
    one, other = two
    contact(other, staff)
    join(one, other, staff)
    client.force_login(staff)
    assert "家計を聞いた" in client.get(reverse("debtors:panel-course", args=[one.number])).content.decode()
    answer = client.get(reverse("debtors:person", args=[other.number]))
    assert (answer.status_code, answer.url) == (302, reverse("debtors:person", args=[one.number]))


def test_the_search_finds_the_one_person_under_both_numbers(two, staff):
    one, other = two
    join(one, other, staff)
    for text in (one.number, other.number):
        assert [row["shown"].number for row in find_people(text, user=staff, on=DAY).rows] == [one.number]
    by_name = find_people(other.name, user=staff, on=DAY).rows
    assert other.number not in [row["shown"].number for row in by_name]


def test_protection_follows_the_identities_and_back(two, staff):
    one, other = two
    flag = protect(other)
    joining = join(one, other, staff)
    assert ProtectionFlag.objects.get(pk=flag.pk).person == one
    part_people(joining_id=joining.pk, on=DAY, by=staff)
    assert ProtectionFlag.objects.get(pk=flag.pk).person == other


def test_the_second_case_step_keeps_its_name_and_gets_it_back(two, staff):
    one, other = two
    step(one, staff)
    task = step(other, staff)
    joining = join(one, other, staff)
    task.refresh_from_db()
    assert (task.person, task.subject_key) == (one, f"case@{other.pk}")
    part_people(joining_id=joining.pk, on=DAY, by=staff)
    task.refresh_from_db()
    assert (task.person, task.subject_key) == (other, "case")


def test_a_plan_whose_number_is_taken_gets_the_next_and_its_own_back(two, staff):
    one, other = two
    drafted(one.identities.get().claims.get(), by=staff)
    plan = drafted(other.identities.get().claims.get(), by=staff)
    joining = join(one, other, staff)
    plan.refresh_from_db()
    assert (plan.person, plan.history_number) == (one, 2)
    part_people(joining_id=joining.pk, on=DAY, by=staff)
    plan.refresh_from_db()
    assert (plan.person, plan.history_number) == (other, 1)


def test_two_open_holds_of_one_scope_and_reason_refuse_the_joining_and_change_nothing(two, staff):
    one, other = two
    hold(one, staff)
    hold(other, staff)
    with pytest.raises(JoinRefused, match="一方を終わらせて"):
        join(one, other, staff)
    assert other.identities.count() == 1
    assert not Joining.objects.exists()


def test_two_accounts_for_refunds_stay_two(two, staff):
    one, other = two
    facts = {"bank_code": "0001", "bank_kana": "ｶｸｳ", "branch_code": "001", "branch_kana": "ﾎﾝﾃﾝ", "account_type": "1"}
    facts |= {"account_number": "1234567", "holder_kana": "ｶｸｳ ﾀﾛｳ"}
    for of in two:
        RefundAccount.objects.create(person=of, by=staff, **facts)
    join(one, other, staff)
    assert set(RefundAccount.objects.values_list("person", flat=True)) == {one.pk, other.pk}


def test_nobody_joins_what_somebody_has_kept_apart(two, staff):
    _, other = two
    third = identity(other, "kaigo", ground=Ground.COERCIVE)
    _, left = unlink_identity(identity_id=third.pk, reason="同姓同名の別人", on=DAY, by=staff)
    assert left == []
    third.refresh_from_db()
    with pytest.raises(JoinRefused, match="別の人"):
        join_people(keep_id=other.pk, other_id=third.person_id, on=DAY, by=staff)


def test_a_person_is_emptied_once_and_parted_once(two, staff):
    one, other = two
    joining = join(one, other, staff)
    with pytest.raises(JoinRefused, match="すでに別の人"):
        join(one, other, staff)
    with pytest.raises(JoinRefused, match="すでに同じ人"):
        join(one, one, staff)
    part_people(joining_id=joining.pk, on=DAY, by=staff)
    with pytest.raises(PartRefused, match="すでに解いて"):
        part_people(joining_id=joining.pk, on=DAY, by=staff)


def test_a_chain_is_parted_from_its_end(two, staff):
    one, other = two
    last = person()
    claim(last, kind="nursery_fee", source="hoiku")
    first = join(other, last, staff)
    second = join(one, other, staff)
    assert current_people([last.pk]) == {last.pk: one.pk}
    assert set(together(one.pk)) == {one.pk, other.pk, last.pk}
    with pytest.raises(PartRefused, match="先にその名寄せ"):
        part_people(joining_id=first.pk, on=DAY, by=staff)
    assert part_people(joining_id=second.pk, on=DAY, by=staff) == []
    assert part_people(joining_id=first.pk, on=DAY, by=staff) == []
    assert [one_of.identities.count() for one_of in (one, other, last)] == [1, 1, 1]


def test_entries_of_the_register_that_nobody_holds_join_and_leave(two, staff):
    one, _ = two
    entry = identity(person(), "juki", ground=Ground.REGISTER)
    IdentityLink.objects.filter(identity=entry).delete()
    SourceIdentity.objects.filter(pk=entry.pk).update(person=None)
    flag = ProtectionFlag.objects.create(identity=entry, starts_on=DAY, ground=Ground.REGISTER, origin="住民記録")
    joining = join_unheld(person_id=one.pk, identity_ids=[entry.pk], on=DAY, by=staff)
    flag.refresh_from_db()
    assert flag.person == one
    with pytest.raises(JoinRefused):
        join_unheld(person_id=one.pk, identity_ids=[entry.pk], on=DAY, by=staff)
    part_people(joining_id=joining.pk, on=DAY, by=staff)
    entry.refresh_from_db()
    flag.refresh_from_db()
    assert (entry.person, flag.person) == (None, None)


# --- what came while they were one ------------------------------------------------------------------


def test_what_is_about_one_alone_goes_with_its_claims(two, staff):
    one, other = two
    joining = join(one, other, staff)
    owed = other_claim(one, "suido")
    plan = drafted(owed, by=staff)
    silent = hold(one, staff, claim=owed)
    days = {"as_of": DAY, "due_on": DAY + timedelta(days=14), "issued_on": DAY}
    slip = slips.issue_slip(person_id=one.pk, claim_ids=[owed.pk], by=staff, **days)
    assert part_people(joining_id=joining.pk, on=DAY, by=staff) == []
    for row in (plan, silent, slip):
        row.refresh_from_db()
        assert row.person == other


def test_what_is_about_both_is_decided_by_hand(two, staff):
    one, other = two
    joining = join(one, other, staff)
    both = [other_claim(one, "jutaku"), other_claim(one, "suido")]
    plan = drafted(*both, by=staff)
    hold(one, staff)
    contact(one, staff)
    receipt = claim_factory.receive(both[0], 3_000, on=DAY)
    for owed in both:
        claim_factory.book(owed, "receipt", "principal", -1_500, on=DAY, receipt=receipt)
    left = part_people(joining_id=joining.pk, on=DAY, by=staff, reason="別の人から電話があった")
    keys = {task.key.split(":")[0] for task in left}
    assert keys == {"claims.plan.person", "claims.hold.person", "debtors.contact.person", "receipt"}
    tasks = WorkItem.objects.filter(subject_key__startswith=f"parted:{joining.pk}:", closed_at=None)
    assert (tasks.count(), {task.person for task in tasks}) == (4, {one})
    assert {task.due_on for task in tasks} == {date(2026, 11, 27)}
    plan.refresh_from_db()
    assert plan.person == one
    joining.refresh_from_db()
    assert len(joining.by_hand) == 4


def test_a_registration_that_came_later_is_asked_about(two, staff):
    one, other = two
    joining = join(one, other, staff)
    identity(one, "kaigo", ground=Ground.COERCIVE)
    (left,) = part_people(joining_id=joining.pk, on=DAY, by=staff)
    assert left.key.startswith("identity:")


def other_claim(of: Person, source: str):
    return of.identities.get(source__code=source).claims.get()


# --- one identity ----------------------------------------------------------------------------------


def test_one_identity_taken_off_is_a_person_of_its_own_with_its_holds(two, staff):
    one, _ = two
    wrong = claim(one, kind="water_charge", source="suido")
    silent = hold(one, staff, claim=wrong)
    question, left = unlink_identity(identity_id=wrong.identity_id, reason="水栓の名義は息子", on=DAY, by=staff)
    wrong.refresh_from_db()
    new = wrong.identity.person
    assert (new.number, new.name) == (f"P{new.pk:08d}", wrong.identity.name)
    silent.refresh_from_db()
    assert (silent.person, left) == (new, [])
    kept = one.identities.get()
    assert pairs_apart() == {tuple(sorted((kept.pk, wrong.identity_id)))}
    assert (question.state, question.reason) == ("different", "水栓の名義は息子")
    assert NeverLink.objects.get().question == question


def test_an_entry_of_the_register_taken_off_belongs_to_nobody(two, staff):
    one, _ = two
    entry = identity(one, "juki", ground=Ground.REGISTER)
    unlink_identity(identity_id=entry.pk, reason="同姓同名", on=DAY, by=staff)
    entry.refresh_from_db()
    assert entry.person is None
    assert len(pairs_apart()) == 1


@pytest.mark.parametrize(("reason", "text"), [("", "理由"), ("別人", "これだけ")])
def test_an_identity_is_not_taken_off_without_reason_nor_from_a_person_of_one(two, staff, reason, text):
    with pytest.raises(PartRefused, match=text):
        unlink_identity(identity_id=two[0].identities.get().pk, reason=reason, on=DAY, by=staff)


def test_what_a_person_joined_is_parted_by_undoing_the_answer(two, staff):
    one, other = two
    known = other.identities.get()
    join(one, other, staff)
    with pytest.raises(PartRefused, match="判定の記録"):
        unlink_identity(identity_id=known.pk, reason="別人", on=DAY, by=staff)


@pytest.mark.parametrize(
    ("mine", "theirs", "secret"),
    [
        pytest.param("tax", "contract", True, id="tax beside others, 地方税法22条"),
        pytest.param("tax", "tax", False, id="tax on both sides"),
        pytest.param("contract", "coercive", False, id="no tax at all"),
        pytest.param("tax", "register", False, id="an entry of the register has no claims"),
    ],
)
def test_two_people_decide_where_tax_secrets_would_meet_others(mine, theirs, secret):
    one, other = identity(person(), "zei", ground=mine), identity(person(), "suido", ground=theirs)
    assert joins_tax_with_others([one.pk], [other.pk]) is secret
    assert joins_tax_with_others([other.pk], [one.pk]) is secret


def test_large_letters_are_adopted_and_given_back(two, staff):
    one, other = two
    Person.objects.filter(pk=other.pk).update(letter_variant="large")
    joining = join(one, other, staff)
    one.refresh_from_db()
    assert one.letter_variant == "large"
    part_people(joining_id=joining.pk, on=DAY, by=staff)
    one.refresh_from_db()
    assert one.letter_variant == "normal"


def test_an_audit_row_that_cannot_be_written_leaves_nothing(two, staff, monkeypatch):
    one, other = two

    def fail(**facts: Any) -> None:
        raise RuntimeError("no audit row")

    monkeypatch.setattr("debtors.services.joining.audit.record", fail)
    with pytest.raises(RuntimeError):
        join(one, other, staff)
    assert not Joining.objects.exists()
    assert other.identities.count() == 1


def test_money_that_is_owed_back_follows(two, staff):
    one, other = two
    over = Overpayment.objects.create(
        person=other, cause="excess", arose_on=DAY, claimable_until=date(2031, 11, 20), explanation="見本",
        ground="contract", by=staff,
    )  # fmt: skip
    joining = join(one, other, staff)
    over.refresh_from_db()
    assert over.person == one
    part_people(joining_id=joining.pk, on=DAY, by=staff)
    over.refresh_from_db()
    assert over.person == other
    assert Entry.objects.filter(overpayment=over).count() == 0
    assert refresh_people(among=[one.pk]) == 0
    assert not Plan.objects.exists()
