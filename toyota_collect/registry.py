"""Registries that apps fill in ``AppConfig.ready()``, so that the lower apps need not know the upper ones.

A person is passed as an object the registry does not look into; ``on`` is the business date and ``user`` who looks:
each source answers only what that user may know.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Channel:
    """A way out to the debtor (催告, 電話 …). All channels ask ``Claim.objects.reachable_by`` and nothing else."""

    code: str  # stored in Hold.channels
    label: str


@dataclass(frozen=True)
class Panel:
    """A fragment of the person page, fetched by URL name (argument: the person's number) from the app that owns it."""

    code: str
    url_name: str
    permission: str
    order: int
    column: str = "main"  # first | second | third (the answer, at the top) | main | side
    title: str = ""  # shown until the panel is there


@dataclass(frozen=True)
class NavItem:
    """A line of the side navigation."""

    section: str
    label: str
    url_name: str
    permission: str
    order: int
    count: Callable[[Any], int] | None = None


@dataclass(frozen=True)
class Flag:
    """One of the fixed flags 保護・安全・生活: what to do first, then why."""

    title: str
    text: str = ""


@dataclass(frozen=True)
class Happening:
    """One line of a person's course: contacts, money, letters, holds and events in one order."""

    on: date
    kind: str  # two to four characters
    text: str
    who: str = ""
    tone: str = ""  # pay | letter | hold | care | life


Happenings = Callable[[Any, Any, date], Iterable[Happening]]  # (person, user, on)
FlagSource = Callable[[Any, Any, date], Flag | None]  # (person, user, on)
ListFacts = Callable[[Sequence[int], Any, date], Mapping[int, Mapping[str, Any]]]  # (person ids, user, on)
OnApproved = Callable[[Any, Any], None]  # (approval, by); raises ApprovalRefused to let the decision fail
NumberSearch = Callable[[str, Any], Iterable[int]]  # (number as typed, user) → person ids


@dataclass
class Registry:
    channels: dict[str, Channel] = field(default_factory=dict)
    panels: dict[str, Panel] = field(default_factory=dict)
    nav: list[NavItem] = field(default_factory=list)
    flags: dict[str, FlagSource] = field(default_factory=dict)  # safety | living; protection is the debtors' own
    happenings: list[Happenings] = field(default_factory=list)
    list_facts: list[ListFacts] = field(default_factory=list)
    number_searches: list[NumberSearch] = field(default_factory=list)
    on_approved: dict[str, OnApproved] = field(default_factory=dict)  # by the approval's subject type
    subject_labels: dict[str, str] = field(default_factory=dict)  # what waits for a decision, in words
    one_by_one: set[str] = field(default_factory=set)  # subject types of adverse acts: never decided in bulk

    def channel(self, channel: Channel) -> None:
        self.channels[channel.code] = channel

    def panel(self, panel: Panel) -> None:
        self.panels[panel.code] = panel

    def nav_item(self, item: NavItem) -> None:
        if item not in self.nav:
            self.nav.append(item)


registry = Registry()
