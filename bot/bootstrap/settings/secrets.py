"""Credentials: from the environment, from files that it names, or from systemd. Never echoed.

Those that are in use are redacted in everything that is written.
"""

import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from bot.core.alerts.channel import ADDRESS, HOLDER
from bot.core.errors import SecretError
from bot.core.model.capabilities import PlatformKind, Secret, variable
from bot.core.text.redact import Redactor
from bot.regular_files import read_regular
from bot.tips_file.messages import escape, quote

MAX_BYTES = 64 * 1024
FLEET_SECRETS = "TIPSBOT_SECRETS"
"""The variable that names the folder with a folder of secrets for each bot of a fleet."""

_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|^ | $")


_in_use: set[str] = set()
"""Credentials that were read, only ever used to redact them."""


class _UnusableError(Exception):
    """Why a secret cannot be used, in a sentence that does not contain it."""


def secrets_for(
    account: str, kind: PlatformKind, environ: Mapping[str, str], bot: str | None = None
) -> dict[str, str]:
    """Every secret of the account, by the name that its kind gives it.

    Looked for in this order: the variable, the file that `<VARIABLE>_FILE` names, the file
    `tipsbot_<account>_<name>` in systemd's `CREDENTIALS_DIRECTORY`. Those of a `bot` of a fleet
    are only in the files `<bot>/<account>_<name>` of the folder that TIPSBOT_SECRETS names, as a
    variable would be that of every bot. Raises SecretError with everything that is missing or
    cannot be used.
    """
    return _all_of(f"account {escape(account)}", account, kind.secrets, environ, bot)


def alert_address(environ: Mapping[str, str], bot: str | None = None) -> str:
    """Where alerts go, from the same places as the secrets of an account `alerts` would be.

    Raises SecretError.
    """
    return _all_of("alerts", HOLDER, (ADDRESS,), environ, bot)[ADDRESS.name]


def _all_of(
    whose: str,
    holder: str,
    secrets: Iterable[Secret],
    environ: Mapping[str, str],
    bot: str | None,
) -> dict[str, str]:
    found: dict[str, str] = {}
    missing: list[str] = []
    unusable: list[str] = []
    for secret in secrets:
        name = variable(holder, secret.name)
        try:
            if bot is None:
                value = _look_up(name, environ)
            else:
                name = f"{bot}/{holder}_{secret.name}"
                value = _look_up_file(name, environ)
        except _UnusableError as error:
            unusable.append(str(error))
            continue
        if value:
            found[secret.name] = value
        else:
            missing.append(name)
    if missing or unusable:
        raise _error(whose, missing, unusable, is_of_fleet=bot is not None)
    return found


def secret(name: str, environ: Mapping[str, str]) -> str | None:
    """A secret that belongs to no account, from the same places; None where it is not set.

    Raises SecretError where it cannot be used.
    """
    try:
        return _look_up(name, environ)
    except _UnusableError as error:
        raise SecretError(str(error), "correct it") from None


def _look_up(name: str, environ: Mapping[str, str]) -> str | None:
    """The secret of this variable from the first place that has it, or None."""
    if value := environ.get(name):
        return _checked(value, name)
    if path := environ.get(f"{name}_FILE"):
        return _checked(_read(Path(path), f"{name}_FILE"), f"{name}_FILE")
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        path_of_systemd = Path(folder) / name.lower()
        if path_of_systemd.exists():
            return _checked(_read(path_of_systemd, f"credential {name.lower()}"), name.lower())
    return None


def _look_up_file(name: str, environ: Mapping[str, str]) -> str | None:
    """The secret in this file of the fleet's secrets, or None."""
    folder = environ.get(FLEET_SECRETS)
    if not folder or not os.path.lexists(path := Path(folder) / name):
        return None
    return _checked(_read(path, name), name)


def _read(path: Path, source: str) -> str:
    """The text of a file that holds a secret, without the line break at its end."""
    try:
        data = read_regular(path, MAX_BYTES)
        text = data[:MAX_BYTES].decode()
    except OSError as error:
        raise _UnusableError(
            f"{source}: {quote(str(path))} cannot be read ({error.strerror})"
        ) from None
    except ValueError:
        raise _UnusableError(f"{source}: {quote(str(path))} is no text file") from None
    if len(data) > MAX_BYTES:
        raise _UnusableError(f"{source}: {quote(str(path))} is too long for a secret")
    if not (secret := text.removesuffix("\n").removesuffix("\r")):
        raise _UnusableError(f"{source}: {quote(str(path))} is empty")
    return secret


def _checked(secret: str, source: str) -> str:
    """The secret, which has to be one line of text."""
    if _UNUSABLE.search(secret):
        raise _UnusableError(f"{source} has a line break, a control character or a blank at an end")
    return secret


def _error(
    whose: str, missing: list[str], unusable: list[str], *, is_of_fleet: bool
) -> SecretError:
    """One line with all that is missing or unusable."""
    are = "is" if len(missing) == 1 else "are"
    absent = f"not in {FLEET_SECRETS}" if is_of_fleet else "not set"
    problems = [f"{', '.join(missing)} {are} {absent}"] if missing else []
    todo = "correct it" if len(unusable) == 1 else "correct them"
    if missing and is_of_fleet:
        todo = f"put {'it' if len(missing) == 1 else 'them'} below the folder that it names"
    elif missing:
        todo = f"set {'it' if len(missing) == 1 else 'them'} in the environment"
        todo += f", or name a file that holds it in {missing[0]}_FILE"
        todo += " and so on" if len(missing) > 1 else ""
    return SecretError(f"{whose}: {'; '.join([*problems, *unusable])}", todo)


def add_secrets(secrets: Iterable[str]) -> None:
    """Never write these into the log or the output."""
    _in_use.update(secrets)


def redacted(text: str) -> str:
    """The text without any credential, however it is encoded."""
    return _redactor(frozenset(_in_use)).text(text)


@cache
def _redactor(secrets: frozenset[str]) -> Redactor:
    return Redactor(secrets)
