"""Reading a finished packet back: whether anything stands in it that the firm may not know (地方税法22条).

It asks the tables anew and shares nothing with what made the packet but the list of words: neither the rules of disclosure
nor the exhibits. A number, a name of a kind, a place or a word that it finds makes the packet one that is not handed out.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import normalize

import pikepdf
from django.db.models import Q

from claims.models import Claim, ClaimKindTerms
from claims.services.parties import parties_of
from debtors.models import FormerFact, Person, SourceIdentity
from debtors.protection import hidden_people
from lawyers.models import LegalCase, LegalClaim, Packet
from lawyers.services.packet_file import CSV_NAME
from lawyers.services.packet_pages import marks_of, opened, texts
from toyota_collect.permissions import Ground
from toyota_collect.tax_words import DUNNING, ON_EVERY_BILL, TAX_WORDS, squeezed, tax_words_in

SECRET = (Ground.TAX, Ground.COERCIVE)
SHORTEST = 8  # characters of a place that is looked for; shorter ones stand in many addresses
WHAT_TO_DO = (
    "この書類を束に載せないように直し（証拠なら取り下げるか、件の債権だけのものに替える）、束を作り直してください。"
)


@dataclass
class Secrets:
    """What must not be read in the pages of one case, and what may be although a secret looks like it."""

    numbers: set[str] = field(default_factory=set)  # digits or letters, as whole runs
    others: set[str] = field(default_factory=set)  # numbers no tax: a paper may name them, our own sheets may not
    names: set[str] = field(default_factory=set)  # of kinds
    places: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)  # names, places and kinds of the case
    covered: bool = False  # somebody is under protection: no paper may name a place either


def leaks(packet: Packet, path: Path, key: str) -> list[dict[str, str]]:
    """What stands in the file that may not: ``{"case", "what", "text"}`` each, in Japanese; none if all is well."""
    cases = {case.number: case for case in packet.mandate.cases.exclude(state=LegalCase.State.DROPPED)}
    secrets = secrets_of(list(cases.values()), packet)
    with opened(path, key) as pdf:
        marks = [marks_of(page) for page in pdf.pages]
        if set(pdf.attachments) - {CSV_NAME}:
            return [_fault("", "添付", "束に、債権目録のほかの添付があります。管理者に連絡してください。")]
        beside = {
            "しおり・題名": "\n".join([*_titles(pdf), *map(str, pdf.docinfo.values())]),
            "添付": "\n".join(spec.get_file().read_bytes().decode("utf-8-sig") for spec in pdf.attachments.values()),
        }
    found = []
    for place, text in enumerate(texts(path, key), 1):
        number, is_paper = str(marks[place - 1].get("Case", "")), "Number" in marks[place - 1]
        near = [number] if number in secrets else list(secrets)
        for case in near:
            found += [_fault(case, f"{place}ページ", told) for told in _read(text, secrets[case], is_paper=is_paper)]
    for what, text in beside.items():
        found += [_fault(case, what, told) for case in secrets for told in _read(text, secrets[case])]
    return _once(found)


def secrets_of(cases: Sequence[LegalCase], packet: Packet) -> dict[str, Secrets]:
    """By case number what its pages must not tell; a constant number of queries."""
    on = packet.as_of
    lines = LegalClaim.objects.filter(case__in=cases, is_open=True).select_related("claim__kind", "claim__identity")
    mine: dict[int, list[Claim]] = defaultdict(list)
    people: dict[int, set[int]] = {case.pk: {case.person_id} for case in cases}
    for line in lines:
        mine[line.case_id].append(line.claim)
        people[line.case_id] |= {line.claim.identity.person_id} - {None}
    parties = parties_of([claim.pk for of_case in mine.values() for claim in of_case], on=on)
    for case, claims in mine.items():
        people[case] |= {line.person_id for claim in claims for line in parties.get(claim.pk, ())}
    everybody = {pk for of_case in people.values() for pk in of_case}
    facts = _Facts(everybody, hidden=hidden_people(everybody, on=on))
    firm = str(packet.mandate.firm)
    return {
        case.number: facts.secrets(people[case.pk], {claim.pk: claim for claim in mine[case.pk]}, firm)
        for case in cases
    }


class _Facts:
    """What is known of the people, whatever the ground."""

    def __init__(self, people: Iterable[int], *, hidden: set[int]) -> None:
        ids = list(people)
        self.hidden = hidden
        self.people = Person.objects.in_bulk(ids)
        self.identities: dict[int, list[SourceIdentity]] = defaultdict(list)
        for identity in SourceIdentity.objects.filter(person__in=ids):
            self.identities[identity.person_id or 0].append(identity)
        self.claims: dict[int, list[Claim]] = defaultdict(list)
        for claim in Claim.objects.filter(identity__person__in=ids).select_related("kind", "identity"):
            self.claims[claim.identity.person_id or 0].append(claim)
        self.former: dict[int, list[FormerFact]] = defaultdict(list)
        places = Q(what__in=[FormerFact.What.ADDRESS, FormerFact.What.PHONE])
        for fact in FormerFact.objects.filter(places, identity__person__in=ids).select_related("identity"):
            self.former[fact.identity.person_id or 0].append(fact)
        coercive = ClaimKindTerms.objects.filter(legal_class="A").values_list("kind", flat=True)
        self.coercive = set(coercive)

    def secrets(self, people: Iterable[int], mine: dict[int, Claim], firm: str) -> Secrets:
        ids = sorted(people)
        covered = bool(self.hidden & set(ids))
        told = Secrets(own={firm}, covered=covered)
        open_places: set[str] = set()
        own_numbers: set[str] = set()
        for claim in mine.values():
            told.own |= {claim.kind.name, claim.kind.short_name}
            own_numbers |= {claim.notice_number, claim.identity.person_number}
        for pk in ids:
            person = self.people[pk]
            told.own |= {person.name} | {identity.name for identity in self.identities[pk]}
            for identity in self.identities[pk]:
                if identity.ground not in SECRET:
                    open_places |= {squeezed(identity.address), _digits(identity.phone)}
        told.own |= open_places if not covered else set()
        for pk in ids:
            self._of_person(pk, told, mine, covered=covered, open_places=open_places)
        told.numbers -= own_numbers | {""}
        told.others -= own_numbers | {""}
        told.names -= {""} | {squeezed(name) for name in told.own}
        told.own.discard("")
        return told

    def _of_person(
        self, pk: int, told: Secrets, mine: dict[int, Claim], *, covered: bool, open_places: set[str]
    ) -> None:
        person = self.people[pk]
        told.others |= {person.atena_number, person.number}
        for claim in self.claims[pk]:
            if claim.pk in mine:
                continue
            if claim.kind_id in self.coercive or claim.ground in SECRET:
                told.numbers.add(claim.notice_number)
                told.names |= {squeezed(claim.kind.name), squeezed(claim.kind.short_name)}
            else:
                told.others.add(claim.notice_number)
        known = {identity.atena_number for identity in self.identities[pk] if identity.ground not in SECRET}
        for identity in self.identities[pk]:
            (told.others if identity.atena_number in known else told.numbers).add(identity.atena_number)
            if identity.ground in SECRET:
                told.numbers.add(identity.person_number)
            if covered or identity.ground in SECRET:
                told.places.add(squeezed(identity.address))
                told.phones.add(_digits(identity.phone))
        if covered:
            told.places |= {squeezed(person.address)} | {squeezed(fact.value) for fact in self.former[pk]}
            told.phones |= {_digits(person.phone)} | {_digits(fact.value) for fact in self.former[pk]}
        else:
            told.places -= open_places
            told.phones -= open_places


def _read(text: str, secrets: Secrets, *, is_paper: bool = False) -> list[str]:
    """What of the secrets stands in the text, in words that tell the city where to look."""
    wide = normalize("NFKC", text)
    plain, joined = squeezed(text), re.sub(r"[\r\n]+", "", wide)
    found = [
        f"ほかの債権・記録の番号「{number}」が読めます。"
        for number in (secrets.numbers if is_paper else secrets.numbers | secrets.others)
        if len(number) >= 4
        and any(re.search(rf"(?<![0-9A-Za-z]){re.escape(number)}(?![0-9A-Za-z])", one) for one in (wide, joined))
    ]
    bare = plain
    for own in sorted(map(squeezed, secrets.own), key=len, reverse=True):
        bare = bare.replace(own, "\n")
    found += [f"ほかの債権の種目「{name}」が読めます。" for name in secrets.names if name in bare]
    if secrets.covered or not is_paper:
        digits = re.sub(r"[-‐－ー()（）]", "", plain)
        places = any(len(place) >= SHORTEST and place in plain for place in secrets.places)
        phones = any(len(phone) > SHORTEST and phone in digits for phone in secrets.phones)
        found += ["載せてはいけない住所が読めます。"] * places + ["載せてはいけない電話番号が読めます。"] * phones
    own_words = "".join(map(squeezed, secrets.own))
    words = [word for word in TAX_WORDS if word != DUNNING and (word == "税" or word not in own_words)]
    told = tax_words_in(text, words=words, harmless=(*ON_EVERY_BILL, *secrets.own))
    return [*found, *(f"税や滞納処分を思わせる言葉「{word}」が読めます。" for word in told)]


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", normalize("NFKC", phone))


def _titles(pdf: pikepdf.Pdf) -> Iterator[str]:
    with pdf.open_outline() as outline:
        items = list(outline.root)
        while items:
            item = items.pop()
            items += item.children
            yield str(item.title)


def _fault(case: str, what: str, text: str) -> dict[str, str]:
    return {"case": case, "what": what, "text": text + WHAT_TO_DO if "読めます" in text else text}


def _once(faults: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    return list({tuple(sorted(fault.items())): fault for fault in faults}.values())
