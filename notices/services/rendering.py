"""Making a run's bundles: claimed by one worker at a time, safe to run twice, taken up again after a worker's death.

A bundle belongs to the worker whose conditional update took it; the number of the attempt is the fence: what a worker
brings back after its bundle was taken from it is thrown away. A dead worker is known at once (``at_work``).
"""

import hashlib
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Max, Q
from django.utils import timezone

from claims.services.slips import LetterSlip, register_letter_slips
from debtors.protection import hidden_people
from notices.letter import LetterData, Rendered, Unprintable
from notices.models import Letter, PrintChunk, PrintRun
from notices.services import engine
from notices.services.at_work import What, alive, at_work
from notices.services.dispatch import send
from notices.services.letter_slips import letter_slips
from notices.services.manifest import write_manifest
from notices.services.snapshot import snapshot_text
from toyota_collect import audit
from toyota_collect.disk import FULL, is_full
from toyota_collect.documents.store import beside, write_private
from toyota_collect.models import User

STALE_AFTER = timedelta(minutes=5)
MOST_ATTEMPTS = 5  # a worker may die by chance; five times on the same bundle is none
VERIFY_ROUNDS = 3
State = PrintChunk.State
PROTECTED = Unprintable(
    "protected", "金額確定のあとで支援措置の登録が届いた人か、その人かもしれない人です。個別に送ってください。"
)
log = logging.getLogger(__name__)


@dataclass
class Bundle:
    """What a worker made of a bundle: the verified PDF, where each letter stands, and why others are missing."""

    pdf: bytes = b""
    places: dict[int, tuple[int, int]] = field(default_factory=dict)  # letter id: first page from 1, pages
    failures: dict[int, Unprintable] = field(default_factory=dict)  # letter id: why
    slips: list[LetterSlip] = field(default_factory=list)  # of the letters in the PDF
    pictures: dict[int, tuple[str, str]] = field(default_factory=dict)  # letter id: path below MEDIA_ROOT, hash


def system_user() -> User:
    return User.objects.get(username="system.print")


def render_chunk(*, chunk_id: int) -> bool:
    """Render and verify one waiting bundle; False if somebody else has it or it is done.

    One letter that cannot be printed fails alone. Any other fault gives the bundle back, until ``MOST_ATTEMPTS``.
    """
    with at_work(What.BUNDLE, chunk_id):
        attempt = _take(chunk_id)
        if attempt is None:
            return False
        chunk = PrintChunk.objects.select_related("run").get(pk=chunk_id)
        try:
            bundle = _make(chunk, attempt)
            _record(chunk, attempt, bundle)
        except engine.BundleFault as error:
            _give_back(chunk_id, attempt, f"印刷ファイルの検査に通りません。{error}")
        except Exception as error:
            log.exception("bundle %s failed at attempt %s", chunk_id, attempt)
            if is_full(error):
                _put_off(chunk_id, attempt)
                return True
            _give_back(chunk_id, attempt, "作成中に処理が止まりました。ログを管理者に渡してください。")
    finish_run(run_id=chunk.run_id)
    return True


@transaction.atomic
def finish_run(*, run_id: int) -> None:
    """Close a run whose bundles are all done: every letter must be verified or have failed with a reason."""
    run = PrintRun.objects.select_for_update().get(pk=run_id)
    if run.state != PrintRun.State.RENDERING:
        return
    states = set(run.chunks.values_list("state", flat=True))
    if states & {State.WAITING, State.RENDERING}:
        return
    counts = run.letters.aggregate(
        all=Count("pk"),
        done=Count("pk", filter=Q(state=Letter.State.VERIFIED)),
        failed=Count("pk", filter=Q(state=Letter.State.FAILED)),
    )
    lost = counts["all"] - counts["done"] - counts["failed"]
    if State.FAILED in states:
        broken = run.chunks.filter(state=State.FAILED).count()
        run.state = PrintRun.State.FAILED
        run.problem = (
            f"{broken}束を{MOST_ATTEMPTS}回試しても作れませんでした。原因を直してから「作り直す」を押してください。"
        )
    elif lost:
        run.state = PrintRun.State.FAILED
        run.problem = f"{lost}通が検査済にも失敗にもなっていません。管理者に連絡してください。"
    else:
        run.state, run.finished_at = PrintRun.State.VERIFIED, timezone.now()
        write_manifest(run)
    run.save()
    _clear_away(run)
    audit.record(event=f"run.{run.state}", by=system_user(), target=run, detail=counts)


def _clear_away(run: PrintRun) -> None:
    """Remove what workers were writing when they died: nobody is at work on the run any more."""
    for left in (Path(settings.MEDIA_ROOT) / f"runs/{run.pk}").glob("*.part"):
        left.unlink(missing_ok=True)


