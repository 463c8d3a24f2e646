"""The end points, each with its parameters."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.servers.x.messages import Request

from .feed import Feed
from .model import Person
from .names import DID, HANDLE, URI
from .refusal import Refusal, invalid
from .repository import Repository
from .sessions import Sessions
from .views import profile

MANY = 25
_REASONS = ("reply", "mention", "quote", "like", "repost", "follow")


@dataclass(frozen=True, kw_only=True)
class Network:
    """All that the end points work on."""

    people: Mapping[str, Person]
    repository: Repository
    sessions: Sessions
    feed: Feed

    def person(self, who: str) -> Person | None:
        """Somebody by DID or handle."""
        every = self.people.values()
        return next((one for one in every if who.lower() in (one.did, one.handle.lower())), None)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request: its parameters, each with all its values, its body, and its bearer."""

    network: Network
    params: dict[str, list[str]]
    body: dict[str, Any]
    bearer: str
    #: the file in place of a body, and its media type
    data: bytes = b""
    media_type: str = ""

    @property
    def me(self) -> Person:
        """Who asks."""
        return self.network.sessions.holder(self.bearer)

    def one(self, name: str) -> str:
        """A parameter that is needed once."""
        if len(self.params.get(name, [])) != 1:
            raise invalid(f'Params must have the property "{name}"')
        return self.params[name][0]

    def many(self, name: str, most: int) -> list[str]:
        """A parameter that is needed once to `most` times."""
        found = self.params.get(name, [])
        if not 1 <= len(found) <= most:
            raise invalid(f"{name} must have 1 to {most} elements")
        return found

    def number(self, name: str, least: int, most: int, default: int) -> int:
        """A whole number within bounds."""
        text = self.params.get(name, [str(default)])[0]
        if not text.isdecimal() or not least <= int(text) <= most:
            raise invalid(f"{name} must be between {least} and {most}")
        return int(text)


def _create_session(asked: Asked) -> dict[str, Any]:
    person = asked.network.person(asked.body["identifier"])
    return asked.network.sessions.create(person, asked.body["password"])


def _refresh_session(asked: Asked) -> dict[str, Any]:
    return asked.network.sessions.refresh(asked.bearer)


def _get_session(asked: Asked) -> dict[str, Any]:
    return {"did": asked.me.did, "handle": asked.me.handle, "active": True}


def _put_record(asked: Asked) -> dict[str, Any]:
    found = asked.network.repository.put(_own(asked), asked.body)
    return {"uri": found.uri, "cid": found.cid, "validationStatus": "valid"}


def _upload_blob(asked: Asked) -> dict[str, Any]:
    did = asked.me.did
    return {"blob": asked.network.repository.blobs.upload(did, asked.data, asked.media_type)}


def _delete_record(asked: Asked) -> dict[str, Any]:
    place = f"{asked.body['collection']}/{asked.body['rkey']}"
    asked.network.repository.delete(f"at://{_own(asked)}/{place}")
    return {}


def _get_record(asked: Asked) -> dict[str, Any]:
    person = asked.network.person(asked.one("repo"))
    if person is None:
        raise Refusal(400, "RepoNotFound", f"Could not find repo: {asked.one('repo')}")
    place, key = asked.one("collection"), asked.one("rkey")
    if (place, key) == ("app.bsky.actor.profile", "self"):
        values = [{"val": one} for one in person.self_labels]
        value = {"$type": place, "displayName": person.name, "labels": {"values": values}}
        return {"uri": f"at://{person.did}/{place}/self", "value": value}
    found = asked.network.repository.get(f"at://{person.did}/{place}/{key}")
    return {"uri": found.uri, "cid": found.cid, "value": found.value}


def _resolve_handle(asked: Asked) -> dict[str, Any]:
    handle = asked.one("handle")
    if not HANDLE.fullmatch(handle):
        raise invalid("handle must be a valid handle")
    person = asked.network.person(handle)
    if person is None:
        raise invalid("Unable to resolve handle")
    return {"did": person.did}


def _get_posts(asked: Asked) -> dict[str, Any]:
    uris = asked.many("uris", MANY)
    for uri in uris:
        _check_uri(uri)
    return {"posts": asked.network.feed.posts(uris, asked.me)}


def _get_profiles(asked: Asked) -> dict[str, Any]:
    actors = asked.many("actors", MANY)
    if not all(DID.fullmatch(one) or HANDLE.fullmatch(one) for one in actors):
        raise invalid("actors must be valid dids or handles")
    found = [person for one in actors if (person := asked.network.person(one))]
    return {"profiles": [profile(one, asked.me, whole=True) for one in found]}


