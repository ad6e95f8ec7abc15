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


SHOW = """
from toyota_collect import settings
print(settings.SECRET_KEY, settings.DATABASES["default"]["PASSWORD"], settings.REDIS_URL, settings.METRICS_TOKEN, sep="\\n")
"""


def test_every_secret_may_come_by_a_file_whose_line_ends(tmp_path):
    names = {"SECRET_KEY": "k" * 60, "DATABASE_PASSWORD": "p", "REDIS_PASSWORD": "r/@", "METRICS_TOKEN": "m"}
    for name, value in names.items():
        (tmp_path / name).write_text(value + "\n")
    kept = {name: value for name, value in os.environ.items() if name not in {"DEMO", "DEBUG", "HTTPS", "SECRET_KEY"}}
    given = {f"{name}_FILE": str(tmp_path / name) for name in names}
    given |= {"DATABASE_URL": "postgres://collect@db/collect", "REDIS_URL": "redis://valkey:6379/0"}
    done = subprocess.run([sys.executable, "-c", SHOW], env=kept | given, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["k" * 60, "p", "redis://:r%2F%40@valkey:6379/0", "m"]


def test_a_secret_file_that_is_missing_stops_the_start(tmp_path):
    kept = {name: value for name, value in os.environ.items() if name not in {"DEMO", "DEBUG", "HTTPS", "SECRET_KEY"}}
    given = {"SECRET_KEY_FILE": str(tmp_path / "none")}
    code = "import toyota_collect.settings"
    done = subprocess.run([sys.executable, "-c", code], env=kept | given, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "No such file" in done.stderr
