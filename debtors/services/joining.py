"""Two people are found to be one: the identities of the one are linked to the other, and what hangs on them goes along."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from debtors.models import IdentityLink, Joining, MatchQuestion, NeverLink, Person, ProtectionFlag, SourceIdentity
from debtors.services.identity_records import lock_links
from debtors.services.people import refresh_people
from debtors.services.rows import take_along
from toyota_collect import audit
from toyota_collect.permissions import Ground

PERSON = "person"  # IdentityLink.rule: somebody decided
ALONE = "alone"
NORMAL = "normal"


class JoinRefused(Exception):
    """The two cannot be made one as they are; the message says why and what to do first, in Japanese."""


@transaction.atomic
def join_people(
    *,
    keep_id: int,
    other_id: int,
    on: date,
    by: Any,
    reason: str = "",
    evidence: Mapping[str, Any] | None = None,
    question: MatchQuestion | None = None,
    second: Any = None,
) -> Joining:
    """Link all identities of the other person to the one who stays.

    Open work, holds, plans and what else the apps have said moves along; letters, contacts and ended plans stay with
    the person they were written for and are shown through. The emptied person is never deleted. ``second`` agreed.

    Raises:
        Person.DoesNotExist: no such person.
        JoinRefused: they are one already, one of them was found to be somebody else, somebody said that they are two,
            or rows of both stand in each other's way.
    """
    lock_links()
    people = {
        one.pk: one for one in Person.objects.select_for_update().filter(pk__in=[keep_id, other_id]).order_by("pk")
    }
    if len(people) < len({keep_id, other_id}):
        raise Person.DoesNotExist(f"{keep_id}, {other_id}")
    if keep_id == other_id:
        raise JoinRefused("この2つは、すでに同じ人です。")
    if Joining.objects.filter(emptied__in=people, parted_at=None).exists():
        raise JoinRefused(
            "どちらかの人は、すでに別の人にまとめてあります。まとめた先の人で、もう一度確かめてください。"
        )
    keep, other = people[keep_id], people[other_id]
    identities = list(other.identities.order_by("pk"))
    refuse_never(identities, keep.identities.all())
    before = _links_of(identities)
    facts = {"question": question.pk if question else None, "from": other.number} | dict(evidence or {})
    move_identities([one.pk for one in identities], to_id=keep.pk, rule=PERSON, evidence=facts, by=by)
    try:
        with transaction.atomic():
            moved, had = take_along(from_id=other.pk, to_id=keep.pk)
    except IntegrityError as error:
        raise JoinRefused(
            "2人の登録に、同時には成り立たないものがあります。一方を終わらせてから、もう一度答えてください。"
        ) from error
    joining = Joining.objects.create(
        kept=keep,
        emptied=other,
        question=question,
        identities=before,
        moved=moved,
        had=had,
        letter_variant=_adopt_variant(keep, other),
        joined_on=on,
        by=by,
        second=second,
        reason=reason[:300],
    )
    refresh_people(among=[keep.pk])
    detail = {"kept": keep.number, "emptied": other.number, "identities": len(identities), "reason": reason[:300]}
    audit.record(event="people.joined", by=by, target=joining, detail=detail | _second(second))
    return joining


@transaction.atomic
def join_unheld(
    *,
    person_id: int,
    identity_ids: Collection[int],
    on: date,
    by: Any,
    reason: str = "",
    evidence: Mapping[str, Any] | None = None,
    question: MatchQuestion | None = None,
    second: Any = None,
) -> Joining:
    """Link identities that nobody holds (住民記録の人) to a person.

    Raises:
        Person.DoesNotExist: no such person.
        JoinRefused: one of the identities is held by now, or somebody said that they are not this person.
    """
    lock_links()
    keep = Person.objects.select_for_update().get(pk=person_id)
    identities = list(SourceIdentity.objects.filter(pk__in=identity_ids, person=None).order_by("pk"))
    if len(identities) < len(set(identity_ids)) or not identities:
        raise JoinRefused("この登録は、ほかの人に結ばれました。もう一度、判定の画面を開いてください。")
    refuse_never(identities, keep.identities.all())
    facts = {"question": question.pk if question else None} | dict(evidence or {})
    move_identities([one.pk for one in identities], to_id=keep.pk, rule=PERSON, evidence=facts, by=by)
    joining = Joining.objects.create(
        kept=keep,
        question=question,
        identities=[{"id": one.pk, "rule": "", "evidence": {}} for one in identities],
        joined_on=on,
        by=by,
        second=second,
        reason=reason[:300],
    )
    refresh_people(among=[keep.pk])
    detail = {"kept": keep.number, "identities": len(identities), "reason": reason[:300]}
    audit.record(event="people.joined", by=by, target=joining, detail=detail | _second(second))
    return joining


def move_identities(
    identity_ids: Sequence[int], *, to_id: int | None, rule: str, evidence: Mapping[str, Any], by: Any
) -> None:
    """Link the identities to a person, or to nobody: the former links end, protections follow."""
    now = timezone.now()
    IdentityLink.objects.filter(identity__in=identity_ids, unlinked_at=None).update(unlinked_at=now, unlinked_by=by)
    SourceIdentity.objects.filter(pk__in=identity_ids).update(person=to_id)
    ProtectionFlag.objects.filter(identity__in=identity_ids).update(person=to_id)
    if to_id is not None:
        IdentityLink.objects.bulk_create(
            IdentityLink(identity_id=pk, person_id=to_id, rule=rule, evidence=dict(evidence), linked_by=by)
            for pk in identity_ids
        )


def refuse_never(one: Collection[SourceIdentity], other: Collection[SourceIdentity]) -> None:
    """Raise ``JoinRefused`` where somebody has said that an identity of the one is not one of the other."""
    if kept_apart([row.pk for row in one], [row.pk for row in other]):
        raise JoinRefused(
            "「別の人」と答えた組が含まれています。別人の一覧でその答えを取り下げてから、答えてください。"
        )


def kept_apart(one: Collection[int], other: Collection[int]) -> bool:
    """Whether a pair "never link" in force has an identity on each side."""
    across = Q(left__in=one, right__in=other) | Q(left__in=other, right__in=one)
    return NeverLink.objects.filter(across, withdrawn_at=None).exists()


def joins_tax_with_others(one: Collection[int], other: Collection[int]) -> bool:
    """Whether linking the identities would show tax secrets (地税法22条) beside others' claims for the first time."""
    mine, theirs = _grounds(one), _grounds(other)
    return (Ground.TAX in mine) != (Ground.TAX in theirs) and bool(mine) and bool(theirs)


