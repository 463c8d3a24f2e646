"""Settings from the environment: the data directory, the site's address, trusted proxies."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote

from bot.bootstrap.settings.secrets import FLEET_SECRETS, add_secrets, secret
from bot.core.errors import UsageError
from bot.platforms.catalogue import KINDS
from bot.tips_file.messages import escape, quote

DEFAULT_BIND = "127.0.0.1:8140"
DEFAULT_INTERNAL_BIND = "127.0.0.1:8141"
BIND = "TIPSBOT_BIND"
INTERNAL_BIND = "TIPSBOT_INTERNAL_BIND"
PROXIES = "TIPSBOT_TRUSTED_PROXIES"
PRIVATE_SERVERS = "TIPSBOT_ALLOW_PRIVATE_SERVERS"

NAMES = (
    "TIPSBOT_FILE",
    "TIPSBOT_BOT",
    "TIPSBOT_DATA",
    "TIPSBOT_DATABASE_URL",
    "TIPSBOT_DATABASE_URL_FILE",
    FLEET_SECRETS,
    "TIPSBOT_OPERATOR",
    PRIVATE_SERVERS,
    "TIPSBOT_KEY_FILE",
    BIND,
    INTERNAL_BIND,
    "TIPSBOT_EGRESS",
    "TIPSBOT_FONTS",
    PROXIES,
    "TIPSBOT_MODEL_URL",
    "TIPSBOT_MODEL",
    "TIPSBOT_MODEL_KEY",
    "TIPSBOT_MODEL_KEY_FILE",
    "TIPSBOT_DEBUG",
)
"""The bot's variables, without the secrets of accounts."""

_PASSWORD = re.compile(r"[a-z0-9+]+://[^:@/]*:([^@]+)@", re.IGNORECASE)
_PORT = re.compile("[0-9]{1,5}")
_NEAR = 0.85
"""From this similarity on (1: equal) an unknown name counts as a misspelling of one of these."""
_FAR = 0.5
"""The same for a name that contains one of `_TELLING`."""
_TELLING = {"TRUSTED", "PROXIES", "PROXY", "BIND", "DATA", "MODEL", "DEBUG"}
"""Words that occur in these names only."""
_SECRETS = tuple(
    f"_{secret.name.upper()}{end}"
    for kind in KINDS.values()
    for secret in kind.secrets
    for end in ("", "_FILE")
)
"""Endings of accounts' secrets, perhaps of an account that the file does not have now."""
_KUBERNETES = re.compile(r"^TIPSBOT_(PORT|SERVICE)(_|$)")
"""Variables that Kubernetes sets in each container for a service called `tipsbot`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """Settings of the machine, not of the bot. Secrets are looked up in `variables`."""

    data: Path
    host: str
    port: int
    #: where a process of a fleet answers to the machines around it
    internal_host: str
    internal_port: int
    trusted_proxies: tuple[str, ...]
    variables: Mapping[str, str]
    #: the address of a PostgreSQL database, with its password; None: SQLite in `data`
    database_url: str | None = field(default=None, repr=False)
    #: names the address from which a worker's requests come; workers that share it have one name
    egress: str = ""
    #: the bot of a fleet whose secrets are used; None: this is no fleet
    fleet_bot: str | None = None
    #: whether an account of a fleet may be on a server in a private network
    allow_private_servers: bool = False
    #: the file with the keys that encrypt what bots keep in that database
    key_file: Path | None = None
    #: a folder of fonts that cards are drawn with before those of the machine
    fonts: Path | None = None

    @property
    def is_public_only(self) -> bool:
        """Whether no server in a private network may be reached: somebody else writes the file."""
        return self.fleet_bot is not None and not self.allow_private_servers

    @property
    def named_data(self) -> Path | None:
        """The data directory that TIPSBOT_DATA names, for processes that can do without one."""
        return self.data if self.variables.get("TIPSBOT_DATA") else None

    @property
    def own_address(self) -> str:
        """The site's address for a browser on this machine."""
        anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound
        host = anywhere.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def environment(file: Path, variables: Mapping[str, str]) -> Environment:
    """Read the variables. Raises UsageError for an invalid value or a misspelt name."""
    _check_names(variables)
    host, port = _address(BIND, variables, DEFAULT_BIND)
    internal_host, internal_port = _address(INTERNAL_BIND, variables, DEFAULT_INTERNAL_BIND)
    return Environment(
        data=data_directory(file, variables),
        host=host,
        port=port,
        internal_host=internal_host,
        internal_port=internal_port,
        trusted_proxies=_networks(variables.get(PROXIES, "")),
        variables=variables,
        database_url=_database_url(variables),
        egress=variables.get("TIPSBOT_EGRESS", ""),
        allow_private_servers=_is_yes(PRIVATE_SERVERS, variables),
        key_file=_path("TIPSBOT_KEY_FILE", variables),
        fonts=_path("TIPSBOT_FONTS", variables),
    )


