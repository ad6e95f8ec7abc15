"""People who were made one are parted again; what cannot be told apart becomes a task for somebody, never a guess."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from debtors import services_work
from debtors.models import Joining, MatchQuestion, Person, SourceIdentity
from debtors.services.identity_records import lock_links
from debtors.services.joining import ALONE, move_identities
from debtors.services.people import fresh_person_id, refresh_people
from debtors.services.rows import divide, give_back, known_rows
from toyota_collect import audit
from toyota_collect.dated import value_or
from toyota_collect.permissions import Ground
from toyota_collect.registry import ByHand, Parting

DECIDE_WITHIN = "matching.decide_within_days"


class PartRefused(Exception):
    """The link cannot be undone as it is; the message says why and what to do first, in Japanese."""


@transaction.atomic
def part_people(*, joining_id: int, on: date, by: Any, reason: str = "") -> list[ByHand]:
    """Undo a joining: links, shown facts, holds, plans and all that moved stand as before.

    What was written since goes to whom its claims belong. The rest stays with the person who was kept, and a work item
    says what is to be decided; these are returned.

    Raises:
        Joining.DoesNotExist: no such joining.
        PartRefused: it is undone already, or one of the people was joined with somebody else since.
    """
    lock_links()
    joining = Joining.objects.select_for_update(of=("self",)).select_related("kept", "emptied").get(pk=joining_id)
    _check(joining)
    going = [link for link in joining.identities if _still_there(link["id"], joining.kept_id)]
    goes_to = joining.emptied_id
    for link in going:
        move_identities([link["id"]], to_id=goes_to, rule=link["rule"], evidence=link["evidence"], by=by)
    give_back(joining.moved, from_id=joining.kept_id, to_id=goes_to or joining.kept_id)
    if joining.letter_variant:
        Person.objects.filter(pk=joining.kept_id).update(letter_variant=joining.letter_variant)
    left: list[ByHand] = []
    if goes_to:
        ids = frozenset(link["id"] for link in going)
        parting = Parting(joining.kept_id, goes_to, ids, since=joining.joined_at)
        known = _known(joining)
        left = divide(parting, known=known) + _came_later(joining, known["debtors.sourceidentity.person"])
    refresh_people(among=[key for key in (joining.kept_id, goes_to) if key])
    joining.parted_on, joining.parted_at, joining.parted_by = on, timezone.now(), by
    joining.part_reason, joining.by_hand = reason[:300], [one.reason for one in left]
    joining.save()
    _open_tasks(left, person=joining.kept, key=f"parted:{joining.pk}", on=on, by=by)
    detail = {"kept": joining.kept.number, "emptied": joining.emptied.number if joining.emptied else ""}
    audit.record(event="people.parted", by=by, target=joining, detail=detail | {"by_hand": len(left), "reason": reason})
    return left


@transaction.atomic
def unlink_identity(*, identity_id: int, reason: str, on: date, by: Any) -> tuple[MatchQuestion, list[ByHand]]:
    """Take one identity off its person: a section's becomes a person of its own, the register's belongs to nobody.

    What is about its claims alone goes along. That the two are different is remembered, so that no rule links them
    again; returns that answer and what is left to decide.

    Raises:
        SourceIdentity.DoesNotExist: no such identity.
        PartRefused: no reason, nobody holds it, it is the only one, or a joining by hand brought it.
    """
    # Local: an answer of the queue is undone by the parting above.
    from debtors.services.questions import remember_different

    if not reason.strip():
        raise PartRefused("外す理由を書いてください。")
    lock_links()
    identity = SourceIdentity.objects.select_for_update(of=("self",)).select_related("person").get(pk=identity_id)
    person = identity.person
    _check_unlinking(identity, person)
    rest = list(person.identities.exclude(pk=identity_id).order_by("pk").values_list("pk", flat=True))
    goes_to = None if identity.ground == Ground.REGISTER and not _has_claims(identity_id) else fresh_person_id()
    if goes_to:  # its links need it; the shown facts follow
        Person.objects.create(pk=goes_to, number=f"P{goes_to:08d}", name=identity.name)
    move_identities([identity_id], to_id=goes_to, rule=ALONE, evidence={}, by=by)
    parting = Parting(person.pk, goes_to, frozenset([identity_id]), since=None)
    left = divide(parting, known={}) if goes_to else []
    refresh_people(among=[key for key in (person.pk, goes_to) if key])
    question = remember_different([identity_id], rest, reason=reason.strip(), on=on, by=by)
    _open_tasks(left, person=person, key=f"unlinked:{identity_id}:{question.pk}", on=on, by=by)
    detail = {"person": person.number, "reason": reason.strip()[:300], "by_hand": len(left)}
    audit.record(event="identity.unlinked", by=by, target=identity, detail=detail)
    return question, left


def _check(joining: Joining) -> None:
    if joining.parted_at:
        raise PartRefused("この名寄せは、すでに解いてあります。")
    later = Joining.objects.filter(emptied=joining.kept_id, parted_at=None).select_related("kept").first()
    if later:
        raise PartRefused(
            f"この人は、そのあと {later.kept.name}（{later.kept.number}）にまとめられています。先にその名寄せを解いてください。"
        )


def _check_unlinking(identity: SourceIdentity, person: Person | None) -> None:
    if person is None:
        raise PartRefused("この登録は、どの人にも結ばれていません。")
    if person.identities.count() == 1:
        raise PartRefused("この人の登録は、これだけです。外す相手がありません。")
    for joining in Joining.objects.filter(kept=person, parted_at=None):
        if identity.pk in [link["id"] for link in joining.identities]:
            raise PartRefused(
                "この登録は、職員の判定でまとめたものです。「判定の記録」でその判定を取り消してください。"
            )


def _still_there(identity_id: int, person_id: int) -> bool:
    return SourceIdentity.objects.filter(pk=identity_id, person=person_id).exists()


def _known(joining: Joining) -> dict[str, list[int]]:
    """The rows of which it is known whose they are: of both before, and of others who were joined with them since."""
    known: dict[str, list[int]] = defaultdict(list)
    for one in Joining.objects.filter(kept=joining.kept_id, parted_at=None):
        for key, pks in known_rows(one.moved, one.had if one == joining else {}).items():
            known[key] += pks
        known["debtors.sourceidentity.person"] += [link["id"] for link in one.identities]
    return known


def _came_later(joining: Joining, known: Sequence[int]) -> list[ByHand]:
    """Identities that found the person while it was one: with which of the two they agree, a person has to see."""
    later = SourceIdentity.objects.filter(person=joining.kept_id).exclude(pk__in=known).select_related("source")
    return [
        ByHand(
            f"identity:{one.pk}",
            f"名寄せのあとに結ばれた登録（{one.source} {one.person_number}）が、どちらの人のものか決まりません",
            "登録を見比べ、違うなら人の画面の「この宛名を外す」で外す",
        )
        for one in later.order_by("pk")
    ]


def _has_claims(identity_id: int) -> bool:
    # "claims" is the reverse name that the app above gives to its debtor; nothing is imported from there.
    return SourceIdentity.objects.filter(pk=identity_id, claims__isnull=False, claims__taken_back_at=None).exists()


def _open_tasks(left: Sequence[ByHand], *, person: Person, key: str, on: date, by: Any) -> None:
    due_on = on + timedelta(days=int(value_or(DECIDE_WITHIN, on, 7)))
    for one in left:
        services_work.open_work_item(
            person_id=person.pk,
            reason=f"名寄せを解いた：{one.reason}"[:200],
            next_step=one.next_step[:200],
            due_on=due_on,
            owner=by,
            by=by,
            subject_key=f"{key}:{one.key}"[:80],
            subject_url=one.url,
        )
