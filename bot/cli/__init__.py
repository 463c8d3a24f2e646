"""The operator's commands. Nothing heavy is imported here: each command loads what it needs."""

import os
import sys
from typing import NoReturn

from bot.bootstrap.running import stop_signals
from bot.bootstrap.running.optional_imports import FLEET

USER_ERROR = 2
INTERNAL_ERROR = 70
INTERRUPTED = 130
BROKEN_PIPE = 141


def main() -> NoReturn:
    """Run one command and exit: 0 done, 1 something needs a person, 2 bad input, one clear line."""
    stop_signals.end_at_once()  # before any other import: what comes later takes most of a second
    from bot.cli import standard_streams

    standard_streams.prepare()
    from bot.cli.app import app
    from bot.core.errors import BotError, TipsError

    try:
        try:
            app(prog_name="tipsbot")
        finally:
            sys.stdout.flush()
    except standard_streams.OutputLost as error:
        standard_streams.discard_output()
        if error.is_closed:
            sys.exit(BROKEN_PIPE)
        _end(f"tipsbot: {error}", USER_ERROR)
    except BotError as error:
        _end(f"{'' if isinstance(error, TipsError) else 'tipsbot: '}{error}", USER_ERROR)
    except KeyboardInterrupt:
        _end("tipsbot: interrupted", INTERRUPTED)
    except OSError as error:
        _end(f"tipsbot: {error.filename or 'the system'}: {error.strerror or error}", USER_ERROR)
    except Exception as error:
        if (missing := _missing_package(error)) is not None:
            _end(f"tipsbot: {missing}", USER_ERROR)
        if os.environ.get("TIPSBOT_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        _end(f"tipsbot: internal error: {what}; set TIPSBOT_DEBUG=1 to see where", INTERNAL_ERROR)
    sys.exit(0)


def _missing_package(error: Exception) -> str | None:
    """The message for a package of the extra `fleet` that is not installed; None: another error."""
    name = (getattr(error, "name", None) or "").partition(".")[0]
    if not isinstance(error, ModuleNotFoundError) or name not in FLEET:
        return None
    return (
        f"{name}, which a PostgreSQL database needs, is not installed; "
        "install requirements-fleet.txt in place of requirements.txt"
    )


def _end(message: str, code: int) -> NoReturn:
    """Print a message to standard error, without anything harmful or secret, and exit."""
    from bot.bootstrap.settings.secrets import redacted
    from bot.core.text.sanitize import shown_lines

    print(redacted(shown_lines(message)), file=sys.stderr)  # noqa: T201 - the one line that an operator sees
    sys.exit(code)