def _path(name: str, variables: Mapping[str, str]) -> Path | None:
    return Path(variables[name]) if variables.get(name) else None


def _is_yes(name: str, variables: Mapping[str, str]) -> bool:
    """Whether a variable says yes; it may be left out. Raises UsageError for another word."""
    value = variables.get(name, "")
    if value.lower() not in {"", "0", "1", "no", "yes", "off", "on", "false", "true"}:
        raise UsageError(f"{name}={quote(value)} is neither yes nor no", "set it to 1, or to 0")
    return value.lower() in {"1", "yes", "on", "true"}


def _database_url(variables: Mapping[str, str]) -> str | None:
    """The address of the database; its password is redacted from now on. Raises SecretError."""
    url = secret("TIPSBOT_DATABASE_URL", variables)
    if url is not None:
        add_secrets([url, *_passwords(url)])
    return url


def _passwords(url: str) -> list[str]:
    """The password in an address, as it is and as it is written there."""
    written = _PASSWORD.match(url)
    return [written[1], unquote(written[1])] if written else []


def data_directory(file: Path, variables: Mapping[str, str]) -> Path:
    """The data directory of a bot with this tips file."""
    data = variables.get("TIPSBOT_DATA")
    return Path(data) if data else file.parent / "data"


def _address(name: str, variables: Mapping[str, str], default: str) -> tuple[str, int]:
    """`127.0.0.1:8140` or `[::1]:8140`, in the variable of this name, as host and port."""
    text = variables.get(name) or default
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not _PORT.fullmatch(port) or int(port) > 65535:
        raise UsageError(
            f"{name}={quote(text)} is no address with a port", f"write it like {default}"
        )
    return host, int(port)


def _networks(text: str) -> tuple[str, ...]:
    """Addresses and networks, with commas or blanks between them."""
    found = tuple(text.replace(",", " ").split())
    for one in found:
        try:
            ip_network(one)
        except ValueError:
            raise UsageError(
                f"{PROXIES}: {quote(one)} is no address or network", _advice(one)
            ) from None
    return found


def _advice(text: str) -> str:
    """The advice for a network or address that cannot be read."""
    try:
        return f"write {ip_network(text, strict=False)} for the network that it is in"
    except ValueError:
        return (
            "write addresses such as 127.0.0.1 or networks such as 10.0.0.0/8, with commas between"
        )


def _check_names(variables: Mapping[str, str]) -> None:
    """Refuse a misspelt name: its value would be silently ignored."""
    for name in variables:
        if name in NAMES or name.endswith(_SECRETS) or _KUBERNETES.match(name):
            continue
        if (near := _near(name.upper())) is not None:
            raise UsageError(
                f"{escape(name)[:64]} is no variable of tipsbot", f"did you mean {near}?"
            )


def _near(name: str) -> str | None:
    """The variable that a misspelt name probably means; None where it means none."""
    words = set(re.split("[^A-Z]+", name))
    is_ours = name.startswith("TIPSBOT_") and not words.isdisjoint(_TELLING)
    near = get_close_matches(name, NAMES, n=1, cutoff=_FAR if is_ours else _NEAR)
    return near[0] if near else None
