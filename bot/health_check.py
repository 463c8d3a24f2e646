"""`python -m bot.health_check`: the health check of a container. It exits with 0 or 1.

It requests the bot's own site at the address in TIPSBOT_BIND, or the internal end point of a worker
or web process at the one in TIPSBOT_INTERNAL_BIND, over IPv4 or IPv6, and never through a proxy. It
imports little, since it runs twice a minute.
"""

import os
import sys
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bot.bootstrap.settings.environment import environment
from bot.core.errors import UsageError
from bot.core.text.sanitize import one_line

TIMEOUT = 4
"""Seconds to wait for a connection, and for each part of the answer."""


def problem(variables: Mapping[str, str]) -> str | None:
    """Why the bot is not healthy, on one line; None when it is."""
    try:
        internal = variables.get("TIPSBOT_INTERNAL_BIND")
        asked = {**variables, "TIPSBOT_BIND": internal} if internal else variables
        address = environment(Path(), asked).own_address
    except UsageError as error:
        return str(error)
    connection = HTTPConnection(address.removeprefix("http://"), timeout=TIMEOUT)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        text = one_line(answer.read(2000).decode("utf-8", "replace"), 1000)
    except (OSError, HTTPException, ValueError) as error:  # a name that is none is a ValueError
        return f"{address} does not answer: {error}"
    finally:
        connection.close()
    return None if answer.status == 200 else f"{address}/healthz answers {answer.status}: {text}"


if __name__ == "__main__":
    if (found := problem(os.environ)) is not None:
        sys.exit(f"tipsbot: {found}")
