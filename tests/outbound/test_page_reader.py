"""Reading what other sites' pages say: the cases are in data/responses.yaml."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from bot.core.discussion.webmention import AUTHOR_MAX, EXCERPT_MAX, Response
from bot.core.errors import Refused
from bot.outbound.pages.page_reader import read
from bot.outbound.pages.page_worker import read as read_here
from bot.outbound.pages.ssrf_safe_fetch import LARGEST, Fetched

CASES = yaml.safe_load(
    (Path(__file__).parents[1] / "data" / "responses.yaml").read_text(encoding="utf-8")
)
TARGET = "https://tips.example/tips/listen"
URL = "https://other.example/post"
LINK = f'<a href="{TARGET}">it</a>'


def page(body: str | bytes, kind="text/html", charset=None) -> Fetched:
    """A page as it was fetched."""
    content = body.encode() if isinstance(body, str) else body
    return Fetched(url=URL, kind=kind, charset=charset, body=content)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["promise"])
def test_what_a_page_says(case):
    """Each page says what its case tells."""
    asked = {"url": URL, "kind": case.get("kind", "text/html"), "target": TARGET}
    body = case["page"].encode(case.get("encode", "utf-8"))
    found = read_here({**asked, "charset": case.get("charset", "utf-8")}, body)
    said = case["said"]
    if said is None:
        assert found is None
        return
    at = datetime.fromisoformat(str(said["at"])) if "at" in said else None
    author_url = said.get("author_url")
    assert found == Response(author=said["author"], author_url=author_url, text=said["text"], at=at)


def test_a_page_is_read_in_another_process():
    """What that process found out comes back whole."""
    body = f"""<div class=h-entry><a class="p-author h-card" href=/me>Ada ☃</a> {LINK}
        <time class=dt-published datetime=2026-01-02T03:04:05Z></time></div>"""
    found = read(page(body, charset="utf-8"), TARGET)
    assert found is not None
    assert (found.author, found.author_url) == ("Ada ☃", "https://other.example/me")
    assert found.at == datetime.fromisoformat("2026-01-02T03:04:05+00:00")
    assert read(page("<p>Nothing</p>"), TARGET) is None


def test_no_more_than_an_excerpt_is_kept():
    """Of a long text the beginning is kept, in whole words, and of a long name as well."""
    body = f"""<div class=h-entry><span class=p-author>{"Ada " * 100}</span>
        <div class=e-content>{"Many words. " * 1000} {LINK}</div></div>"""
    found = read(page(body), TARGET)
    assert found is not None
    assert (len(found.author), len(found.text)) <= (AUTHOR_MAX, EXCERPT_MAX)
    assert found.text.endswith((" Many…", " words.…"))


@pytest.mark.long
def test_a_page_that_is_made_to_keep_us_busy_is_given_up():
    """The worst megabyte costs some seconds of another process, and nothing of ours."""
    body = b"".join(b"<font size=%d>" % size for size in range(20_000)) + b"<p>" * 100_000
    began = time.monotonic()
    with pytest.raises(Refused, match="cannot be read within a reasonable time"):
        read(page(body[:LARGEST]), TARGET)
    assert time.monotonic() - began < 60


def test_deep_json_is_given_up():
    """What the reader stumbles over is no answer."""
    with pytest.raises(Refused, match="cannot be read"):
        read(page(b"[" * LARGEST, "application/json"), TARGET)


def test_the_reader_knows_no_secret(monkeypatch, tmp_path):
    """Nothing of our environment is handed to who reads strangers' pages."""
    monkeypatch.setenv("TIPSBOT_X_API_KEY", "secret")
    told = tmp_path / "told"
    (tmp_path / "sitecustomize.py").write_text(
        f"import os, pathlib; pathlib.Path({str(told)!r}).write_text(repr(sorted(os.environ)))"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    read(page("<p>Nothing</p>"), TARGET)
    assert "TIPSBOT_X_API_KEY" in os.environ
    assert "TIPSBOT" not in told.read_text()
