"""What `check` finds beyond the file itself: tips that do not fit, links that lead nowhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.app.posting.draft import Drafter
from bot.app.tips.validate import leads_nowhere, tip_problems
from bot.core.model.capabilities import Form, Option, PlatformKind, Secret
from bot.core.model.config import LinkRule
from tests.app.harness import HOME
from tests.contract.memory import TRAITS
from tests.core.samples import account, config, tip

CASES = yaml.safe_load((Path(__file__).parents[2] / "data" / "nowhere.yaml").read_text("utf-8"))

KINDS = {
    "town": PlatformKind(
        name="town",
        about="a network",
        traits=TRAITS,
        options=(Option(name="server", about="where", form=Form.ADDRESS, default="https://t.org"),),
    ),
    "site": PlatformKind(name="site", about="our pages", traits=replace(HOME, public=False)),
}


def drafter(capabilities_of):
    """What fits tips for a bot that has posted nothing."""
    return Drafter(capabilities_of=capabilities_of, posted=lambda _: {})


def found(whole, site="https://tips.example"):
    """What is found in a file; each finding says what to do, too."""
    whole = replace(whole, bot=replace(whole.bot, site=site))
    every = list(tip_problems(whole, KINDS, drafter(lambda one: KINDS[one.kind].traits)))
    assert all(one.todo for one in every)
    return [one.what for one in every]


def with_home(*tips, **town):
    """A bot with a town account and a site."""
    return config(*tips, accounts=(account(**town), account("site", kind="site")))


@pytest.mark.parametrize("case", CASES, ids=[case["link"] for case in CASES])
def test_leads_nowhere(case):
    """A link that only this machine, its neighbours or nobody at all can open is known as such."""
    assert leads_nowhere(case["link"]) is case["nowhere"]


def test_nothing_to_find():
    """A file whose tips fit and whose links lead somewhere has no findings."""
    assert found(with_home(), site="https://tips.town.org") == []


def test_a_tip_that_does_not_fit():
    """Each tip that does not fit some account is named with the account and the numbers."""
    long = tip("long", title="a" * 141, text="b" * 141)
    whole = config(long, tip("far", title="a" * 141, text="b" * 141, platforms=("x",)))
    assert found(whole) == ["'long' does not fit town: its title is 141 long and the limit is 140"]


def test_a_site_that_nobody_can_open_is_said_once():
    """A hundred tips without a link of their own are one mistake: the site's address."""
    assert found(with_home(tip("a"), tip("b"))) == [
        "posts on town would link to https://tips.example, which nobody can open"
    ]


def test_a_link_that_leads_nowhere():
    """A tip whose own link leads nowhere is named with it."""
    whole = with_home(tip("a", link="http://localhost/a"))
    assert found(whole) == ["the link of 'a', http://localhost/a, leads nowhere on town"]


def test_where_nobody_follows_nothing_is_wrong():
    """On our own site, on a server of this machine, or without links, such an address may stand."""
    private = [
        config(accounts=(account("site", kind="site"),)),
        with_home(link=LinkRule.NEVER),
        with_home(options={"server": "http://127.0.0.1:3000"}),
        with_home(options={"server": "http://localhost:3000"}),
    ]
    assert [found(whole) for whole in private] == [[], [], [], []]
    assert len(found(with_home(options={"server": "https://mastodon.social"}))) == 1


@pytest.mark.parametrize(
    ("server", "wrong"),
    [("http://t.org", True), ("https://t.org", False), ("http://127.0.0.1:80", False)],
)
def test_credentials_never_travel_in_clear_text(server, wrong):
    """A server that would be sent a credential unencrypted is refused, unless it is this machine."""
    kinds = {"town": replace(KINDS["town"], secrets=(Secret(name="token", about="a token"),))}
    whole = config(tip("a", link="https://w3.org"), accounts=(account(options={"server": server}),))
    said = [one.what for one in tip_problems(whole, kinds, drafter(lambda _: TRAITS))]
    assert any("unencrypted" in one for one in said) is wrong
