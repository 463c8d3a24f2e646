"""What the environment says: where data lives, where the site listens, whom it trusts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.core.errors import UsageError

DEFAULT_BIND = "127.0.0.1:8140"


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """Settings of the machine, not of the bot. `variables` is where secrets are looked up."""

    data: Path
    host: str
    port: int
    trusted_proxies: tuple[str, ...]
    variables: Mapping[str, str]

    @property
    def own_address(self) -> str:
        """Where a browser on this machine finds the site."""
        anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound
        host = anywhere.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def environment(file: Path, variables: Mapping[str, str]) -> Environment:
    """Read the variables. Raises UsageError for an address that is none."""
    host, port = _address(variables.get("TIPSBOT_BIND") or DEFAULT_BIND)
    proxies = variables.get("TIPSBOT_TRUSTED_PROXIES", "")
    return Environment(
        data=data_directory(file, variables),
        host=host,
        port=port,
        trusted_proxies=tuple(proxies.replace(",", " ").split()),
        variables=variables,
    )


def data_directory(file: Path, variables: Mapping[str, str]) -> Path:
    """Where a bot with this tips file keeps what it remembers."""
    data = variables.get("TIPSBOT_DATA")
    return Path(data) if data else file.parent / "data"


def _address(text: str) -> tuple[str, int]:
    """`127.0.0.1:8140` or `[::1]:8140` as host and port."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise UsageError(
            f"TIPSBOT_BIND={text!r} is no address with a port", f"write it like {DEFAULT_BIND}"
        )
    return host, int(port)
