"""書類の束: asked for by somebody, made once by a worker, read back before it counts, and taken out with a record."""

import hashlib
import logging
import os
import shutil
import tempfile
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from claims.services.charges import TermsMissing
from claims.services.parties import people_beside
from debtors.protection import hidden_people
from lawyers.keys import KeyLost, key_of
from lawyers.models import Firm, LegalCase, LegalClaim, Mandate, Packet
from lawyers.services.packet_case import Notes, make_case
from lawyers.services.packet_file import Part, cases_of, csv_bytes, front, join, rows_of
from lawyers.services.packet_leaks import leaks
from lawyers.services.packet_lint import gaps
from lawyers.services.packet_pages import PaperBroken
from lawyers.services.packet_sheets import sheets_of
from toyota_collect import audit
from toyota_collect.dated import SettingMissing
from toyota_collect.disk import FULL, is_full
from toyota_collect.documents.store import Altered, kept_bytes
from toyota_collect.held import held
from toyota_collect.models import AccessLog
from toyota_collect.permissions import PURPOSE_OF, Purpose

State = Packet.State
PLACE = "packets"
AT_ONCE = 25  # cases whose facts are in memory together
LOST_AFTER = timedelta(minutes=10)  # without a word from the worker
log = logging.getLogger(__name__)


class PacketRefused(Exception):
    """The packet cannot be asked for or taken out; the message says why and what to do, in Japanese."""


class _Overtaken(Exception):
    """Another worker has the row by now."""


class TakenOut(NamedTuple):
    """The encrypted file for a download."""

    name: str
    content: bytes


@transaction.atomic
def ask_packet(*, mandate_id: int, by: Any, on: date) -> Packet:
    """Have the packet of a mandate made as of ``on``; one that is under way is returned, and no second one begun.

    Raises:
        Mandate.DoesNotExist: no such mandate.
        PacketRefused: it was given up, or holds no case (any more).
    """
    mandate = Mandate.objects.select_for_update(of=("self",)).get(pk=mandate_id)
    if mandate.closed_on:
        raise PacketRefused("取りやめた束の書類は作れません。")
    if under_way := mandate.packets.filter(state__in=[State.WAITING, State.MAKING]).first():
        return under_way
    cases = len(cases_of(mandate))
    if not cases:
        raise PacketRefused("この束には件がありません。委任する人を入れてから作ってください。")
    packet = Packet.objects.create(mandate=mandate, as_of=on, of=cases, by=by)
    audit.record(event="packet.asked", by=by, target=packet, detail={"mandate": mandate.pk, "cases": cases})
    transaction.on_commit(lambda: _send(packet.pk), robust=True)  # without a broker, the sweep sends it
    return packet


def make(*, packet_id: int) -> None:
    """Make the file. Safe to run twice: the row is claimed by a conditional update, and who lost it throws his own away.

    What cannot be made says why in ``problem``; what was made and must not be handed out, in ``faults``.
    """
    started = timezone.now()
    free = Q(state=State.WAITING) | Q(state=State.MAKING, seen_at__lt=started - LOST_AFTER)
    claimed = Packet.objects.filter(free, pk=packet_id)
    if not claimed.update(state=State.MAKING, started_at=started, seen_at=started, done=0):
        return
    packet = Packet.objects.select_related("mandate__firm", "by").get(pk=packet_id)
    root = _root()
    for left in root.glob(f"work-{packet.pk}-*"):  # of a worker that died
        shutil.rmtree(left, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=f"work-{packet.pk}-", dir=root))
    try:
        with held():
            _make(packet, work)
    except _Overtaken:
        return
    except (KeyLost, PaperBroken, SettingMissing, TermsMissing) as error:
        _fail(packet, problem=str(error))
    except OSError as error:
        log.exception("packet %s", packet.pk)
        if is_full(error):
            _put_off(packet)
        else:
            _fail(packet, problem=f"ファイルを書けませんでした（{error}）。原因を直し、作り直してください。")
    except MemoryError:
        log.exception("packet %s", packet.pk)
        _fail(packet, problem="メモリーが足りず、作れませんでした。管理者に連絡してください。")
    except DatabaseError:
        raise  # the sweep sends it again
    except Exception:
        log.exception("packet %s", packet.pk)
        _fail(packet, problem="思わぬ誤りで作れませんでした。管理者に連絡してください（記録に残っています）。")
    finally:
        shutil.rmtree(work, ignore_errors=True)


