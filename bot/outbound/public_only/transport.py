"""The transport of requests that connects to servers of the public internet only."""

from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3.exceptions import MaxRetryError

from bot.outbound.public_only.guard import WHY, PrivateAddressError, public_only


class PrivateServer(requests.exceptions.InvalidURL):
    """A server is in a private network, so nothing was sent to it."""


class PublicTransport(HTTPAdapter):
    """Sends to no server whose address is not public, unless `allow_private`.

    A proxy of the environment is the operator's choice, and may be in a private network. It is the
    proxy that connects to the server then.
    """

    def __init__(self, *, allow_private: bool = False) -> None:
        super().__init__()
        self._allow_private = allow_private

    def send(self, request: requests.PreparedRequest, **given: Any) -> requests.Response:  # type: ignore[override]
        """Send one request; its answer, or what requests raises. Raises PrivateServer."""
        if self._allow_private or select_proxy(str(request.url), given.get("proxies")):
            return super().send(request, **given)
        try:
            with public_only():
                return super().send(request, **given)
        except requests.ConnectionError as error:
            if _is_refused(error):
                raise PrivateServer(WHY, request=request) from None
            raise


def _is_refused(error: requests.ConnectionError) -> bool:
    """Whether no connection was made, since the address is not public."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, Exception) and isinstance(reason.__cause__, PrivateAddressError)
