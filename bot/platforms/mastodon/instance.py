"""The kind and the rules of a server, read from its instance document."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from bot.core.model.capabilities import Capabilities, Idempotency
from bot.core.model.picture import PictureKind, PictureLimits
from bot.core.ports.network_state import Counted
from bot.platforms.mastodon import KIND, PICTURE
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.json_values import Record


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """A server software.

    `key_memory` is how long it remembers an idempotency key (zero: never); `shortens_links` says
    whether it counts a link as the number that it tells, or in full; `has_formats` whether an
    account there may post in Markdown and the like unless a post says that it is plain text;
    `has_approval` whether replies can wait for the approval of the account that they answer;
    `counted` by what it limits requests.
    """

    name: str
    key_memory: timedelta = timedelta(0)
    shortens_links: bool = False
    has_formats: bool = False
    has_approval: bool = False
    counted: Counted = Counted.TOKEN


MASTODON = Family(name="Mastodon", key_memory=timedelta(hours=1), shortens_links=True)

FAMILIES = (
    MASTODON,  # its forks too: their versions are its own with a suffix, `4.3.0+glitch`
    Family(name="Pleroma", key_memory=timedelta(hours=6), has_formats=True),
    Family(name="Akkoma", key_memory=timedelta(hours=6), has_formats=True),
    # It ignores keys: posts again. https://docs.gotosocial.org/en/latest/api/ratelimiting/
    Family(name="GoToSocial", has_formats=True, has_approval=True, counted=Counted.ADDRESS),
    # What speaks Mastodon's API beside Misskey's own: links in full, no keys.
    Family(name="Misskey"),
    Family(name="Sharkey"),
    Family(name="Iceshrimp"),
)
"""The servers whose use of idempotency keys is known."""

PLAIN = "text/plain"
"""The format in which no sign of a text is taken for markup."""

_COMPATIBLE = re.compile(r"\(compatible; ([\w.+-]+)")
_OWN_VERSION = re.compile(r"[1-9]\d*\.\d+\.\d+")
_STREAMING = {"ws": "http", "wss": "https", "http": "http", "https": "https"}
"""The address of a stream is written for browsers; the same place speaks HTTP."""
_FILTERS_SINCE = (4, 3)
"""The first version of Mastodon that filters notifications and shows many statuses at once."""
_OF_AN_INSTANCE = ("domain", "uri", "account_domain", "configuration", "urls")
"""Fields by which an instance document differs from other documents with a version."""
_QUOTES_SINCE = 7
"""The version of Mastodon's API, that of Mastodon 4.5, which first tells of quotes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Instance:
    """One instance. `domain` is what its accounts' handles end in, `streaming` where it streams.

    `shows_many` says that it shows many statuses at once when asked for them by id, `filters`
    that it keeps some notifications aside unless asked for those as well, `has_formats` that a
    post there may say in which format it is.
    """

    family: Family
    domain: str
    limit: int
    link_cost: int | None
    tells_of_quotes: bool
    shows_many: bool = False
    filters: bool = False
    has_formats: bool = False
    picture: PictureLimits
    streaming: str

    @property
    def notices(self) -> list[str]:
        """The types of notification to ask for; a type that a server does not know is an error."""
        return ["mention", "quote"] if self.tells_of_quotes else ["mention"]

    @property
    def traits(self) -> Capabilities:
        """The rules of this instance."""
        text = KIND.traits.text
        known = self.family.key_memory > timedelta(0)
        return replace(
            KIND.traits,
            network=self.family.name,
            text=replace(text, limit=self.limit, link_cost=self.link_cost),
            idempotency=Idempotency.KEY if known else Idempotency.NONE,
            key_memory=self.family.key_memory,
            picture=self.picture,
        )


