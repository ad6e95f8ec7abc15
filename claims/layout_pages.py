"""What the layout pages show: the list, and one layout with what it makes of a sample."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Max

from claims.forms_layouts import CONTENTS, LayoutForm, SourceForm, place_rows
from claims.intake import catalogue
from claims.intake.fields import CONTENT, NAMES, Canonical
from claims.intake.layout import ANY_SOURCE, ENCODINGS, LayoutError, layout_of
from claims.intake.sample import MOST_BYTES, Place, Tried, date_form, guess, raw_places, split, try_out
from claims.models import ClaimKind, ImportFile, SourceLayout
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Ground

FRESH: dict[str, Any] = {
    "code": "", "source": "", "name": "", "content": "claims", "files": "", "encoding": "cp932", "format": "csv",
    "header": True, "ground": Ground.CONTRACT.value, "control": "required", "last_line_end": "required", "fields": {},
}  # fmt: skip
SHOWN_ROWS = 10
SHOWN_REFUSALS = 20


def layout_list() -> dict[str, Any]:
    """Context of the list: every layout, who changed it last, and the last file that was read with it."""
    made = {one.code: one for one in SourceLayout.objects.select_related("by")}
    last = dict(ImportFile.objects.values_list("layout").annotate(at=Max("at")).order_by())
    labels = dict(CONTENTS)
    try:
        layouts = catalogue.layouts()
    except LayoutError as error:
        return {"rows": [], "problem": str(error)}
    return {
        "rows": [
            {
                "layout": one,
                "content": labels[one.content],
                "way": f"固定長 {one.record_bytes}バイト" if one.format == "fixed" else one.format.upper(),
                "made": made.get(one.code),
                "last_at": last.get(one.code),
            }
            for one in layouts
        ]
    }


def table_for(code: str) -> dict[str, Any] | None:
    """The layout's table with every setting present, or ``None`` where there is none."""
    table = catalogue.tables().get(code)
    if table is None or table["source"] == ANY_SOURCE:  # the standard's own: nobody may turn it to one source
        return None
    fixed = table["format"] == "fixed"
    return {
        **FRESH,
        "header": not fixed,
        "control": "none",
        "last_line_end": "optional" if fixed else "required",
        **table,
    }


def editor(
    table: dict[str, Any], *, editing: bool, sample: UploadedFile | None = None, form: LayoutForm | None = None,
    source_form: SourceForm | None = None, problems: list[str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Context of the page of one layout; ``tried`` is what it makes of the sample."""
    data = head_of(sample)
    titles = split(data, table["encoding"], table["format"])[:1] if data and mode_of(table) == "title" else []
    return {
        "table": table,
        "editing": editing,
        "form": form or LayoutForm(initial=table, editing=editing),
        "source_form": source_form or SourceForm(),
        "field_rows": place_rows(table),
        "mode": mode_of(table),
        "titles": titles[0] if titles else [],
        "kinds": ClaimKind.objects.order_by("code"),
        "problems": problems or [],
        **trial(table, data, sample.name if sample else ""),
    }


def mode_of(table: dict[str, Any]) -> str:
    """How places are told: by ``title``, by ``index``, or by ``bytes``."""
    return "bytes" if table["format"] == "fixed" else "title" if table["header"] else "index"


def trial(table: dict[str, Any], data: bytes, name: str) -> dict[str, Any]:
    """What the layout makes of a sample, or why it cannot be used."""
    places = _raw(table, data)
    try:
        layout = layout_of("レイアウト", table)
    except LayoutError as error:
        return {"complaint": str(error), "tried": None, "sample": bool(data), "places": places}
    if not data:
        return {"tried": None, "sample": False}
    kinds = dict(ClaimKind.objects.values_list("code", "pk"))
    try:
        tried = try_out(layout, data, kinds=kinds, as_of=business_date())
    except UnicodeDecodeError:
        tried = Tried(problem="見本を文字として読めません。文字コードを確かめてください。")
    others = [one.code for one in catalogue.layouts() if one.code != layout.code and one.owns(name)]
    return {
        "sample": True,
        "tried": tried,
        "places": tried.places or places,
        "rows": tried.rows[:SHOWN_ROWS],
        "refusals": [(one, NAMES.get(one.field, "")) for one in tried.refusals[:SHOWN_REFUSALS]],
        "name_problem": ""
        if layout.owns(name) and not others
        else f"見本の名前「{name}」は、ほかのレイアウト（{'、'.join(others)}）にも当たります。"
        if others
        else f"見本の名前「{name}」は、ファイル名の形「{layout.files}」に当たりません。",
    }


def _raw(table: dict[str, Any], data: bytes) -> list[Place]:
    if not data or table["encoding"] not in ENCODINGS:
        return []
    size = int(table.get("record_bytes", 0))
    return raw_places(
        data, encoding=table["encoding"], form=table["format"], header=bool(table["header"]), record_bytes=size
    )


def head_of(sample: UploadedFile | None) -> bytes:
    """The beginning of a sample, in whole lines where it is longer than what is looked at."""
    if sample is None:
        return b""
    sample.seek(0)
    data = sample.read(MOST_BYTES + 1)
    if len(data) <= MOST_BYTES:
        return data
    return data[: data.rfind(b"\n") + 1] or data[:MOST_BYTES]


def guessed(table: dict[str, Any], sample: UploadedFile) -> dict[str, Any]:
    """The table with what the sample shows: how it is written, and the places of fields whose titles are known."""
    data = head_of(sample)
    table = {**table, **guess(data)}
    if mode_of(table) != "title":
        return table
    titles, *rows = split(data, table["encoding"], table["format"])
    known, fields = _known_titles(table["content"]), dict(table["fields"])
    for place, title in enumerate(titles):
        one = known.get(title)
        if one and one.name not in fields:
            form = date_form(row[place] for row in rows if len(row) == len(titles)) if one.type == "date" else ""
            fields[one.name] = {"column": title, **({"as": form} if form else {})}
    return {**table, "fields": fields}


def _known_titles(content: str) -> dict[str, Canonical]:
    """Field by title: the field's own Japanese name, and every title that a layout in use knows it by."""
    names = {one.name: one for one in CONTENT[content]}
    found = {one.label: one for one in names.values()}
    for table in catalogue.tables().values():
        if table["content"] == content:
            found |= {spec["column"]: names[name] for name, spec in table["fields"].items() if "column" in spec}
    return found
