"""委託先への引渡し: what an outsourcer prints from, encrypted; to whom it went; and whether it was destroyed in time."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyzipper
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from notices.letter.gaiji import Drawn, drawn_characters
from notices.models import Pack, PrintRun, Seal, SealedFile
from notices.services.piles import Tell, as_csv
from notices.services.progressing import silent
from notices.services.pull_selection import resting_letters
from notices.services.pulls import pile_letters
from notices.services.runs import RunRefused
from toyota_collect import audit
from toyota_collect.ciphers import cipher
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.documents.store import Altered, document_bytes, kept_bytes

DESTROY = "pack.destroy_days"
SECRETS = "notices.pack"
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that is read for something else over the telephone
GROUPS, LETTERS = 6, 5  # 150 bits: ZIP's own key derivation is weak, so the password must not be guessable
Ended = Pack.Ended


def may_make(*, run_id: int, today: date) -> Seal:
    """Refuse at once where nothing can be packed; return the seal. Raises ``RunRefused`` as ``make`` does."""
    sealed = _sealed(run_id)
    _refuse_resting(sealed.run, today=today)
    return sealed


def make(*, run_id: int, by: Any, now: datetime, today: date, tell: Tell = silent) -> Pack:
    """Pack the sealed files for an outsourcer, encrypted with a password drawn for this pack alone.

    Raises:
        RunRefused: the run is not sealed, has a pack already, somebody in the pile is left in peace since, or a file is
            not what was sealed.
    """
    sealed = may_make(run_id=run_id, today=today)
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS))
    path = f"runs/{run_id}/packs/{secrets.token_hex(16)}.zip"
    target = Path(settings.MEDIA_ROOT) / path
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    try:
        contents = _write(part, sealed, password, tell)
        with part.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = part.stat().st_size
        with transaction.atomic():
            if _sealed(run_id, lock=True) != sealed:
                raise RunRefused("データを作っているあいだに、封緘が変わりました。もう一度押してください。")
            _refuse_resting(sealed.run, today=today)
            pack = Pack.objects.create(
                seal=sealed,
                path=path,
                sha256=sha256,
                size_bytes=size,
                contents=contents,
                secret=cipher(SECRETS).encrypt(password.encode()).decode(),
                made_at=now,
                made_by=by,
            )
            audit.record(event="pack.made", by=by, target=pack, detail={"sha256": sha256, "files": len(contents)})
            part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    return pack


def may_take_out(pack: Pack, *, today: date) -> None:
    """Refuse to give out a pack that is still in the house while one of its letters must not leave it.

    Raises:
        RunRefused: somebody in the pile is left in peace since the seal.
    """
    if pack.handed_on is None and not pack.ended_as:
        _refuse_resting(pack.seal.run, today=today)


def password_of(pack: Pack) -> str:
    """The password, to be told on another way than the pack. Raises ``RunRefused`` where it is not kept any more."""
    try:
        return cipher(SECRETS).decrypt(pack.secret.encode()).decode()
    except InvalidToken as error:
        raise RunRefused("このデータのパスワードは、もう保存していません。") from error


def hand_over(sealed: Seal, *, how: str, password_how: str, by: Any, now: datetime) -> None:
    """The pack of the seal, if it has one, goes where the pile goes. Call it inside the transaction of the hand-over.

    Raises:
        RunRefused: nobody says how it and its password travel, or they travel together.
    """
    pack = Pack.objects.select_for_update().filter(seal=sealed, ended_as="").first()
    if pack is None:
        return
    assert sealed.handed_on is not None
    if not how.strip() or not password_how.strip():
        raise RunRefused("委託先に渡すデータがあります。渡し方と、パスワードの伝え方を書いてください。")
    if how.strip() == password_how.strip():
        raise RunRefused("パスワードは、データとは別の方法で伝えてください。")
    try:
        days = int(value_on(DESTROY, sealed.handed_on))
    except SettingMissing as error:
        raise RunRefused(str(error)) from error
    pack.handed_to, pack.handed_on, pack.handed_at, pack.handed_by = sealed.handed_to, sealed.handed_on, now, by
    pack.handed_how, pack.password_how = how.strip()[:200], password_how.strip()[:200]
    pack.destroy_by = sealed.handed_on + timedelta(days=days)
    pack.save()
    audit.record(event="pack.handed_over", by=by, target=pack, detail={"to": pack.handed_to, "sha256": pack.sha256})


@transaction.atomic
def record_end(
    *, pack_id: int, as_: str, on: date, how: str, certificate: str, by: Any, now: datetime, today: date
) -> Pack:
    """The pack came back or was destroyed. Our own copy and the password go with it; the record stays.

    Raises:
        Pack.DoesNotExist: no such pack.
        RunRefused: recorded already, not handed over, a day that cannot be, or no word of how, or no certificate.
    """
    pack = Pack.objects.select_for_update().get(pk=pack_id)
    if pack.ended_as:
        raise RunRefused(f"「{pack.get_ended_as_display()}」として記録済みです。")
    if pack.handed_on is None:
        raise RunRefused("まだ渡していません。渡さないときは、封緘を解くと消えます。")
    if as_ not in (Ended.RETURNED, Ended.DESTROYED):
        raise RunRefused("返却か廃棄かを選んでください。")
    if not pack.handed_on <= on <= today:
        raise RunRefused("返却・廃棄の日は、渡した日から今日までの日です。")
    if not how.strip():
        raise RunRefused("廃棄の方法を書いてください。")
    if as_ == Ended.DESTROYED and not certificate.strip():
        raise RunRefused("委託先が廃棄したときは、廃棄証明書の番号を書いてください。")
    return end(pack, as_=as_, on=on, how=how, certificate=certificate, by=by, now=now)


def end(pack: Pack, *, as_: str, on: date, how: str, by: Any, now: datetime, certificate: str = "") -> Pack:
    """Close the pack. Call it inside a transaction, with the pack locked."""
    pack.ended_as, pack.ended_on, pack.ended_at, pack.ended_by = as_, on, now, by
    pack.ended_how, pack.certificate_number, pack.secret = how.strip()[:200], certificate.strip()[:60], ""
    pack.save()
    audit.record(event="pack.ended", by=by, target=pack, detail={"as": as_, "certificate": pack.certificate_number})
    transaction.on_commit(partial((Path(settings.MEDIA_ROOT) / pack.path).unlink, missing_ok=True), robust=True)
    return pack


def overdue(*, today: date) -> QuerySet[Pack]:
    """Packs whose destruction should have been proved by now."""
    return Pack.objects.filter(ended_as="", destroy_by__lt=today).order_by("destroy_by", "pk")


def _sealed(run_id: int, *, lock: bool = False) -> Seal:
    runs = PrintRun.objects.select_for_update() if lock else PrintRun.objects
    run = runs.get(pk=run_id)
    if run.state != PrintRun.State.SEALED:
        raise RunRefused("委託先に渡すデータは、封緘したあと、引き渡す前に作ります。")
    sealed = run.seals.select_related("counts_sheet", "run").get(broken_at=None)
    if Pack.objects.filter(seal=sealed, ended_as="").exists():
        raise RunRefused("この封緘のデータは、作成済みです。")
    return sealed


def _refuse_resting(run: PrintRun, *, today: date) -> None:
    if resting := resting_letters(pile_letters(run), days=sorted({run.issued_on, today})):
        raise RunRefused(
            f"{len(resting)}通の人が生活再建猶予（福祉支援の保留）の間にあるため、委託先に渡すデータは出せません。渡さずに、"
            "係長・課長に封緘を解いてもらい、引抜をもう一度調べてその催告書を抜き、封緘し直してください。"
        )


def _write(path: Path, sealed: Seal, password: str, tell: Tell) -> list[list[Any]]:
    """Write the archive; return name, hash and bytes of everything in it."""
    contents: list[list[Any]] = []
    # Prints are compressed already; names in a ZIP are not encrypted, so they say nothing.
    with pyzipper.AESZipFile(path, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)

        def add(name: str, content: bytes) -> None:
            archive.writestr(name, content)
            contents.append([name, hashlib.sha256(content).hexdigest(), len(content)])

        files = list(SealedFile.objects.filter(seal=sealed))
        for number, one in enumerate(files, 1):
            tell("印刷ファイルを暗号化しています", number, len(files))
            add(Path(one.path).name, _as_sealed(one.path, one.sha256))
        add("sheets.csv", _as_sealed(sealed.sheet_list, sealed.sheet_list_sha256))
        if sealed.counts_sheet:
            add("counts.pdf", document_bytes(sealed.counts_sheet))
        tell("外字の字形を集めています")
        glyphs = drawn_characters(_printed_words(sealed.run))
        add("glyphs.csv", _glyph_list(glyphs))
        for glyph in glyphs:
            add(f"glyphs/{glyph.name}.svg", glyph.svg.encode())
        archive.writestr("manifest.json", _manifest(sealed, contents))
    return contents


def _as_sealed(path: str, sha256: str) -> bytes:
    try:
        return kept_bytes(path, sha256=sha256)
    except (FileNotFoundError, Altered) as error:
        raise RunRefused(
            "封緘した印刷ファイルがないか、封緘したときと違います。渡さずに、管理者に連絡してください。"
        ) from error


def _printed_words(run: PrintRun) -> Iterable[str]:
    """Names and addresses as the letters print them: the only words that may need a font of their own."""
    rows = pile_letters(run).values_list("snapshot__name_lines", "snapshot__address_lines")
    for names, addresses in rows.iterator(2_000):
        yield from names
        yield from addresses


def _glyph_list(glyphs: list[Drawn]) -> bytes:
    rows = [[glyph.code, glyph.font, f"glyphs/{glyph.name}.svg"] for glyph in glyphs]
    return as_csv([["code", "font", "file"], *rows])


def _manifest(sealed: Seal, contents: list[list[Any]]) -> bytes:
    """What the outsourcer checks before printing. No names, no amounts, no addresses."""
    sums = sealed.sums
    facts = {
        "certificate": sealed.certificate.number,
        "envelopes": sums["envelopes"],
        "sheets": sums["sheets"],
        "bundles": sums["bundles"],
        "files": [{"name": name, "sha256": sha256, "bytes": size} for name, sha256, size in contents],
    }
    return json.dumps(facts, ensure_ascii=False, indent=1).encode()