@transaction.atomic
def look_at(*, packet_id: int, by: Any) -> Packet:
    """Somebody has looked at the exhibits that no program can read; only then may the file be given to the firm.

    Raises:
        Packet.DoesNotExist: no such packet.
        PacketRefused: it is not ready.
    """
    packet = Packet.objects.select_for_update().get(pk=packet_id)
    if packet.state != State.READY:
        raise PacketRefused("この束は、まだできていないか、不備があります。")
    if packet.looked_by_id is None:
        packet.looked_by = by
        packet.save()
        audit.record(event="packet.looked_at", by=by, target=packet, detail={"papers": len(packet.unread)})
    return packet


def sweep(*, now: datetime) -> list[int]:
    """Ids of packets that no worker has, or whose worker was not heard of for ``LOST_AFTER``: they are sent again."""
    waiting = Q(state=State.WAITING, asked_at__lt=now - LOST_AFTER)
    lost = Q(state=State.MAKING, seen_at__lt=now - LOST_AFTER)
    found = list(Packet.objects.filter(waiting | lost).values_list("pk", flat=True))
    for pk in found:
        _send(pk)
    return found


def take_out(*, packet_id: int, by: Any, on: date) -> TakenOut:
    """The finished file for who may have it (the caller asks that); each person in it is logged as looked at.

    Raises:
        Packet.DoesNotExist: no such packet.
        PacketRefused: it is not ready, gone or altered, or somebody in it has come under protection since.
    """
    with transaction.atomic():
        packet = Packet.objects.select_for_update(of=("self",)).select_related("mandate__firm").get(pk=packet_id)
        if not packet.may_be_given:
            raise PacketRefused(
                "この束は、まだできていないか、不備があるか、目で確かめていない証拠があって渡せません。"
            )
        cases = cases_of(packet.mandate)
        people = {case.person_id: case.person.number for case in cases}
        claims = LegalClaim.objects.filter(case__in=cases, is_open=True).values_list("claim_id", flat=True)
        everybody = people.keys() | people_beside(list(claims), on=on)
        newly = hidden_people(everybody, on=on) - hidden_people(everybody, on=packet.as_of)
        if newly:
            raise PacketRefused(
                f"束を作った後に、{len(newly)}人が支援措置の対象となりました（またはその可能性があります）。束を作り直してください。"
            )
        try:
            content = kept_bytes(packet.path, sha256=packet.sha256)
        except (FileNotFoundError, Altered) as error:
            raise PacketRefused("保存した束が見つからないか、作ったときと違います。作り直してください。") from error
        purpose = PURPOSE_OF.get(by.role, Purpose.LAWSUIT)
        AccessLog.objects.bulk_create(
            AccessLog(
                by=by,
                action="packet.take_out",
                person_key=number,
                purpose=purpose,
                basis=str(packet.mandate)[:200],
                path=f"{PLACE}/{packet.pk}",
            )
            for number in sorted(people.values())
        )
        audit.record(
            event="packet.taken_out", by=by, target=packet, detail={"sha256": packet.sha256, "people": len(people)}
        )
    return TakenOut(f"{packet.mandate}.pdf".replace(" ", "_"), content)


def lint(packet: Packet) -> list[dict[str, str]]:
    """What a finished packet lacks or tells too much: ``{"case", "what", "text"}`` each, in Japanese; none if all is well.

    Raises:
        KeyLost: the firm's key cannot be read.
    """
    key = key_of(packet.mandate.firm_id, on=packet.as_of, by=packet.by)
    return _read_back(packet, Path(settings.MEDIA_ROOT) / packet.path, key)


def _make(packet: Packet, work: Path) -> None:
    mandate, on = packet.mandate, packet.as_of
    key = key_of(mandate.firm_id, on=on, by=packet.by)
    cases, notes = cases_of(mandate), Notes()
    parts, rows = _parts(packet, cases, work, notes)
    packet.withheld, packet.unread = notes.withheld, notes.unread
    cover, _ = front(mandate, parts, on=on, pages=parts[0].first - 1 if parts else 0)
    file = work / "packet.pdf"
    pages = join(file, cover=cover, parts=parts, table=csv_bytes(rows), title=str(mandate), key=key)
    _tell(packet, done=len(parts))
    faults = notes.faults + _read_back(packet, file, key)
    if faults:
        _fail(packet, problem=f"{len(faults)}件の不備があるため、束を渡せません。", faults=faults)
        return
    _finish(packet, file, pages=pages)


