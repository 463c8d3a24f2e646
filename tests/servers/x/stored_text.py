"""Text as X stores it: links become t.co, markup is escaped, and entities give the positions."""

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from twitter_text import extract_urls_with_indices

from .model import Entities, Medium, User

MENTION = re.compile(r"(?<![\w!#$%&*@＠/])[@＠]([A-Za-z0-9_]{1,15})(?![\w@＠])")
HASHTAG = re.compile(r"(?<![\w&/])[#＃](\w*[^\W\d]\w*)")
DISPLAY_LENGTH = 27


@dataclass(frozen=True, slots=True)
class EntityMark:
    """A link, mention or hashtag: its position in the written text, and how it is shown."""

    kind: str
    start: int
    end: int
    shown: str
    facts: dict[str, object]


def normalize(text: str) -> str:
    """The text as X stores it: NFC, plain newlines, no white space around it."""
    return unicodedata.normalize("NFC", re.sub(r"\r\n?", "\n", text)).strip()


def render(full: str, people: Mapping[str, User], seed: str) -> tuple[str, Entities]:
    """The text in the API's answers, and its entities, counted in the code points of that text.

    `people` are the users by lower-case username; `seed` makes the t.co links this post's own.
    """
    text, cursor = "", 0
    entities: Entities = {}
    for mark in _marks(full, people, seed):
        text += html.escape(full[cursor : mark.start], quote=False)
        place = {"start": len(text), "end": len(text) + len(mark.shown)}
        entities.setdefault(mark.kind, []).append(place | mark.facts)
        text += mark.shown
        cursor = mark.end
    return text + html.escape(full[cursor:], quote=False), entities


def with_media(
    text: str, entities: Entities, address: str, media: tuple[Medium, ...]
) -> tuple[str, Entities]:
    """The same with the link that X puts after the text of a post with pictures.

    https://docs.x.com/x-api/fundamentals/data-dictionary: the link is among the entities.
    """
    short = f"https://t.co/{sha256(address.encode()).hexdigest()[:10]}"
    facts: list[dict[str, object]] = [
        {
            "start": len(text) + 1,
            "end": len(text) + 1 + len(short),
            "url": short,
            "expanded_url": address,
            "display_url": f"pic.x.com/{short[-10:]}",
            "media_key": one.key,
        }
        for one in media
    ]
    return f"{text} {short}", entities | {"urls": [*entities.get("urls", ()), *facts]}


def _marks(full: str, people: Mapping[str, User], seed: str) -> list[EntityMark]:
    """All marks in order; a link contains no other marks."""
    links = list(_links(full, seed))
    inside = {place for link in links for place in range(link.start, link.end)}
    others = [*_mentions(full, people), *_hashtags(full)]
    return sorted(
        links + [mark for mark in others if mark.start not in inside], key=lambda mark: mark.start
    )


def _links(full: str, seed: str) -> Iterator[EntityMark]:
    for found in extract_urls_with_indices(full):
        start, end = found["indices"]
        expanded = found["url"] if "://" in found["url"] else f"http://{found['url']}"
        short = f"https://t.co/{sha256(f'{seed}/{start}'.encode()).hexdigest()[:10]}"
        facts = {"url": short, "expanded_url": expanded, "display_url": _displayed(expanded)}
        yield EntityMark("urls", start, end, short, facts)


def _displayed(url: str) -> str:
    """A link as readers see it: without scheme and www, and shortened."""
    bare = re.sub(r"^https?://(www\.)?", "", url, flags=re.IGNORECASE)
    return bare if len(bare) <= DISPLAY_LENGTH else bare[: DISPLAY_LENGTH - 1] + "…"


def _mentions(full: str, people: Mapping[str, User]) -> Iterator[EntityMark]:
    for found in MENTION.finditer(full):
        user = people.get(found[1].lower())
        if user is not None:
            facts: dict[str, object] = {"username": user.username, "id": user.id}
            yield EntityMark("mentions", found.start(), found.end(), found[0], facts)


def _hashtags(full: str) -> Iterator[EntityMark]:
    for found in HASHTAG.finditer(full):
        yield EntityMark("hashtags", found.start(), found.end(), found[0], {"tag": found[1]})
