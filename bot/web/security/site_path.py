"""The path of the site's address: requests below it, whether or not a proxy removes it."""

from collections.abc import Callable, Collection
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


def path_of(address: str) -> str:
    """The path of a site's address, without a slash at its end: `/tips-of-ada`, or empty."""
    return unquote(urlsplit(address).path).rstrip("/")


def is_below(path: str, prefix: str) -> bool:
    """Whether a path is this prefix, or is below it; everything is below an empty one."""
    return not prefix or path == prefix or path.startswith(f"{prefix}/")


def path_in_browser(request: Request, address: str) -> str:
    """The path below which the visitor's browser has the site.

    A proxy may have removed it; a visitor who comes by another host came past that proxy.
    """
    host = request.headers.get("host")
    return str(request.scope.get("root_path") or "") or (
        path_of(address) if host == urlsplit(address).netloc else ""
    )


async def answer_below(
    app: ASGIApp, prefix: str, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer as the application does, which is mounted at the prefix; `/prefix` as `/prefix/`."""
    if prefix and scope["path"] == prefix:
        place = URL(path=quote(f"{prefix}/"), query=scope["query_string"].decode("latin-1"))
        app = RedirectResponse(str(place), 308)
    await app({**scope, "root_path": prefix}, receive, send)


class SitePath:
    """Takes requests below the path of the site's address as well as those without it.

    `own` are the first parts of the site's own paths. A site whose path begins like one of them
    needs a proxy that removes it, since its pages could not be told apart.
    """

    def __init__(self, app: ASGIApp, prefix: Callable[[], str], own: Collection[str]) -> None:
        self._app = app
        self._prefix = prefix
        self._own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        prefix = self._prefix()
        is_mounted = bool(scope.get("root_path"))
        is_clear = bool(prefix) and prefix.split("/")[1] not in self._own
        if is_clear and not is_mounted and is_below(scope["path"], prefix):
            await answer_below(self._app, prefix, scope, receive, send)
        else:
            await self._app(scope, receive, send)
