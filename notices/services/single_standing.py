"""Whether a letter to one person may still go: what holds for the person now, and what has come since it was made."""

from dataclasses import replace
from datetime import date
from typing import Any

from claims.models import Claim
from debtors.rules.mailing import Destination, Withheld
from debtors.services.mailing import AddressBook
from debtors.services.safe_routes import route_of
from notices.models import Notice
from notices.querysets import reachable_claims
from notices.rules.address import address_lines, window_name
from notices.rules.kinds import KINDS
from notices.rules.single import SingleFacts, refusal
from notices.services.selection import contents_of
from notices.services.single_data import Wish, run_of_one
from notices.services.single_offers import facts_of
from notices.services.snapshot import entry_counts


def changed_since(notice: Notice, *, today: date, anywhere: bool = False) -> str:
    """What has come since the letter was made and stands against sending it, or "".

    ``anywhere``: that it goes to another address by now is known and no reason.
    """
    kind, person = KINDS[notice.kind], notice.person
    named = set(notice.claims.values_list("claim_id", flat=True))
    facts = facts_now(notice, on=today)
    reachable = reachable_claims(run_of_one(wish_of(notice), on=today)).filter(pk__in=named)
    told = set(reachable.values_list("pk", flat=True)) if named else set()
    entries = entry_counts(list(named))
    if any(entries.get(line.claim_id, 0) != line.entries for line in notice.claims.all()):
        return "作ったあとに、入金などの記帳がありました。"
    if named - told:
        return "作ったあとに、載せられなくなった債権があります（猶予・保留、納付の知らせ、時効など）。"
    mine = Claim.objects.filter(pk__in=named).exclude(identity__person=person)
    if mine.exists():
        return "作ったあとに、名寄せが変わりました。"
    if notice.route_id and not _route_holds(notice, on=today):
        return "送付経路の有効期限が過ぎたか、終わっています。"
    if against := refusal(kind, replace(facts, on_its_way=False)):
        return against
    return "" if anywhere or _still_there(notice, on=today) else "作ったあとに、送付先（住所・氏名）が変わりました。"


def window_of(to: Destination | Withheld) -> dict[str, Any]:
    """What the address window says, as it is kept with the letter. Nothing where nobody may get it."""
    if not isinstance(to, Destination):
        return {}
    name = window_name(to)
    lines = {"address_lines": list(address_lines(to.address)), "name_lines": list(name.name_lines)}
    return {"postal_code": to.postal_code, "honorific": name.honorific} | lines


def _still_there(notice: Notice, *, on: date) -> bool:
    """Letters by a route, and those from before, keep no window."""
    if not notice.sent_to:
        return True
    claims = [line.claim for line in notice.claims.select_related("claim__kind")]
    book = AddressBook.of([notice.person_id], on=on)
    return window_of(book.destination(notice.person, contents_of(claims))) == notice.sent_to


def wish_of(notice: Notice) -> Wish:
    """What was asked for."""
    return Wish(notice.kind, notice.deadline_on, notice.slip_policy, dict(notice.details))


def facts_now(notice: Notice, *, on: date) -> SingleFacts:
    """What decides on the letter; a confirmed route stands for the address of somebody under protection."""
    facts = facts_of(notice.person, KINDS[notice.kind], on=on)
    return replace(facts, routed=True, died_on=notice.person.died_on) if notice.route_id else facts


def _route_holds(notice: Notice, *, on: date) -> bool:
    route = route_of(notice.person_id, on=on)
    return route is not None and route.pk == notice.route_id
