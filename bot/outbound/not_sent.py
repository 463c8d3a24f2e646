"""Telling a request that never left from one that may have: only the first may be repeated."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import requests
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

_NOT_SENT: tuple[tuple[type[BaseException], str], ...] = (
    (NameResolutionError, "its name is not found"),
    (NewConnectionError, "no connection to it can be made"),
    (ConnectTimeoutError, "it does not answer the connection"),
    (ssl.SSLCertVerificationError, "its certificate is not valid"),
    (requests.exceptions.InvalidURL, "its address is not valid"),
    (requests.exceptions.InvalidSchema, "its address is not valid"),
    (requests.exceptions.MissingSchema, "its address is not valid"),
    (requests.exceptions.InvalidHeader, "a header cannot be sent"),
)
"""Failures that come before the first byte of a request, and what they mean."""


def not_sent(error: BaseException) -> str | None:
    """Why no byte of the request can have left, or None where that is not proven."""
    for cause in _chain(error):
        for kind, meaning in _NOT_SENT:
            if isinstance(cause, kind):
                return meaning
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps: requests and urllib3 keep it in `args` or `reason`.

    Never `__context__`: that may hold an older call's failure.
    """
    cause: BaseException | None = error
    for _ in range(8):
        if cause is None:
            return
        yield cause
        wrapped = (
            getattr(cause, "reason", None),
            getattr(cause, "original_error", None),
            *cause.args,
        )
        cause = next((one for one in wrapped if isinstance(one, BaseException)), None)
