"""Optional parts of libraries that a running bot never uses, and that take 9 MB of memory."""

import sys
import warnings

UNUSED = (
    "attr",  # rich shows classes of it
    "charset_normalizer",  # requests guesses encodings: the bot reads bytes, and JSON
    "greenlet",  # SQLAlchemy runs on asyncio
    "rich",  # structlog shows tracebacks: the bot logs none
    "watchfiles",  # uvicorn restarts when code changes
)
"""Each library works without its optional part, and loads it wherever it is installed."""


def skip_unused() -> None:
    """Keep libraries from loading these; call this before any of them is imported."""
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # the language's own way
    warnings.filterwarnings("ignore", message="Unable to find acceptable character detection")
