"""What stops the start of an installation."""

import os
import subprocess
import sys

import pytest

REAL = {"SECRET_KEY": "x" * 60, "HTTPS": "1"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        pytest.param({"HTTPS": "1"}, "SECRET_KEY が設定されていません", id="no key"),
        pytest.param({"HTTPS": "1", "SECRET_KEY": "demo-only-key-never-for-a-city"}, "見本のまま", id="published key"),
        pytest.param(
            {"SECRET_KEY": "demo-only-key-never-for-a-city", "HTTPS": "0"}, "見本のまま", id="published, no TLS"
        ),
        pytest.param(REAL | {"DEMO": "1"}, "本番設定", id="demo accounts in production"),
        pytest.param(REAL, "", id="a real installation starts"),
    ],
)
def test_an_installation_starts_only_with_a_key_of_its_own(given, sentence):
    kept = {name: value for name, value in os.environ.items() if name not in {"SECRET_KEY", "HTTPS", "DEMO", "DEBUG"}}
    code = "import toyota_collect.settings"
    done = subprocess.run([sys.executable, "-c", code], env=kept | given, capture_output=True, text=True, check=False)
    assert done.returncode == (1 if sentence else 0)
    assert sentence in done.stderr
