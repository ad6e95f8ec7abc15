"""名寄せ at intake: new identities find their person, or become one. Certainty only; persons are never merged here."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from debtors.rules.certainty import Rule
from debtors.rules.identities import IdentityRecord
from debtors.rules.matching import Link, Linking, Pair, link_identities
from debtors.rules.normalise import KANA_FOLD
from debtors.services.identity_records import lock_links, pairs_apart, read_records
from debtors.services.people import refresh_people
from toyota_collect import audit
from toyota_collect.permissions import Ground

NUMBERS = 1_000
STRENGTH = {rule: place for place, rule in enumerate(Rule)}
ALONE = "alone"
# What two identities must share to be compared: a number, or two facts of who and where, as debtors.rules.agreement
# pairs them. New are identities of sections that no person holds yet, and those of the register that share something with
# one of a section. Around them: whoever shares something with a new one, and whoever shares something with these.
FOLD = f"translate(%s, '{KANA_FOLD[0]}{KANA_FOLD[2]}', '{KANA_FOLD[1]}')"
WHO = f"""
SELECT i.name_key UNION SELECT 'k' || {FOLD % "i.kana_key"} WHERE i.kana_key <> ''
UNION SELECT 'k' || {FOLD % "i.name_key"} WHERE i.name_key ~ '^[ァ-ヿ]+$'
UNION SELECT CASE f.what WHEN 'name' THEN f.key ELSE 'k' || {FOLD % "f.key"} END
    FROM debtors_formerfact f WHERE f.identity_id = i.id AND f.what IN ('name', 'kana')
"""
WHERE = """
SELECT i.address_key UNION SELECT i.phone_key
UNION SELECT f.key FROM debtors_formerfact f WHERE f.identity_id = i.id AND f.what IN ('address', 'phone')
"""
BLOCKS = f"""
SELECT i.id, i.person_id, hashtextextended(b.text, 0) AS key
FROM (SELECT * FROM debtors_sourceidentity WHERE withdrawn_at IS NULL) i, LATERAL (
    SELECT concat_ws('|', w.who, p.place) AS text FROM ({WHO}) w(who), ({WHERE} UNION SELECT i.birth_on::text) p(place)
    WHERE w.who <> '' AND p.place <> ''
    UNION SELECT concat_ws('|', i.birth_on::text, p.place) FROM ({WHERE}) p(place)
    WHERE i.birth_on IS NOT NULL AND p.place <> ''
    UNION SELECT 'a|' || i.atena_number WHERE i.atena_number <> ''
    UNION SELECT 'c|' || i.corporate_number WHERE i.corporate_number <> ''
) b
"""
REGISTER = f"i.ground = '{Ground.REGISTER}'"
SURROUNDINGS = (
    "DROP TABLE IF EXISTS blocks, surroundings",
    f"CREATE TEMP TABLE blocks ON COMMIT DROP AS {BLOCKS} WHERE NOT {REGISTER}",
    "ANALYZE blocks",
    f"INSERT INTO blocks SELECT * FROM ({BLOCKS} WHERE {REGISTER}) r WHERE key IN (SELECT key FROM blocks)",
    "ANALYZE blocks",
    f"""
    CREATE TEMP TABLE surroundings ON COMMIT DROP AS
    WITH near AS (
        SELECT DISTINCT b.person_id FROM blocks n JOIN blocks b ON b.key = n.key
        WHERE n.person_id IS NULL AND b.person_id IS NOT NULL
    ), far AS (
        SELECT DISTINCT b.person_id FROM near JOIN blocks n ON n.person_id = near.person_id JOIN blocks b ON b.key = n.key
        WHERE b.person_id IS NOT NULL
    )
    SELECT i.id FROM debtors_sourceidentity i WHERE i.person_id IN (SELECT person_id FROM near)
        OR i.person_id IN (SELECT person_id FROM far) OR (i.person_id IS NULL AND NOT {REGISTER})
        OR i.id IN (SELECT id FROM blocks WHERE person_id IS NULL)
    """,
    "ANALYZE surroundings",
)
FORMER_PEOPLE = """
SELECT DISTINCT ON (l.identity_id) l.identity_id, l.person_id
FROM debtors_person p JOIN debtors_identitylink l ON l.person_id = p.id
WHERE p.withdrawn_at IS NOT NULL AND l.identity_id IN (SELECT id FROM surroundings)
ORDER BY l.identity_id, l.linked_at DESC, l.id DESC
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
        strict = rule not in (Rule.ATENA, Rule.CORPORATE)
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
    people who appear in no section stay without a person, and pairs that staff keep apart stay two. Shown facts are
    refreshed. Returns the number of new links.
    """
    lock_links()
    with connection.cursor() as cursor:
        links = _Linker(cursor, pairs_apart()).decide()
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

    def __init__(self, cursor: Any, never: Collection[Pair]) -> None:
        self.cursor, self.never = cursor, never
        self.records: dict[int, IdentityRecord] = {}
        self.persons: dict[int, int] = {}
        self.of_sections: set[int] = set()
        self.held: dict[int, _Held] = defaultdict(_Held)
        self._read()

    def _read(self) -> None:
        _prepare_surroundings(self.cursor)
        for record, person_id, ground in read_records(self.cursor, "(SELECT id FROM surroundings)"):
            self.records[record.id] = record
            if person_id is not None:
                self._assign(record, person_id)
            if ground != Ground.REGISTER:
                self.of_sections.add(record.id)

    def decide(self) -> list[NewLink]:
        """Return the links to make; those an existing person cannot take in become persons of their own."""
        made: list[NewLink] = []
        left = self._to_known_persons(made)
        links = _by_identity(linking := link_identities((self.records[key] for key in left), never=self.never))
        numbers, former = _numbers(self.cursor), _former_people(self.cursor)
        for group in linking.groups:
            if self.of_sections.intersection(group):
                known = [former[key] for key in group if key in former and former[key] not in self.held]
                person = known[0] if known else next(numbers)
                made += [self._link(key, person, links[key]) for key in group]
        return made

    def _to_known_persons(self, made: list[NewLink]) -> list[int]:
        """Link what belongs to a person that exists; return the identities that still have none."""
        linking = link_identities(self.records.values(), never=self.never)
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


def _former_people(cursor: Any) -> dict[int, int]:
    """Whom identities belonged to, where the taking back of an import left that person without any: they come back."""
    cursor.execute(FORMER_PEOPLE)
    return dict(cursor.fetchall())


def _numbers(cursor: Any) -> Iterator[int]:
    """Ids for new persons, drawn from the database a thousand at a time (gaps are harmless)."""
    while True:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('debtors_person', 'id')) FROM generate_series(1, %s)", [NUMBERS]
        )
        yield from (number for (number,) in cursor.fetchall())


def _prepare_surroundings(cursor: Any) -> None:
    """Table ``surroundings`` (id): new identities and whom they must be compared with."""
    for statement in SURROUNDINGS:
        cursor.execute(statement)


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