def sweep(*, now: datetime) -> None:
    """Take up what a dead worker or a lost message left behind. Runs every two minutes, harmless at any time."""
    in_work = list(PrintChunk.objects.filter(state=State.RENDERING).values_list("pk", "attempts"))
    living = alive(What.BUNDLE)
    _take_from_the_dead((pk, attempt) for pk, attempt in in_work if pk not in living)
    for run in PrintRun.objects.filter(state=PrintRun.State.RENDERING):
        finish_run(run_id=run.pk)
        moved = run.chunks.aggregate(last=Max("claimed_at"), done=Max("finished_at"))
        last = max(filter(None, [moved["last"], moved["done"], run.snapshot_at]), default=now)
        if now - last > timedelta(minutes=1) and not run.chunks.filter(state=State.RENDERING).exists():
            for pk in run.chunks.filter(state=State.WAITING).values_list("pk", flat=True):
                send("render_chunk", chunk_id=pk)
    late = now - STALE_AFTER
    counting = PrintRun.objects.filter(state=PrintRun.State.COUNTING, count_asked_at__lt=late)
    for pk in counting.values_list("pk", flat=True):
        send("count_run", run_id=pk, user_id=system_user().pk)
    freezing = PrintRun.objects.filter(state=PrintRun.State.SNAPSHOT, started_at__lt=late)
    for pk in freezing.values_list("pk", flat=True):
        send("freeze_run", run_id=pk)


def worker_was_lost(*, chunk_id: int) -> None:
    """The broker hands a bundle's message out again: whoever had the bundle is dead, so nobody need wait for it."""
    _take_from_the_dead(PrintChunk.objects.filter(pk=chunk_id, state=State.RENDERING).values_list("pk", "attempts"))


def frozen_letter(letter: Letter) -> LetterData:
    """The letter of its snapshot.

    Raises:
        Unprintable: the stored snapshot is not the one that was frozen.
    """
    text = snapshot_text(letter.snapshot)
    if hashlib.sha256(text.encode()).hexdigest() != letter.snapshot_sha256:
        raise Unprintable("snapshot", "保存した写しが、金額確定のときと違います。管理者に連絡してください。")
    return LetterData.from_json(text)


def _take(chunk_id: int) -> int | None:
    """Take a waiting bundle for this worker: the number of the attempt, or None where it is not to be had."""
    with transaction.atomic():
        waiting = PrintChunk.objects.filter(pk=chunk_id, state=State.WAITING, attempts__lt=MOST_ATTEMPTS)
        if not waiting.update(state=State.RENDERING, attempts=F("attempts") + 1, claimed_at=timezone.now()):
            return None
        chunk = PrintChunk.objects.get(pk=chunk_id)
        chunk.letters.update(
            state=Letter.State.WAITING,
            failure="",
            failure_code="",
            failure_picture="",
            failure_picture_sha256="",
            sheets=0,
            first_page=None,
        )
        return chunk.attempts


def _make(chunk: PrintChunk, attempt: int) -> Bundle:
    bundle = Bundle()
    datas: dict[int, LetterData] = {}
    people: dict[int, int] = {}
    hidden = _protected_since(chunk)
    for letter in chunk.letters.order_by("serial"):
        if letter.person_id in hidden:
            bundle.failures[letter.pk] = PROTECTED
            continue
        try:
            datas[letter.pk], people[letter.pk] = frozen_letter(letter), letter.person_id
        except Unprintable as error:
            bundle.failures[letter.pk] = error
    for _ in range(VERIFY_ROUNDS):
        ids = list(datas)
        made = engine.render(list(datas.values())) if ids else Rendered(pdf=b"", pages=[])
        bundle.failures |= {ids[place]: error for place, error in made.failures.items()}
        _mark_rendered(chunk.pk, attempt, [pk for pk in ids if pk not in bundle.failures])
        faults = {ids[place]: error for place, error in engine.faults(made, list(datas.values())).items()}
        if not faults:
            bundle.pdf = made.pdf
            bundle.places = {pk: (at[0] + 1, at[1]) for pk, at in zip(ids, made.pages, strict=True) if at}
            if not chunk.run.is_sample:  # nobody pays with a sample
                bundle.slips = [slip for pk in bundle.places for slip in letter_slips(people[pk], datas[pk])]
            return bundle
        # A letter that reads wrong must not lie in the print file: the bundle is made again without it.
        bundle.failures |= faults
        datas = {pk: data for pk, data in datas.items() if pk not in bundle.failures}
    raise engine.BundleFault(f"検査に通らない通を{VERIFY_ROUNDS}回のぞいても、誤りが残ります。")


