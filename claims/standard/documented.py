"""The columns of the families as the table in ``docs/standard.md``: ``python -m claims.standard.documented`` renews it."""

from pathlib import Path

from claims.standard.schema import Column, Family, families

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "standard.md"
BEGIN, END = "<!-- columns: begin -->\n", "<!-- columns: end -->\n"


def tables() -> str:
    """A heading and a table a family, in Markdown."""
    return "\n".join(_family(one) for one in families().values())


def renewed(text: str) -> str:
    """The document with the tables as they must stand in it."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + "\n" + tables() + "\n" + END + rest.partition(END)[2]


def _family(family: Family) -> str:
    rows = [f"| {number} | {_cells(column)} |" for number, column in enumerate(family.columns, 1)]
    head = f"### {family.name} `{family.code}` ({', '.join(family.ways)})\n\n{family.about}\n"
    return "\n".join([head, "| | title | code | type | needed | key | |", "|---|---|---|---|---|---|---|", *rows, ""])


def _cells(column: Column) -> str:
    kind = f"{column.type} {column.length}" if column.type == "text" else column.type
    notes = [f"{code} = {label}" for code, label in column.codes.items()] + ([column.note] if column.note else [])
    marks = "yes" if column.required else "", "key" if column.key else ""
    return " | ".join([column.title, f"`{column.code}`", kind, *marks, "、".join(notes)])


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
