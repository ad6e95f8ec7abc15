"""Static files: what comes from elsewhere is unchanged, and nothing is fetched from outside."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
VENDOR = ROOT / "static" / "vendor"
SUMS = [line.split(maxsplit=1) for line in (VENDOR / "SHA256SUMS").read_text().splitlines()]
OURS = [*ROOT.glob("static/css/*.css"), *ROOT.glob("static/js/*.js"), *ROOT.glob("templates/**/*.html")]


@pytest.mark.parametrize(("digest", "name"), SUMS, ids=[name for _, name in SUMS])
def test_vendored_file_is_the_published_one(digest: str, name: str) -> None:
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest


def test_every_vendored_file_has_its_hash() -> None:
    files = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert files == {name for _, name in SUMS} | {"README.md", "SHA256SUMS"}


@pytest.mark.parametrize("path", OURS, ids=[str(path.relative_to(ROOT)) for path in OURS])
def test_nothing_inline_and_nothing_from_outside(path: Path) -> None:
    """The content security policy allows neither; found here, it does not wait for a browser."""
    text = path.read_text()
    assert not re.findall(r"""(?:src|href|url|action)\s*[=(]\s*["']?https?:""", text)
    if path.suffix == ".html" and "letter" not in path.parts and "notices/letter" not in str(path):
        assert not re.findall(r"<[a-z][^>{]*\s(?:style|on[a-z]+|hx-on[^=]*)=", text)
        assert not re.findall(r"<script(?![^>]*(?:\bsrc=|application/json))|<style", text)
