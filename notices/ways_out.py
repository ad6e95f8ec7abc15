"""出口: every letter, from the run that counts it to the pile that leaves the house, and what is printed at the counter."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from debtors.joined import current_people
from debtors.models import Person, SafeRoute
from notices.models import DunningRun, Letter, Notice, PrintRun, ReturnedLetter
from notices.querysets import CHANNEL
from notices.rules.kinds import BATCH, KINDS, SINGLE
from notices.rules.single import refusal
from notices.rules.takers import RANK
from notices.services import dunning_selection, dunnings
from notices.services.pull_selection import letters_to_pull, resting_letters
from notices.services.pulls import open_letters, pile_letters
from notices.services.selection import select
from notices.services.single_offers import facts_of
from notices.services.single_standing import changed_since
from toyota_collect.calendar import ONE_DAY
from toyota_collect.registry import Reached, Registry, WayOut

BY_LAW = (
    "法律が「発しなければならない」とする督促のため（地方税法329条ほか・地方自治法231条の3・同施行令171条）。"
    "事実上の保留では止められない。止める方針なら、基準の表「猶予・保留の効果」の福祉支援の行に督促を加える"
)
AT_THE_COUNTER = "本人が求めた納付書・計算書のため"


def register(registry: Registry) -> None:
    registry.way_out(
        *(
            WayOut(f"notices.run.{code}", f"一斉：{KINDS[code].name}", (CHANNEL,), _by_run(code), kinds=(code,))
            for code in BATCH
        ),
        *(_single(code) for code in SINGLE),
        WayOut(
            "notices.letters",
            "作ってあり、まだ封をしていない催告書",
            (CHANNEL,),
            _in_open_piles,
            modules=("notices.services.documents", "notices.views_letters"),
            kinds=("consolidated_demand",),
        ),
        WayOut(
            "notices.sealed",
            "封をした束と、委託先に渡すデータ",
            (CHANNEL,),
            _in_sealed_piles,
            modules=("notices.services.packs", "notices.views_packs", "notices.views_mailing"),
        ),
        WayOut(
            "notices.notices",
            "作ってあり、まだ発送していない個別の通知",
            (CHANNEL,),
            _with_a_made_notice,
            modules=("notices.services.singles",),
        ),
        WayOut("notices.resent", "返戻された催告書の再送", (CHANNEL,), _to_be_sent_again),
        WayOut("notices.closed_pile", "支援措置の束", (CHANNEL,), _by_a_closed_route),
        WayOut(
            "notices.dunning",
            "督促状",
            (dunning_selection.CHANNEL,),
            _to_be_dunned,
            modules=("notices.services.dunning_paper",),
            kinds=("dunning", "dunning_bundle"),
            in_spite=BY_LAW,
        ),
        WayOut(
            "notices.public_notice",
            "督促状の公示送達",
            (dunning_selection.CHANNEL,),
            _nobody,
            modules=("notices.services.public_notice_paper", "notices.views_public_notices"),
            kinds=("public_notice", "enquiry_report"),
            in_spite=BY_LAW,
        ),
        WayOut(
            "notices.counter",
            "窓口・分納の納付書、延滞金等の計算書",
            (),
            _nobody,
            modules=("notices.services.desk_slips", "notices.services.charge_sheet"),
            kinds=("desk_slip", "plan_slips", "late_charge_sheet"),
            in_spite=AT_THE_COUNTER,
        ),
    )
    registry.stays_inside(
        notices__services__certificate="封緘の証明書・区分票・改ざん検知の一覧は、職員と郵便局のためのもの",
        notices__services__text_papers="文言の版を確かめる見本",
        notices__views_experiments="文面の比較の結果（人の名前も連絡先もない）",
    )


def _single(code: str) -> WayOut:
    kind = KINDS[code]
    why = "生活困窮者自立支援法8条の利用勧奨で、支払いを求めないため" if kind.helps else ""
    channels = () if kind.helps else (CHANNEL,)
    return WayOut(
        f"notices.single.{code}", f"個別：{kind.name}", channels, _by_single(code), kinds=(code,), in_spite=why
    )


def _by_run(code: str) -> Reached:
    """People who would get a letter of a run of the kind that is counted today, whatever they owe and answer for."""

    def reached(people: Collection[int], on: date) -> set[int]:
        run = PrintRun(kind=code, as_of=on, issued_on=on, deadline_on=on + ONE_DAY, minimum_yen=0, takers=[*RANK])
        return set(select(run, today=on).targets) & set(people)

    return reached


def _by_single(code: str) -> Reached:
    def reached(people: Collection[int], on: date) -> set[int]:
        found = Person.objects.filter(pk__in=people)
        return {one.pk for one in found if not refusal(KINDS[code], facts_of(one, KINDS[code], on=on))}

    return reached


def _in_open_piles(people: Collection[int], on: date) -> set[int]:
    """Of made letters, those that the look before the seal would let go."""
    found: set[int] = set()
    for run in PrintRun.objects.filter(state__in=[PrintRun.State.VERIFIED, PrintRun.State.PULLED], is_sample=False):
        letters = open_letters(run)
        pulled = letters_to_pull(letters, run=run, today=on)
        found |= set(letters.exclude(pk__in=pulled).values_list("person_id", flat=True))
    return found & set(people)


def _in_sealed_piles(people: Collection[int], on: date) -> set[int]:
    """Of sealed piles, those that may be handed over as they are; a pile with somebody at rest in it may not."""
    found: set[int] = set()
    for run in PrintRun.objects.filter(state=PrintRun.State.SEALED):
        letters = pile_letters(run)
        if not resting_letters(letters, days=sorted({run.issued_on, on})):
            found |= set(letters.values_list("person_id", flat=True))
    return set(current_people(found).values()) & set(people)


def _with_a_made_notice(people: Collection[int], on: date) -> set[int]:
    made = Notice.objects.filter(person__in=people, state=Notice.State.MADE).select_related("person")
    return {one.person_id for one in made if not KINDS[one.kind].helps and not changed_since(one, today=on)}


def _to_be_sent_again(people: Collection[int], on: date) -> set[int]:
    returned = ReturnedLetter.objects.filter(done_as="", letter__person__in=people).select_related("letter__run")
    return {one.letter.person_id for one in returned if not _against(one, on)}


def _against(returned: ReturnedLetter, on: date) -> Any:
    letter = returned.letter
    return letters_to_pull(Letter.objects.filter(pk=letter.pk), run=letter.run, today=on)


def _by_a_closed_route(people: Collection[int], on: date) -> set[int]:
    """People under protection whom a letter that asks for payment may reach by their confirmed route."""
    routes = SafeRoute.objects.filter(person__in=people, ended_at=None).select_related("person")
    kind = KINDS["demand"]
    found = [(one.person_id, replace(facts_of(one.person, kind, on=on), routed=True)) for one in routes]
    return {person for person, facts in found if not refusal(kind, facts)}


def _to_be_dunned(people: Collection[int], on: date) -> set[int]:
    """People with a claim that gets a 督促状, and those whose 督促状 is made and would be let go."""
    chosen = {one.claim.identity.person_id for one in dunning_selection.select(on=on).claims}
    for run in DunningRun.objects.filter(state=DunningRun.State.MADE):
        pulled = dunnings.to_pull(run, on=on)
        alive = run.dunnings.filter(state__in=dunnings.ALIVE).exclude(pk__in=pulled)
        chosen |= set(alive.values_list("person_id", flat=True))
    return {pk for pk in chosen if pk is not None} & set(people)


def _nobody(people: Collection[int], on: date) -> set[int]:
    """A paper that somebody has to make for one person: nothing reaches anybody by itself."""
    return set()
