"""Saving extractions (抽出条件): under a name, in versions, for oneself or for others."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from debtors.extraction_query import Spec
from debtors.models import Extraction, ExtractionVersion
from toyota_collect import audit


class ExtractionRefused(Exception):
    """It cannot be saved, or not by them; the message says why and what to do, in Japanese."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A spec as it is stored."""

    conditions: list[dict[str, Any]]
    columns: list[str]
    sort: str
    descending: bool

    @classmethod
    def of(cls, spec: Spec) -> "Asked":
        conditions = [one.as_data() for one in spec.conditions]
        return cls(conditions, [one.code for one in spec.columns], spec.sort, spec.descending)

    @classmethod
    def stored(cls, version: ExtractionVersion) -> "Asked":
        return cls(version.conditions, version.columns, version.sort, version.descending)


@transaction.atomic
def save_new(*, name: str, share: str, spec: Spec, by: Any) -> ExtractionVersion:
    """Save a spec under a name, as version 1.

    Raises:
        ExtractionRefused: ``by`` has one of that name.
    """
    return _save_new(name=name, share=share, list_code=spec.source.code, asked=Asked.of(spec), by=by)


@transaction.atomic
def copy(*, extraction_id: int, by: Any) -> ExtractionVersion:
    """The newest version of what another shares, as one's own that only oneself sees.

    Raises:
        Extraction.DoesNotExist: there is none, or it is not shared with ``by``.
    """
    found = Extraction.objects.kept().visible_to(by).get(pk=extraction_id)
    name = _free_name(f"{found.name} の写し", by)
    version = newest(found)
    return _save_new(name=name, share="private", list_code=found.list_code, asked=Asked.stored(version), by=by)


@transaction.atomic
def change(*, extraction_id: int, name: str, share: str, spec: Spec, by: Any) -> ExtractionVersion:
    """Save what was changed: another question is the next version; a name and who may use it are not kept in versions.

    Raises:
        Extraction.DoesNotExist: there is none.
        ExtractionRefused: it is another's, or ``by`` has another of that name.
    """
    found = _own(extraction_id, by)
    was = {"name": found.name, "share": found.share}
    now = {"name": name, "share": share}
    if was != now:
        found.name, found.share = name, share
        _saved(found)
        audit.record(event="extraction.changed", by=by, target=found, detail={"was": was, "now": now})
    last, asked = newest(found), Asked.of(spec)
    return last if Asked.stored(last) == asked else _add_version(found, last.number + 1, asked, by=by)


@transaction.atomic
def retire(*, extraction_id: int, by: Any) -> Extraction:
    """Take it off all lists. What was exported by it stays on record. A second time changes nothing.

    Raises:
        Extraction.DoesNotExist: there is none.
        ExtractionRefused: it is another's.
    """
    found = _own(extraction_id, by)
    if found.retired_at is None:
        found.retired_at = timezone.now()
        found.save(update_fields=["retired_at"])
        audit.record(event="extraction.retired", by=by, target=found)
    return found


def newest(extraction: Extraction) -> ExtractionVersion:
    """The version that is run where none is named."""
    return extraction.versions.order_by("-number")[0]


def _own(extraction_id: int, by: Any) -> Extraction:
    found = Extraction.objects.select_for_update().get(pk=extraction_id)
    if found.owner_id != by.pk:
        raise ExtractionRefused("直せるのは、作った人だけです。写しを作ると、自分のものとして直せます。")
    return found


def _save_new(*, name: str, share: str, list_code: str, asked: Asked, by: Any) -> ExtractionVersion:
    made = _saved(Extraction(name=name, share=share, list_code=list_code, owner=by))
    audit.record(event="extraction.made", by=by, target=made, detail={"name": name, "share": share})
    return _add_version(made, 1, asked, by=by)


def _saved(extraction: Extraction) -> Extraction:
    try:
        with transaction.atomic():
            extraction.save()
    except IntegrityError as error:
        raise ExtractionRefused(
            f"「{extraction.name}」という名前の抽出条件が、すでにあります。別の名前にしてください。"
        ) from error
    return extraction


def _add_version(extraction: Extraction, number: int, asked: Asked, *, by: Any) -> ExtractionVersion:
    made: ExtractionVersion = extraction.versions.create(
        number=number,
        conditions=asked.conditions,
        columns=asked.columns,
        sort=asked.sort,
        descending=asked.descending,
        made_by=by,
    )
    detail = {"version": number, "conditions": asked.conditions, "columns": asked.columns}
    audit.record(event="extraction.version", by=by, target=extraction, detail=detail)
    return made


def _free_name(name: str, by: Any) -> str:
    taken = set(Extraction.objects.kept().filter(owner=by).values_list("name", flat=True))
    names = (name[:50] if number == 1 else f"{name[:50]} {number}" for number in range(1, len(taken) + 2))
    return next(one for one in names if one not in taken)
