"""Full-page screenshots of a running installation, for looking; the manual has its own (`pictures.py`).

    .venv/bin/python -m tests.e2e.shots --out DIR [--url http://127.0.0.1:8000] [--width 1440]
        [--password …] supervisor=/claims/board/ collector=/people/ …

A page is ``user=path`` or ``user=path@file name``; ``-=path`` is looked at signed out. Without pages, every page of each
user's navigation is taken (``--users``). Prints each file, and what the browser complained about; exit code 1 if it did.
"""

import argparse
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

USERS = [
    "collector",
    "supervisor",
    "print_operator",
    "receipts_clerk",
    "section_viewer",
    "welfare_worker",
    "lawyer",
    "auditor",
    "administrator",
]
SIGNED_OUT = "-"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--users", nargs="*", default=USERS)
    parser.add_argument("--password", default=os.environ.get("DEMO_PASSWORD", ""))
    parser.add_argument("pages", nargs="*")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    wanted: dict[str, list[str]] = {}
    for page in given.pages:
        user, _, path = page.partition("=")
        wanted.setdefault(user, []).append(path)
    complaints: list[str] = []
    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--lang=ja-JP"])
        for user in wanted or given.users:
            context = _context(browser, given.url, given.width)
            page = context.new_page()
            page.on("console", lambda message: complaints.append(f"{message.page and message.page.url} {message.text}"))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            if user != SIGNED_OUT:
                _sign_in(page, user, given.password)
            for path, name in _targets(page, user, wanted.get(user)):
                page.set_viewport_size({"width": given.width, "height": 900})
                page.goto(path)
                _settle(page, given.width)
                file = given.out / f"{name}.png"
                page.screenshot(path=file, full_page=True)
                print(file)
            context.close()
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


def _context(browser: Browser, url: str, width: int) -> BrowserContext:
    return browser.new_context(
        base_url=url, locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": width, "height": 900}
    )


def _sign_in(page: Page, user: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("利用者名").fill(user)
    page.get_by_label("パスワード").fill(password)
    page.get_by_role("button", name="ログインする").click()
    page.wait_for_selector(".user-menu")


def _targets(page: Page, user: str, paths: list[str] | None) -> Iterator[tuple[str, str]]:
    """Addresses and file names; without ``paths``, those of the side navigation."""
    if paths is None:
        paths = page.locator(".side-nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    for target in paths:
        path, _, name = target.partition("@")
        yield path, name or f"{user}-{re.sub(r'[^a-z0-9]+', '-', path.lower()).strip('-') or 'home'}"


def _settle(page: Page, width: int) -> None:
    """Wait for panels, charts and fonts; then make the window as tall as the page, so that the key bar is at its foot."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(900, height)})
    page.wait_for_timeout(150)


if __name__ == "__main__":
    sys.exit(main())
