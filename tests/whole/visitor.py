"""A visitor of the site, whose browser fills in the form under a tip."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import requests

from tests.whole.operator import hidden_fields


@dataclass
class Visitor:
    """One browser with its cookies, and the page of one tip."""

    browser: requests.Session
    page: str
    seen: str = ""
    """the last page that the browser showed"""
    _form: dict[str, str] = field(default_factory=dict)

    def open(self, answering: str | None = None) -> None:
        """Open the page with its form, which answers the tip or the comment of this id."""
        asked = {"reply": answering} if answering else {}
        page = self.browser.get(self.page, params=asked, timeout=10)
        self._show(page)
        self._form = hidden_fields(self.seen)

    def send(self, name: str, text: str) -> str:
        """Fill in the form and send it; returns the comment's id."""
        form = {**self._form, "name": name, "text": text}
        answer = self.browser.post(self.page, data=form, timeout=10)
        self._show(answer)
        (comment,) = parse_qs(urlsplit(answer.url).query)["sent"]
        return comment

    def delete(self, comment: str) -> None:
        """Press the button beside the visitor's own comment."""
        self.open()
        root = self.page.partition("/tips/")[0]
        form = {"token": self._form["token"]}
        where = f"{root}/comments/{comment}/delete"
        self._show(self.browser.post(where, data=form, timeout=10))

    def _show(self, answer: requests.Response) -> None:
        answer.raise_for_status()
        self.seen = answer.text


@contextmanager
def visitor(site: str, tip: str) -> Iterator[Visitor]:
    """A visitor with a fresh browser."""
    with requests.Session() as browser:
        yield Visitor(browser, f"{site}/tips/{tip}")
