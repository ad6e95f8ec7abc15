"""出口: what welfare gives or sends to a person. All of it helps, and none of it presses for payment."""

from collections.abc import Collection
from datetime import date

from toyota_collect.registry import Registry, WayOut
from welfare.models import Referral, Respite


def register(registry: Registry) -> None:
    registry.way_out(
        WayOut(
            "welfare.respite_letter",
            "生活再建猶予のお知らせ・猶予の申請書",
            (),
            _with_a_respite,
            modules=("welfare.services.respite_papers",),
            kinds=("respite_letter",),
            in_spite="止めることを本人に知らせる文書と、本人が求めて渡す申請書のため",
        ),
        WayOut(
            "welfare.benefits",
            "使えるかもしれない制度の案内",
            (),
            lambda people, on: set(people),
            modules=("welfare.services.benefit_checks",),
            kinds=("benefits_paper",),
            in_spite="相談に来た本人に渡す案内のため（生活困窮者自立支援法8条の利用勧奨）",
        ),
        WayOut(
            "welfare.leaflet",
            "くらしの相談の案内の紙",
            (),
            lambda people, on: set(people),
            modules=("welfare.leaflet",),
            in_spite="だれにでも同じものを渡す案内で、名前も金額もないため（生活困窮者自立支援法8条の利用勧奨）",
        ),
        WayOut(
            "welfare.consent",
            "支援につなぐための同意書",
            (),
            lambda people, on: set(people),
            modules=("welfare.services.consents",),
            kinds=("welfare_consent",),
            in_spite="本人が目の前で選び、署名するための紙のため",
        ),
        WayOut(
            "welfare.support",
            "相談支援員からの連絡",
            (),
            _in_support,
            in_spite="本人が同意した支援のための連絡で、支払いを求めないため",
        ),
    )
    registry.stays_inside(welfare__views_exchange="支援の件の書き出し（氏名・住所・電話・金額はない）")


def _with_a_respite(people: Collection[int], on: date) -> set[int]:
    return set(Respite.objects.filter(person__in=people, hold__isnull=False).values_list("person_id", flat=True))


def _in_support(people: Collection[int], on: date) -> set[int]:
    return set(Referral.objects.open_to_workers(on=on).filter(person__in=people).values_list("person_id", flat=True))
