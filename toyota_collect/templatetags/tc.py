"""How facts are written on every screen: money, dates, time left, rates, marks. A builtin: templates need no ``load``.

Filters return text unless they say HTML. An absent value (None or "") is written ``—`` so that a gap is seen.
"""

from collections.abc import Iterator
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Any

from django import template
from django.core.paginator import Page
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from toyota_collect import wareki
from toyota_collect.permissions import Permission, allows

register = template.Library()

ABSENT = "—"
MINUS = "−"  # U+2212; a hyphen is too short beside figures
WEEKDAYS = "月火水木金土日"
TONE_MARKS = {"urgent": "！", "care": "！", "good": "✓", "hold": "×", "act": "", "life": "", "": ""}
CLASS_MARKS = {"A": ("強", "強制徴収公債権"), "B": ("非", "非強制徴収公債権"), "C": ("私", "私債権")}
CELLS = {
    "paid": ("済", "納付済"),
    "open": ("未", "未納"),
    "part": ("部", "一部納付"),
    "plan": ("分", "分納"),
    "clock": ("時", "時効6か月以内"),
    "grace": ("催", "催告で猶予中"),
    "future": ("前", "納期前"),
}


# --- figures ---------------------------------------------------------------------------------------


@register.filter
def yen(value: int | None) -> str:
    """``1234`` → ``1,234``; ``-500`` → ``−500``. The unit 円 stands in the column head or beside it."""
    if value in (None, ""):
        return ABSENT
    number = int(value)
    return f"{MINUS}{-number:,}" if number < 0 else f"{number:,}"


@register.filter
def figure(value: int | str | None) -> str:
    """A number as ``yen`` writes it; what is words or a rate already stays as it is."""
    return value if isinstance(value, str) and value else yen(value)  # type: ignore[arg-type]


@register.filter
def signed(value: int | None) -> str:
    """``12`` → ``＋12``, ``-4`` → ``−4``, ``0`` → ``0``: for changes."""
    if value in (None, ""):
        return ABSENT
    return f"＋{int(value):,}" if int(value) > 0 else yen(value)


@register.filter
def money_class(value: int | None) -> str:
    """CSS classes of a money cell: an amount of 0 is grey."""
    return "money" if value else "money money--zero"


@register.filter
def percent_of(part: int, whole: int) -> str:
    """``3|percent_of:8`` → ``37.5``; no whole → ``—``. Cut, not rounded, so that 100.0 means all of it."""
    if not whole:
        return ABSENT
    tenths = abs(part) * 1000 // abs(whole)
    mark = MINUS if (part < 0) != (whole < 0) and tenths else ""
    return f"{mark}{tenths // 10}.{tenths % 10}"


@register.filter
def seconds(value: float | None) -> str:
    """``115`` → ``1分55秒``, ``7200`` → ``2時間0分``; for the time a run still needs."""
    if value is None:
        return ABSENT
    minutes, rest = divmod(max(0, round(value)), 60)
    if minutes >= 60:
        return f"{minutes // 60}時間{minutes % 60}分"
    return f"{minutes}分{rest:02}秒" if minutes else f"{rest}秒"


# --- dates -----------------------------------------------------------------------------------------


@register.filter
def date_long_text(value: date | None) -> str:
    """``2026-11-24`` → ``令和8年11月24日（火）``, for sentences, titles and labels."""
    if not value:
        return ABSENT
    day = _local(value)
    return f"{wareki.long_text(day)}（{WEEKDAYS[day.weekday()]}）"


@register.filter
def date_short_text(value: date | None) -> str:
    """``2026-11-24`` → ``R8.11.24``, for labels of table cells."""
    return wareki.short_text(_local(value)) if value else ABSENT


@register.filter
def era_day(value: date | None) -> str:
    """``令和8年7月31日``, as courts write it: without the day of the week."""
    return "" if value is None else wareki.long_text(_local(value))


@register.filter
def date_long(value: date | None) -> str:
    """HTML: ``<time datetime="2026-11-24">令和8年11月24日（火）</time>``, for heads and sentences."""
    return _time(value, date_long_text(value))


@register.filter
def date_short(value: date | None) -> str:
    """HTML: ``<time datetime="2026-11-24">R8.11.24</time>``, for tables."""
    return _time(value, date_short_text(value))


@register.filter
def moment(value: datetime | None) -> str:
    """HTML: ``<time datetime="…">R8.11.24 10:02</time>`` in Tokyo time."""
    if not value:
        return ABSENT
    return _time(timezone.localtime(value), _moment_text(value))


def _moment_text(value: datetime) -> str:
    local = timezone.localtime(value)
    return f"{wareki.short_text(local.date())} {local:%H:%M}"


@register.filter
def late_text(counted: Any) -> str:
    """What stands on a page whose figures no job counts any more."""
    return f"{_moment_text(counted.at)}に集計した数字です。管理者に、集計のジョブを確かめるよう伝えてください。"