def _get_post_thread(asked: Asked) -> dict[str, Any]:
    uri = asked.one("uri")
    _check_uri(uri)
    asked.number("parentHeight", 0, 1000, 80)
    depth = asked.number("depth", 0, 1000, 6)
    return {"thread": asked.network.feed.thread(uri, depth, asked.me)}


def _list_notifications(asked: Asked) -> dict[str, Any]:
    feed, me = asked.network.feed, asked.me
    limit = asked.number("limit", 1, 100, 50)
    every = feed.notifications(me, asked.params.get("reasons", list(_REASONS)))
    priority = asked.params.get("priority", [str(me.hears_followed_only).lower()])[0]
    if priority != "false":
        every = []  # the bot follows nobody
    before = asked.params.get("cursor", [""])[0]
    found = [pair for pair in every if not before or _place(pair[1]) < before]
    page = found[:limit]
    answer: dict[str, Any] = {
        "notifications": [
            feed.notification(*pair, me) for pair in page if feed.is_shown(pair[1], me)
        ],
        "priority": False,
    }
    return answer | ({"cursor": _place(page[-1][1])} if page else {})


def _place(one: Any) -> str:
    return f"{one.sort_at.timestamp():017.6f}::{one.cid}"


def _own(asked: Asked) -> str:
    me = asked.me
    if asked.body["repo"] not in (me.did, me.handle):
        raise Refusal(401, "AuthenticationRequired", "Authentication Required")
    return me.did


def _check_uri(uri: str) -> None:
    if not URI.fullmatch(uri):
        raise invalid("uri must be a valid at-uri")


@dataclass(frozen=True)
class _Method:
    kind: str
    answer: Callable[[Asked], dict[str, Any]]
    fields: str = ""
    takes_file: bool = False


METHODS = {
    "com.atproto.server.createSession": _Method("POST", _create_session, "identifier password"),
    "com.atproto.server.refreshSession": _Method("POST", _refresh_session),
    "com.atproto.server.getSession": _Method("GET", _get_session),
    "com.atproto.repo.putRecord": _Method(
        "POST", _put_record, "repo collection rkey record swapRecord"
    ),
    "com.atproto.repo.uploadBlob": _Method("POST", _upload_blob, takes_file=True),
    "com.atproto.repo.deleteRecord": _Method("POST", _delete_record, "repo collection rkey"),
    "com.atproto.repo.getRecord": _Method("GET", _get_record, "repo collection rkey"),
    "com.atproto.identity.resolveHandle": _Method("GET", _resolve_handle, "handle"),
    "app.bsky.feed.getPosts": _Method("GET", _get_posts, "uris"),
    "app.bsky.feed.getPostThread": _Method("GET", _get_post_thread, "uri depth parentHeight"),
    "app.bsky.actor.getProfiles": _Method("GET", _get_profiles, "actors"),
    "app.bsky.notification.listNotifications": _Method(
        "GET", _list_notifications, "limit cursor reasons priority"
    ),
}


def serve(request: Request, network: Network) -> dict[str, Any]:
    """The answer to a request. Raises Refusal."""
    method = METHODS.get(request.path.removeprefix("/xrpc/"))
    if method is None or not request.path.startswith("/xrpc/"):
        raise Refusal(501, "MethodNotImplemented", "Method Not Implemented")
    if request.method != method.kind:
        raise invalid(f"Incorrect HTTP method ({request.method}) expected {method.kind}")
    params: dict[str, list[str]] = {}
    for name, value in request.query:
        params.setdefault(name, []).append(value)
    body = {} if method.takes_file else _body(request)
    given = body.keys() if method.kind == "POST" else params.keys()
    needed = {one for one in method.fields.split() if method.kind == "POST" and one != "swapRecord"}
    if not needed <= given <= set(method.fields.split()):
        raise invalid(f"it takes {method.fields}, and got {', '.join(sorted(given))}")
    bearer = request.headers.get("Authorization", "")
    kind = request.headers.get_content_type() if "Content-Type" in request.headers else ""
    return method.answer(
        Asked(
            network=network,
            params=params,
            body=body,
            bearer=bearer,
            data=request.body if method.takes_file else b"",
            media_type=kind,
        )
    )


def _body(request: Request) -> dict[str, Any]:
    if not request.body:
        return {}
    if request.headers.get_content_type() != "application/json":
        raise invalid("Wrong request encoding (Content-Type)")
    found = json.loads(request.body)
    if not isinstance(found, dict):
        raise invalid("Input must be an object")
    return found
