"""Registries that apps fill in ``AppConfig.ready()``, so that the lower apps need not know the upper ones.

A person is passed as an object the registry does not look into; ``on`` is the business date and ``user`` who looks:
each source answers only what that user may know.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any


@dataclass(frozen=True)
class Channel:
    """A way out to the debtor (催告, 電話 …). All channels ask ``Claim.objects.reachable_by`` and nothing else."""

    code: str  # stored in Hold.channels
    label: str


@dataclass(frozen=True)
class WayOut:
    """出口: one path by which something of ours reaches a person: a batch, a list, a queue, a paper, a file.

    ``channels``: a hold on any of them closes the way. ``in_spite``: why a hold in fact does not close it; such a way
    is shown to staff with its reason. ``reached``: of the people, those whom it would reach on the day as things stand.
    ``modules``: where what goes out is made, ``kinds``: of notices and documents; a test finds what stands nowhere.
    """

    code: str
    label: str
    channels: tuple[str, ...]
    reached: "Reached"
    modules: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    in_spite: str = ""


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
    """A line of the side navigation. ``waiting``: of a user, the rows that ask for a look; how many there are stands there."""

    section: str
    label: str
    url_name: str
    permission: str
    order: int
    waiting: Callable[[Any], Sequence[Any]] | None = None  # querysets; rules read this module and know no Django


@dataclass(frozen=True)
class Flag:
    """One of the fixed flags 保護・安全・生活: what to do first, then why."""

    title: str
    text: str = ""


# What a person's course is filtered by, in this order.
TOPICS = {
    "contact": "交渉",
    "money": "納付",
    "letter": "文書",
    "plan": "分納",
    "hold": "猶予・保留",
    "decision": "決裁",
    "event": "その他",
}
TOPIC_OF_TONE = {"pay": "money", "letter": "letter", "hold": "hold"}


@dataclass(frozen=True)
class Happening:
    """One line of a person's course: contacts, money, letters, holds and events in one order."""

    on: date
    kind: str  # two to four characters
    text: str
    who: str = ""
    tone: str = ""  # pay | letter | hold | care | life
    topic: str = ""  # a code of TOPICS; "": as the tone says
    at: time | None = None
    url: str = ""
    action: str = ""  # what the link does
    struck: bool = False  # a later line corrects it


@dataclass(frozen=True)
class PersonTable:
    """A key to a person, and what becomes of its rows when two people are found to be one (名寄せ), or are parted.

    Rows that do not move stay with the person they were written for, and are shown through on the other's page.
    """

    key: str  # "claims.hold.person": app, model and field
    title: str = ""  # what staff call one row
    moves: Any = None  # Q of the rows that go along; none: nothing does
    fit: "Fit | None" = None  # how a row must be changed to stand under the other person
    concerns: "Concerns | None" = None  # by it, rows written while the two were one are divided
    matters: Any = None  # Q of the rows that need a decision where they cannot be divided; none: all
    decide: str = ""  # what is then to be done; "": nothing
    as_one: bool = False  # decided on together, not row by row
    name: Callable[[Any], str] = str  # of one row, for who decides
    url: Callable[[Any], str] = lambda row: ""


@dataclass(frozen=True)
class Dependent:
    """A key to what an import brings in (a claim, a receipt, an identity …), and whether its rows stand on it.

    A row that counts keeps the import from being taken back. On what the import brought in any row does; on what it
    only changed those made later do, where ``since`` tells when.
    """

    key: str  # "claims.hold.claim": app, model and field
    title: str = ""  # what staff call one row; "": none counts, or the service of the taking back looks at it itself
    rows: Any = None  # Q of the rows that count; none: all
    since: str = ""  # path to the moment, or the business day, a row was made


@dataclass(frozen=True)
class ByHand:
    """What the parting of two people leaves for a person to decide."""

    key: str
    reason: str
    next_step: str
    url: str = ""


@dataclass(frozen=True)
class Parting:
    """Identities leave a person for another: ``since`` they were together, or from the beginning (None)."""

    person_id: int
    other_id: int | None
    identities: frozenset[int]
    since: datetime | None


@dataclass(frozen=True, slots=True)
class BoardLine:
    """What somebody has to look at, on the supervisor's board; ``tone`` as of ``components/state.html``."""

    label: str
    tone: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class BoardCell:
    """One figure of a board, and the list behind it."""

    value: int | str
    url: str = ""
    tone: str = ""  # urgent | care | good


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A line of a board's table, or a stage of its pipeline; ``note`` stands below a stage."""

    label: str
    cells: tuple[BoardCell, ...]
    url: str = ""
    tone: str = ""
    note: str = ""

    @property
    def count(self) -> int | str:
        """Of a stage: its one figure."""
        return self.cells[0].value

    @property
    def stuck(self) -> bool:
        return bool(self.tone)


