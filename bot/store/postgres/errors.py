"""The errors of PostgreSQL in plain words, by their codes.

Messages never quote the driver's, which name the server, its user and rows.
"""

from sqlalchemy.exc import DBAPIError, OperationalError

from bot.core.errors import StoreError
from bot.store.write_queue import WAIT

PLACE = "PostgreSQL"
"""What messages call the database."""


def sqlstate(error: DBAPIError) -> str | None:
    """PostgreSQL's code for an error; None where the server was not reached."""
    found: str | None = getattr(error.orig, "sqlstate", None)
    return found


_CHECK_SERVER = "look at the server and the network; running processes try again by themselves"
_CHECK_URL = "correct TIPSBOT_DATABASE_URL"
_REPORT = "please report this"
_KNOWN = {
    "08P01": (
        "a connection pooler refused it",
        "set it up as docs/fleet-watching.md says of PgBouncer",
    ),
    "08": ("the connection was lost", _CHECK_SERVER),
    "28": ("the user or the password was refused", _CHECK_URL),
    "3D000": ("there is no database of this name", f"create it, or {_CHECK_URL}"),
    "3F": ("the schema of its search path does not exist", _CHECK_URL),
    "42501": ("the user may not do this", "grant it the rights on the database and its tables"),
    "42P01": ("a table is missing", "run `tipsbot migrate`"),
    "42703": ("a column is missing", "run `tipsbot migrate`"),
    "22": ("a value was refused", _REPORT),
    "23": ("two rows contradict each other", _REPORT),
    "40": ("other writes were in the way", "try again"),
    "53100": ("its disk is full", "free some space; nothing was lost"),
    "53200": ("it is out of memory", "give it more, or use fewer connections"),
    "53300": ("it has no connection left", "raise max_connections, or run fewer processes"),
    "53": ("it is short of resources", "look at its log"),
    "55P03": (f"busy: other writes took {WAIT / 1000:g} s", "try again"),
    "57014": ("it took too long", "try again"),
    "57": ("it stops or starts just now", _CHECK_SERVER),
    "58": ("it cannot read or write its files", "look at its log and its disk"),
    "25P03": ("this process did nothing for too long in the middle of its work", "try again"),
    "25006": ("it takes no writes: it is a standby, or set to read only", _CHECK_URL),
    "XX": ("it reports damage", "look at its log; restore it from a backup"),
}
"""What the beginning of a code means, and what to do."""
_REFUSALS = {
    "startup parameter": "08P01",
    "authentication": "28P01",
    "pg_hba.conf": "28000",
    "role": "28000",
    "too many": "53300",
    "connection slots": "53300",
    "starting up": "57P03",
    "shutting down": "57P03",
    "database": "3D000",
}
"""Words of a server that refuses a connection, whose code the driver does not pass on."""


def explain(error: DBAPIError) -> StoreError:
    """The error by its code; the driver's own words may name people's words, servers and users."""
    code = sqlstate(error)
    if code is None and isinstance(error, OperationalError):
        code = next((code for word, code in _REFUSALS.items() if word in str(error.orig)), None)
        if code is None:
            return StoreError(f"{PLACE}: it cannot be reached", f"{_CHECK_SERVER}, or {_CHECK_URL}")
    beginnings = ((code or "")[:length] for length in (5, 2))
    what, todo = next(
        (_KNOWN[begin] for begin in beginnings if begin in _KNOWN),
        ("the database refused a statement", _REPORT),
    )
    return StoreError(f"{PLACE}: {what} (SQLSTATE {code or 'unknown'})", todo)
