"""The errors of our tree for answers of X and failures of the network: the one table.

    not sent (refused, no such host, connect time-out, certificate)   RetryLater
    402 out of credits, 429 slow down, 403: daily limit, not now      RetryLater, and when
    401; 403: suspended, locked, the app lacks a permission           Unauthorised
    403: duplicate                                                    Duplicate
    other 4xx in X's own form                                         Refused
    everything else, and any answer that is not in X's own form       OutcomeUnknown for a write,
                                                                      RetryLater for a read

The words by which one 403 is told from another are in `rules`.
"""

import re
from datetime import datetime
from typing import Any

import requests

from bot.core.errors import OutcomeUnknown, PlatformError, Refused, RetryLater, Unauthorised
from bot.core.text.sanitize import one_line
from bot.outbound.session import not_sent
from bot.platforms.x.http.error_rules import RULES, ErrorRule, Gone
from bot.platforms.x.http.limits import wait
from bot.platforms.x.http.problems import is_own
from bot.platforms.x.http.transport import AnswerError, NotSentError


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
        return RetryLater(problem, rule.todo, after=rule.after or wait(error.headers, now))
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