def read_server(instance: Record, address: str) -> Instance | None:
    """The server that an instance document (v2, or v1) describes; None if it describes none."""
    version = json_values.word(instance.get("version"))
    if version is None or not any(instance.get(name) for name in _OF_AN_INSTANCE):
        return None
    family = family_of(version, json_values.word(instance.get("source_url")) or "")
    rules = json_values.record(json_values.record(instance.get("configuration")).get("statuses"))
    link_cost = json_values.count(rules.get("characters_reserved_per_url"))
    limit = json_values.count(rules.get("max_characters"))
    old_limit = json_values.count(instance.get("max_toot_chars"))
    is_new = family is MASTODON and _numbers(version) >= _FILTERS_SINCE
    return Instance(
        family=family,
        domain=_domain(instance) or urlsplit(address).netloc,
        limit=limit or old_limit or KIND.traits.text.limit,
        link_cost=(link_cost or KIND.traits.text.link_cost) if family.shortens_links else None,
        tells_of_quotes=_api_version(instance) >= _QUOTES_SINCE,
        shows_many=is_new,
        filters=is_new,
        picture=_picture_limits(instance),
        has_formats=family.has_formats or "glitch" in version.lower() or _tells_formats(instance),
        streaming=_streaming(instance, address),
    )


def family_of(version: str, source: str) -> Family:
    """The family that a version, or the address of the source code, tells of."""
    if "gotosocial" in source.lower():
        return _named("GoToSocial")
    if stated := _COMPATIBLE.search(version):
        return _named(stated[1])
    return MASTODON if _OWN_VERSION.match(version) else _named("Mastodon-like server")


def _named(name: str) -> Family:
    """The family of this name; one that is not in the table knows no keys."""
    known = (family for family in FAMILIES if family.name.lower() == name.lower())
    return next(known, Family(name=name[:40]))


def _tells_formats(instance: Record) -> bool:
    """Whether it lists plain text among the formats of posts, as glitch-soc and Pleroma do."""
    rules = json_values.record(json_values.record(instance.get("configuration")).get("statuses"))
    metadata = json_values.record(json_values.record(instance.get("pleroma")).get("metadata"))
    told = (rules.get("supported_mime_types"), metadata.get("post_formats"))
    return any(isinstance(formats, list) and PLAIN in formats for formats in told)


def _picture_limits(instance: Record) -> PictureLimits:
    """What it takes of a picture, as far as it tells.

    https://docs.joinmastodon.org/entities/Instance/#media_attachments
    """
    configuration = json_values.record(instance.get("configuration"))
    rules = json_values.record(configuration.get("media_attachments"))
    types = rules.get("supported_mime_types")
    told = frozenset(one for one in PictureKind if isinstance(types, list) and one.value in types)
    return replace(
        PICTURE,
        kinds=told or PICTURE.kinds,
        max_bytes=json_values.count(rules.get("image_size_limit")) or PICTURE.max_bytes,
        max_pixels=json_values.count(rules.get("image_matrix_limit")),
        max_alt=json_values.count(rules.get("description_limit")) or PICTURE.max_alt,
    )


def _domain(instance: Record) -> str | None:
    for key in ("account_domain", "domain", "uri"):
        if found := json_values.word(instance.get(key)):
            return urlsplit(found).netloc or found
    return None


def _numbers(version: str) -> tuple[int, int]:
    found = re.match(r"(\d{1,4})\.(\d{1,4})\.", version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _streaming(instance: Record, address: str) -> str:
    """Where the server says that it streams; never unencrypted where the server itself is not."""
    newer = json_values.record(json_values.record(instance.get("configuration")).get("urls"))
    older = json_values.record(instance.get("urls"))
    told = (
        json_values.word(newer.get("streaming"))
        or json_values.word(older.get("streaming_api"))
        or ""
    )
    own = urlsplit(address)
    try:
        parts = urlsplit(told)
    except ValueError:
        return address
    scheme = _STREAMING.get(parts.scheme, "")
    if not parts.netloc or not scheme or (own.scheme, scheme) == ("https", "http"):
        return address
    return f"{scheme}://{parts.netloc}"


def _api_version(instance: Record) -> int:
    return json_values.count(json_values.record(instance.get("api_versions")).get("mastodon")) or 0
