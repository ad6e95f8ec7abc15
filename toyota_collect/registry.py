"""Registries that apps fill in ``AppConfig.ready()``, so that the lower apps need not know the upper ones."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Channel:
    """A way out to the debtor (催告, 電話 …). All channels ask ``Claim.objects.reachable_by`` and nothing else."""

    code: str  # stored in Hold.channels
    label: str


@dataclass(frozen=True)
class Panel:
    """A fragment of the person page, fetched by URL name from the app that owns it."""

    code: str
    url_name: str
    permission: str
    order: int
    column: str = "main"  # main | side


@dataclass(frozen=True)
class NavItem:
    """A line of the side navigation."""

    section: str
    label: str
    url_name: str
    permission: str
    order: int
    count: Callable[[Any], int] | None = None


@dataclass
class Registry:
    channels: dict[str, Channel] = field(default_factory=dict)
    panels: dict[str, Panel] = field(default_factory=dict)
    nav: list[NavItem] = field(default_factory=list)

    def channel(self, channel: Channel) -> None:
        self.channels[channel.code] = channel

    def panel(self, panel: Panel) -> None:
        self.panels[panel.code] = panel

    def nav_item(self, item: NavItem) -> None:
        if item not in self.nav:
            self.nav.append(item)


registry = Registry()
