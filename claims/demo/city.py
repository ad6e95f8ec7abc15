"""Builds a whole city, household by household, straight into its files."""

import random
from dataclasses import replace
from pathlib import Path

from claims.demo.dirt import Plan
from claims.demo.extracts import Extract, Section
from claims.demo.levies import Levies
from claims.demo.life import TODAY, Case, Debtor, Lives, unsettle
from claims.demo.names import NameBook
from claims.demo.numbers import Numbers, stream
from claims.demo.payments import Till, since_arrears
from claims.demo.people import Person, Registry
from claims.demo.places import Places
from claims.demo.records import Record, Records
from claims.demo.supports import supports_of
from claims.demo.systems_services import REGISTER, SUPPORTS, SYSTEMS
from claims.demo.truth import Truth

Summary = dict[str, object]


def build(*, debtors: int, seed: int, out: Path) -> Summary:
    """Write a city with exactly ``debtors`` people who owe, the same for the same seed, into a folder.

    Returns:
        ``debtors``, ``people`` (all true people), ``rows`` (data rows over all extracts), ``files`` (names).

    Raises:
        ValueError: no debtors, or a seed out of range.
    """
    if debtors < 1:
        raise ValueError("a city needs at least one debtor")
    city = _City(debtors, seed, out)
    placed = number = 0
    while placed < debtors:
        number += 1
        placed += city.add(number, debtors - placed)
    return city.close()


class _City:
    def __init__(self, debtors: int, seed: int, out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self.seed, self.numbers = seed, Numbers(seed)
        self.truth = Truth(out / "truth", seed)
        places = Places(stream(seed, "places"), buildings=max(12, debtors // 8))
        self.lives = Lives(Registry(self.numbers, NameBook(), places, TODAY))
        self.levies, self.till, self.records = (
            Levies(self.numbers),
            Till(self.numbers),
            Records(self.numbers, self.lives.registry.names),
        )
        claims_plan = Plan(stream(seed, "dirt/claims"), every=max(20, min(500, debtors // 4)))
        receipts_plan = Plan(stream(seed, "dirt/receipts"), every=max(25, min(700, debtors // 4)))
        self.sections = {
            code: Section(out, system, claims_plan, receipts_plan, self.truth.reject)
            for code, system in SYSTEMS.items()
        }
        self.register = Extract(out, REGISTER, claims_plan, self.truth.reject, controlled=False)
        self.supports = {
            one.stem: Extract(out, one, claims_plan, self.truth.reject, controlled=False) for one in SUPPORTS
        }
        self.debtors = self.people = 0

    def add(self, number: int, room: int) -> int:
        """Write one case; return how many debtors it brought."""
        case = self.lives.case(stream(self.seed, "life", number), room)
        found: dict[str, list[Record]] = {}
        for debtor in case.debtors:
            unsettle(stream(self.seed, "unsettled/" + debtor.person.true_id), debtor)
            self.truth.hardship(debtor)
            found[debtor.person.true_id] = self._debts(stream(self.seed, "debts/" + debtor.person.true_id), debtor)
            self._supports(debtor)
        self._people(case, found)
        self.debtors += len(case.debtors)
        return len(case.debtors)

    def _supports(self, debtor: Debtor) -> None:
        for one in supports_of(stream(self.seed, "supports/" + debtor.person.true_id), debtor):
            facts = {
                "atena_number": one.person.atena_number,
                "started_on": one.started_on,
                "stopped_on": one.stopped_on,
            }
            self.supports[one.table.stem].write([column.form(facts[column.field]) for column in one.table.columns])

    def _debts(self, rng: random.Random, debtor: Debtor) -> list[Record]:
        records = []
        for source in debtor.sources:
            claims = self.levies.of(rng, source, debtor)
            self.till.settle(rng, source, debtor, claims)
            claims = since_arrears(source, claims)
            if not claims:
                continue  # all paid long ago: this section has nothing to send
            record = self.records.of(rng, source, debtor.person)
            parts = [(record, claims)]
            if source == "suido" and len(debtor.person.homes) > 1 and len(claims) >= 12 and rng.random() < 0.15:
                parts = self._two_contracts(record, claims, debtor.person)
            for one, share in parts:
                records.append(one)
                for booked in self.sections[source].write(rng, one, share):
                    self.truth.claim(one, *booked)
        return records

    def _two_contracts(self, record: Record, claims: list, person: Person) -> list[tuple[Record, list]]:
        """Someone who moved holds two water contracts: an old one at the old address, and the present one."""
        half = len(claims) // 2
        old = person.home(back=1)
        before = replace(
            record, person_number=self.numbers.person("suido"), postal_code=old.postal_code, address=old.text("wide")
        )
        return [(before, claims[:half]), (record, claims[half:])]

    def _people(self, case: Case, found: dict[str, list[Record]]) -> None:
        for house in case.households:
            for person in (*house.members, *house.others):
                identities = list(found.get(person.true_id, []))
                if person.in_register:
                    identities.append(self._register(person))
                self.truth.person(person, identities, debtor=person.true_id in found)
                self.people += 1

    def _register(self, person: Person) -> Record:
        record = self.records.in_register(person)
        facts = {field: getattr(record, field) for field in Record.__slots__}
        facts |= self.records.register_names(person)
        facts["moved_on"] = person.homes[-1][0] if len(person.homes) > 1 else None
        for field in ("household_number", "relation", "died_on", "protected_from", "protected_until"):
            facts[field] = getattr(person, field)
        self.register.write([column.form(facts[column.field]) for column in REGISTER.columns])
        return record

    def close(self) -> Summary:
        files = [
            *(part for section in self.sections.values() for part in (section.claims, section.receipts)),
            self.register,
            *self.supports.values(),
        ]
        for one in files:
            one.close()
        summary = {
            "debtors": self.debtors,
            "people": self.people,
            "rows": sum(one.rows for one in files),
            "files": [one.path.name for one in files],
        }
        self.truth.close(summary)
        return summary
