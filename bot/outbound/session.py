"""The HTTP session of every client, bounded answers, and proof that a request was not sent."""

import ssl
import time
from collections.abc import Callable, Iterator

import requests
from requests.adapters import BaseAdapter
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from bot.outbound.public_only.guard import WHY
from bot.outbound.public_only.transport import PrivateServer
from bot.outbound.watched_transport import reading

Carrier = Callable[[], BaseAdapter]
"""Makes the transport of requests: one that is watched, or that of a simulation."""

LARGEST = 8 * 1024 * 1024
"""Bytes; more than any answer that a client asks for."""

_CHUNK = 64 * 1024

_NOT_SENT: tuple[tuple[type[BaseException], str], ...] = (
    (NameResolutionError, "its name is not found"),
    (NewConnectionError, "no connection to it can be made"),
    (ConnectTimeoutError, "it does not answer the connection"),
    (ssl.SSLCertVerificationError, "its certificate is not valid"),
    (PrivateServer, WHY),
    (requests.exceptions.InvalidURL, "its address is not valid"),
    (requests.exceptions.InvalidSchema, "its address is not valid"),
    (requests.exceptions.MissingSchema, "its address is not valid"),
    (requests.exceptions.InvalidHeader, "a header cannot be sent"),
)
"""Failures that come before the first byte of a request, and their meaning."""


class Session(requests.Session):  # noqa: TID251 - this is the one
    """A session with the proxies and certificates of the environment, but not its credentials.

    A `.netrc` on the machine would send a person's password in place of a token. No redirect is
    followed: a token is for one server, and a post that is repeated elsewhere is another post.
    `carrier` makes the transport (None: the network).
    """

    def __init__(self, carrier: Carrier | None = None) -> None:
        super().__init__()
        self.auth = lambda request: request  # credentials are in the request, or there are none
        if carrier is not None:
            self.mount("https://", carrier())
            self.mount("http://", carrier())

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None, so that not even the body of a redirect is read without a bound."""


class TooLarge(requests.exceptions.ContentDecodingError):
    """An answer has more than LARGEST bytes."""


def read_body(answer: requests.Response, until: float) -> bytes:
    """The whole body of a streamed answer; `until` is a moment of `time.monotonic`.

    It reads as much as has arrived, and not chunks of one size: a slow sender would hold us for
    hours. Raises TooLarge, or requests.Timeout when it comes too slowly.
    """
    with reading(answer):
        body = _read(answer, until)
    if len(body) > LARGEST:
        raise TooLarge("the answer is too large")
    return body


def _read(answer: requests.Response, until: float) -> bytes:
    """The whole body, or the beginning of one that is too large."""
    body = bytearray()
    while len(body) <= LARGEST and (chunk := answer.raw.read1(_CHUNK, decode_content=True)):
        body += chunk
        if time.monotonic() > until:
            raise requests.ReadTimeout("the answer took too long")
    return bytes(body)


def not_sent(error: BaseException) -> str | None:
    """Why no byte of the request can have been sent, or None where that is not proven.

    Only a request that was not sent may be repeated.
    """
    for cause in _chain(error):
        for kind, meaning in _NOT_SENT:
            if isinstance(cause, kind):
                return meaning
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those that it wraps: requests and urllib3 keep them in `args` or `reason`.

    Never `__context__`: that may hold an older call's failure.
    """
    cause: BaseException | None = error
    for _ in range(8):
        if cause is None:
            return
        yield cause
        attributes = (getattr(cause, name, None) for name in ("reason", "original_error"))
        wrapped = (*attributes, *cause.args)
        cause = next((one for one in wrapped if isinstance(one, BaseException)), None)
