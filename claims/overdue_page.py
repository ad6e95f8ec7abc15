"""What the list behind the board's sums shows: overdue, living claims of a kind, a group or an age, the oldest first."""

from datetime import date
from typing import Any

from claims import board
from claims.clocks_page import name_of
from claims.models import Claim, ClaimGroup
from claims.paging import CountedPaginator
from debtors.protection import hidden_people

PER_PAGE = 50
BY = {"kind": "kind__code", "group": "kind__group", "age": "age"}


def context_of(
    rows: list[dict[str, Any]], *, kind: str, group: str, age: str, page: str | None, on: date
) -> dict[str, Any]:
    """``rows``: of ``board.owed``, of which the numbers are. What is not known filters nothing."""
    known = {name: {row[field] for row in rows} for name, field in BY.items()}
    asked = {name: one for name, one in (("kind", kind), ("group", group), ("age", age)) if one in known[name]}
    mine = [row for row in rows if all(row[BY[name]] == one for name, one in asked.items())]
    claims = Claim.objects.overdue(on=on).alive(on=on).with_total()
    if "kind" in asked:
        claims = claims.filter(kind__code=kind)
    if "group" in asked:
        claims = claims.filter(kind__group=group)
    if "age" in asked:
        claims = claims.filter(board.of_age(age, on=on))
    listed = claims.select_related("kind", "identity__person__assignment__officer").order_by("due_on", "pk")
    paged = CountedPaginator(listed, PER_PAGE, length=sum(row["instalments"] for row in mine)).get_page(page)
    people = [claim.identity.person_id for claim in paged if claim.identity.person_id]
    return {
        "page": paged,
        "rows": [{"claim": claim, "name": name_of(claim), "person": claim.identity.person} for claim in paged],
        "yen": sum(row["yen"] for row in mine),
        "title": _title(mine, asked),
        "protected": hidden_people(people, on=on),
        "groups": [
            {"label": label, "url": f"?group={code}", "count": None, "current": code == group}
            for code, label in [("", "すべて"), *((c, label) for c, label in ClaimGroup.choices if c in known["group"])]
        ],
    }


def _title(rows: list[dict[str, Any]], asked: dict[str, str]) -> str:
    """In words what is shown."""
    ages = {code: name for code, name, _ in board.AGES}
    names = {
        "kind": rows[0]["kind__short_name"] if rows else "",
        "group": dict(ClaimGroup.choices).get(asked.get("group", ""), ""),
        "age": f"納期限から{ages.get(asked.get('age', ''), '')}",
    }
    return "、".join(names[name] for name in asked) or "すべて"
