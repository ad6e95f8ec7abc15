"""System libraries and fonts that no wheel carries: Pango for WeasyPrint, the letter's fonts, a browser for tests."""

import ctypes
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toyota_collect.embedded import apt
from toyota_collect.embedded.servers import VENV
from toyota_collect.embedded.state import locked, say

UNPACKED = VENV / "system"  # where packages are unpacked for a user who may not install them
FONT_FOLDERS = [
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
    UNPACKED / "usr/share/fonts",
]
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Part:
    """A package, and the file by which one sees that it is there."""

    package: str
    file: str

    def is_missing(self) -> bool:
        if self.file.endswith(".ttf"):
            return not _has_font(self.file)
        if ".so" in self.file:
            return not (_loads(self.file) or any(UNPACKED.glob(f"usr/lib/**/{self.file}")))
        return not (shutil.which(self.file) or (UNPACKED / "usr/bin" / self.file).exists())


PARTS = [
    Part("libpango-1.0-0", "libpango-1.0.so.0"),
    Part("libpangoft2-1.0-0", "libpangoft2-1.0.so.0"),
    Part("libharfbuzz-subset0", "libharfbuzz-subset.so.0"),  # without it fonts are subset in Python, ten times slower
    Part("fontconfig", "fc-match"),
    Part("fonts-morisawa-bizud-gothic", "BIZUDGothic-Regular.ttf"),
    Part("fonts-ipamj-mincho", "ipamjm.ttf"),  # the variants of names (異体字) that no other font has
]


def ensure() -> None:
    """Install what is really missing; where that is impossible, say in one line what a person has to install."""
    if not _missing():
        return
    with locked(VENV / "system.lock"):
        if missing := _missing():
            say(f"installing system packages: {' '.join(missing)}")
            if apt.may_install():
                apt.install(missing)
            elif apt.unpack(missing, UNPACKED):
                _write_fonts_conf()
        if missing := _missing():
            say(f"PDFs cannot be made on this machine. Please install: {' '.join(missing)}")


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Add the paths by which child processes find the unpacked packages, if there are any."""
    if not UNPACKED.exists():
        return dict(given)
    libraries = {str(file.parent) for file in UNPACKED.glob("usr/lib/**/*.so.*")}
    paths = {
        "LD_LIBRARY_PATH": ":".join([*sorted(libraries), *filter(None, [given.get("LD_LIBRARY_PATH")])]),
        "PATH": f"{given.get('PATH', os.defpath)}:{UNPACKED / 'usr/bin'}",
    }
    fonts = {"FONTCONFIG_FILE": str(UNPACKED / "fonts.conf")} if (UNPACKED / "fonts.conf").exists() else {}
    return dict(given) | paths | fonts


def browser() -> str | None:
    """The Chromium of the browser tests, installed when that is allowed; None when there is none."""
    if given := os.environ.get("CHROMIUM"):
        return given
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found and apt.may_install():
        say("installing Chromium for the browser tests")
        apt.install(["chromium"])
        found = shutil.which("chromium")
    return found


def _missing() -> list[str]:
    return [part.package for part in PARTS if part.is_missing()]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_font(file: str) -> bool:
    return any(file in files for folder in FONT_FOLDERS for _path, _folders, files in os.walk(folder))


def _write_fonts_conf() -> None:
    folder = UNPACKED / "var/cache/fontconfig"
    text = FONTS_CONF.format(fonts=UNPACKED / "usr/share/fonts", cache=folder)
    (UNPACKED / "fonts.conf").write_text(text)
