"""The errors of our tree for answers of X and failures of the network: the one table.

    not sent (refused, no such host, connect time-out, certificate)   RetryLater
    402 out of credits, 429 slow down, 403: daily limit, not now      RetryLater, and when
    401; 403: suspended, locked, the app lacks a permission           Unauthorised
    403: duplicate                                                    Duplicate
    other 4xx in X's own form                                         Refused
    everything else, and any answer that is not in X's own form       OutcomeUnknown for a write,
                                                                      RetryLater for a read

The words that tell one 403 from another are in `error_rules`.

An answer is X's own if it is one of its problem documents or of its older lists of coded errors
(https://docs.x.com/x-api/fundamentals/response-codes-and-errors). The answer of a proxy, a gateway
or another server has another form, and says nothing about our posts.

X limits each end point for each account, and some for the app; a 429 says when the limit ends
(https://docs.x.com/x-api/fundamentals/rate-limits). Until then every request to it would be
refused, so none is sent.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests

from bot.core.errors import OutcomeUnknown, PlatformError, Refused, RetryLater, Unauthorised
from bot.core.ports.network_state import Counted
from bot.core.text.sanitize import one_line
from bot.outbound.rate_limits import AccountLimits, span_of
from bot.outbound.session import not_sent
from bot.platforms.x.http.error_rules import RULES, ErrorRule, Gone
from bot.platforms.x.http.transport import AnswerError, NotSentError

UNTYPED = "about:blank"
HOSTS = ("x.com", "twitter.com")
"""X names its problems by addresses on these hosts, or below them."""

WINDOW = timedelta(minutes=15)
"""X's usual rate-limit window, where it does not say when the present one ends."""
LONGEST_WAIT = timedelta(days=1)
NONE = timedelta(0)

DAILY = {Counted.TOKEN: "x-user-limit-24hour", Counted.APP: "x-app-limit-24hour"}
"""Limits of a day; each has a header that ends in -remaining, and one in -reset."""
ENDS = ("x-rate-limit-reset", "retry-after")


def translate(error: Exception, *, writes: bool, now: datetime) -> PlatformError:
    """The error of our tree that this is, for a request that writes or only reads."""
    if isinstance(error, AnswerError) and (answered := _answered(error, now)) is not None:
        return answered
    if isinstance(error, NotSentError):
        text = one_line(str(error))
        return Unauthorised(
            f"no request to X could be made from the settings ({text})",
            "check platforms.x.api and the four keys for stray characters",
        )
    if (why := not_sent(error)) is not None:
        return RetryLater(
            f"X could not be reached ({why})",
            "check the network and platforms.x.api; the bot tries again",
        )
    return _unclassified(error, writes=writes)


def _answered(error: AnswerError, now: datetime) -> PlatformError | None:
    """The error for X's answer, or None where X documents no such answer."""
    if error.status != 429 and not is_own(error.document, error.status):
        return None
    text = _text_of(error.document or {})
    for rule in RULES:
        if rule.status == error.status and re.search(rule.words, text, re.IGNORECASE):
            return _ruled(rule, error, text, now)
    if 400 <= error.status < 500 and error.status != 408:
        return Refused(
            _quoting(f"X refused it with {error.status}", text), "change what X objects to"
        )
    return None


def _ruled(rule: ErrorRule, error: AnswerError, text: str, now: datetime) -> PlatformError:
    problem = _quoting(rule.problem, text)
    if rule.error is RetryLater:
        return RetryLater(
            problem, rule.todo, after=rule.after or max(waits(error.headers, now).values())
        )
    refusal = rule.error(problem, rule.todo)
    if isinstance(refusal, Gone):
        refusal.document = error.document
    return refusal


def _text_of(document: dict[str, Any]) -> str:
    """The text of a problem document: its detail, or else its title, and its errors."""
    parts = [document.get("detail") or document.get("title"), document.get("reason")]
    errors = document.get("errors")
    parts += [
        (one.get("message") or one.get("detail")) if isinstance(one, dict) else one
        for one in (errors if isinstance(errors, list) else ())
    ]
    return " ".join(dict.fromkeys(part for part in parts if isinstance(part, str)))


def _quoting(problem: str, text: str) -> str:
    return f"{problem} (“{one_line(text)}”)" if text else problem


def _unclassified(error: Exception, *, writes: bool) -> PlatformError:
    what = _what(error)
    if writes:
        return OutcomeUnknown(f"X may or may not have done it: {what}", "look before trying again")
    return RetryLater(f"X could not be read: {what}", "the bot tries again")


def _what(error: Exception) -> str:
    if isinstance(error, AnswerError):
        return f"it answered {error.status}" + (
            ", a redirect, so check platforms.x.api" if 300 <= error.status < 400 else ""
        )
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.JSONDecodeError):
        return "its answer is no JSON"
    if isinstance(error, requests.RequestException):
        return "the connection broke before its answer was complete"
    return f"its answer makes no sense ({type(error).__name__})"


def is_own(document: Mapping[str, Any] | None, status: int) -> bool:
    """Whether X itself can have sent this with a status that is no success."""
    if not document or document.get("status", status) != status:
        return False
    if document.keys() == {"errors"}:
        return _are_coded(document["errors"])
    words = document.get("detail") or document.get("title")
    return problem(document) is not None and isinstance(words, str) and "instance" not in document


def problem(document: Mapping[str, Any]) -> str | None:
    """The last part of the type of X's problem; "" for an untyped one, None where it is not X's."""
    kind = document.get("type")
    if kind == UNTYPED:
        return ""
    if not isinstance(kind, str):
        return None
    try:
        host = urlsplit(kind).hostname or ""
    except ValueError:
        return None
    is_x = any(host == one or host.endswith(f".{one}") for one in HOSTS)
    return kind.rpartition("/")[2] if is_x else None


def _are_coded(errors: object) -> bool:
    """Whether these are X's older errors: a list of numbers with a message each."""
    if not isinstance(errors, list) or not errors:
        return False
    return all(isinstance(one, dict) and _is_coded(one) for one in errors)


def _is_coded(error: Mapping[str, Any]) -> bool:
    return type(error.get("code")) is int and isinstance(error.get("message"), str)


def require(limits: AccountLimits, end_point: str, now: datetime) -> None:
    """Raise RetryLater while X's limit for this end point lasts."""
    wait = limits.wait(end_point, now)
    if wait is not None:
        raise RetryLater(
            "X asked us to slow down, and its limit for this kind of request still lasts",
            "the bot goes on when X allows it",
            after=wait,
        )


def waits(headers: Mapping[str, str], now: datetime) -> dict[Counted, timedelta]:
    """How long a 429's limits last, for the account's token and for the app, which may be shared.

    Missing, past or senseless ends stand for one window of the token.
    """
    found = {
        counted: max(span_of(headers.get(name, ""), now) or timedelta(0) for name in names)
        for counted, names in _ends(headers).items()
    }
    lasting = {counted: min(wait, LONGEST_WAIT) for counted, wait in found.items() if wait > NONE}
    return lasting or {Counted.TOKEN: WINDOW}


def _ends(headers: Mapping[str, str]) -> dict[Counted, list[str]]:
    """The headers that tell when the limits end that are used up."""
    daily = {counted for counted, name in DAILY.items() if headers.get(f"{name}-remaining") == "0"}
    ends = {counted: [f"{DAILY[counted]}-reset"] for counted in daily}
    return ends | {Counted.TOKEN: [*ENDS, *ends.get(Counted.TOKEN, ())]}
