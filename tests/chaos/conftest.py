import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path = Path("/tmp") / f"tc-chaos-{os.getpid()}-{tmp_path.name}"
    yield path
    path.with_suffix(".out").unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)
