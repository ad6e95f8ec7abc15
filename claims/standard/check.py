"""Checking files of the standard shape: every problem with file, line, column and what to write. No database, no Django.

Files are read as streams. Telling rows apart costs eight bytes a row; the first ``shown`` problems are kept, all counted.
"""

import csv
import hashlib
import json
import re
from array import array
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

import numpy as np

from claims.standard.schema import MANIFEST, VERSION, Column, Family, families, family_of
from toyota_collect.csv_out import FORMULA_STARTS, from_text

BOM = b"\xef\xbb\xbf"
DAMAGE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
DIGITS = re.compile(r"[0-9]+")
LARGEST_YEN, LARGEST_INT = 10**12, 10**9
FIRST_YEAR, LAST_YEAR = 1950, 2100
KEY_BYTES = 8


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong where, and what to write instead. ``line`` 0: the file as a whole."""

    file: str
    line: int
    column: str
    wrong: str
    mend: str


@dataclass
class Found:
    """The outcome for one file: ``problems`` are the first ones, ``count`` all of them, ``by_column`` how many where."""

    file: str
    family: str = ""
    rows: int = 0
    count: int = 0
    sha256: str = ""
    sums: dict[str, int] = field(default_factory=dict)
    by_column: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def check_files(
    paths: Sequence[tuple[str, Path]], *, lists: Mapping[str, Collection[str]], shown: int = 100
) -> list[Found]:
    """Check files, given by name and place, and a manifest among them against the others.

    ``lists`` holds the codes of the lists that columns name (``kind``, ``source``); a list that is missing is not checked.
    """
    data = [(name, path) for name, path in paths if name != MANIFEST]
    found = [check_file(name, path, lists=lists, shown=shown) for name, path in data]
    found += [_check_manifest(path, found, shown) for name, path in paths if name == MANIFEST]
    return found


def check_file(name: str, path: Path, *, lists: Mapping[str, Collection[str]], shown: int = 100) -> Found:
    """Check one file; ``name`` is what its sender calls it."""
    return _Checker(name, lists, shown).run(path)


class _Checker:
    def __init__(self, name: str, lists: Mapping[str, Collection[str]], shown: int) -> None:
        self.found, self.lists, self.shown = Found(name), lists, shown
        self.keys = array("Q")
        self.source = ""

    def complain(self, line: int, column: str, wrong: str, mend: str) -> None:
        _complain(self.found, self.shown, line, column, wrong, mend)

    def run(self, path: Path) -> Found:
        told = family_of(self.found.file)
        if not told:
            names = "、".join(families())
            self.complain(
                0,
                "",
                "ファイル名から種類が分かりません。",
                f"「家族コード_業務システム_年月日8桁.csv」（例 std-chotei_zei_20261120.csv）にしてください。家族コードは {names} です。",
            )
            return self.found
        family, self.source, _ = told
        self.found.family, self.found.sums = family.code, dict.fromkeys((one.title for one in family.sums), 0)
        with path.open("rb") as file:
            self._rows(family, _Lines(file, self))
        self._twins(family, path)
        return self.found

    # --- rows ------------------------------------------------------------------------------------

    def _rows(self, family: Family, lines: "_Lines") -> None:
        reader = csv.reader(lines, strict=True)
        header_seen = False
        while True:
            first = lines.number + 1
            try:
                row = next(reader, None)
            except csv.Error:
                self.complain(
                    first,
                    "",
                    '引用符（"）の使い方が正しくありません。',
                    '値の中の " は "" と2つ書き、値全体を " で囲んでください。',
                )
                reader = csv.reader(lines, strict=True)
                continue
            if row is None:
                break
            if not header_seen:
                header_seen = True
                if not self._header(family, row):
                    return
            elif row:
                self._row(family, first, row)
        if not header_seen:
            self.complain(0, "", "空のファイルです。", "該当がないときも、見出しの行だけは書いてください。")
        self.found.sha256 = lines.sha256

    def _header(self, family: Family, row: list[str]) -> bool:
        """Whether the titles are the declared ones, in order; nothing below can be read otherwise."""
        expected = family.titles
        if row == expected:
            return True
        missing = [title for title in expected if title not in row]
        foreign = [title for title in row if title not in expected]
        for title in missing:
            self.complain(
                1, title, "見出しがありません。", f"{expected.index(title) + 1}列目に「{title}」を入れてください。"
            )
        for title in foreign:
            self.complain(
                1, title, f"見出し「{title[:30]}」は「{family.name}」の項目ではありません。", "列を除いてください。"
            )
        if not missing and not foreign:
            self.complain(
                1, "", "見出しの順か回数が違います。", f"次の順に1回ずつ書いてください: {'、'.join(expected)}"
            )
        return False

    def _row(self, family: Family, line: int, row: list[str]) -> None:
        self.found.rows += 1
        if len(row) != len(family.columns):
            self.complain(
                line,
                "",
                f"列が{len(row)}個あり、{len(family.columns)}個ではありません。",
                'カンマを含む値は " で囲み、足りない値は空のままカンマを書いてください。',
            )
            return
        for column, cell in zip(family.columns, row, strict=True):
            if problem := self._cell(column, cell):
                self.complain(line, column.title, *problem)
        self._orders(family, line, row)
        digest = hashlib.blake2b(_key(family, row), digest_size=KEY_BYTES).digest()
        self.keys.append(int.from_bytes(digest, "big"))

    # --- cells -----------------------------------------------------------------------------------

    def _cell(self, column: Column, cell: str) -> tuple[str, str] | None:
        """What is wrong with a cell and what to write, or nothing."""
        if not cell:
            return ("空です。", f"「{column.title}」を書いてください。") if column.required else None
        if found := DAMAGE.search(cell):
            return f"文字が壊れています（U+{ord(found[0]):04X}）。", "UTF-8 で書き出し直してください。"
        if cell != cell.strip():
            return "前後に空白があります。", f"「{cell.strip()}」と書いてください。"
        if column.type == "date":
            return _date(cell)
        if column.type in ("yen", "int", "year"):
            number = _number(column, cell)
            if number is None and column.type == "yen":
                self.found.sums[column.title] += int(cell)
            return number
        return self._text(column, cell)

    def _text(self, column: Column, cell: str) -> tuple[str, str] | None:
        if cell.startswith(FORMULA_STARTS):
            return (
                "表計算ソフトが式とみなす文字で始まっています。",
                f"前に ' を付けて「'{cell[:30]}」と書いてください。",
            )
        text = from_text(cell)
        if "\n" in text or "\r" in text or "\t" in text:
            return "値の中に改行かタブがあります。", "空白1つに置き換えてください。"
        if column.length and len(text) > column.length:
            return f"{len(text)}文字あります。", f"{column.length}文字までにしてください。"
        if column.codes and text not in column.codes:
            allowed = "、".join(f"{code}（{label}）" for code, label in column.codes.items())
            return f"「{text[:30]}」という区分はありません。", f"{allowed} のどれかにしてください。"
        known = self.lists.get(column.list) if column.list else None
        if known is not None and text not in known:
            return f"「{text[:30]}」は登録されていません。", f"{column.note}を書いてください。"
        if column.code == "source" and self.source and text != self.source:
            return (
                f"ファイル名の業務システム「{self.source}」と違います。",
                f"「{self.source}」と書くか、ファイルを分けてください。",
            )
        return _shape(column, text)

    def _orders(self, family: Family, line: int, row: list[str]) -> None:
        cells = {column.code: cell for column, cell in zip(family.columns, row, strict=True)}
        titles = {column.code: column.title for column in family.columns}
        for first, second in family.orders:
            earlier, later = cells[first], cells[second]
            if earlier and later and not _date(earlier) and not _date(later) and later < earlier:
                wrong = f"{titles[first]} {earlier} より前の {later} です。"
                self.complain(line, titles[second], wrong, f"{titles[first]} と同じ日か、後の日にしてください。")

    # --- keys ------------------------------------------------------------------------------------

    def _twins(self, family: Family, path: Path) -> None:
        """Complain of each row whose key an earlier row has; the file is read again only if there may be one."""
        ordered = np.sort(np.frombuffer(self.keys, dtype=np.uint64))
        suspects = set(ordered[1:][ordered[1:] == ordered[:-1]].tolist())
        self.keys = array("Q")
        if not suspects:
            return
        first_lines: dict[bytes, int] = {}
        titles = "・".join(column.title for column in family.columns if column.key)
        for line, row in _reread(path, len(family.columns)):
            key = _key(family, row)
            digest = hashlib.blake2b(key, digest_size=KEY_BYTES).digest()
            if int.from_bytes(digest, "big") not in suspects:
                continue
            if (first := first_lines.setdefault(key, line)) != line:
                self.complain(
                    line, "", f"{first}行目と同じ鍵です（{titles}）。", "1行にまとめるか、鍵の値を直してください。"
                )


class _Lines:
    """Lines of a file as text, decoded strictly; what is wrong with bytes and line ends is told to the checker."""

    def __init__(self, file: IO[bytes], checker: _Checker) -> None:
        self._file, self._checker = file, checker
        self._hash = hashlib.sha256()
        self._crlf = False
        self.number = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._file.readline()
        if not raw:
            raise StopIteration
        self.number += 1
        self._hash.update(raw)
        if self.number == 1 and raw.startswith(BOM):
            self._checker.complain(1, "", "先頭に BOM があります。", "「UTF-8（BOM なし）」で書き出してください。")
            raw = raw[len(BOM) :]
        if raw.endswith(b"\r\n"):
            if not self._crlf:
                self._checker.complain(self.number, "", "行末が CRLF です。", "行末を LF（\\n）だけにしてください。")
            self._crlf = True
            raw = raw[:-2] + b"\n"
        elif not raw.endswith(b"\n"):
            self._checker.complain(
                self.number,
                "",
                "最後の行に行末がありません。",
                "途中で切れていないか確かめ、行末に LF を書いてください。",
            )
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            bad = raw[error.start : error.start + 1].hex().upper()
            wrong = f"{error.start + 1}バイト目（{bad}）が UTF-8 として読めません。"
            self._checker.complain(self.number, "", wrong, "文字コードを UTF-8 にして書き出し直してください。")
            return raw.decode(errors="ignore")


def _complain(found: Found, shown: int, line: int, column: str, wrong: str, mend: str) -> None:
    found.count += 1
    found.by_column[column] += 1
    if len(found.problems) < shown:
        found.problems.append(Problem(found.file, line, column, wrong, mend))


def _key(family: Family, row: list[str]) -> bytes:
    return "\x1f".join(cell for column, cell in zip(family.columns, row, strict=True) if column.key).encode()


def _reread(path: Path, width: int) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding="utf-8-sig", errors="ignore", newline="") as file:
        reader = csv.reader(file)
        next(reader, None)
        first = reader.line_num + 1
        for row in reader:
            if len(row) == width:
                yield first, row
            first = reader.line_num + 1


def _date(cell: str) -> tuple[str, str] | None:
    try:
        if len(cell) == 10 and date.fromisoformat(cell):
            return None
    except ValueError:
        pass
    return f"「{cell[:30]}」は日付として読めません。", "西暦で 2026-11-20 の形に書いてください。"


def _number(column: Column, cell: str) -> tuple[str, str] | None:
    if not DIGITS.fullmatch(cell):
        example = {"yen": "円の整数だけで 12000", "year": "西暦4桁で 2026", "int": "整数だけで 3"}[column.type]
        return (
            f"「{cell[:30]}」は数ではありません。",
            f"{example} の形に書いてください（カンマ・符号・小数は使えません）。",
        )
    number = int(cell)
    if column.type == "year" and not FIRST_YEAR <= number <= LAST_YEAR:
        return f"「{cell[:30]}」はありえない年度です。", "西暦4桁で書いてください（令和8年度は 2026）。"
    largest = LARGEST_YEN if column.type == "yen" else LARGEST_INT
    return ("大きすぎます。", f"{largest} までにしてください。") if number > largest else None


def _shape(column: Column, text: str) -> tuple[str, str] | None:
    if column.code == "postal_code" and not (len(text) == 7 and DIGITS.fullmatch(text)):
        return f"「{text[:30]}」は郵便番号ではありません。", "数字7桁だけで書いてください（4710034）。"
    if column.code == "city_code" and not is_city_code(text):
        return (
            f"「{text[:30]}」は市区町村コードではありません。",
            "検査数字を含む6桁で書いてください（豊田市は 232114）。",
        )
    return None


def is_city_code(text: str) -> bool:
    """Whether the check digit of a 全国地方公共団体コード holds: weights 6 to 2, the ones of 11 less the remainder by 11."""
    if len(text) != 6 or not DIGITS.fullmatch(text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, range(6, 1, -1), strict=False))
    return int(text[5]) == (11 - total % 11) % 10


def _check_manifest(path: Path, found: Sequence[Found], shown: int) -> Found:
    own = Found(MANIFEST)

    def complain(column: str, wrong: str, mend: str) -> None:
        _complain(own, shown, 0, column, wrong, mend)

    try:
        told: Any = json.loads(path.read_text(encoding="utf-8"))
        entries = {one["file"]: (one["rows"], one["sha256"], one["sums"]) for one in told["files"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        complain(
            "",
            "JSON として読めないか、files の形が違います。",
            "書き出したときの manifest.json をそのまま置いてください。",
        )
        return own
    if told.get("version") != VERSION:
        complain("version", f"版が「{told.get('version')}」です。", f"版 {VERSION} の形で書き出してください。")
    for name in sorted(entries.keys() - {one.file for one in found}):
        complain(name, "書かれているファイルがありません。", "ファイルを一緒に置くか、書き出し直してください。")
    for one in found:
        if one.file not in entries:
            complain(
                one.file,
                "manifest.json に書かれていないファイルです。",
                "一緒に書き出したファイルだけを送ってください。",
            )
            continue
        rows, sha256, sums = entries[one.file]
        own.rows += 1
        if rows != one.rows:
            complain(one.file, f"行数が {rows} ではなく {one.rows} です。", "転送をやり直してください。")
        for title, yen in sums.items():
            if one.sums.get(title) != yen:
                complain(
                    one.file,
                    f"{title}の合計が {yen} 円ではなく {one.sums.get(title, 0)} 円です。",
                    "転送をやり直してください。",
                )
        if sha256 != one.sha256:
            complain(
                one.file,
                "SHA-256 が違います。書き出したあとに変わっています。",
                "ファイルを直したときは書き出し直してください。",
            )
    return own
