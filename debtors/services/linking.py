"""名寄せ at intake: new identities find their person, or become one. Certainty only; persons are never merged here."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from debtors.rules.matching import IdentityRecord, Link, Linking, Rule, link_identities
from debtors.services.people import refresh_people
from toyota_collect import audit
from toyota_collect.permissions import Ground

PAGE = 5_000
NUMBERS = 1_000
STRENGTH = {rule: place for place, rule in enumerate(Rule)}
ALONE = "alone"
# New: identities of sections that no person holds yet, and those of the register that might belong to one of a section.
# Around them: who shares a number, or name and birth date, with a new one; and all that such a person already holds.
CANDIDATES = f"""
WITH section AS (
    SELECT id, person_id, atena_number, corporate_number, name_key, birth_on FROM debtors_sourceidentity
    WHERE ground <> '{Ground.REGISTER}'
), fresh AS (
    SELECT id, atena_number, corporate_number, name_key, birth_on FROM section WHERE person_id IS NULL
    UNION ALL
    SELECT id, atena_number, corporate_number, name_key, birth_on FROM debtors_sourceidentity r
    WHERE ground = '{Ground.REGISTER}' AND person_id IS NULL AND (
        EXISTS (SELECT FROM section s WHERE s.atena_number = r.atena_number AND s.atena_number <> '')
        OR EXISTS (SELECT FROM section s WHERE s.name_key = r.name_key AND s.birth_on = r.birth_on))
), holders AS (
    SELECT i.person_id FROM debtors_sourceidentity i JOIN fresh f ON i.atena_number = f.atena_number
        WHERE i.person_id IS NOT NULL AND f.atena_number <> ''
    UNION SELECT i.person_id FROM debtors_sourceidentity i JOIN fresh f ON i.corporate_number = f.corporate_number
        WHERE i.person_id IS NOT NULL AND f.corporate_number <> ''
    UNION SELECT i.person_id FROM debtors_sourceidentity i JOIN fresh f
        ON i.name_key = f.name_key AND i.birth_on = f.birth_on WHERE i.person_id IS NOT NULL
)
SELECT i.id, s.code, i.person_number, i.name_key, i.kana_key, i.birth_on, i.sex, i.address_key, i.phone_key,
    i.atena_number, i.corporate_number, i.person_id, i.ground
FROM debtors_sourceidentity i JOIN debtors_sourcesystem s ON s.id = i.source_id
WHERE i.id IN (SELECT id FROM fresh) OR i.person_id IN (SELECT person_id FROM holders)
ORDER BY i.id
"""
LINK = "UPDATE debtors_sourceidentity i SET person_id = n.person_id FROM new_links n WHERE i.id = n.identity_id"
REMEMBER = """
INSERT INTO debtors_identitylink (identity_id, person_id, rule, evidence, linked_at, linked_by_id)
SELECT identity_id, person_id, rule, evidence, now(), %s FROM new_links ORDER BY identity_id
"""
HAND_OVER_PROTECTIONS = """
UPDATE debtors_protectionflag f SET person_id = n.person_id FROM new_links n
WHERE f.identity_id = n.identity_id AND f.person_id IS DISTINCT FROM n.person_id
"""


@dataclass(slots=True)
class _Held:
    """What tells a person from others: 宛名番号, 法人番号, sex and each source's own number."""

    numbers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, record: IdentityRecord) -> None:
        for name, value in self._facts(record):
            self.numbers[name].add(value)

    def contradicts(self, record: IdentityRecord, rule: str) -> bool:
        """Whether taking the record in would join two numbers that tell people apart."""
        strict = rule in (Rule.STRICT_ADDRESS, Rule.STRICT_PHONE)
        return any(
            self.numbers[name] and value not in self.numbers[name]
            for name, value in self._facts(record)
            if strict or name == "atena"
        )

    @staticmethod
    def _facts(record: IdentityRecord) -> list[tuple[str, str]]:
        facts = [("atena", record.atena_number), ("corporate", record.corporate_number), ("sex", record.sex)]
        facts.append((f"source {record.source}", record.person_number))
        return [(name, value) for name, value in facts if value]


@dataclass(frozen=True, slots=True)
class NewLink:
    """An identity finds its person: by what rule, and what agrees with which other identity."""

    identity_id: int
    person_id: int
    rule: str
    evidence: dict[str, Any]


