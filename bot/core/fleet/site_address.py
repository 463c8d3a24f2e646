"""Where a bot's site is: by host and path a request is led to its bot."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from bot.core.text.web_addresses import PORTS


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteAddress:
    """A host, with its port where that is not the protocol's own, and a path.

    The path is empty, or begins with a slash and ends without one.
    """

    host: str
    path: str

    def __str__(self) -> str:
        return f"{self.host}{self.path}"


def site_address(site: str) -> SiteAddress:
    """The address of a site, which is the same with http and https."""
    parts = urlsplit(site)
    name = (parts.hostname or "").rstrip(".")
    host = f"[{name}]" if ":" in name else name
    if parts.port not in {None, PORTS.get(parts.scheme)}:
        host += f":{parts.port}"
    return SiteAddress(host=host, path=unquote(parts.path).rstrip("/"))
