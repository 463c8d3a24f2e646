"""Checks of records, by their lexicons.

https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky
Stricter than a real server: no unknown fields, and facets end between whole characters.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import regex

from .names import BLOB_CID, CID, DID, URI
from .refusal import invalid

MOST_GRAPHEMES, MOST_BYTES = 300, 3000
MOST_IMAGE_BYTES = 1_000_000
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_POST = {"$type", "text", "createdAt", "langs", "facets", "embed", "reply", "labels", "tags"}


def check(collection: str, record: Any) -> None:
    """Refuse a record that is not as its lexicon says."""
    _want(isinstance(record, dict), "record must be an object")
    _want(record.get("$type") == collection, f"Invalid $type: expected {collection}")
    known = {"app.bsky.feed.post": _post, "app.bsky.feed.like": _like}
    _want(collection in known, f"Lexicon not found: {collection}")
    known[collection](record)


def _post(record: dict[str, Any]) -> None:
    _fields(record, _POST, {"text", "createdAt"})
    _text(record["text"], "text", MOST_BYTES, MOST_GRAPHEMES)
    _date(record["createdAt"])
    langs = record.get("langs", [])
    _want(isinstance(langs, list) and len(langs) <= 3, "langs must not have more than 3 elements")
    _want(all(_LANGUAGE.fullmatch(one) for one in langs), "langs must be well-formed BCP 47 tags")
    for facet in record.get("facets", []):
        _facet(facet, record["text"].encode())
    if "embed" in record:
        _embed(record["embed"])
    if "reply" in record:
        _fields(record["reply"], {"root", "parent"}, {"root", "parent"})
        _reference(record["reply"]["root"])
        _reference(record["reply"]["parent"])


def _like(record: dict[str, Any]) -> None:
    _fields(record, {"$type", "subject", "createdAt"}, {"subject", "createdAt"})
    _reference(record["subject"])
    _date(record["createdAt"])


def _facet(facet: Any, text: bytes) -> None:
    _fields(facet, {"$type", "index", "features"}, {"index", "features"})
    _fields(facet["index"], {"$type", "byteStart", "byteEnd"}, {"byteStart", "byteEnd"})
    start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
    _want(type(start) is int and type(end) is int, "byteStart and byteEnd must be integers")
    _want(0 <= start < end <= len(text), "the facet is outside of the text")
    try:
        text[:start].decode(), text[start:end].decode()
    except UnicodeDecodeError:
        raise invalid("the facet divides a character") from None
    for feature in facet["features"]:
        _feature(feature)


def _feature(feature: Any) -> None:
    kinds: dict[str, tuple[str, Callable[[str], object]]] = {
        "app.bsky.richtext.facet#link": ("uri", _is_uri),
        "app.bsky.richtext.facet#tag": ("tag", lambda tag: len(tag) <= 64 and tag[:1] != "#"),
        "app.bsky.richtext.facet#mention": ("did", DID.fullmatch),
    }
    _want(feature.get("$type") in kinds, "the feature is of no known type")
    name, is_good = kinds[feature["$type"]]
    _fields(feature, {"$type", name}, {"$type", name})
    _want(isinstance(feature[name], str) and is_good(feature[name]), f"{name} is not valid")


def _embed(embed: Any) -> None:
    kind = embed.get("$type")
    if kind == "app.bsky.embed.external":
        _fields(embed, {"$type", "external"}, {"external"})
        names = {"uri", "title", "description"}
        _fields(embed["external"], names | {"thumb"}, names)
        if "thumb" in embed["external"]:
            _image(embed["external"]["thumb"], "embed/external/thumb")
        _want(_is_uri(embed["external"]["uri"]), "external/uri must be a uri")
        _want(all(isinstance(embed["external"][one], str) for one in names), "must be a string")
    elif kind == "app.bsky.embed.record":
        _fields(embed, {"$type", "record"}, {"record"})
        _reference(embed["record"])
    else:
        _want(kind == "app.bsky.embed.images", f"no such embed as {kind}")
        _images(embed)


def _images(embed: dict[str, Any]) -> None:
    """https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/embed/images.json."""
    _fields(embed, {"$type", "images"}, {"images"})
    images = embed["images"]
    _want(
        isinstance(images, list) and len(images) <= 4, "images must not have more than 4 elements"
    )
    for number, one in enumerate(images):
        where = f"embed/images/{number}"
        _fields(one, {"$type", "image", "alt", "aspectRatio"}, {"image", "alt"})
        _want(isinstance(one["alt"], str), f"Record/{where}/alt must be a string")
        _image(one["image"], f"{where}/image")
        if "aspectRatio" in one:
            _fields(one["aspectRatio"], {"$type", "width", "height"}, {"width", "height"})
            for side in (one["aspectRatio"]["width"], one["aspectRatio"]["height"]):
                _want(type(side) is int and side >= 1, f"Record/{where}/aspectRatio is not valid")


def _image(blob: Any, where: str) -> None:
    """A reference to a blob of at most a million bytes, an image by its own word."""
    _fields(blob, {"$type", "ref", "mimeType", "size"}, {"$type", "ref", "mimeType", "size"})
    _want(blob["$type"] == "blob", f"Record/{where} should be a blob ref")
    _fields(blob["ref"], {"$link"}, {"$link"})
    _want(BLOB_CID.fullmatch(blob["ref"]["$link"]), f"Record/{where} should be a blob ref")
    _want(
        str(blob["mimeType"]).startswith("image/"),
        f"Wrong type of file. It is {blob['mimeType']} but it must match image/*.",
    )
    _want(
        type(blob["size"]) is int and blob["size"] <= MOST_IMAGE_BYTES,
        f"This file is too large. It is {blob['size']} bytes but the maximum size is 1MB.",
    )


def _reference(value: Any) -> None:
    _fields(value, {"$type", "uri", "cid"}, {"uri", "cid"})
    _want(URI.fullmatch(value["uri"]), "uri must be an at-uri")
    _want(CID.fullmatch(value["cid"]), "cid must be a cid string")


def _text(value: Any, name: str, most_bytes: int, most_graphemes: int) -> None:
    _want(isinstance(value, str), f"Record/{name} must be a string")
    _want(
        len(value.encode()) <= most_bytes,
        f"Record/{name} must not be longer than {most_bytes} characters",
    )
    _want(
        len(regex.findall(r"\X", value)) <= most_graphemes,
        f"Record/{name} must not be longer than {most_graphemes} graphemes",
    )


def _date(value: Any) -> None:
    is_date = isinstance(value, str) and _DATE.fullmatch(value)
    _want(
        is_date, "Record/createdAt must be an valid atproto datetime (both RFC-3339 and ISO-8601)"
    )
    datetime.fromisoformat(value)


def _fields(value: Any, known: set[str], needed: set[str]) -> None:
    _want(isinstance(value, dict), "must be an object")
    for name in sorted(needed - value.keys()):
        raise invalid(f'Record must have the property "{name}"')
    for name in sorted(value.keys() - known):
        raise invalid(f'Record has the unknown property "{name}"')


def _is_uri(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\w+:\S+", value) is not None


def _want(is_so: object, message: str) -> None:
    if not is_so:
        raise invalid(f"Invalid record: {message}")
