"""窓口: what was done for a visitor, as the log says it, and the outcome and next step that follow."""

from dataclasses import dataclass
from datetime import date

PLAN, PROMISED, HARDSHIP, TALKED = "plan", "promised", "hardship", "talked"  # codes of Contact.Outcome


@dataclass(frozen=True, slots=True)
class SlipMade:
    reference: str
    yen: int
    due_on: date


@dataclass(frozen=True, slots=True)
class PlanMade:
    """``first_due_on``: of its first instalment; ``signed``: its deed was taken."""

    number: int
    monthly_yen: int
    first_due_on: date
    signed: bool


@dataclass(frozen=True, slots=True)
class PaperMade:
    number: str
    signed: bool


@dataclass(frozen=True, slots=True)
class Done:
    """All that happened at the counter during one visit; ``others``: sentences of holds and applications."""

    slips: tuple[SlipMade, ...] = ()
    plans: tuple[PlanMade, ...] = ()
    papers: tuple[PaperMade, ...] = ()
    others: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    softens: bool = False  # one of the offers is help to live

    @property
    def promised_on(self) -> date | None:
        """The day up to which the slips were promised to be paid; none where a plan says it."""
        return None if self.plans or not self.slips else max(slip.due_on for slip in self.slips)

    @property
    def promised_yen(self) -> int | None:
        return sum(slip.yen for slip in self.slips) if self.promised_on else None


def sentences(done: Done) -> list[str]:
    """One sentence for each thing that was done, in the order in which the log says them."""
    said = [f"納付書 {slip.reference}（{slip.yen:,}円）を渡した。" for slip in done.slips]
    for plan in done.plans:
        state = "誓約書を受けた" if plan.signed else "案を作った（署名待ち）"
        said.append(f"分納（誓約履歴{plan.number}、月{plan.monthly_yen:,}円）の{state}。")
    for paper in done.papers:
        state = "に署名を受けた" if paper.signed else "を印刷した（署名待ち）"
        said.append(f"債務承認書 {paper.number} {state}。")
    said += list(done.others)
    said += [f"{offer}を案内した。" for offer in done.offers]
    return said


def outcome_of(done: Done) -> str:
    """The outcome that the log is offered."""
    if done.plans:
        return PLAN
    if done.slips:
        return PROMISED
    return HARDSHIP if done.softens else TALKED


def next_of(done: Done) -> tuple[str, date | None]:
    """The next step and the day on which its reason is known; ("", None): as the outcome's own rule says."""
    unsigned = [plan for plan in done.plans if not plan.signed]
    if unsigned:
        return "分納の誓約書に署名を受ける", None
    if done.plans:
        return "分納の最初の入金を確かめる", min(plan.first_due_on for plan in done.plans)
    if done.promised_on:
        return "納付書の入金を確かめる", done.promised_on
    if any(not paper.signed for paper in done.papers):
        return "債務承認書に署名を受ける", None
    return ("相談につながったかを確かめる", None) if done.softens else ("", None)
