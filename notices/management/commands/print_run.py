"""Build, render and verify a sample run without the browser; it is never sealed or posted."""

import json
import os
import shutil
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from notices.models import Letter, PrintChunk, PrintRun
from notices.services import rendering, runs
from notices.services.manifest import manifest_path
from toyota_collect.dated import SettingMissing, value_on


class Command(BaseCommand):
    help = "一斉催告を作り、印刷ファイルと一覧表（manifest.csv）を書き出します（見本。封緘・投函はしません）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", required=True, type=_day, help="基準日 2026-11-20")
        parser.add_argument("--limit", type=int, help="郵便番号順に、この通数まで")
        parser.add_argument("--out", required=True, type=Path, help="書き出すフォルダー")
        parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="作成役の数")

    def handle(self, *, as_of: date, limit: int | None, out: Path, workers: int, **_: Any) -> None:
        if limit is not None and limit < 1:
            raise CommandError("--limit は1以上にしてください。")
        begun = time.monotonic()
        try:
            run, bundles = self._freeze(as_of, limit)
        except (runs.RunRefused, SettingMissing) as error:
            raise CommandError(str(error)) from error
        self._say(f"{run.title}: {run.counts['letters']:,}通、{run.counts['yen']:,}円。{len(bundles)}束を作ります。")
        for done in _render(bundles, workers):
            self._say(f"{done} / {len(bundles)} 束")
        rendering.finish_run(run_id=run.pk)
        run.refresh_from_db()
        if run.state != PrintRun.State.VERIFIED:
            raise CommandError(run.problem or "作成が終わりませんでした。")
        files = _hand_over(run, out)
        self.stdout.write(json.dumps(_result(run, files, time.monotonic() - begun), ensure_ascii=False))

    def _freeze(self, as_of: date, limit: int | None) -> tuple[PrintRun, list[int]]:
        by = rendering.system_user()
        conditions = runs.Conditions(
            as_of=as_of,
            issued_on=as_of,
            deadline_on=as_of + timedelta(days=value_on("demand.deadline_days", as_of)),
            minimum_yen=value_on("demand.minimum_yen", as_of),
            limit=limit,
        )
        run = runs.make_run(conditions=conditions, by=by, is_sample=True)
        runs.begin_sample(run_id=run.pk)
        bundles = runs.fix_amounts(run_id=run.pk, by=by, today=as_of)
        run.refresh_from_db()
        if run.problem:
            raise runs.RunRefused(run.problem)
        return run, bundles

    def _say(self, text: str) -> None:
        self.stderr.write(text)  # stdout carries only the result


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _render(bundles: list[int], workers: int) -> Iterator[int]:
    """Make every bundle in processes of our own, as no queue and no worker is needed; yield how many are finished."""
    finished, left = 0, bundles
    while left:
        for _ in _once(left, workers):
            finished += 1
            yield min(finished, len(bundles))
        # A bundle that met a fault was given back; it is tried again until the service gives it up.
        waiting = PrintChunk.objects.filter(pk__in=left, state=PrintChunk.State.WAITING)
        left = list(waiting.order_by("sequence").values_list("pk", flat=True))


def _once(bundles: list[int], workers: int) -> Iterator[bool]:
    if workers < 2 or len(bundles) < 2:
        for pk in bundles:
            yield rendering.render_chunk(chunk_id=pk)
        return
    connections.close_all()  # a connection must never be shared with a child
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        for job in as_completed([pool.submit(rendering.render_chunk, chunk_id=pk) for pk in bundles]):
            yield job.result()


def _hand_over(run: PrintRun, out: Path) -> list[str]:
    """Copy the print files and the list into the folder, readable by our own account alone; return their names."""
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = [Path(settings.MEDIA_ROOT) / path for path in run.chunks.exclude(path="").values_list("path", flat=True)]
    for path in [*paths, manifest_path(run)]:
        copy = out / path.name
        copy.touch(mode=0o600)
        copy.chmod(0o600)  # also where an earlier run left it open to others
        shutil.copyfile(path, copy)
    return [*(path.name for path in paths), manifest_path(run).name]


def _result(run: PrintRun, files: list[str], seconds: float) -> dict[str, Any]:
    letters = run.letters.filter(state=Letter.State.VERIFIED)
    result: dict[str, Any] = {
        "letters": letters.count(),
        "sheets": sum(letters.values_list("sheets", flat=True)),
        "excluded": run.counts["excluded"],
        "seconds": round(seconds, 1),
        "files": files,
    }
    failed = run.letters.filter(state=Letter.State.FAILED).values_list("failure_code", flat=True)
    if failed:
        result["failed"] = {code: list(failed).count(code) for code in sorted(set(failed))}
    return result
