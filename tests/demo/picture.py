"""A picture of the tip's page, taken by the system's Chromium."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Error, FloatRect, Page

from tests.browser import running_browser
from tests.demo.waiting import Failed

WIDTH = 880
"""The window's width in pixels."""
MARGIN = 24
"""Pixels below the discussion."""
COLOURS = 64
"""Enough for the page's few colours and the edges of its letters, in a third of the bytes."""


def take(address: str, file: Path) -> None:
    """Write a picture of a page, from its top to the end of its discussion, as a PNG."""
    try:
        with (
            TemporaryDirectory(ignore_cleanup_errors=True) as home,
            running_browser(Path(home)) as browser,
            browser.new_page() as page,
        ):
            page.set_viewport_size({"width": WIDTH, "height": WIDTH})
            page.goto(address)
            taken = page.screenshot(full_page=True, clip=_part(page))
    except Error as error:
        raise Failed(f"the browser took no picture: {error.message}") from error
    with Image.open(io.BytesIO(taken)) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(file, "PNG", optimize=True)


def _part(page: Page) -> FloatRect:
    box = page.locator("#discussion").bounding_box()
    if box is None:
        raise Failed(f"{page.url} has no discussion")
    return {"x": 0, "y": 0, "width": WIDTH, "height": box["y"] + box["height"] + MARGIN}
