"""The product as a stranger meets it: pages are opened, their links and forms read, and sent back with hostile values."""

import inspect
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from random import Random
from typing import Any
from urllib.parse import quote, quote_plus, urljoin, urlsplit
from uuid import UUID

from django.apps import apps
from django.db.models import AutoField, Model
from django.forms import BaseForm, FileField, ModelChoiceField
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from tests.integration.toyota_collect import hostile

HOST = "http://testserver"
ORDINARY = {"date": "2026-11-20", "month": "2026-11", "time": "10:30", "number": "1000", "email": "a@example.invalid"}
ARGUMENTS = ("0", "1", "007", str(2**31), str(2**63 - 1), str(2**63), str(2**64), "9" * 5_000, "-1", "²")
Pairs = list[tuple[str, str]]


@dataclass
class Form:
    """A form as it was shown: where it goes, and its fields as name, type and the values that it offers or holds."""

    method: str
    action: str
    fields: list[tuple[str, str, list[str]]] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        return [name for name, kind, _ in self.fields if kind == "file"]


class Page(HTMLParser):
    """Addresses and forms of a page; what stands in no form but is sent by itself (htmx) is a form of one field."""

    def __init__(self, html: str, at: str) -> None:
        super().__init__()
        self.at, self.links, self.forms = at, [], []
        self._open: Form | None = None
        self._select: tuple[str, str, list[str]] | None = None
        self._area = False
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        name, kind = given.get("name", ""), given.get("type", "text" if tag == "input" else tag)
        for key in ("href", "src", "hx-get", "action", "hx-post", "formaction"):
            if given.get(key):
                self.links.append(urljoin(self.at, given[key]))
        if tag == "form":
            self._open = Form(given.get("method", "get").lower(), urljoin(self.at, given.get("action", "")))
            self.forms.append(self._open)
        for verb in ("get", "post"):
            if target := given.get(f"hx-{verb}"):
                kept = self._open.fields if self._open else []
                self.forms.append(Form(verb, urljoin(self.at, target), kept))
        if given.get("formaction") and self._open:
            self.forms.append(Form("post", urljoin(self.at, given["formaction"]), self._open.fields))
        found = None
        if tag == "option" and self._select:
            self._select[2].append(given.get("value", ""))
        elif name and name != "csrfmiddlewaretoken" and tag in ("input", "select", "textarea", "button"):
            found = (name, kind, [given["value"]] if "value" in given else [])
            (self._open.fields if self._open else self._loose().fields).append(found)
        if tag in ("select", "textarea"):
            self._select, self._area = (found if tag == "select" else None), tag == "textarea"

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag in ("select", "textarea"):
            self._select, self._area = None, False

    def _loose(self) -> Form:
        return self.forms[-1] if self.forms else Form("get", self.at)


def unshown(view: Any, *, post: bool, addresses: Callable[[int], str]) -> list[Form]:
    """Forms for a view that no page led to: fields that its source names, at rows that its module knows of.

    Args:
        addresses: the view's address for the id of a row.
    """
    module, source = sys.modules[view.__module__], inspect.getsource(inspect.unwrap(view))
    known = [one for one in vars(module).values() if isinstance(one, type)]
    named = [getattr(module, one, None) for one in re.findall(r"(\w+Form)\(", source)]
    forms = [one for one in named if one] or [one for one in known if issubclass(one, BaseForm)]
    names = re.findall(r"POST(?:\.get|\.getlist)?[\[(]\"(\w+)\"", source)
    fields = [(name, "text", []) for name in names]
    fields += [_field(name, one) for form in forms for name, one in getattr(form, "base_fields", {}).items()]
    app = apps.get_containing_app_config(view.__module__)
    models = [one for one in known if issubclass(one, Model)] + list(app.get_models() if app else ())
    ids: list[int] = []
    for model in dict.fromkeys(models):
        if model is not Model and not model._meta.abstract and isinstance(model._meta.pk, AutoField):
            rows = model._base_manager.order_by("pk").values_list("pk", flat=True)
            ids += [one for one in (rows.last(), rows.first()) if one]
    return [Form("post" if post else "get", addresses(one), fields) for one in dict.fromkeys([*ids, 1])]


def _field(name: str, field: Any) -> tuple[str, str, list[str]]:
    kind = "file" if isinstance(field, FileField) else getattr(field.widget, "input_type", None) or "text"
    offered = () if isinstance(field, ModelChoiceField) else getattr(field, "choices", ())
    return name, kind, [str(key) for key, _ in offered]


