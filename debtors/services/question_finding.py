"""Which questions of 名寄せ there are now: read from all identities, nothing is written."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import connection

from debtors.rules.identities import IdentityRecord
from debtors.rules.matching import Pair
from debtors.rules.questions import Question, find_questions
from debtors.services.identity_records import read_records

REGISTER = "juki"


def find_open_questions(*, never: Collection[Pair] = ()) -> list[Question]:
    """Return the questions about persons and entries of the register, the likeliest first.

    Entries of the register that nobody holds are clusters of their own, by 宛名番号; two of these are never asked about.
    ``never``: pairs of identities that staff know to be two persons.
    """
    return questions_of(read_clusters(), never=never)


def read_clusters() -> list[list[IdentityRecord]]:
    """All identities: those of each person together, and entries of the register that nobody holds by 宛名番号."""
    clusters: dict[object, list[IdentityRecord]] = defaultdict(list)
    with connection.cursor() as cursor:
        for record, person_id, _ in read_records(cursor):
            clusters[person_id or f"nobody {record.atena_number or record.id}"].append(record)
    return list(clusters.values())


def questions_of(clusters: Iterable[Sequence[IdentityRecord]], *, never: Collection[Pair] = ()) -> list[Question]:
    """Return the questions about clusters of which at least one holds an identity of a section."""
    known = list(clusters)
    of_sections = {one.id for cluster in known for one in cluster if one.source != REGISTER}
    return [one for one in find_questions(known, never=never) if not of_sections.isdisjoint(one.left + one.right)]
