"""What was previewed is what may come in: files are known by their SHA-256, those of the control totals too."""

import hashlib
from pathlib import Path

from claims.intake.control import SUFFIX
from claims.intake.parse import FileRefused
from claims.models import ImportBatch, PreviewFile


def hash_of(path: Path) -> str:
    """SHA-256 (hex) of a file; empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def control_of(path: Path) -> str:
    return hash_of(path.with_name(path.name + SUFFIX))


def refuse_changed(batch: ImportBatch, path: Path, sha256: str) -> None:
    """Where the batch was started from a preview, take only the bytes that were previewed.

    Raises:
        FileRefused: the file is new or another one since.
    """
    if not hasattr(batch, "preview"):
        return
    known = PreviewFile.objects.filter(preview=batch.preview, name=path.name).first()
    if known is None:
        raise FileRefused("確かめたときにはなかったファイルです。もう一度確かめてから取り込んでください。")
    if (known.sha256, known.control_sha256) != (sha256, control_of(path)):
        raise FileRefused("確かめたあとにファイルが変わりました。もう一度確かめてから取り込んでください。")
