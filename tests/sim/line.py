"""HTTP without a network: under the real client libraries, down to where a socket would begin.

requests and urllib3 do all that they do on a real line, errors and broken bodies included; only
the connection is ours. So what reaches the product is what the libraries make of such a line.
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

from tests.servers.x.exchange import Answer, End, Request


class Mistake(BaseException):
    """A mistake of the simulation itself, which no `except Exception` of the product hides."""


Carry = Callable[[str, Request], Answer]
"""Takes a request to the host of this name; raises what a connection raises."""


class Line(HTTPAdapter):
    """What carries the requests of a session in a world without a network."""

    def __init__(self, carry: Carry) -> None:
        self._carry = carry
        super().__init__()

    def init_poolmanager(self, *_args: Any, **_kwargs: Any) -> None:
        """There is nothing to keep connections in."""

    def get_connection_with_tls_context(self, request: Any, *_args: Any, **_kwargs: Any) -> Any:
        """A connection to the request's host."""
        return _Connection(self._carry, urlsplit(request.url).netloc)

    def cert_verify(self, *_args: Any, **_kwargs: Any) -> None:
        """There is no certificate."""

    def close(self) -> None:
        """There is nothing to close."""


class _Connection:
    """Stands where urllib3's pool of connections would."""

    def __init__(self, carry: Carry, host: str) -> None:
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
            _pass_on(retries, method, url, error, self)
        except Exception as error:
            raise Mistake(f"the model fails at {method} {url}: {error!r}") from error
        return _response(method, answer)


def carrier(carry: Carry) -> Callable[[], BaseAdapter]:
    """What the product takes to have its requests carried."""
    return lambda: Line(carry)


def _pass_on(retries: Retry, method: str, url: str, error: Exception, pool: Any) -> NoReturn:
    """Raise what urllib3 makes of a connection's error, with the retries that it was given."""
    retries.increment(method, url, error=error, _pool=pool, _stacktrace=error.__traceback__)
    raise Mistake("urllib3 would have sent the request again")


def _request(
    host: str, method: str, url: str, body: bytes | str | None, headers: Mapping[str, Any]
) -> Request:
    parts = urlsplit(url)
    told = Message()
    told["Host"] = host
    for name, value in headers.items():
        told[name] = value
    return Request(
        method=method,
        path=parts.path,
        query=parse_qsl(parts.query, keep_blank_values=True),
        headers=told,
        body=body.encode() if isinstance(body, str) else body or b"",
    )


def _response(method: str, answer: Answer) -> HTTPResponse:
    """The answer as it comes off a line: its length is told, though perhaps not all of it comes."""
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
