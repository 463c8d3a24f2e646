"""Libraries whose DEBUG lines hold headers, tokens, addresses or whole answers."""

import logging

LOGGERS = (
    "oauthlib",
    "oauthlib.oauth1.rfc5849",
    "oauthlib.oauth1.rfc5849.signature",
    "requests_oauthlib",
    "requests_oauthlib.oauth1_auth",
    "urllib3",
    "urllib3.connectionpool",
)


def hush(*more: str) -> None:
    """Keep these lines, and those of `more` loggers, out of every log."""
    for name in (*LOGGERS, *more):
        logging.getLogger(name).setLevel(logging.WARNING)
