"""What many tests begin with is made once a process and then put back: rows as they were written, files as they lay."""

import inspect
import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from django.db.models import Model

Made = TypeVar("Made")
Rows = dict[str, set[str]]


class Kept:
    """Made things by the function that makes them and its arguments. ``folder`` holds their files.

    A function may depend only on its arguments, on the database as migrations left it and on accounts that are the same in
    every test (``operator``): what it changed is told row by row, and a row that is to be changed and is not there fails.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: dict[object, tuple[list[tuple[str, list[str], list[str]]], Path, Any]] = {}

    def __call__(self, make: Callable[..., Made], *arguments: Any) -> Made:
        """What ``make`` returns, with all it wrote to the database and below MEDIA_ROOT; models are read anew."""
        code = make.__code__
        key = (code.co_filename, code.co_firstlineno, arguments)
        media = Path(settings.MEDIA_ROOT)
        if key in self._made:
            changes, files, made = self._made[key]
            with connection.cursor() as cursor:
                cursor.executemany("SELECT pristine.put(%s, %s, %s)", changes)
            shutil.copytree(files, media, dirs_exist_ok=True)
            return _again(made)
        assert not inspect.isgeneratorfunction(make)
        before, lay = _rows(), _files(media)
        made = make(*arguments)
        after, files = _rows(), self.folder / str(len(self._made))
        names = [name for name in after | before if after[name] != before[name]]
        changes = [(name, sorted(before[name] - after[name]), sorted(after[name] - before[name])) for name in names]
        files.mkdir()
        for path in _files(media) - lay:
            copy = files / path.relative_to(media)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
        self._made[key] = changes, files, _named(made)
        return made


class _Row:
    """Where to read a model anew."""

    def __init__(self, one: Model) -> None:
        self.of, self.pk = type(one), one.pk


def _named(made: Any) -> Any:
    if isinstance(made, Model):
        return _Row(made)
    if isinstance(made, dict):
        return {key: _named(one) for key, one in made.items()}
    if isinstance(made, list | tuple):
        return type(made)(_named(one) for one in made)
    assert made is None or isinstance(made, str | int), f"{type(made)} may change in one test and be met in the next"
    return made


def _again(made: Any) -> Any:
    if isinstance(made, _Row):
        return made.of._base_manager.get(pk=made.pk)
    if isinstance(made, dict):
        return {key: _again(one) for key, one in made.items()}
    if isinstance(made, list | tuple):
        return type(made)(_again(one) for one in made)
    return made


def _rows() -> Rows:
    found: Rows = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM pristine.rows()")
        for name, row in cursor.fetchall():
            found[name].add(row)
    return found


def _files(media: Path) -> set[Path]:
    return {path for path in media.rglob("*") if path.is_file()}