@register.filter
def failed_text(counted: Any) -> str:
    """What stands on a page whose figures could not be counted anew."""
    return (
        f"{_moment_text(counted.failed_at)}の集計が失敗しました。{_moment_text(counted.at)}に集計した数字を出しています。"
        "管理者に伝えてください。"
    )


@register.filter
def fiscal_year(value: int | None) -> str:
    """``2026`` → ``令和8年度``."""
    return wareki.fiscal_year_text(int(value)) if value else ABSENT


@register.filter
def fiscal_year_short(value: int | None) -> str:
    """``2026`` → ``R8``, ``2019`` → ``R1``, ``2018`` → ``H30``, for columns."""
    if not value:
        return ABSENT
    era = wareki.era_of(date(int(value), 12, 31))
    return f"{era.letter}{int(value) - era.starts_on.year + 1}"


@register.filter
def age(born_on: date | None, on: date) -> str:
    """Full years on the day ``on``: ``42歳``."""
    if not born_on:
        return ABSENT
    return f"{on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))}歳"


@register.filter
def time_left(last_day: date | None, on: date) -> str:
    """Time from ``on`` to a last day: ``あと14日`` up to 6 months, then ``1年2か月``; ``本日まで``; ``3日超過``."""
    if not last_day:
        return ABSENT
    days = (last_day - on).days
    if days < 0:
        return f"{-days}日超過"
    if days == 0:
        return "本日まで"
    if _within_six_months(last_day, on):
        return f"あと{days}日"
    years, months = divmod(_full_months(on, last_day), 12)
    return f"{years}年{months}か月" if years else f"{months}か月"


@register.filter
def time_left_tone(last_day: date | None, on: date) -> str:
    """``urgent`` up to 6 months before a last day and after it, otherwise ``""``: a tone for state and text."""
    return "urgent" if last_day and _within_six_months(last_day, on) else ""


# --- words and marks -------------------------------------------------------------------------------


@register.filter
def tone_mark(tone: str) -> str:
    """The mark that says the same as the colour of a tone."""
    return TONE_MARKS.get(tone or "", "")


@register.filter
def class_mark(code: str) -> str:
    """HTML: the pill 強 / 非 / 私 of a claim class A / B / C, its full name for readers."""
    mark, name = CLASS_MARKS[code]
    return format_html('<abbr class="pill pill--class" title="{}">{}</abbr>', name, mark)


@register.filter
def cell_mark(state: str) -> str:
    """``open`` → ``未``: the letter of a state in the claim matrix."""
    return CELLS[state][0]


@register.filter
def cell_name(state: str) -> str:
    """``open`` → ``未納``: what the letter stands for."""
    return CELLS[state][1]


@register.filter
def diff_marks(text: str, other: str) -> str:
    """HTML: ``text`` with ``<mark>`` round the characters that ``other`` writes differently."""
    changes = SequenceMatcher(None, text, other, autojunk=False).get_opcodes()
    pieces = [(kind, text[start:end]) for kind, start, end, _, _ in changes if end > start]
    return format_html_join("", "{}", ((piece if kind == "equal" else _mark(piece),) for kind, piece in pieces))


@register.filter
def may(user: Any, permission: str) -> bool:
    """Whether the user holds the permission: ``{% if user|may:"person.search" %}``."""
    return allows(user, Permission(permission))


@register.filter
def elided_pages(page: Page) -> Iterator[int | str]:
    """Page numbers of a pager with ``…`` for those left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)


# --- tags ------------------------------------------------------------------------------------------


@register.inclusion_tag("components/rate_bar.html")
def rate_bar(part: int, whole: int, tone: str = "now") -> dict[str, str]:
    """A bar of ``part`` in ``whole`` with its percentage; tone now | old | urgent | care | life."""
    text = percent_of(part, whole)
    width = "0" if text == ABSENT or part <= 0 else str(min(100, part * 1000 // whole / 10))
    return {"width": width, "text": text, "tone": tone}


@register.inclusion_tag("components/legend.html")
def cell_legend(*states: str) -> dict[str, list[tuple[str, str, str]]]:
    """What the letters of the claim matrix mean; without arguments, all seven."""
    return {"cells": [(state, *CELLS[state]) for state in states or CELLS]}


@register.simple_block_tag(takes_context=True)
def panel(context: template.Context, content: str, title: str, **options: Any) -> str:
    """A panel round its content: ``{% panel "滞納合計" id="owed" tone="urgent" note="34期別" %}…{% endpanel %}``.

    Options are the variables of ``components/panel.html``.
    """
    values = {"title": title, "content": content} | options
    return context.template.engine.get_template("components/panel.html").render(context.new(values))


def _mark(piece: str) -> SafeString:
    return format_html("<mark>{}</mark>", piece)


def _local(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def _full_months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def _within_six_months(last_day: date, on: date) -> bool:
    months = _full_months(on, last_day)
    return months < 6 or (months == 6 and last_day.day == on.day)


def _time(value: date | datetime | None, text: str) -> str | SafeString:
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text) if value else text
