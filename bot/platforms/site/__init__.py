"""The bot's own site: the platform that needs no account."""

from datetime import timedelta

from bot.core.discussion.webmention import SETTING, TAKES
from bot.core.model.capabilities import (
    Ability,
    Capabilities,
    Idempotency,
    Option,
    PlatformKind,
    TextLimit,
    Unit,
)
from bot.core.model.config import Hold
from bot.core.model.picture import PICTURE_SIDE, PictureKind, PictureLimits

KIND = PlatformKind(
    name="site",
    about="the bot's own pages, with a reply form under every tip",
    traits=Capabilities(
        network="this site",
        # Generous: what keeps a tip short is the promise, and a long address is no obstacle here.
        text=TextLimit(unit=Unit.GRAPHEMES, limit=5000, link_cost=23),
        idempotency=Idempotency.CHOSEN_ID,
        abilities=frozenset({Ability.PUBLISH, Ability.LISTEN, Ability.RETRACT}),
        poll=timedelta(minutes=1),
        public=False,
        is_home=True,
        picture=PictureLimits(
            kinds=frozenset({PictureKind.JPEG, PictureKind.PNG}),
            max_bytes=2_000_000,
            max_side=PICTURE_SIDE,
            max_alt=2000,
        ),
    ),
    options=(
        Option(
            name=SETTING,
            about="how other sites may tell of their links to a tip: all, webmention or none",
            default=next(iter(TAKES)),
            choices=tuple(TAKES),
        ),
        Option(
            name="hold",
            about="which comments wait until you have read them: those with links, "
            "also those of new authors, all, or none",
            default=Hold.LINKS.value,
            choices=tuple(rule.value for rule in Hold),
        ),
    ),
    common=frozenset({"limit", "hashtags"}),
    gap=timedelta(0),
    limit_max=500,
)

__all__ = ["KIND"]
