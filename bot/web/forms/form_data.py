"""Reads the body of a request and the fields of a form, within limits."""

from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

BODY_MAX = 128 * 1024
"""Bytes: a comment of the greatest length with every character percent-encoded."""

FIELDS_MAX = 20


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form; of a field that was sent twice, the last value.

    Raises HTTPException 413 for a body that is too large, 415 for another media type, 400 for
    malformed data.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = await read_body(request)
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="replace",
            max_num_fields=FIELDS_MAX,
        )
    except ValueError:
        raise HTTPException(400) from None
    return dict(pairs)


async def read_body(request: Request, most: int = BODY_MAX) -> bytes:
    """The body of a request. Raises HTTPException 413 if it has more than `most` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            # The rest is not read: the connection ends with the answer.
            raise HTTPException(413, headers={"Connection": "close"})
    return bytes(body)
