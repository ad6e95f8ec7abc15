"""A second opinion on 消滅時効: the days of a claim counted off one by one, written from the law and not from the clock.

It shares no formula with ``claims.rules``: the calendar, the former law and the order of one day are its own. Days are
ordinals; the end of each day is asked whether anything still keeps the claim alive.
"""

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from claims.rules.prescription import Event, EventKind

NEW_LAW = date(2020, 4, 1).toordinal()
FOREVER = 366 * 60
PROCEDURES = {"sashiosae": ("sashiosae_end", "sashiosae_torikeshi"), "kofuyokyu": ("kofuyokyu_end",),
              "soshou": ("hanketsu_kakutei", "soshou_torisage")}  # fmt: skip
OPENER = {"shikko_teishi_torikeshi": "shikko_teishi"} | {
    end: opener for opener, ends in PROCEDURES.items() for end in ends
}
CAME_TO_NOTHING = {"sashiosae_torikeshi", "soshou_torisage"}


def same_day(ordinal, *, years=0, months=0):
    """The day of the same number so many months on, and whether that month has one (民法143条)."""
    day = date.fromordinal(ordinal)
    months += years * 12
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month, number).toordinal(), number == day.day
        except ValueError:
            continue
    return date(year, month, day.day).toordinal(), True


def ends(first, **period):
    """Last day of a period whose first counted day is ``first``."""
    day, exists = same_day(first, **period)
    return day - 1 if exists else day


class Life:
    """One claim from its first day on; ``lost_on`` is its last day, ``invoked`` whether 援用 ended it."""

    def __init__(self, first, years, events, *, needs_enyo=False, stop_day_counts=False):
        self.years, self.needs_enyo, self.stop_day_counts = years, needs_enyo, stop_day_counts
        self.first, self.counted, self.needed = first.toordinal(), 0, 0
        self.grace, self.former_window = 0, 0
        self.suspended, self.open, self.stops = set(), set(), {}
        self.dunned = self.invoked = self.late_acknowledgement = self.stopped_dead = False
        self.lost_on = None
        self._days(events)
        self._live(min([self.first, *self.by_day]))

    def _days(self, events):
        """Events by day in the order of one day, each with its procedure's number and fate."""
        self.by_day, self.fate, waiting, number = defaultdict(list), {}, defaultdict(list), 0
        for event in sorted(events, key=lambda event: (event.on, place(event))):
            kind, mine = event.kind.value, None
            if kind in PROCEDURES or kind == "shikko_teishi":
                number += 1
                mine = number
                waiting[kind].append(mine)
                self.fate[mine] = None
            elif kind in OPENER and waiting[OPENER[kind]]:
                mine = waiting[OPENER[kind]].pop(0)
                self.fate[mine] = (kind, event.on.toordinal())
            self.by_day[event.on.toordinal()].append((kind, mine, event))

    def _live(self, today):
        last_event = max(self.by_day, default=today)
        until = today + FOREVER
        while today < until:
            for kind, mine, event in self.by_day.get(today, ()):
                self._happens(today, kind, mine, event)
            self.stopped_dead = self.stopped_dead or self._stop_has_ended_it(today)
            if self.lost_on is None:
                self._count(today)
                if self.stopped_dead or self._nothing_keeps_it(today):
                    self.lost_on = today
            if self.lost_on is not None and today >= last_event:
                return
            if self.open and today >= last_event and not self.stops:
                return
            today += 1

    # --- a day goes by ---

    def _count(self, today):
        if today < self.first or today in self.suspended:
            return
        if not self.counted:
            self.needed = ends(today, years=self.years) - today + 1
        self.counted += 1

    def _run_out(self):
        return bool(self.counted) and self.counted >= self.needed

    def _stop_has_ended_it(self, today):
        """Three years of 執行停止 end the claim whatever else keeps it, and also while only 旧153条 could still save it."""
        first = [day if self.stop_day_counts else day + 1 for day in self.stops.values()]
        return any(today >= ends(day, years=3) for day in first)

    def _nothing_keeps_it(self, today):
        resting = today in self.suspended and today + 1 in self.suspended
        return not self.open and self._run_out() and today >= self.grace and not resting

    # --- something happens ---

    def _happens(self, today, kind, mine, event):
        if kind == "enyo":
            if self.needs_enyo and self.lost_on is not None and not self.late_acknowledgement:
                self.invoked = True
        elif self.lost_on is not None:
            self._after_the_end(today, kind, mine, event)
        elif kind in PROCEDURES:
            self._opens(today, kind, mine)
        elif kind == "shikko_teishi":
            self.stops[mine] = today
        elif kind == "shikko_teishi_torikeshi":
            self.stops.pop(mine, None)
        elif mine:
            self._closes(today, kind, mine)
        else:
            self._acts(today, kind, event)

    def _after_the_end(self, today, kind, mine, event):
        if kind in ("shonin", "ichibu_nofu", "yuyo") and not self.invoked:
            self.late_acknowledgement = True
        in_time = kind in PROCEDURES and today <= self.former_window and not self.stopped_dead
        if in_time and not self._came_to_nothing(mine):  # 旧153条
            self.lost_on = None
            self.open.add(mine)

    def _came_to_nothing(self, mine):
        return self.fate[mine] is not None and self.fate[mine][0] in CAME_TO_NOTHING

    def _opens(self, today, kind, mine):
        if today >= NEW_LAW or not self._came_to_nothing(mine):
            self.open.add(mine)
        elif kind == "soshou" and not self._run_out():  # 裁判上の催告, to six months after its withdrawal
            self.former_window = max(self.former_window, ends(self.fate[mine][1] + 1, months=6))

    def _closes(self, today, kind, mine):
        if mine not in self.open:
            return
        self.open.remove(mine)
        if kind in CAME_TO_NOTHING:
            self.grace = max(self.grace, ends(today + 1, months=6))
        else:
            self.years = 10 if kind == "hanketsu_kakutei" else self.years
            self._again(today + 1)

    def _acts(self, today, kind, event):
        if kind in ("tokusoku_tax", "tokusoku_koho"):
            if not self.dunned:
                deadline = event.to_on.toordinal() if event.to_on else today
                self._again(today + 11 if kind == "tokusoku_tax" else deadline + 1)
            self.dunned = True
        elif kind in ("shonin", "ichibu_nofu"):
            self._again(today + 1)
        elif kind == "hanketsu_kakutei":
            self.years = 10
            self._again(today + 1)
        elif kind == "saikoku" and not self._run_out():
            until = ends(today + 1, months=6)
            if today < NEW_LAW:
                self.former_window = max(self.former_window, until)
            else:
                self.grace = max(self.grace, until)
        elif kind == "yuyo":
            self.suspended.update(range(event.from_on.toordinal(), event.to_on.toordinal() + 1))
            if event.by_application:
                self._again(today + 1)

    def _again(self, first):
        """A new period, unless one begins later anyway."""
        if first > self.first:
            self.first, self.counted = first, 0


