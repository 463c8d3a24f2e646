"""A stand-in for Mastodon servers that answers every request after a set time.

`python -m bench.answering PORT SECONDS` listens on every loopback address.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from itertools import count

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

ACCOUNT = {"id": "1", "username": "tips", "acct": "tips", "url": "http://127.0.0.1/@tips"}
_ids = count(1)


def application(seconds: float) -> Starlette:
    """Posts are taken; every list is empty."""

    async def post(request: Request) -> JSONResponse:
        form = await request.form()
        await asyncio.sleep(seconds)
        number, now = str(next(_ids)), datetime.now(UTC).isoformat()
        status = {
            "id": number,
            "uri": f"http://127.0.0.1/{number}",
            "url": f"http://127.0.0.1/{number}",
            "created_at": now,
            "content": str(form.get("status", "")),
            "account": ACCOUNT,
            "visibility": "public",
        }
        return JSONResponse(status)

    async def other(request: Request) -> JSONResponse:
        await asyncio.sleep(seconds)
        if "verify_credentials" in request.url.path:
            return JSONResponse(ACCOUNT)
        return JSONResponse({} if "instance" in request.url.path else [])

    return Starlette(
        routes=[
            Route("/api/v1/statuses", post, methods=["POST"]),
            Route("/{path:path}", other, methods=["GET", "POST"]),
        ]
    )


if __name__ == "__main__":
    uvicorn.run(
        application(float(sys.argv[2])),
        host="0.0.0.0",
        port=int(sys.argv[1]),
        log_level="critical",
        access_log=False,
    )