@transaction.atomic
def link_new_identities(*, by: Any) -> int:
    """Link every identity of a section that no person holds, and the register entries of these people.

    An identity joins a person only by ``debtors.rules.matching``, and never so that two 宛名番号, or two numbers of
    one source, meet. Two persons that exist are never made one: that is a decision for staff. Register entries of
    people who appear in no section stay without a person. Shown facts are refreshed. Returns the number of new links.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE debtors_identitylink IN SHARE ROW EXCLUSIVE MODE")
        links = _Linker(cursor).decide()
        _prepare(cursor, links)
        cursor.execute(LINK)
        refresh_people()
        cursor.execute(REMEMBER, [by.pk])
        cursor.execute(HAND_OVER_PROTECTIONS)
    if links:
        audit.record(event="identities.linked", by=by, detail={"links": len(links)})
    return len(links)


class _Linker:
    """Decides for all identities without a person, in the light of those around them."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor
        self.records: dict[int, IdentityRecord] = {}
        self.persons: dict[int, int] = {}
        self.of_sections: set[int] = set()
        self.held: dict[int, _Held] = defaultdict(_Held)
        self._read()

    def _read(self) -> None:
        self.cursor.execute(CANDIDATES)
        while rows := self.cursor.fetchmany(PAGE):
            for *facts, person_id, ground in rows:
                record = IdentityRecord(*facts)
                self.records[record.id] = record
                if person_id is not None:
                    self._assign(record, person_id)
                if ground != Ground.REGISTER:
                    self.of_sections.add(record.id)

    def decide(self) -> list[NewLink]:
        """Return the links to make; those an existing person cannot take in become persons of their own."""
        made: list[NewLink] = []
        left = self._to_known_persons(made)
        links = _by_identity(linking := link_identities(self.records[key] for key in left))
        numbers = _numbers(self.cursor)
        for group in linking.groups:
            if self.of_sections.intersection(group):
                person = next(numbers)
                made += [self._link(key, person, links[key]) for key in group]
        return made

    def _to_known_persons(self, made: list[NewLink]) -> list[int]:
        """Link what belongs to a person that exists; return the identities that still have none."""
        linking = link_identities(self.records.values())
        links = _by_identity(linking)
        left: list[int] = []
        for group in linking.groups:
            waiting = [key for key in group if key not in self.persons]
            reachable = len(waiting) < len(group)
            while reachable:
                ready = [key for key in waiting if any(self._other(link, key) in self.persons for link in links[key])]
                joined = [key for key in ready if self._join(key, links[key], made)]
                waiting = [key for key in waiting if key not in joined]
                reachable = bool(joined)
            left += waiting
        return sorted(left)

    def _join(self, key: int, links: list[Link], made: list[NewLink]) -> bool:
        """Give an identity the person its strongest links lead to, if that is one person and nothing speaks against it."""
        leading = [link for link in links if self._other(link, key) in self.persons]
        strongest = min(STRENGTH[link.rule] for link in leading)
        best = [link for link in leading if STRENGTH[link.rule] == strongest]
        found = {self.persons[self._other(link, key)] for link in best}
        person = found.pop()
        if found or self.held[person].contradicts(self.records[key], best[0].rule):
            return False
        made.append(self._link(key, person, best))
        return True

    def _link(self, key: int, person: int, links: list[Link]) -> NewLink:
        self._assign(self.records[key], person)
        if not links:
            return NewLink(key, person, ALONE, {})
        best = min(links, key=lambda link: STRENGTH[link.rule])
        other = self.records[self._other(best, key)]
        evidence = {"agree": list(best.evidence), "with": f"{other.source}:{other.person_number}"}
        return NewLink(key, person, best.rule, evidence)

    def _assign(self, record: IdentityRecord, person: int) -> None:
        self.persons[record.id] = person
        self.held[person].add(record)

    @staticmethod
    def _other(link: Link, key: int) -> int:
        return link.right if link.left == key else link.left


def _by_identity(linking: Linking) -> dict[int, list[Link]]:
    found: dict[int, list[Link]] = defaultdict(list)
    for link in linking.links:
        found[link.left].append(link)
        found[link.right].append(link)
    return found


def _numbers(cursor: Any) -> Iterator[int]:
    """Ids for new persons, drawn from the database a thousand at a time (gaps are harmless)."""
    while True:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('debtors_person', 'id')) FROM generate_series(1, %s)", [NUMBERS]
        )
        yield from (number for (number,) in cursor.fetchall())


def _prepare(cursor: Any, links: list[NewLink]) -> None:
    """Table ``new_links``."""
    cursor.execute("DROP TABLE IF EXISTS new_links")
    cursor.execute(
        "CREATE TEMP TABLE new_links (identity_id bigint, person_id bigint, rule text, evidence jsonb) ON COMMIT DROP"
    )
    with cursor.copy("COPY new_links FROM STDIN") as copy:
        for link in links:
            evidence = json.dumps(link.evidence, ensure_ascii=False)
            copy.write_row((link.identity_id, link.person_id, str(link.rule), evidence))
    cursor.execute("ANALYZE new_links")
