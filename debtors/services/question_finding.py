"""Which questions of 名寄せ there are now: read from all identities, nothing is written."""

from collections import defaultdict
from collections.abc import Collection

from django.db import connection

from debtors.rules.identities import IdentityRecord
from debtors.rules.matching import Pair
from debtors.rules.questions import Question, find_questions
from debtors.services.identity_records import read_records
from toyota_collect.permissions import Ground


def find_open_questions(*, never: Collection[Pair] = ()) -> list[Question]:
    """Return the questions about persons and entries of the register, the likeliest first.

    Entries of the register that nobody holds are clusters of their own, by 宛名番号; two of these are never asked about.
    ``never``: pairs of identities that staff know to be two persons.
    """
    clusters: dict[object, list[IdentityRecord]] = defaultdict(list)
    of_sections: set[int] = set()
    with connection.cursor() as cursor:
        for record, person_id, ground in read_records(cursor):
            clusters[person_id or f"register {record.atena_number or record.person_number}"].append(record)
            if ground != Ground.REGISTER:
                of_sections.add(record.id)
    found = find_questions(clusters.values(), never=never)
    return [one for one in found if not of_sections.isdisjoint(one.left + one.right)]
