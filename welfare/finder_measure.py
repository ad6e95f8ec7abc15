"""How well the finder does against a truth: recall, precision, the gap between groups, and the same for each rule.

A true person is found if any of the people the city holds for them is flagged. ``base_rate`` stands beside the precision: a
finder that flags everybody has exactly that precision, and does not pass.
"""

import csv
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from debtors.models import SourceIdentity
from welfare.rules.shares import FEWEST, Share
from welfare.rules.signals import Finding

GOALS = {"recall": 0.90, "precision": 0.60, "gap": 0.10}
LIFT = 2.0  # the precision must be that many times the base rate
ADULT, OLD = 18, 65


@dataclass(frozen=True, slots=True)
class Truth:
    """Who owes, who of them is in hardship, who belongs to which group, and who each person of the database truly is."""

    debtors: frozenset[str]
    hard: frozenset[str]
    groups: Mapping[str, frozenset[str]]
    people: Mapping[int, frozenset[str]] = field(default_factory=dict)


def read_truth(folder: Path, *, on: date) -> Truth:
    """Read ``people.csv``, ``hardship.csv`` and ``identities.csv`` of a synthetic city.

    Raises:
        OSError: a file is missing.
        KeyError: an identity of the database is not in the truth.
    """
    stories = _rows(folder, "hardship")
    people = {row["true_person"]: row for row in _rows(folder, "people")}
    identities = {(row["source"], row["person_number"]): row["true_person"] for row in _rows(folder, "identities")}
    debtors = frozenset(row["true_person"] for row in stories)
    linked = SourceIdentity.objects.filter(person__isnull=False).order_by("pk")
    who: dict[int, set[str]] = defaultdict(set)
    for source, number, person in linked.values_list("source__code", "person_number", "person"):
        who[person].add(identities[source, number])
    return Truth(
        debtors,
        frozenset(row["true_person"] for row in stories if row["in_hardship"] == "yes"),
        _groups(people, debtors, on),
        {person: frozenset(true) for person, true in who.items()},
    )


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _groups(people: Mapping[str, Mapping[str, str]], debtors: Collection[str], on: date) -> dict[str, frozenset[str]]:
    """Foreign nationals, people of 65 and over, and adults who live alone with minors."""
    homes: dict[str, list[str]] = defaultdict(list)
    for key, row in people.items():
        if row["household_number"] and not row["died_on"]:
            homes[row["household_number"]].append(key)
    age = {key: _age(row["birth_on"], on) for key, row in people.items()}

    def alone_with_minors(key: str) -> bool:
        home = homes[people[key]["household_number"]] if people[key]["household_number"] else []
        grown = [one for one in home if age[one] is None or age[one] >= ADULT]
        return grown == [key] and len(home) > 1

    return {
        "foreign": frozenset(key for key in debtors if people[key]["country"] not in ("", "JP")),
        "elderly": frozenset(key for key in debtors if (age[key] or 0) >= OLD),
        "single_parent": frozenset(filter(alone_with_minors, debtors)),
    }


def _age(text: str, on: date) -> int | None:
    if not text:
        return None
    born = date.fromisoformat(text)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def measure(found: Mapping[int, Finding], truth: Truth) -> dict[str, Any]:
    """The finder's report: ``passes`` says whether every goal is met, ``fails`` which are not."""
    owing = _true_people(found, truth)
    flagged = _true_people((person for person, one in found.items() if one.flagged), truth)
    hard = truth.hard & owing
    table = figures(flagged, owing, hard, truth.groups)
    rules: dict[str, set[int]] = defaultdict(set)
    for person, one in found.items():
        for sign in (*one.signs, *one.counters):
            rules[sign.code].add(person)
    report = {
        "flags": sum(one.flagged for one in found.values()),
        **table,
        "base_rate": _value(len(hard), len(owing)),
        "silent": sum(one.flagged and one.silent for one in found.values()),
        "rules": {
            code: figures(_true_people(people, truth), owing, hard, truth.groups, brief=True)
            for code, people in sorted(rules.items())
        },
    }
    fails = failures(report)
    return report | {"passes": not fails, "fails": fails}


def figures(
    flagged: Collection[str],
    owing: Collection[str],
    hard: Collection[str],
    groups: Mapping[str, Collection[str]],
    *,
    brief: bool = False,
) -> dict[str, Any]:
    """Recall, precision and gap of those flagged; ``brief``: without the groups' own table."""
    flagged, hard = set(flagged), set(hard)
    told: dict[str, Any] = {
        "fired" if brief else "people": len(flagged),
        "recall": _value(len(flagged & hard), len(hard)),
        "precision": _value(len(flagged & hard), len(flagged)),
    }
    table = {name: _group(flagged, hard, set(members) & set(owing)) for name, members in groups.items()}
    gaps = [row["gap"] for row in table.values() if row["counted"]]
    told["gap"] = round(max(gaps), 4) if gaps else None
    return told if brief else told | {"groups": table}


def _group(flagged: set[str], hard: set[str], members: set[str]) -> dict[str, Any]:
    """A group beside everybody else: the gap is the difference of their recalls."""
    own = Share(len(flagged & hard & members), len(hard & members))
    rest = Share(len((flagged & hard) - members), len(hard - members))
    precision = Share(len(flagged & hard & members), len(flagged & members))
    both = own.value is not None and rest.value is not None
    return {
        "cases": own.whole,
        "recall": own.value,
        "recall_95": own.interval,
        "precision": precision.value,
        "gap": round(abs((own.value or 0) - (rest.value or 0)), 4) if both else None,
        "counted": both and own.whole >= FEWEST,  # fewer cases say nothing
    }


def failures(report: Mapping[str, Any]) -> list[str]:
    """Which goals a report misses, in words. What could not be measured is missed."""
    missed = []
    if (report["recall"] or 0) < GOALS["recall"]:
        missed.append(f"recall {report['recall']} < {GOALS['recall']}")
    if (report["precision"] or 0) < GOALS["precision"]:
        missed.append(f"precision {report['precision']} < {GOALS['precision']}")
    if (report["precision"] or 0) < LIFT * (report["base_rate"] or 0):
        missed.append(f"precision {report['precision']} < {LIFT} x base rate {report['base_rate']}")
    if report["gap"] is None or report["gap"] > GOALS["gap"]:
        missed.append(f"gap {report['gap']} > {GOALS['gap']}")
    return missed


def _true_people(people: Iterable[int], truth: Truth) -> set[str]:
    return {true for person in people for true in truth.people.get(person, ()) if true in truth.debtors}


def _value(part: int, whole: int) -> float | None:
    return Share(part, whole).value
