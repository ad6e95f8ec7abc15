"""職員向けの手引き: the pages of ``docs/manual`` as the product shows them, and which section helps with which screen.

A section names its screens in a comment below its heading, ``<!-- debtors:day claims:import* -->``, so that the text and the
help that leads to it stay together. Addresses are those a reader of the files has too: ``collector.md#本日の業務``.
Everything is read once in a process; the files belong to the release.
"""

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER: Path = settings.ROOT / "docs" / "manual"
INDEX = "README"
ADDRESS = re.compile(r"([\w-]*)\.md(#.*)?")
PICTURE = re.compile(r"([\w-]+)\.png")
COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)


@dataclass(frozen=True)
class Section:
    anchor: str
    title: str
    screens: list[str] = field(default_factory=list)  # names of addresses, as ``fnmatch`` patterns


@dataclass(frozen=True)
class ManualPage:
    name: str  # the file's name without its ending; a role's page has the role's code
    title: str
    html: SafeString
    sections: list[Section]
    pictures: list[str]


@cache
def pages() -> dict[str, ManualPage]:
    """All pages by name, the index first."""
    found = {path.stem: _read(path) for path in sorted(FOLDER.glob("*.md"))}
    return {INDEX: found.pop(INDEX)} | found


@cache
def pictures() -> dict[str, Path]:
    return {path.stem: path for path in FOLDER.glob("*.png")}


@cache
def help_for(screen: str, role: str) -> str:
    """The address of the section about the screen: of the role's own page if it speaks of it; the index, if none does."""
    own = [pages()[role]] if role in pages() else []
    for page in [*own, *pages().values()]:
        for section in page.sections:
            if any(fnmatchcase(screen, pattern) for pattern in section.screens):
                return f"{_page_url(page.name)}#{section.anchor}"
    return _page_url(INDEX)


def anchor(title: str) -> str:
    """What GitHub makes of a heading, so that one address serves both."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _read(path: Path) -> ManualPage:
    """Raises ``ValueError`` for a page that does not begin with its title, or a link to what is no page of the manual."""
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(path.read_text(encoding="utf-8"))
    if not tokens or tokens[0].tag != "h1":
        raise ValueError(f"{path.name} does not begin with its title")
    title, kept, shown = tokens[1].content, [], []
    sections = [Section("", title)]
    for place, token in enumerate(tokens[3:], 3):
        if token.type == "html_block":
            for words in COMMENT.findall(token.content):
                sections[-1].screens.extend(words.split())
            continue
        if token.type == "heading_open":
            words = tokens[place + 1].content
            token.attrSet("id", anchor(words))
            sections.append(Section(anchor(words), words))
        elif token.type == "table_open":
            token.attrSet("class", "data")
        for part in token.children or []:
            shown += _readdress(part, path.name)
        kept.append(token)
    html = parser.renderer.render(kept, parser.options, {})
    safe = mark_safe(html)  # noqa: S308  # our own text  # nosec B703
    return ManualPage(path.stem, title, safe, sections, shown)


def _readdress(part: Token, file: str) -> list[str]:
    """Turn the address of a link or picture into the product's; give the picture's name."""
    if part.type == "image":
        picture = PICTURE.fullmatch(str(part.attrs["src"]))
        if not picture:
            raise ValueError(f"{file}: {part.attrs['src']} is no picture of the manual")
        part.attrSet("src", reverse("manual-picture", args=[picture[1]]))
        return [picture[1]]
    if part.type == "link_open":
        to = str(part.attrs["href"])
        address = ADDRESS.fullmatch(to)
        if address:
            part.attrSet("href", _page_url(address[1]) + (address[2] or ""))
        elif not to.startswith("#"):
            raise ValueError(f"{file}: {escape(to)} is no page of the manual")
    return []


def _page_url(name: str) -> str:
    return reverse("manual") if name == INDEX else reverse("manual-page", args=[name])
