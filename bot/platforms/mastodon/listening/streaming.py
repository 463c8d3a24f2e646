"""A server's stream of notifications (server-sent events), as hints of new replies.

The client library parses the stream but does not open it: its own way sends several requests first,
waits without limit, or retries for ever in silence. A stream says nothing about events that were
missed, so it only gives hints: polling reads the replies.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import requests
from mastodon import StreamListener
from mastodon.return_types import Notification

from bot.core.errors import PlatformError, Refused, RetryLater, Unauthorised
from bot.core.text.sanitize import one_line
from bot.outbound.session import Carrier, Session, not_sent
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.errors import SCOPES, ErrorContext
from bot.platforms.mastodon.http.http_session import CONNECT

PATH = "/api/v1/streaming/user/notification"
SILENCE = 50.0
"""Seconds without a sign of life; Mastodon gives one every fifteen."""
LARGEST = 1024 * 1024
"""Bytes between two empty lines: more than any event has."""

MOST = 4096
"""Bytes of an answer that is no stream."""

_AGAIN = "it is tried again"
_EVENTS = "text/event-stream"
_WATCH = 0.25
"""Seconds between two checks whether it is over."""
_NONE_HERE = frozenset({400, 404, 405, 410, 501})
"""Answers that mean: there is no such stream."""

Hint = Callable[[], None]
Over = Callable[[], bool]


def follow(
    base: str,
    context: ErrorContext,
    hint: Hint,
    over: Over,
    *,
    silence: float = SILENCE,
    carrier: Carrier | None = None,
) -> None:
    """Call `hint` when the stream is open, and for each mention or quote, until it is `over`.

    Raises Refused where there is no stream, RetryLater when it ends or falls silent.
    """
    with Session(carrier) as session:
        try:
            with _opened(session, base, context, silence) as answer, _watching(answer, over):
                hint()
                _HintListener(hint).handle_stream(_Bounded(answer))  # type: ignore[no-untyped-call]
        except PlatformError:
            if not over():
                raise
        except Exception as error:  # noqa: BLE001 - whatever ends a stream, polling goes on
            if not over():
                raise _broken(base, error) from None
        else:
            if not over():
                raise RetryLater(f"{base} has ended its stream", "it is tried again")


class _HintListener(StreamListener):
    """Calls `hint` for mentions and quotes, and ignores all else."""

    def __init__(self, hint: Hint) -> None:
        self._hint = hint

    def on_notification(self, notification: Notification) -> None:
        """A notification for the account; only some kinds have a text."""
        if notification.get("type") in {"mention", "quote"}:
            self._hint()

    def on_unknown_event(self, name: str, unknown_event: object = None) -> None:
        """An event of newer servers, which is ignored."""


class _Bounded:
    """A stream's answer as the library reads it: as it comes, and no event without end."""

    def __init__(self, answer: requests.Response) -> None:
        self._answer = answer

    def iter_content(self, chunk_size: int = 1) -> Iterator[bytes]:  # noqa: ARG002 - the library's own signature
        """The pieces as they arrive."""
        size = 0
        while piece := self._answer.raw.read1(4096, decode_content=True):
            size = len(piece) if b"\n\n" in piece else size + len(piece)
            if size > LARGEST:
                raise requests.exceptions.ContentDecodingError("an event without end")
            yield piece


@contextmanager
def _opened(
    session: Session, base: str, context: ErrorContext, silence: float
) -> Iterator[requests.Response]:
    """The stream; the token goes nowhere else, so no redirect is followed."""
    headers = {
        "Authorization": f"Bearer {context.token}",
        "Accept": "text/event-stream",
        "Accept-Encoding": "identity",
        "User-Agent": "tipsbot",
    }
    patience = (CONNECT, silence)
    with session.get(
        base + PATH, headers=headers, stream=True, timeout=patience, allow_redirects=False
    ) as answer:
        if answer.status_code != 200:
            raise _not_given(base, context, answer)
        if _EVENTS not in answer.headers.get("content-type", _EVENTS):
            raise RetryLater(f"{base} answers with something other than a stream", _AGAIN)
        yield answer


def _not_given(base: str, context: ErrorContext, answer: requests.Response) -> PlatformError:
    """Why there is no stream: for good only in the server's own words."""
    status, what = answer.status_code, f"{base} answers {answer.status_code} to the stream"
    is_own = json_values.refusal(answer.raw.read(MOST, decode_content=True)) is not None
    if is_own and status in _NONE_HERE:
        return Refused(f"{base} has no stream ({status})", "it is asked instead")
    if is_own and status in {401, 403}:
        return Unauthorised(what, f"put a token with the scopes {SCOPES} into {context.variable}")
    return RetryLater(what, _AGAIN)


@contextmanager
def _watching(answer: requests.Response, over: Over) -> Iterator[None]:
    """End a blocked read when it is over: nothing else can interrupt it."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_WATCH):
            if over():
                with suppress(Exception):  # it may have ended by itself in this very moment
                    answer.raw.shutdown()
                return

    threading.Thread(target=watch, name="stream", daemon=True).start()
    try:
        yield
    finally:
        done.set()


def _broken(base: str, error: Exception) -> RetryLater:
    why = not_sent(error) or f"it broke or fell silent ({one_line(type(error).__name__)})"
    return RetryLater(f"the stream of {base} cannot be followed: {why}", "it is tried again")
