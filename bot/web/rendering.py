"""Templates made into answers: pages, the feed, and the files beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from bot.core.datetimes import iso
from bot.core.model.config import Identity
from bot.web.content.author_labels import mark, marked_name
from bot.web.content.dates import day, moment

NO_CACHE = "private, no-cache"
"""Ask again each time: a reply is there at once, and a deleted one is gone at once."""

_TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "ico": "image/vnd.microsoft.icon",
    "png": "image/png",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StaticFile:
    """A file of ours, read once. `version` changes with its content."""

    content: bytes
    media_type: str
    version: str


def read_static() -> dict[str, StaticFile]:
    """Every file in `static/`, by name."""
    found = {}
    for file in files("bot.web").joinpath("static").iterdir():
        content = file.read_bytes()
        found[file.name] = StaticFile(
            content=content,
            media_type=_TYPES[file.name.rpartition(".")[2]],
            version=_digest(content),
        )
    return found


class Renderer:
    """Fills templates. Every page knows the bot and how to get up to the site's root."""

    def __init__(self, bot: Callable[[], Identity], is_outdated: Callable[[], bool]) -> None:
        self._bot = bot
        self._is_outdated = is_outdated
        self.static = read_static()
        self._templates = Environment(
            loader=PackageLoader("bot.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"iso": iso, "mark": mark, "marked_name": marked_name}

    def page(
        self, request: Request, template: str, *, status: int = 200, **values: Any
    ) -> Response:
        """A page of the site in its layout."""
        text = self._fill(template, up=root_of(request), **values)
        response = Response(text, status, media_type="text/html; charset=utf-8")
        response.headers["Vary"] = "Cookie"
        return _fresh(request, response)

    def fragment(self, template: str, **values: Any) -> str:
        """A part of a page, as everybody sees it."""
        return self._fill(template, mine=frozenset(), sent=None, token="", **values).strip()

    def feed(self, request: Request, template: str, **values: Any) -> Response:
        """A feed in Atom."""
        return self.xml(request, template, "application/atom+xml", **values)

    def xml(self, request: Request, template: str, media_type: str, **values: Any) -> Response:
        """A document in XML."""
        text = self._fill(template, **values)
        return _fresh(request, Response(text, media_type=f"{media_type}; charset=utf-8"))

    def json_feed(self, request: Request, told: Mapping[str, object]) -> Response:
        """A JSON Feed."""
        text = json.dumps(told, ensure_ascii=False, indent=1)
        return _fresh(request, Response(text, media_type="application/feed+json; charset=utf-8"))

    def file(self, request: Request, name: str) -> Response | None:
        """A static file, or None. Its address carries its version, so that it may be kept."""
        file = self.static.get(name)
        if file is None:
            return None
        response = Response(file.content, media_type=file.media_type)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return _fresh(request, response)

    def _fill(self, template: str, **values: Any) -> str:
        bot = self._bot()
        versions = {name: file.version for name, file in self.static.items()}
        known = {
            "bot": bot,
            "day": partial(day, timezone=bot.timezone),
            "moment": partial(moment, timezone=bot.timezone),
            "versions": versions,
            "is_outdated": self._is_outdated(),
        }
        return self._templates.get_template(template).render(known | values)


def root_of(request: Request) -> str:
    """The way from this page up to the site's root, so that the site may live under any path."""
    path = request.scope.get("raw_path") or request.url.path.encode()
    return "../" * (path.partition(b"?")[0].count(b"/") - 1) or "./"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _fresh(request: Request, response: Response) -> Response:
    """The response with its tag; 304 and no body where the visitor has this very content."""
    response.headers.setdefault("Cache-Control", NO_CACHE)
    if response.status_code != 200:
        return response
    # Weak, since the answer may be compressed on its way.
    tag = f'W/"{_digest(bytes(response.body))}"'
    response.headers["ETag"] = tag
    known = request.headers.get("if-none-match", "")
    if tag.removeprefix("W/") not in {part.strip().removeprefix("W/") for part in known.split(",")}:
        return response
    kept = {name: response.headers[name] for name in ("ETag", "Cache-Control")}
    return Response(status_code=304, headers=kept)