def _parts(packet: Packet, cases: list[LegalCase], work: Path, notes: Notes) -> tuple[list[Part], list[list[str]]]:
    """The pages of each case as a file of its own, and the lines of the claim table; what is in memory is of a few cases."""
    mandate, on = packet.mandate, packet.as_of
    parts: list[Part] = []
    rows: list[list[str]] = []
    first = _pages_before(mandate, cases, work, on=on) + 1
    for begin in range(0, len(cases), AT_ONCE):
        for sheets in sheets_of(cases[begin : begin + AT_ONCE], on=on):
            part = make_case(
                sheets, mandate=mandate, target=work / f"{len(parts):05d}.pdf", first=first, on=on, notes=notes
            )
            first += part.pages
            parts.append(part)
            rows += rows_of(sheets)
            _tell(packet, done=len(parts))
    return parts, rows


def _pages_before(mandate: Mandate, cases: list[LegalCase], work: Path, *, on: date) -> int:
    """How many pages cover and index take: numbers of another width do not change a fixed table."""
    blank = [Part(case.number, case.person.name, 88, 88_888_888, work, 1, 8_888, ()) for case in cases]
    return front(mandate, blank, on=on)[1]


def _read_back(packet: Packet, path: Path, key: str) -> list[dict[str, str]]:
    return [*leaks(packet, path, key), *gaps(packet, path, key)]


def _tell(packet: Packet, *, done: int) -> None:
    """Show how far it is; raises ``_Overtaken`` where the row is another worker's by now."""
    mine = Packet.objects.filter(pk=packet.pk, state=State.MAKING, started_at=packet.started_at)
    if not mine.update(done=done, seen_at=timezone.now()):
        raise _Overtaken


@transaction.atomic
def _finish(packet: Packet, file: Path, *, pages: int) -> None:
    """Put the file in its place and the row beside it, both or neither."""
    row = _locked(packet)
    with file.open("rb") as content:
        row.sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    row.path = f"{PLACE}/{row.pk:06d}-{row.sha256[:16]}.pdf"
    row.size_bytes, row.pages, row.state, row.made_at = file.stat().st_size, pages, State.READY, timezone.now()
    row.withheld, row.unread, row.faults, row.problem = packet.withheld, packet.unread, [], ""
    row.key_since = Firm.objects.values_list("key_since", flat=True).get(pk=packet.mandate.firm_id)
    row.save()
    audit.record(
        event="packet.made",
        by=row.by,
        target=row,
        detail={"sha256": row.sha256, "pages": pages, "cases": row.of, "withheld": len(row.withheld)},
    )
    file.chmod(0o600)
    with file.open("rb") as content:
        os.fsync(content.fileno())
    file.replace(Path(settings.MEDIA_ROOT) / row.path)


def _fail(packet: Packet, *, problem: str, faults: list[dict[str, str]] | None = None) -> None:
    with suppress(_Overtaken), transaction.atomic():
        row = _locked(packet)
        row.state, row.problem, row.faults = State.FAILED, problem[:500], faults or []
        row.withheld, row.unread = packet.withheld, packet.unread
        row.save()
        detail = {"problem": row.problem, "faults": len(row.faults)}
        audit.record(event="packet.failed", by=row.by, target=row, detail=detail)


def _put_off(packet: Packet) -> None:
    """Let the sweep send it again: nothing is wrong with it."""
    with suppress(_Overtaken), transaction.atomic():
        row = _locked(packet)
        row.state, row.problem = State.WAITING, FULL
        row.save()


def _locked(packet: Packet) -> Packet:
    row = Packet.objects.select_for_update(of=("self",)).select_related("by").get(pk=packet.pk)
    if row.state != State.MAKING or row.started_at != packet.started_at:
        raise _Overtaken
    return row


def _root() -> Path:
    root = Path(settings.MEDIA_ROOT) / PLACE
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return root


def _send(packet_id: int) -> None:
    from lawyers.tasks import make_packet  # tasks import this module

    make_packet.delay(packet_id=packet_id)