@dataclass(frozen=True, slots=True)
class BoardTable:
    """Figures of the supervisor's board that belong together: on the page, and as they are in its files.

    ``columns``: the heading of the labels, then one for each cell. ``stages``: a pipeline, each row with one cell.
    """

    code: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[BoardRow, ...]
    note: str = ""
    url: str = ""
    action: str = ""
    stages: bool = False
    empty: str = ""


@dataclass(frozen=True)
class Act:
    """実績に数えるもの: something done for a person on a day, counted by month and team, never by who did it.

    ``rows``: for two days, both included, a queryset with ``person_id``, ``day`` and ``team`` ("": nobody's own), a row an
    act. ``channel``: it reaches the person, so that what follows it is looked at, from ``lag`` days after it on. ``group``: a
    code of ``ACT_GROUPS``.
    """

    code: str
    label: str
    group: str
    rows: "ActRows"
    channel: bool = False
    lag: int = 0


ACT_GROUPS = {
    "contact": "連絡",
    "letter": "文書",
    "plan": "納め方",
    "hold": "待つ・止める",
    "force": "強制・裁判",
    "hand": "つなぐ",
    "end": "終わり",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known of a person that asks for a step, or forbids one (本日の業務).

    ``about`` names the matter, where several sources tell of the same one; an open step on it is then not told twice.
    """

    code: str  # what the rules of the next action look for
    on: date | None = None  # the day it is about
    yen: int = 0
    text: str = ""  # in words, for the reason
    url: str = ""  # where it is dealt with
    since: date | None = None  # what happens from this day on answers it; none: from ``on`` on
    about: str = ""


@dataclass(frozen=True, slots=True)
class Owed:
    """What each person owes, for the assignment (担当の割り当て).

    ``select`` makes SQL and its parameters for a day and a condition on ``person_id`` (SQL, "": everybody): person_id, yen, ``claim_group`` and ``legal_class`` of the largest
    part, a row a person with something overdue. The labels of both codes go with it.
    """

    select: Callable[[date, str], tuple[str, list[Any]]]
    groups: Sequence[tuple[str, str]]
    classes: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class DaySource:
    """What an app tells of people for the list of the day; ``read`` asks a constant number of queries.

    ``codes``: every fact it may tell. ``leads``: for some of these, who of the people may have one about a day in the
    span: never too few, so that only they need be looked at where such a fact begins a day's work.
    """

    read: "DayFacts"
    codes: frozenset[str]
    leads: "Mapping[str, Leads]"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something may be done with a person on a day, and why (not), in Japanese."""

    allowed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What an app knows of a person that a checklist of evidence asks for (``code`` of the list); offered, never decided."""

    code: str
    on: date
    text: str


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One thing that an app knows of claims and that may serve as proof: a file, a letter, a contact, a line of the ledger.

    It is offered, never decided: whether a firm may see it is decided by ``lawyers.rules.disclosure``.
    """

    key: str  # of the source and its row: "evidence:12"
    kind: str  # contract | cause | basis | delivery | letter | event | contact | ledger; others are never shown
    title: str
    day: date
    claims: frozenset[int]  # every claim it tells of, whether or not it was asked for; none: of the person as a whole
    grounds: frozenset[str]  # on which its facts were learned
    person: int | None = None  # whom a thing without claims is about
    text: str = ""  # what stands beside the title in a table
    yen: int = 0  # signed, as booked
    withdrawn: bool = False
    addressed: bool = False  # its paper carries an address or a phone number
    name: str = ""  # of the file
    sha256: str = ""  # of the file; "": there is none to show
    content_type: str = ""
    read: Callable[[], bytes] | None = None  # its bytes, or an error where they are gone or altered


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure of an app for the city's monitoring; ``read`` gives None where it is not known. It tells of nobody."""

    name: str  # tc_…, with its unit at the end
    help: str
    read: Callable[[], float | None]


Span = tuple[date, date]  # both included
Leads = Callable[[Any, Any, Span], Iterable[int]]  # (lookups.Keys of people, user, span) → person ids
Fit = Callable[[Any, int], Mapping[str, Any] | None]  # (row, person id) → changed fields; None: it stays where it is
Concerns = Callable[[Sequence[int]], Mapping[int, set[int]]]  # row ids → the identities each is about
PartingCheck = Callable[[Parting], Iterable[ByHand]]
Happenings = Callable[[Any, Any, date], Iterable[Happening]]  # (person, user, on)
FlagSource = Callable[[Any, Any, date], Flag | None]  # (person, user, on)
ListFacts = Callable[[Sequence[int], Any, date], Mapping[int, Mapping[str, Any]]]  # (person ids, user, on)
DayFacts = Callable[[Sequence[int], Any, date], Iterable[tuple[int, Fact]]]  # (person ids, user, on)
BoardLines = Callable[[Any, date], Iterable[BoardLine]]  # (user, on)
ActRows = Callable[[date, date], Any]
BoardTables = Callable[[Any, date], Iterable[BoardTable]]  # (user, on); a constant number of queries
Freshness = Callable[[], tuple[str, datetime] | None]  # what a list rests on, and since when
OnApproved = Callable[[Any, Any], None]  # (approval, by); raises ApprovalRefused to let the decision fail
CaredFor = Callable[
    [Collection[int], date], set[int]
]  # (person ids, on) → those whose hardship is looked into or eased
LawyerGate = Callable[[Collection[int], date], Mapping[int, Verdict]]  # (person ids, on)
Exhibits = Callable[[Collection[int], date], Iterable[Exhibit]]  # (claim ids, on); a constant number of queries
Findings = Callable[[Any, Any, date], Iterable[Finding]]  # (person, user, on)
Reached = Callable[[Collection[int], date], set[int]]  # (person ids, on) → those of them whom a way out would reach
NumberSearch = Callable[[str, Any], Iterable[int]]  # (number as typed, user) → person ids


NO_GATE = Verdict(False, "福祉への照会を確かめるしくみがありません。管理者に連絡してください。")


@dataclass
class Registry:
    channels: dict[str, Channel] = field(default_factory=dict)
    chains: dict[str, Any] = field(default_factory=dict)  # by name: ``toyota_collect.chains.Chain``, anchored each day
    ways_out: dict[str, WayOut] = field(default_factory=dict)  # a test walks them, and finds those left out
    inside: dict[str, str] = field(default_factory=dict)  # by module: why what it makes stays in the house
    left_alone: list[CaredFor] = field(default_factory=list)  # no file hands out how to reach them
    digests: dict[str, Callable[[], str]] = field(default_factory=dict)  # by which a restored backup is proved
    panels: dict[str, Panel] = field(default_factory=dict)
    nav: list[NavItem] = field(default_factory=list)
    flags: dict[str, FlagSource] = field(default_factory=dict)  # safety | living; protection is the debtors' own
    happenings: list[Happenings] = field(default_factory=list)
    list_facts: list[ListFacts] = field(default_factory=list)
    cared_for: list[CaredFor] = field(default_factory=list)  # nobody tries anything out on them
    day_sources: list[DaySource] = field(default_factory=list)
    board_lines: list[BoardLines] = field(default_factory=list)
    board_tables: list[BoardTables] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)  # of two of one day that may have led to money the first counts
    freshness: list[Freshness] = field(default_factory=list)
    owed: Owed | None = None
    lawyer_gates: list[LawyerGate] = field(default_factory=list)  # all must let a person through
    exhibits: list[Exhibits] = field(default_factory=list)  # what may serve as proof of claims
    findings: list[Findings] = field(default_factory=list)  # evidence for decisions
    number_searches: list[NumberSearch] = field(default_factory=list)
    gauges: list[Gauge] = field(default_factory=list)  # what the monitoring watches
    on_approved: dict[str, OnApproved] = field(default_factory=dict)  # by the approval's subject type
    subject_labels: dict[str, str] = field(default_factory=dict)  # what waits for a decision, in words
    one_by_one: set[str] = field(default_factory=set)  # subject types of adverse acts: never decided in bulk
    person_tables: dict[str, PersonTable] = field(default_factory=dict)  # by key; a test finds those left out
    rare: set[str] = field(default_factory=set)  # keys to a person, an identity or a claim that few people have rows by
    parting_checks: list[PartingCheck] = field(default_factory=list)
    dependents: dict[str, Dependent] = field(default_factory=dict)  # by key; a test finds those left out

    def channel(self, channel: Channel) -> None:
        self.channels[channel.code] = channel

    def way_out(self, *ways: WayOut) -> None:
        self.ways_out |= {way.code: way for way in ways}

    def stays_inside(self, **why: str) -> None:
        """By module, its dots written as ``__``."""
        self.inside |= {name.replace("__", "."): text for name, text in why.items()}

    def person_table(self, *tables: PersonTable) -> None:
        self.person_tables |= {table.key: table for table in tables}

    def dependent(self, *dependents: Dependent) -> None:
        self.dependents |= {one.key: one for one in dependents}

    def panel(self, panel: Panel) -> None:
        self.panels[panel.code] = panel

    def may_go_to_lawyers(self, people: Collection[int], on: date) -> dict[int, Verdict]:
        """Whether each person's claims may be referred to lawyers (``Person`` ids). Nobody passes where no gate is kept."""
        answers = [asked(people, on) for asked in self.lawyer_gates]
        found = {person: [said.get(person, NO_GATE) for said in answers] or [NO_GATE] for person in people}
        return {person: next((one for one in said if not one.allowed), said[0]) for person, said in found.items()}

    def nav_item(self, item: NavItem) -> None:
        if item not in self.nav:
            self.nav.append(item)


registry = Registry()
