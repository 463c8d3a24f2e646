"""One service of Apprise, of which only this one plugin is loaded, and set to send once."""

import logging
import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from apprise import AppriseAsset, NotifyBase, NotifyFormat

from bot.core.text.suggest import did_you_mean, hearing_meant
from bot.outbound.apprise.services import MAIL, OWN, TITLED, UNKNOWN, AppriseModule, modules
from bot.outbound.quiet_loggers import hush

CONNECT = 10.0
"""Seconds to reach the service."""
SILENCE = 30.0
"""Seconds without a byte from it."""

_SCHEMA = re.compile(r"([a-z0-9]{1,32})://.", re.IGNORECASE)
_DROPPED = ("emojis", "format", "overflow", "redirect", "retry", "store", "wait")
"""Settings in an address that would change the text, where it goes or how often, or keep files."""
_AGAIN: Mapping[str, str] = {"matrix": "default_retries", "sparkpost": "sparkpost_retry_attempts"}
"""How often a service sends: the attribute of its plugin."""
_REPEATS = frozenset({"discord", "fluxer", "guilded", "revolt"})
"""Plugins that send again after a 429 without an attribute that prevents it."""
_PORTS = {False: 80, True: 443}


class UnusableAddressError(Exception):
    """Why an address cannot be used, and what to do, in words that do not contain it."""

    def __init__(self, problem: str, todo: str) -> None:
        self.problem = problem
        self.todo = todo
        super().__init__(problem)


class SecondRequestError(Exception):
    """A plugin was about to send the message again."""


class _Once:
    """Ends a message before its second request; Apprise calls `throttle` before each."""

    _is_sent = False

    def throttle(self, *_: object, **__: object) -> None:
        """Let the first request pass. Raises SecondRequestError."""
        if self._is_sent:
            raise SecondRequestError
        self._is_sent = True


class AppriseService:
    """The service that an address names. Raises UnusableAddressError for one that names none.

    `bot` is the name by which the bot introduces itself. A plugin is made for each message: it
    keeps state, and messages can come from several threads.
    """

    def __init__(self, address: str, bot: str) -> None:
        hush()
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        self._address = address.strip().replace("/#", "/%23")  # as Apprise does it
        self._module = _module_of(self._address)
        # It goes into headers, where only ASCII is safe, and no picture of Apprise comes with it.
        name = bot if bot.isascii() and bot.isprintable() else "tipsbot"
        self._asset = AppriseAsset(
            app_id=name,
            app_desc=name,
            app_url="",
            image_url_mask="",
            image_url_logo="",
            http_redirects=False,
        )
        plugin = self._plugin()
        if len(plugin) != 1:
            todo = "name one: the bot sends to one place by each address"
            raise UnusableAddressError(f"it names {len(plugin)} receivers of {self.name}", todo)

    @property
    def name(self) -> str:
        """The service's name for people."""
        return str(_plugin_class(self._module, self._schema).service_name)

    @property
    def limit(self) -> int:
        """The most characters of a text, by Apprise."""
        return int(self._plugin().body_maxlen)

    def destination(self) -> tuple[str, int] | None:
        """Host and port that a message connects to first; None where that is not known."""
        plugin, host = self._plugin(), self._module.host
        if host == MAIL:
            return str(plugin.smtp_host), int(plugin.port)
        if host == UNKNOWN:
            return None
        if host == OWN or (host.endswith(OWN) and plugin.mode not in {"cloud", "t2bot"}):
            return str(plugin.host), int(plugin.port or _PORTS[bool(plugin.secure)])
        return host.removesuffix(OWN), _PORTS[True]

    @property
    def is_of_the_web(self) -> bool:
        """Whether it is reached by HTTP, for which there can be a proxy."""
        return self._module.host != MAIL

    @property
    def needs_title(self) -> bool:
        """Whether its messages are nothing without a title."""
        return self._module.name in TITLED

    def send(self, text: str, title: str = "") -> bool:
        """Send a text in one piece; whether the service took it. Raises whatever a plugin does.

        Where the service knows no titles, Apprise puts the title above the text.
        """
        sent = self._plugin().notify(body=text, title=title, body_format=NotifyFormat.TEXT)
        return sent is True

    @property
    def _schema(self) -> str:
        return self._address.partition("://")[0].lower()

    def _plugin(self) -> Any:
        """A new plugin for this address."""
        known = _plugin_class(self._module, self._schema)
        kind: Any = type(known.__name__, (_Once, known), {}) if self._repeats else known
        try:
            parsed = known.parse_url(self._address)
            plugin = kind(**_without(parsed, _DROPPED), asset=self._asset) if parsed else None
        except Exception:  # noqa: BLE001 - plugins check their parts in many ways
            plugin = None
        if plugin is None or not plugin.enabled:
            todo = f"see https://appriseit.com/services/ for what {known.service_name} wants"
            raise UnusableAddressError(f"it is no address of {known.service_name}", todo) from None
        plugin.socket_connect_timeout, plugin.socket_read_timeout = CONNECT, SILENCE
        if self._module.name in _AGAIN:
            setattr(plugin, _AGAIN[self._module.name], 1)
        return plugin

    @property
    def _repeats(self) -> bool:
        return self._module.name in _REPEATS


def _module_of(address: str) -> AppriseModule:
    """The service of an address, by its schema."""
    found = _SCHEMA.match(address)
    if found is None:
        todo = "write one such as discord://ID/TOKEN; docs/platforms/broadcast.md has a table"
        raise UnusableAddressError("it is no Apprise address", todo)
    schema = found[1].lower()
    if schema in {"http", "https"}:
        meant = hearing_meant(address)
        form = f", such as {meant[1]}" if meant else ""
        todo = f"write it as an Apprise address{form}: docs/platforms/broadcast.md has a table"
        raise UnusableAddressError("it is the address of a web page or webhook", todo)
    if schema not in modules():
        near = did_you_mean(schema, modules())
        todo = near or "docs/platforms/broadcast.md says which services there are"
        raise UnusableAddressError("it is of no service that broadcast knows", todo)
    return modules()[schema]


def _plugin_class(module: AppriseModule, schema: str) -> type[NotifyBase]:
    """The plugin's class; nothing but its module is imported."""
    loaded = vars(import_module(f"apprise.plugins.{module.name}"))
    classes = (one for name, one in loaded.items() if name.startswith("Notify"))
    return next(
        one
        for one in classes
        if isinstance(one, type) and issubclass(one, NotifyBase) and schema in _schemas(one)
    )


def _schemas(plugin: Any) -> set[str]:
    return set(plugin.schemas(plugin))  # it is a method, but only reads the class


def _without(parsed: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in parsed.items() if name not in names}