def _protected_since(chunk: PrintChunk) -> set[int]:
    """People of the bundle who came under protection measures after the amounts were fixed: no address is printed."""
    people = list(chunk.letters.values_list("person_id", flat=True))
    return set().union(*(hidden_people(people, on=day) for day in {chunk.run.as_of, chunk.run.issued_on}))


def _mark_rendered(chunk_id: int, attempt: int, letter_ids: list[int]) -> None:
    mine = PrintChunk.objects.filter(pk=chunk_id, state=State.RENDERING, attempts=attempt)
    Letter.objects.filter(pk__in=letter_ids, chunk__in=mine).update(state=Letter.State.RENDERED)


def _record(chunk: PrintChunk, attempt: int, bundle: Bundle) -> None:
    bundle.pictures = _keep_pictures(chunk, bundle)
    path = f"runs/{chunk.run_id}/{bundle_name(chunk)}" if bundle.places else ""
    temporary = _write(Path(settings.MEDIA_ROOT) / path, bundle.pdf) if path else None
    try:
        with transaction.atomic():
            mine = PrintChunk.objects.filter(pk=chunk.pk, state=State.RENDERING, attempts=attempt)
            pages = sum(count for _, count in bundle.places.values())
            sha256 = hashlib.sha256(bundle.pdf).hexdigest() if path else ""
            done = {"state": State.DONE, "finished_at": timezone.now(), "problem": ""}
            if not mine.update(path=path, sha256=sha256, pages=pages, **done):
                log.warning("bundle %s was taken over; attempt %s is thrown away", chunk.pk, attempt)
                return
            _record_letters(chunk, bundle)
            # Here and not when the amounts were fixed: a letter that cannot be printed must not make older slips
            # invalid, and nobody holds its slips. With the letters' state, so that neither is without the other.
            register_letter_slips(bundle.slips, by=system_user())
            if temporary:
                os.replace(temporary, Path(settings.MEDIA_ROOT) / path)
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def _record_letters(chunk: PrintChunk, bundle: Bundle) -> None:
    letters = list(chunk.letters.all())
    for letter in letters:
        if failure := bundle.failures.get(letter.pk):
            letter.state, letter.failure_code, letter.failure = Letter.State.FAILED, failure.code, failure.text[:300]
            letter.failure_picture, letter.failure_picture_sha256 = bundle.pictures.get(letter.pk, ("", ""))
        else:
            letter.state = Letter.State.VERIFIED
            letter.first_page, letter.sheets = bundle.places[letter.pk]
    told = ["state", "failure_code", "failure", "failure_picture", "failure_picture_sha256", "first_page", "sheets"]
    Letter.objects.bulk_update(letters, told, batch_size=500)


def _keep_pictures(chunk: PrintChunk, bundle: Bundle) -> dict[int, tuple[str, str]]:
    """Where each failed letter went wrong, kept beside the print files and named by content: path and hash by letter."""
    kept = {}
    for pk, failure in bundle.failures.items():
        if content := engine.picture(failure):
            sha256 = hashlib.sha256(content).hexdigest()
            kept[pk] = (f"runs/{chunk.run_id}/faults/{sha256}.png", sha256)
            write_private(Path(settings.MEDIA_ROOT) / kept[pk][0], content)
    return kept


def _take_from_the_dead(bundles: Iterable[tuple[int, int]]) -> None:
    """Give bundles back, by id and attempt."""
    for pk, attempt in list(bundles):
        _give_back(pk, attempt, "作成役が途中で止まりました。")


def _give_back(chunk_id: int, attempt: int, problem: str) -> None:
    """Let another worker take the bundle, or give it up after ``MOST_ATTEMPTS``."""
    mine = PrintChunk.objects.filter(pk=chunk_id, state=State.RENDERING, attempts=attempt)
    if attempt >= MOST_ATTEMPTS:
        mine.update(state=State.FAILED, problem=problem, finished_at=timezone.now())
    elif mine.update(state=State.WAITING, problem=problem, claimed_at=None):
        send("render_chunk", chunk_id=chunk_id)


def _put_off(chunk_id: int, attempt: int) -> None:
    """Let the sweep send the bundle again: nothing is wrong with it, and the attempt does not count."""
    mine = PrintChunk.objects.filter(pk=chunk_id, state=State.RENDERING, attempts=attempt)
    mine.update(state=State.WAITING, attempts=F("attempts") - 1, problem=FULL)


def bundle_name(chunk: PrintChunk) -> str:
    return f"run{chunk.run_id:04d}-{chunk.sequence:04d}.pdf"


def _write(target: Path, content: bytes) -> Path:
    """The content in a file beside its place, flushed to disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = beside(target, content)
    os.chmod(half, 0o640)  # the web server may be another user of the same group
    return half
