"""A city is backed up, destroyed to the last file and restored on an empty machine: ledger, logs and files are the same."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest

from toyota_collect.embedded.state import ROOT

pytestmark = pytest.mark.chaos


def manage(state: Path, *arguments: str, refused: bool = False, **variables: str) -> str:
    """The last line that the command prints; with ``refused`` the last line of what it says instead."""
    clean = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environment = clean | {"TC_STATE": str(state), "DEMO": "1"} | variables
    done = subprocess.run(
        [ROOT / "bin/manage", *arguments], env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert (done.returncode != 0) is refused, done.stderr
    return (done.stderr if refused else done.stdout).strip().splitlines()[-1]


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def places(tmp_path: Path, folder: Path) -> Iterator[tuple[Path, Path]]:
    other = folder.with_name(f"{folder.name}-again")
    yield folder, other
    shutil.rmtree(other, ignore_errors=True)


def test_backup_destroy_restore_verify(places: tuple[Path, Path], tmp_path: Path) -> None:
    state, other = places
    secret = pyrage.x25519.Identity.generate()
    key, wrong, out = tmp_path / "key", tmp_path / "wrong", tmp_path / "backups"
    key.write_text(f"# 架空の鍵\n{secret}\n")
    wrong.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    manage(state, "demo_city", "--debtors", "60", "--seed", "7", "--out", str(tmp_path / "city"))
    assert json.loads(manage(state, "import_extracts", str(tmp_path / "city")))["inserted"] > 0
    before = json.loads(manage(state, "verify_ledger"))
    assert before["ok"]
    paper = state / "files" / "documents" / "架空" / "1.pdf"
    paper.parent.mkdir(parents=True)
    paper.write_bytes(os.urandom(3_000_000))
    files = hashes(state / "files")
    made = json.loads(manage(state, "backup", "--out", str(out), "--recipient", str(secret.to_public())))
    assert made["digests"] == {"ledger": before["digest"]}
    assert "豊田" not in json.dumps(made, ensure_ascii=False)
    backup = Path(made["folder"])
    assert b"PGDMP" not in (backup / "database.dump.age").read_bytes()[:1000]

    shutil.rmtree(state)  # destroyed to the last file
    assert "開けないか" in manage(other, "restore", str(backup), "--identity", str(wrong), refused=True)
    shutil.rmtree(other)
    restored = json.loads(manage(other, "restore", str(backup), "--identity", str(key)))
    assert restored["digests"] == made["digests"]
    after = json.loads(manage(other, "verify_ledger"))
    assert (after["ok"], after["digest"]) == (True, before["digest"])
    assert hashes(other / "files") == files
    assert json.loads(manage(other, "verify_logs"))["ok"]
    assert "空のデータベース" in manage(other, "restore", str(backup), "--identity", str(key), refused=True)

    with (backup / "database.dump.age").open("r+b") as file:  # a bit falls over
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))
    shutil.rmtree(other)
    assert "壊れています" in manage(other, "restore", str(backup), "--identity", str(key), refused=True)
    (backup / "manifest.json").unlink()
    assert "途中で終わった" in manage(other, "restore", str(backup), "--identity", str(key), refused=True)
