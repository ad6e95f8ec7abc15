"""Which ids a file's new claims and identities got: by them the file is known again when it is to be taken back."""

from django.db import connection

CLAIMS = "SELECT min(new_id), max(new_id) FROM stage"
IDENTITIES = "SELECT min(id), max(id) FROM identities_now WHERE NOT is_there"
DRAWN = {
    "claims": {"claims": CLAIMS, "identities": IDENTITIES},
    "register": {"identities": IDENTITIES},
}


def drawn(content: str) -> dict[str, list[int]]:
    """First and last id by what was drawn, from the tables of the file being imported; nothing else draws meanwhile."""
    found = {}
    with connection.cursor() as cursor:
        for what, query in DRAWN[content].items():
            cursor.execute(query)
            first, last = cursor.fetchone()
            if first is not None:
                found[what] = [first, last]
    return found