def name_of(path: str) -> str:
    """The URL name that answers a path, or ``""``."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def honest(form: Form, random: Random) -> Pairs:
    """What somebody might really send: one of each choice, an ordinary value where nothing stands."""
    sent = {}
    for name, kind, values in form.fields:
        if kind == "file" or (kind == "checkbox" and random.random() < 0.4):
            continue
        if kind in ("radio", "submit", "button", "checkbox") and name in sent and random.random() < 0.6:
            continue
        sent[name] = random.choice(values) if values and (values[0] or kind == "select") else ORDINARY.get(kind, "架空")
    return list(sent.items())


def spoilt(form: Form, random: Random) -> Pairs:
    """The same with fields changed, missing, repeated or new."""
    pairs, kinds = honest(form, random), {name: kind for name, kind, _ in form.fields}
    for place in random.sample(range(len(pairs)), min(len(pairs), random.choice((1, 1, 1, 2, 3, 99)))):
        name = pairs[place][0]
        pairs[place] = (name, hostile.value(random, kinds[name]))
    chance = random.random()
    if pairs and chance < 0.15:
        pairs.pop(random.randrange(len(pairs)))
    elif pairs and chance < 0.35:
        name = random.choice(pairs)[0]
        pairs += [(name, hostile.value(random, kinds[name])) for _ in range(random.choice((1, 2, 40)))]
    elif chance < 0.42:
        pairs.append((hostile.value(random, "text")[:200], hostile.value(random, "text")))
    return pairs


def moved(path: str, random: Random) -> str:
    """The same view at an address with one absurd argument; what no address can be written with is quoted into the path."""
    try:
        found = resolve(path)
    except Resolver404:
        return path
    if not found.kwargs:
        return path
    name = random.choice(sorted(found.kwargs))
    if isinstance(found.kwargs[name], int):
        value = random.choice(ARGUMENTS)
    else:
        value = random.choice((*hostile.TEXTS[1:40], *hostile.DAYS, *ARGUMENTS))[:500]
    kept = {key: one for key, one in found.kwargs.items() if not isinstance(one, UUID)}
    mark = "2091" if isinstance(kept[name], int) else "2001-02-03" if not isinstance(kept[name], str) else "qqqqq"
    stand_in = type(kept[name])(mark) if isinstance(kept[name], int | str) else type(kept[name]).fromisoformat(mark)
    return reverse(found.view_name, kwargs=kept | {name: stand_in}).replace(
        f"/{mark}", f"/{quote(_bytes(value), safe='')}"
    )


def encoded(pairs: Pairs) -> str:
    return "&".join(f"{quote_plus(_bytes(name))}={quote_plus(_bytes(value))}" for name, value in pairs)


def multipart(pairs: Pairs, files: list[tuple[str, str, str, bytes]]) -> tuple[bytes, str]:
    """The body and its content type; a file is its field, name, type and content."""
    mark, lines = b"----hostile", []
    for name, value in pairs:
        lines += [b"--" + mark, b'Content-Disposition: form-data; name="' + _header(name) + b'"', b"", _bytes(value)]
    for name, file, kind, content in files:
        head = b'Content-Disposition: form-data; name="' + _header(name) + b'"; filename="' + _header(file) + b'"'
        lines += [b"--" + mark, head, b"Content-Type: " + _header(kind), b"", content]
    return b"\r\n".join([*lines, b"--" + mark + b"--", b""]), f"multipart/form-data; boundary={mark.decode()}"


def files_for(form: Form, random: Random) -> tuple[list[tuple[str, str, str, bytes]], list[str]]:
    """A hostile file or two for each field that takes one, and what they are."""
    sent, told = [], []
    for name in form.files:
        for _ in range(random.choice((0, 1, 1, 1, 2))):
            what = random.choice(sorted(hostile.FILES))
            file, kind = random.choice(hostile.NAMES), random.choice(hostile.TYPES)
            sent.append((name, file, kind, hostile.content(what)))
            told.append(f"{name}: {what} as {file[:40]!r} {kind}")
    return sent, told


def send(client: Client, method: str, path: str, pairs: Pairs, files: Any, **headers: str) -> Any:
    """The answer; the client does not raise what a view raised."""
    if method == "get":
        joint = "&" if "?" in path else "?"
        return client.generic("GET", path + (joint + encoded(pairs) if pairs else ""), **headers)
    if files:
        body, kind = multipart(pairs, files)
    else:
        body, kind = encoded(pairs).encode(), "application/x-www-form-urlencoded"
    return client.generic("POST", path, body, content_type=kind, **headers)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _header(text: str) -> bytes:
    return _bytes(text).replace(b"\r", b"%0D").replace(b"\n", b"%0A").replace(b'"', b"%22")
