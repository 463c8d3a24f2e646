"""An address in a tip stays whole in every post, on every network."""

from __future__ import annotations

import pytest

from bot.core.model.capabilities import TextLimit, Unit
from bot.core.posting.compose import Fitted, PostLayout, compose
from bot.core.summary.select import ranked
from bot.core.text.counting.links import bare_names
from bot.core.text.mentions import BREAK, without_calls
from bot.core.text.web_addresses import addresses
from tests.core.samples import account, tip, traits

ADDRESSES = [
    "https://town.org/@ada/1",
    "https://town.example/@ada/1",
    "https://…/@ada/1",
    "http://localhost:8140/@ada",
    "http://10.0.0.1/@ada",
    "https://town.org/?q=@a&b=C#tag",
    "https://town.org#tag",
    "https://town.org/a#@ada",
    "https://town.org/_a_/@ada",
    "https://town.org/*a*/b",
    "https://town.org/~~a~~/b",
    "https://town.org/#!/Foo",
    "https://town.org/a.B?c.D!E",
    "https://town.org/wiki/A_(b)_c",
    "https://town.org/wiki/A_(b)",
    "https://town.org/a,b;c:D",
]

TEXTS = [
    "However, see {} for more, which is long, and (as I said) is good. And then some.",
    "Read it: {}. Then do more of it, please.",
    "You can (see {}) find out all of it; so do it now.",
    "**{}** is where we begin, for example.",
    "[{0}]({0}) is where we begin.",
]

RULES = [
    TextLimit(unit=Unit.WEIGHTED, limit=280, links_bare_names=True),
    TextLimit(unit=Unit.GRAPHEMES, limit=500, link_cost=23, shortens_mentions=True),
    TextLimit(unit=Unit.GRAPHEMES, limit=5000, link_cost=23),
]
"""X, Mastodon and the site."""

every_address = pytest.mark.parametrize("address", ADDRESSES)


@every_address
@pytest.mark.parametrize("text", TEXTS)
def test_no_candidate_cuts_an_address(address: str, text: str) -> None:
    """What is made of a text has an address whole, or not at all."""
    for found, _ in ranked(tip(title=f"Look at {address}", text=text.format(address))):
        rest = found.text.replace(address, "")
        assert not any(piece in rest for piece in ("://", "@ada", "#tag", "/Foo"))


@every_address
@pytest.mark.parametrize("rule", RULES)
def test_no_network_changes_an_address(address: str, rule: TextLimit) -> None:
    """A post holds an address as it was written, and calls nobody beside it."""
    one = tip(summary=f"See {address} and ask @bob.")
    found = compose(one, PostLayout(account=account(limit=140), traits=traits(text=rule)))
    assert isinstance(found, Fitted)
    assert found.text == f"See {address} and ask @{BREAK}bob."


@every_address
def test_an_answer_without_names_keeps_its_addresses(address: str) -> None:
    """Where the names of those whom a text calls are left out, an address stays whole."""
    assert without_calls(f"@bob@town.org see {address}").split() == ["see", address]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://a.org/b. Then", "https://a.org/b"),
        ("(https://a.org/b)", "https://a.org/b"),
        ("(https://a.org/b_(c))", "https://a.org/b_(c)"),
        ("**https://a.org/b**", "https://a.org/b"),
        ("<https://a.org/b>", "https://a.org/b"),
        ('"https://a.org/b"', "https://a.org/b"),
        ("https://a.org/b!?", "https://a.org/b"),
        ("https://a.org/b/", "https://a.org/b/"),
    ],
)
def test_the_signs_around_an_address(text: str, found: str) -> None:
    """Punctuation and brackets of the sentence are no part of an address."""
    assert [text[one.start : one.stop] for one in addresses(text)] == [found]


@pytest.mark.parametrize("text", ["://", "http://", "a :// b", "://a", "http://.", "9://a.org"])
def test_what_is_no_address(text: str) -> None:
    """A protocol needs a name, and something behind it."""
    assert list(addresses(text)) == []


@pytest.mark.parametrize("name", ["medium.com/@ada", "town.org/?q=@ada", ".@ada.com", "x.com/a/@b"])
def test_a_bare_name_that_is_no_link_calls_nobody(name: str) -> None:
    """What X gets written so that it is no link has no live `@` left in it."""
    layout = PostLayout(account=account(), traits=traits(text=RULES[0]))
    found = compose(tip(summary=f"See {name} now."), layout)
    assert isinstance(found, Fitted)
    assert not bare_names(found.text)
    assert f"@{BREAK}" in found.text