def place(event):
    """Its place within a day: procedures begin, then the acts of both sides by their codes, procedures end, then 援用."""
    kind = event.kind.value
    group = 0 if kind in PROCEDURES else 2 if OPENER.get(kind) in PROCEDURES else 3 if kind == "enyo" else 1
    return group, kind, event.from_on or event.on, event.to_on or event.on, event.by_application


def last_day(first, years, events, **terms):
    """The last day of the claim, ``None`` while an open procedure keeps it, and whether it was invoked."""
    life = Life(first, years, events, **terms)
    return (date.fromordinal(life.lost_on) if life.lost_on else None), life.invoked


# Chains ---------------------------------------------------------------------------------------------------------

LEAP = [date(2016, 2, 29), date(2020, 2, 29), date(2024, 2, 29)]


def chain(random: Random):
    """A possible history: first day, years, events, terms. Leap days, month ends and the change of law come often."""
    first = random.choice(
        [*LEAP, date(2015, 3, 1), date(2018, 9, 1), date(2019, 3, 31), date(2020, 4, 1), date(2021, 9, 1)]
    )
    first += timedelta(days=random.choice([0, 0, -1, 1, random.randrange(-400, 1200)]))
    years, private = random.choice([2, 3, 5]), random.random() < 0.4
    ending = date.fromordinal(ends(first.toordinal(), years=years))
    kinds, events = _kinds(random, private), []
    for _ in range(random.randrange(9)):
        events += _act(random, _when(random, first, ending, [event.on for event in events]), random.choice(kinds))
    terms = {"needs_enyo": private, "stop_day_counts": random.random() < 0.5}
    return first, years, events, terms


def _when(random, first, ending, before):
    near = random.choice([*LEAP, ending, ending, date(2020, 4, 1), *before])
    if random.random() < 0.5:
        return near + timedelta(days=random.choice([0, 0, 1, -1, random.randrange(-200, 200)]))
    return first + timedelta(days=random.randrange(-20, 365 * 7))


def _kinds(random, private):
    """What may happen to the claim; a judgment without its suit only where there is no suit to end."""
    kinds = ["tokusoku_tax", "tokusoku_koho", "shonin", "ichibu_nofu", "saikoku", "saikoku", *["yuyo"] * 3, "enyo"]
    kinds += [
        "sashiosae",
        "sashiosae",
        "kofuyokyu",
        *(["hanketsu_kakutei"] if random.random() < 0.2 else ["soshou"] * 2),
    ]
    return kinds if private else [*kinds, "shikko_teishi", "shikko_teishi"]


def _act(random, on, kind):
    if kind == "yuyo":
        from_on = on + timedelta(days=random.choice([0, 1, random.randrange(40)]))
        to_on = from_on + timedelta(days=random.choice([0, 1, 364, 365, random.randrange(700)]))
        return [Event(EventKind.DEFERRAL, on, from_on, to_on, random.random() < 0.5)]
    if kind == "tokusoku_koho" and random.random() < 0.3:
        return [Event(EventKind.DUNNING, on, to_on=on + timedelta(days=random.randrange(15)))]
    made = [Event(EventKind(kind), on)]
    if kind in PROCEDURES and random.random() < 0.85:
        end = on + timedelta(days=random.choice([0, 1, random.randrange(200), random.randrange(1200)]))
        made.append(Event(EventKind(random.choice(PROCEDURES[kind])), end))
    if kind == "saikoku" and random.random() < 0.4:
        made.append(Event(EventKind.DEMAND, on + timedelta(days=random.randrange(1, 230))))
    if kind == "shikko_teishi" and random.random() < 0.3:
        made.append(Event(EventKind.STOP_CANCELLED, on + timedelta(days=random.randrange(1300))))
    return made
