"""HTTP without a network: under the real client libraries, down to the socket.

requests and urllib3 work as on a real connection, errors and broken bodies included; only the
connection itself is simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.message import Message
from io import BytesIO
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlsplit

from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from tests.servers.x.messages import Answer, End, Request


class SimulationError(BaseException):
    """An error of the simulation itself; no `except Exception` of the bot hides it."""


Answerer = Callable[[str, Request], Answer]
"""Answers a request to the host of this name, or raises a connection's error."""


class ModelAdapter(HTTPAdapter):
    """The adapter of a requests session whose hosts are models."""

    def __init__(self, carry: Answerer) -> None:
        self._carry = carry
        super().__init__()

    def init_poolmanager(self, *_args: Any, **_kwargs: Any) -> None:
        """There is no connection pool."""

    def get_connection_with_tls_context(self, request: Any, *_args: Any, **_kwargs: Any) -> Any:
        """A connection to the request's host."""
        return _Connection(self._carry, urlsplit(request.url).netloc)

    def cert_verify(self, *_args: Any, **_kwargs: Any) -> None:
        """There is no certificate."""

    def close(self) -> None:
        """There is nothing to close."""


class _Connection:
    """Takes the place of urllib3's connection pool."""

    def __init__(self, carry: Answerer, host: str) -> None:
        self.host = host
        self._carry = carry

    def urlopen(
        self,
        method: str,
        url: str,
        body: bytes | str | None,
        headers: Mapping[str, Any],
        retries: Retry,
        **_how: Any,
    ) -> HTTPResponse:
        """Send a request; a broken connection is counted as urllib3 counts it."""
        try:
            answer = self._carry(self.host, _request(self.host, method, url, body, headers))
        except (OSError, HTTPError) as error:
            _raise_as_urllib3(retries, method, url, error, self)
        except Exception as error:
            raise SimulationError(f"the model fails at {method} {url}: {error!r}") from error
        return _response(method, answer)


def transport_factory(carry: Answerer) -> Callable[[], BaseAdapter]:
    """A factory of adapters, as the bot takes one."""
    return lambda: ModelAdapter(carry)


def _raise_as_urllib3(
    retries: Retry, method: str, url: str, error: Exception, pool: Any
) -> NoReturn:
    """Raise urllib3's error for a connection's error, by the retries that it was given."""
    retries.increment(method, url, error=error, _pool=pool, _stacktrace=error.__traceback__)
    raise SimulationError("urllib3 would have sent the request again")


def _request(
    host: str, method: str, url: str, body: bytes | str | None, headers: Mapping[str, Any]
) -> Request:
    parts = urlsplit(url)
    message = Message()
    message["Host"] = host
    for name, value in headers.items():
        message[name] = value
    return Request(
        method=method,
        path=parts.path,
        query=parse_qsl(parts.query, keep_blank_values=True),
        headers=message,
        body=body.encode() if isinstance(body, str) else body or b"",
    )


def _response(method: str, answer: Answer) -> HTTPResponse:
    """The answer as urllib3 reads it; a truncated body is shorter than its Content-Length."""
    whole = answer.end is End.WHOLE
    body = answer.body if whole else answer.body[: len(answer.body) // 2]
    return HTTPResponse(
        body=BytesIO(body),
        headers=answer.headers | {"Content-Length": str(len(answer.body))},
        status=answer.status,
        reason="",
        preload_content=False,
        decode_content=False,
        enforce_content_length=True,
        request_method=method,
    )
