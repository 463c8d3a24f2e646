"""Where a bot's site is, however its address is written."""

from __future__ import annotations

import pytest

from bot.core.fleet.site_address import site_address

SAME = [
    ("https://a.example", "a.example", ""),
    ("http://A.Example/", "a.example", ""),
    ("https://a.example:443", "a.example", ""),
    ("http://a.example:80/", "a.example", ""),
    ("https://a.example.", "a.example", ""),
    ("https://a.example:8443", "a.example:8443", ""),
    ("http://a.example:443", "a.example:443", ""),
    ("https://a.example/ada/", "a.example", "/ada"),
    ("https://a.example/%61da", "a.example", "/ada"),
    ("http://[2001:db8::1]:8140/x", "[2001:db8::1]:8140", "/x"),
]


@pytest.mark.parametrize(("site", "host", "path"), SAME)
def test_an_address_is_a_host_and_a_path(site, host, path):
    """The protocol, its own port, capitals and a slash at the end make no other address."""
    found = site_address(site)
    assert (found.host, found.path) == (host, path)
    assert str(found) == host + path
