"""The table of services against Apprise itself, and that no more of it is loaded than is used."""

from __future__ import annotations

import inspect
import pkgutil
import re
import subprocess
import sys
from importlib import import_module

import apprise.plugins
import pytest
from apprise import NotificationManager

from bot.outbound.apprise.services import MAIL, OWN, TITLED, UNKNOWN, modules
from bot.platforms.broadcast import KIND
from tests.tree import ROOT

LEFT_OUT = {
    "of this machine or its network": (
        "blink1 dbus deltachat glib gnome growl macosx rsyslog syslog windows"
    ),
    "neither HTTP nor SMTP": "amqp aprs irc mqtt nostr smpp xmpp",
    "a platform of its own": "mastodon twitter",
    "wants a key file beside the address": "vapid",
    "messages between people, and no place that hears tips": "instagram",
    "sends again by itself": "sendpulse",
    "takes less than 140 characters": "dapnet",
}
CHOSEN = """
import sys
from bot.platforms import catalogue
assert "apprise" not in sys.modules
from bot.core.model.config import Account, Identity
identity = Identity(id="b", name="B", timezone="UTC", site="https://tips.example")
account = Account(name="broadcast", kind="broadcast")
catalogue.build(catalogue.AdapterContext(
    account=account, secrets={"url": "gotify://localhost/AbCdEfGhIjKlMnO"}, identity=identity,
    pages=None, clock=None,
))
print(*sorted(name for name in sys.modules if name.startswith("apprise.plugins.")))
"""


def test_every_service_is_decided_on():
    """Each service of this release of Apprise is in the table, or left out for a reason."""
    there = {one.name for one in pkgutil.iter_modules(apprise.plugins.__path__)} - {"base"}
    left_out = {name for names in LEFT_OUT.values() for name in names.split()}
    assert {one.name for one in modules().values()} == there - left_out
    assert left_out <= there


def test_the_table_has_apprises_schemas():
    """The table maps each schema to the module that Apprise loads for it."""
    for schema, module in modules().items():
        plugin = NotificationManager()[schema]
        assert plugin.__module__.removesuffix(".base") == f"apprise.plugins.{module.name}"
        assert plugin.enabled


@pytest.mark.parametrize("name", sorted({one.name for one in modules().values()}))
def test_the_table_has_apprises_hosts(name):
    """The host of a service is one that its plugin names, or is in its addresses."""
    host = next(one.host for one in modules().values() if one.name == name)
    loaded = import_module(f"apprise.plugins.{name}")
    shown = inspect.getsource(loaded)
    if name in {"email", "matrix"}:
        shown += inspect.getsource(import_module(f"apprise.plugins.{name}.base"))
    fixed = host.removesuffix(OWN)
    if fixed in {UNKNOWN, MAIL, ""}:
        assert fixed != MAIL or "smtp_host" in shown
    else:
        assert re.search(rf"https://{re.escape(fixed)}\b", shown)


def test_every_service_takes_a_post():
    """Before an account's service was asked, its posts are within the limit of any service."""
    limits = {schema: NotificationManager()[schema].body_maxlen for schema in modules()}
    known = [limit for limit in limits.values() if isinstance(limit, int)]
    assert len(known) > 200
    assert min(known) >= KIND.traits.text.limit


def test_the_services_that_are_documented():
    """Each address in the documentation is one of a service of the table."""
    page = (ROOT / "docs" / "platforms" / "broadcast.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(\w+)://", page))
    assert len(told) > 10
    assert told <= modules().keys()


def test_titles():
    """Services with titles are services of the table."""
    assert {one.name for one in modules().values()} >= TITLED


def test_one_plugin_is_loaded():
    """An account loads its service's plugin and no other; without an account Apprise is not there."""
    done = subprocess.run(
        [sys.executable, "-c", CHOSEN], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["apprise.plugins.base", "apprise.plugins.gotify"]
