"""Opens the fleet for a command: its database, and who gives the command."""

import getpass
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.bootstrap.fleet.bot_secrets import FolderOfSecrets, secrets_here
from bot.bootstrap.fleet.check_bot import BotCheck
from bot.bootstrap.settings.environment import Environment, environment
from bot.core.errors import UsageError
from bot.core.fleet.circuit_breaker import OpenHost
from bot.store import DatabaseServer, open_server
from bot.store.fleet import SqlFleetStore

OPERATOR = "TIPSBOT_OPERATOR"
CONNECTIONS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Fleet:
    """What a command for the fleet works with."""

    environment: Environment
    server: DatabaseServer
    store: SqlFleetStore
    #: the operator, as the list of actions names them
    who: str

    @property
    def check(self) -> BotCheck:
        """Checks the files of a bot."""
        return BotCheck(
            environment=self.environment,
            store_of=self.server.store,
            now=self.server.backend.clock.now,
        )

    @property
    def secrets(self) -> FolderOfSecrets | None:
        """The bots' secrets; None: they are not on this machine."""
        return secrets_here(self.environment.variables)

    def open_hosts(self) -> Sequence[OpenHost]:
        """The servers that workers ask nothing for now, since they failed."""
        from bot.store.postgres.host_health import FleetHosts

        return FleetHosts(backend=self.server.backend).open()


@contextmanager
def opened_fleet(variables: Mapping[str, str]) -> Iterator[Fleet]:
    """The fleet in the database of TIPSBOT_DATABASE_URL.

    Raises UsageError where that is not set, and StoreError where it cannot be used.
    """
    environ = environment(Path(), variables)
    server = open_server(required_url(environ), environ.key_file, connections=CONNECTIONS)
    try:
        yield Fleet(
            environment=environ,
            server=server,
            store=SqlFleetStore(server.backend),
            who=variables.get(OPERATOR) or _user(),
        )
    finally:
        server.close()


def require_key_file(environ: Environment) -> None:
    """Raise UsageError where the bots' own secrets would be stored as they are.

    Raises SecretError where the file of keys cannot be used.
    """
    if environ.key_file is None:
        raise UsageError(
            "TIPSBOT_KEY_FILE is not set, and a fleet stores no secret unencrypted",
            "make a key with `tipsbot keys new`, and name its file",
        )
    from bot.store.postgres.encryption import KeyFile

    KeyFile(environ.key_file).check()


def required_url(environ: Environment) -> str:
    """The address of the database. Raises UsageError where there is none."""
    if environ.database_url is None:
        raise UsageError(
            "TIPSBOT_DATABASE_URL is not set, and a fleet needs PostgreSQL",
            "set it to postgresql://user:password@host:5432/name",
        )
    return environ.database_url


def _user() -> str:
    """The user and machine that give the command."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        user = str(os.getuid())
    return f"{user}@{platform.node()}"
