"""Reading an answer's body: not too large, not too slow, and never without end."""

from __future__ import annotations

import time

import requests

LARGEST = 8 * 1024 * 1024
"""Bytes; more than any page that is asked for."""

_PIECE = 64 * 1024


class TooLarge(requests.exceptions.ContentDecodingError):
    """An answer has more than LARGEST bytes."""


def read_body(answer: requests.Response, until: float) -> bytes:
    """The whole body of a streamed answer; `until` is a moment of `time.monotonic`.

    By what has arrived and not by pieces of one size, or a trickle would hold us for hours.
    Raises TooLarge, or requests.Timeout when it comes too slowly.
    """
    body = bytearray()
    while piece := answer.raw.read1(_PIECE, decode_content=True):
        body += piece
        if len(body) > LARGEST:
            raise TooLarge("the answer is too large")
        if time.monotonic() > until:
            raise requests.ReadTimeout("the answer took too long")
    return bytes(body)
