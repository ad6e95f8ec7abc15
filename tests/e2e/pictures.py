"""The pictures of the manual, taken by the journeys that drive the screens, so that they never go stale.

Each picture keeps the words of its screen (headings, labels, buttons; no figures). A journey fails when they are no longer
the screen's. Then look at the screen, and take the pictures anew:

    TC_RENEW_PICTURES=1 bin/test tests/e2e
"""

import io
import os
import re
from time import monotonic

from PIL import Image, PngImagePlugin
from playwright.sync_api import Page, expect

from toyota_collect.manual import FOLDER

WIDTH, TALLEST, COLOURS = 1440, 1200, 64
MOST_BYTES = 160_000
PATIENCE = 5.0  # seconds
# What the screen says whatever it is about: names, sums and days of the rows are left out.
WORDS = """main => [...new Set([...main.querySelectorAll("h1, h2, h3, thead th, legend, summary, label, button, dt")]
    .filter(one => one.checkVisibility() && !one.closest("tbody")).map(one => one.innerText))]"""
FIGURES = re.compile(r"[0-9０-９,，．.]+|（[月火水木金土日]）")
KEPT = "Words"


def take(page: Page, name: str) -> None:
    """Take the picture of the screen as it is, or compare its words with those of the picture in the manual."""
    before = page.viewport_size
    page.set_viewport_size({"width": WIDTH, "height": 900})
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    words = words_of(page)
    file = FOLDER / f"{name}.png"
    if os.environ.get("TC_RENEW_PICTURES"):
        page.evaluate("scrollTo(0, 0)")
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": WIDTH, "height": max(900, min(height, TALLEST))})
        page.wait_for_timeout(500)  # charts move in
        # Anything but these two would need a style of its own, which the CSP refuses.
        shot = page.screenshot(animations="allow", caret="initial")
        picture = Image.open(io.BytesIO(shot)).convert("RGB")
        info = PngImagePlugin.PngInfo()
        info.add_itxt(KEPT, "\n".join(words), zip=True)
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True, pnginfo=info)
    assert file.exists(), f"{file.name} is missing: TC_RENEW_PICTURES=1 bin/test tests/e2e"
    with Image.open(file) as kept:
        known = str(kept.info.get(KEPT, "")).split("\n")
    end = monotonic() + PATIENCE
    while known != words and monotonic() < end:  # a fragment may still be on its way on a busy machine
        page.wait_for_timeout(200)
        words = words_of(page)
    assert known == words, (
        f"{file.name} shows the screen of before: look at it, then TC_RENEW_PICTURES=1 bin/test tests/e2e;"
        f" only on one of the two: {sorted(set(known) ^ set(words))}"
    )
    if before:
        page.set_viewport_size(before)


def words_of(page: Page) -> list[str]:
    found = page.locator("#main").evaluate(WORDS)
    plain = (" ".join(FIGURES.sub("", words).split()) for words in found)
    return sorted({words for words in plain if words and "架空" not in words})