def _grounds(identity_ids: Collection[int]) -> set[str]:
    """Where the claims of the identities were learned; an entry of the register alone has nothing to keep secret."""
    rows = SourceIdentity.objects.filter(pk__in=identity_ids).order_by()
    # "claims" is the reverse name that the app above gives to its debtor; nothing is imported from there.
    found = {ground for pair in rows.values_list("ground", "claims__ground").distinct() for ground in pair}
    return found - {Ground.REGISTER.value, None}


def _links_of(identities: Sequence[SourceIdentity]) -> list[dict[str, Any]]:
    links = {one.identity_id: one for one in IdentityLink.objects.filter(identity__in=identities, unlinked_at=None)}
    return [
        {"id": one.pk, "rule": links[one.pk].rule, "evidence": links[one.pk].evidence}
        if one.pk in links
        else {"id": one.pk, "rule": ALONE, "evidence": {}}
        for one in identities
    ]


def _adopt_variant(keep: Person, other: Person) -> str:
    """Large or plain letters, where the other has asked for them; returns what the one who stays had."""
    if keep.letter_variant != NORMAL or other.letter_variant == NORMAL:
        return ""
    former, keep.letter_variant = keep.letter_variant, other.letter_variant
    keep.save(update_fields=["letter_variant"])
    return former


def _second(second: Any) -> dict[str, str]:
    return {"second": second.username} if second else {}
