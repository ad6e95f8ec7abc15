"""外字: the city's own tables, and what a source's codes mean when its names are read."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from claims.models import Gaiji
from debtors.models import SourceSystem
from toyota_collect import audit

HEADER = ["system", "code", "character", "origin"]


class TableRefused(Exception):
    """A table of 外字 of which no row was taken; the message names line and field, in Japanese."""


@dataclass(frozen=True, slots=True)
class Loaded:
    rows: int
    new: int
    changed: int


def private_character(code: str) -> str:
    """The private-use character that CP932 bytes (F040 … F9FC) are decoded to.

    Raises:
        ValueError: no such code.
    """
    sign = bytes.fromhex(code).decode("cp932")
    if len(sign) != 1 or not "\ue000" <= sign <= "\ue757":
        raise ValueError(code)
    return sign


def characters_of(source: SourceSystem) -> Mapping[int, str]:
    """What each 外字 of a source means, as ``str.translate`` takes it."""
    rows = Gaiji.objects.filter(source=source).values_list("code", "character")
    return {ord(private_character(code)): character for code, character in rows}


@transaction.atomic
def load_table(*, path: Path, by: Any, on: date) -> Loaded:
    """Take a CSV (UTF-8; system, code, character, origin) into the table, whole or not at all.

    Names already read are read with it when their file comes next: a name that reads otherwise is a changed fact.

    Raises:
        TableRefused: the file, or a field of a line, cannot be used.
    """
    sources = {source.code: source for source in SourceSystem.objects.all()}
    known = {(one.source_id, one.code): one for one in Gaiji.objects.select_for_update()}
    seen: set[tuple[int, str]] = set()
    new = changed = 0
    for line, row in _rows(path):
        gaiji = _gaiji(path.name, line, row, sources, on)
        key = gaiji.source_id, gaiji.code
        if key in seen:
            raise TableRefused(f"{path.name} {line}行目 code: {row['system']} の {gaiji.code} が2回あります。")
        seen.add(key)
        old = known.get(key)
        if old is None:
            gaiji.save()
            new += 1
        elif (old.character, old.origin) != (gaiji.character, gaiji.origin):
            old.character, old.origin, old.starts_on = gaiji.character, gaiji.origin, on
            old.save()
            changed += 1
    audit.record(event="gaiji.loaded", by=by, target=None, detail={"file": path.name, "new": new, "changed": changed})
    return Loaded(len(seen), new, changed)


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if reader.fieldnames != HEADER:
                raise TableRefused(f"{path.name} 1行目: 見出しは {','.join(HEADER)} にしてください。")
            rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise TableRefused(f"{path} が読めません（{error.strerror}）。") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableRefused(f"{path.name}: UTF-8 の CSV として読めません。保存し直してください。") from error
    for line, row in rows:
        if None in row or None in row.values():
            raise TableRefused(f"{path.name} {line}行目: 列は{len(HEADER)}つです。")
    return rows


def _gaiji(name: str, line: int, row: dict[str, str], sources: Mapping[str, SourceSystem], on: date) -> Gaiji:
    source = sources.get(row["system"])
    if source is None:
        raise TableRefused(f"{name} {line}行目 system: 業務システム「{row['system']}」は登録されていません。")
    gaiji = Gaiji(
        source=source, code=row["code"].upper(), character=row["character"], origin=row["origin"], starts_on=on
    )
    try:
        gaiji.clean_fields(exclude=["source"])
        private_character(gaiji.code)
    except ValidationError as error:
        field, told = next(iter(error.message_dict.items()))
        raise TableRefused(f"{name} {line}行目 {field}「{row[field]}」: {told[0]}") from error
    except ValueError as error:
        raise TableRefused(f"{name} {line}行目 code「{row['code']}」: F040〜F9FC の4桁です。") from error
    return gaiji
