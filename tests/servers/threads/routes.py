"""The end points, each with its parameters and its permissions.

https://developers.facebook.com/docs/threads/reference
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from tests.servers.x.messages import Request

from . import fields
from .model import Person
from .posting import Posting
from .quotas import Quotas
from .reading import Reading
from .refusal import Refusal, invalid, no_object
from .tokens import Tokens

VERSION = "/v1.0/"


@dataclass(frozen=True, kw_only=True)
class Network:
    """All that the end points work on."""

    tokens: Tokens
    quotas: Quotas
    posting: Posting
    reading: Reading


def serve(request: Request, network: Network, now: datetime) -> Mapping[str, Any]:
    """The answer to a request. Raises Refusal."""
    params = _params(request)
    if request.path == "/refresh_access_token":
        return _refresh(request, params, network)
    secret = params.pop("access_token", "") or _bearer(request)
    if not secret:
        raise Refusal(104, "An access token is required to request this resource", status=401)
    me = network.tokens.find(secret).person
    network.tokens.need("threads_basic")
    if not request.path.startswith(VERSION):
        raise no_object(request.path)
    where = request.path.removeprefix(VERSION).split("/")
    answer = {"GET": _get, "POST": _post, "DELETE": _delete}.get(request.method)
    if answer is None or not 1 <= len(where) <= 2:
        raise Refusal(3, "Unsupported request")
    return answer(where, params, me, network, now)


def _refresh(request: Request, params: dict[str, str], network: Network) -> dict[str, object]:
    """https://developers.facebook.com/docs/threads/get-started/long-lived-tokens: with parameters."""
    is_right = params.keys() == {"grant_type", "access_token"}
    if request.method != "GET" or not is_right or params["grant_type"] != "th_refresh_token":
        raise invalid("grant_type and access_token are required")
    return network.tokens.refresh(params["access_token"])


def _get(
    where: list[str], params: dict[str, str], me: Person, network: Network, now: datetime
) -> Mapping[str, Any]:
    match where:
        case ["me"] | [me.id]:
            return _profile(me, params)
        case ["debug_token"]:
            return _debug(params, me, network)
        case [who, edge]:
            return _edge(who, edge, params, me, network)
        case [name] if name in network.posting.containers:
            return _container(name, params, network, now)
        case _:
            return network.reading.single(me, where[0], params)


def _edge(
    who: str, edge: str, params: dict[str, str], me: Person, network: Network
) -> Mapping[str, Any]:
    tokens, reading = network.tokens, network.reading
    if edge == "conversation":
        # https://developers.facebook.com/docs/threads/retrieve-and-manage-replies
        tokens.need("threads_read_replies")
        return reading.conversation(me, who, params)
    if who not in {"me", me.id}:
        raise no_object(who)
    if edge == "threads":
        return reading.own_posts(me, params)
    if edge == "replies":
        tokens.need("threads_read_replies")
        return reading.own_replies(me, params)
    if edge == "mentions":
        tokens.need("threads_manage_mentions")
        return reading.mentions(me, params)
    if edge == "threads_publishing_limit":
        tokens.need("threads_content_publish")
        names = fields.asked(params.get("fields"), fields.QUOTA, "quota_usage")
        if any(name.startswith("reply_") for name in names):
            tokens.need("threads_manage_replies")
        return {"data": [network.quotas.told(names)]}
    raise no_object(edge)


def _post(
    where: list[str], params: dict[str, str], me: Person, network: Network, _now: datetime
) -> Mapping[str, Any]:
    network.tokens.need("threads_content_publish")
    if where not in (["me", "threads"], ["me", "threads_publish"]):
        raise Refusal(3, "Unsupported post request")
    if where[1] == "threads":
        if "reply_to_id" in params:
            network.tokens.need("threads_manage_replies")
        return network.posting.make_container(me, params)
    if params.keys() != {"creation_id"}:
        raise invalid("creation_id is required")
    return network.posting.publish(me, params["creation_id"])


def _delete(
    where: list[str], params: dict[str, str], me: Person, network: Network, _now: datetime
) -> Mapping[str, Any]:
    network.tokens.need("threads_delete")
    if len(where) != 1 or params:
        raise invalid("it takes the id of a post")
    return network.posting.delete(me, where[0])


def _profile(me: Person, params: dict[str, str]) -> dict[str, Any]:
    names = fields.asked(params.get("fields"), fields.PROFILE)
    told = {
        "id": me.id,
        "username": me.username,
        "name": me.name,
        "threads_biography": me.biography,
        "is_verified": False,
    }
    return {name: told[name] for name in names if name in told}


def _container(
    name: str, params: dict[str, str], network: Network, now: datetime
) -> dict[str, Any]:
    container = network.posting.container(name)
    names = fields.asked(params.get("fields"), fields.CONTAINER, "id,status")
    status = container.status(now)
    told = {"id": name, "status": status}
    if status == "ERROR":
        told["error_message"] = container.error
    return {one: told[one] for one in names if one in told}


def _debug(params: dict[str, str], me: Person, network: Network) -> dict[str, Any]:
    """https://developers.facebook.com/docs/threads/reference/debug: of a tester's token."""
    if not me.is_tester:
        raise Refusal(100, "The token must be that of a Threads tester")
    if params.keys() != {"input_token"}:
        raise invalid("input_token is required")
    return {"data": network.tokens.told(params["input_token"])}


def _params(request: Request) -> dict[str, str]:
    """The parameters of a request, each once."""
    pairs = list(request.query)
    if request.body:
        if request.headers.get_content_type() != "application/x-www-form-urlencoded":
            raise invalid("the body must be a form")
        pairs += parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True)
    if len({name for name, _ in pairs}) != len(pairs):
        raise invalid("a parameter is given twice")
    return dict(pairs)


def _bearer(request: Request) -> str:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret if kind == "Bearer" else ""
