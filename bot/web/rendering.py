"""Templates filled in, with names and times as people read them, and the static files."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from bot.core.datetimes import iso
from bot.core.model.config import Identity
from bot.core.text.lookalikes import passes_for_bot
from bot.web.pages.comments import CommentView

NO_CACHE = "private, no-cache"
"""Ask again each time: a reply is there at once, and a deleted one is gone at once."""

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

BOT = "the bot"
NOT_THE_BOT = "not the bot"

_MEDIA_TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "ico": "image/vnd.microsoft.icon",
    "png": "image/png",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StaticFile:
    """A static file in memory. `version` changes with its content."""

    content: bytes
    media_type: str
    version: str


@cache
def read_static() -> dict[str, StaticFile]:
    """Every file in `static/`, by name."""
    found = {}
    for file in files("bot.web").joinpath("static").iterdir():
        content, media_type = file.read_bytes(), _MEDIA_TYPES[file.name.rpartition(".")[2]]
        found[file.name] = StaticFile(
            content=content, media_type=media_type, version=_digest(content)
        )
    return found


class Renderer:
    """Fills templates. Every page knows the bot and the relative address of the site's root."""

    def __init__(self, bot: Callable[[], Identity], is_outdated: Callable[[], bool]) -> None:
        self._bot = bot
        self._is_outdated = is_outdated
        self._static = read_static()
        self._templates = _read_templates()

    def page(
        self, request: Request, template: str, *, status: int = 200, **values: Any
    ) -> Response:
        """A page of the site in its layout."""
        text = self._fill(template, up=root_of(request), **values)
        response = Response(text, status, media_type="text/html; charset=utf-8")
        response.headers["Vary"] = "Cookie"
        return _cacheable(request, response)

    def fragment(self, template: str, **values: Any) -> str:
        """A part of a page, as it is for everybody."""
        return self._fill(template, mine=frozenset(), sent=None, token="", **values).strip()

    def xml(self, request: Request, template: str, media_type: str, **values: Any) -> Response:
        """A document in XML."""
        text = self._fill(template, **values)
        return _cacheable(request, Response(text, media_type=f"{media_type}; charset=utf-8"))

    def json_feed(self, request: Request, feed: Mapping[str, object]) -> Response:
        """A JSON Feed."""
        text = json.dumps(feed, ensure_ascii=False, indent=1)
        media_type = "application/feed+json; charset=utf-8"
        return _cacheable(request, Response(text, media_type=media_type))

    def file(self, request: Request, name: str) -> Response | None:
        """A static file, or None. Browsers may cache it, since its address has its version."""
        file = self._static.get(name)
        if file is None:
            return None
        response = Response(file.content, media_type=file.media_type)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return _cacheable(request, response)

    def picture(self, request: Request, content: bytes, media_type: str) -> Response:
        """A picture, which may be another one after a day."""
        response = Response(content, media_type=media_type)
        response.headers["Cache-Control"] = "public, max-age=86400"
        return _cacheable(request, response)

    def _fill(self, template: str, **values: Any) -> str:
        bot = self._bot()
        common = {
            "bot": bot,
            "day": partial(day, timezone=bot.timezone),
            "moment": partial(moment, timezone=bot.timezone),
            "is_outdated": self._is_outdated(),
        }
        return self._templates.get_template(template).render(common | values)


@cache
def _read_templates() -> Environment:
    """The templates, which all sites of a process share."""
    found = Environment(
        loader=PackageLoader("bot.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"iso": iso, "author_label": author_label, "labelled_name": labelled_name}
    found.globals["versions"] = {name: file.version for name, file in read_static().items()}
    return found


def root_of(request: Request) -> str:
    """The relative address of the site's root, so that the site can be under any path."""
    path = request.scope.get("raw_path") or request.url.path.encode()
    root = request.scope.get("root_path") or ""
    return "../" * (path.partition(b"?")[0].count(b"/") - root.count("/") - 1) or "./"


def author_label(comment: CommentView, bot: Identity) -> str:
    """A label: the bot's own, or not the bot's in spite of a name that resembles the bot's.

    A name, a colour or a border prove nothing. Empty for all others.
    """
    if comment.gone:
        return ""
    if comment.ours:
        return BOT
    return NOT_THE_BOT if passes_for_bot(comment.place.name, bot) else ""


def labelled_name(comment: CommentView, bot: Identity) -> str:
    """The author's name for a feed, followed by its label."""
    label = author_label(comment, bot)
    return f"{comment.place.name} ({label})" if label else comment.place.name


def day(moment: datetime, timezone: str) -> str:
    """The date, `1 March 2026`."""
    local = _local(moment, timezone)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def moment(moment: datetime, timezone: str) -> str:
    """The date and time, `1 March 2026, 09:00 GMT`; of a zone without a name, `UTC+03`."""
    local = _local(moment, timezone)
    name = local.tzname() or "UTC"
    zone = f"UTC{name}" if name.startswith(("+", "-")) else name
    return f"{day(moment, timezone)}, {local:%H:%M} {zone}"


def _local(moment: datetime, timezone: str) -> datetime:
    """The time in the zone; unchanged if the zone has no such time, as before year 1."""
    try:
        return moment.astimezone(ZoneInfo(timezone))
    except OverflowError:
        return moment


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _cacheable(request: Request, response: Response) -> Response:
    """The response with its ETag, or 304 without a body if the visitor has this content."""
    response.headers.setdefault("Cache-Control", NO_CACHE)
    if response.status_code != 200:
        return response
    # Weak, since the answer may be compressed on its way.
    etag = f'W/"{_digest(bytes(response.body))}"'
    response.headers["ETag"] = etag
    known = request.headers.get("if-none-match", "")
    if etag.removeprefix("W/") not in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return response
    headers = {name: response.headers[name] for name in ("ETag", "Cache-Control")}
    return Response(status_code=304, headers=headers)
