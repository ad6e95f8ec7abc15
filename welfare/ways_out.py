"""出口: what welfare gives or sends to a person. All of it helps, and none of it presses for payment."""

from collections.abc import Collection
from datetime import date

from toyota_collect.registry import Registry, WayOut
from welfare.models import Respite


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
    )


def _with_a_respite(people: Collection[int], on: date) -> set[int]:
    return set(Respite.objects.filter(person__in=people, hold__isnull=False).values_list("person_id", flat=True))
