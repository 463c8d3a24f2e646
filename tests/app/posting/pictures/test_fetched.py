"""Pictures that a network fetches from the tip's page, which has to be there first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app.posting.draft import Drafter
from bot.app.tips.validate import tip_problems
from bot.core.model.capabilities import Capabilities, PlatformKind
from bot.core.model.config import Config, LinkRule
from bot.core.model.picture import CARD, PictureKind, PictureLimits
from bot.pictures.card import Card
from bot.pictures.of_tips import PicturesOfTips, VersionFiles
from tests.app.harness import HOME
from tests.contract.memory import TRAITS
from tests.core.samples import account, config, tip

LIMITS = PictureLimits(
    kinds=frozenset(PictureKind), max_bytes=1_000_000, max_side=1000, max_alt=500, is_fetched=True
)
FETCHES: Capabilities = replace(TRAITS, picture=LIMITS)
KINDS = {
    "town": PlatformKind(name="town", about="a network", traits=FETCHES),
    "site": PlatformKind(name="site", about="pages", traits=HOME),
}
TOWN, SITE = account(link=LinkRule.NEVER), account("site", kind="site")
CAT = tip(image=CARD, link="https://w3.org")

DRAFTER = Drafter(
    capabilities_of=lambda one: KINDS[one.kind].traits,
    posted=lambda _: {},
    pictures=PicturesOfTips(
        files=VersionFiles(lambda _: None),
        card=lambda one: Card(title=one.title, words=one.text, bot="Tips"),
    ),
)


def bot(*accounts, site="https://tips.w3.org") -> Config:
    """A bot with these accounts, and one tip with a card."""
    made = config(CAT, accounts=accounts)
    return replace(made, bot=replace(made.bot, site=site))


def test_the_page_comes_first():
    """A post whose picture is fetched waits for the tip's page, though it does not link to it."""
    drafts, misfits = DRAFTER.drafts(CAT, [TOWN], bot(TOWN, SITE))
    assert misfits == []
    assert [(one.account.name, one.needs_page) for one in drafts] == [
        ("town", True),
        ("site", False),
    ]


def test_a_fetched_card_is_described_by_the_words_of_its_page():
    """The alt text of a card is that of the page's card, also where the post has other words."""
    small = replace(TOWN, limit=20)
    (town, site), _ = DRAFTER.drafts(CAT, [small], bot(small, SITE))
    assert town.fitted.summary.text != site.fitted.summary.text
    assert town.picture == site.picture


def test_without_a_picture_nothing_is_fetched():
    """The same tip without a picture waits for nothing."""
    plain = replace(CAT, image=None)
    drafts, _ = DRAFTER.drafts(plain, [TOWN], bot(TOWN, SITE))
    assert [one.needs_page for one in drafts] == [False]


def test_a_bot_without_a_site():
    """Where there is no site to fetch from, the tip is not posted without its picture."""
    _, (misfit,) = DRAFTER.drafts(CAT, [TOWN], bot(TOWN))
    assert misfit.why == "its network fetches pictures from the bot's site, and there is none"
    assert misfit.todo == "add `site: {}` to `platforms:`"


@pytest.mark.parametrize("site", ["http://127.0.0.1:8140", "http://tips.w3.org", "https://box"])
def test_a_site_that_nobody_can_fetch_from(site):
    """`check` says once that the network cannot reach the site, and what to do."""
    found = list(tip_problems(bot(TOWN, SITE, site=site), KINDS, DRAFTER))
    assert [one.what for one in found] == [f"town would fetch pictures from {site}, and cannot"]
    assert "public https address" in found[0].todo


def test_a_public_site():
    """A site that everybody can open is no finding."""
    assert list(tip_problems(bot(TOWN, SITE), KINDS, DRAFTER)) == []
