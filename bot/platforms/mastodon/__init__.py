"""Mastodon and the servers that speak its API: settings, and rules before the server is known."""

from datetime import timedelta

from bot.core.model.capabilities import (
    Ability,
    Capabilities,
    Form,
    Idempotency,
    Option,
    PlatformKind,
    Secret,
    TextLimit,
    Unit,
)
from bot.core.model.config import AcknowledgementStyle
from bot.core.model.picture import PICTURE_SIDE, PictureKind, PictureLimits

PICTURE = PictureLimits(
    kinds=frozenset(PictureKind),
    max_bytes=8_000_000,
    max_side=PICTURE_SIDE,
    max_alt=1500,
)
"""What a server takes of a picture that does not tell: what every version of Mastodon takes.

https://docs.joinmastodon.org/user/posting/#media
"""

KIND = PlatformKind(
    name="mastodon",
    about="Mastodon, and servers that speak its API: GoToSocial, Pleroma, Akkoma and others",
    traits=Capabilities(
        network="Mastodon",
        text=TextLimit(unit=Unit.GRAPHEMES, limit=500, link_cost=23, shortens_mentions=True),
        idempotency=Idempotency.NONE,
        abilities=frozenset(Ability),
        poll=timedelta(seconds=60),
        looks=2,
        look_gap=timedelta(minutes=1),
        reply_visibility="unlisted",
        reply_mentions=True,
        reply_warning=True,
        picture=PICTURE,
    ),
    options=(
        Option(
            name="server",
            about="the address of the account's server, such as https://mastodon.social",
            form=Form.ADDRESS,
        ),
    ),
    secrets=(
        Secret(
            name="access_token",
            about="the token of an application made under Preferences > Development",
        ),
    ),
    common=frozenset(
        {"limit", "hashtags", "gap", "link", "visibility", "unsure", "poll", "acknowledge"}
    ),
    visibilities=("public", "unlisted", "private"),
    acknowledge_styles=(
        AcknowledgementStyle.FAVOURITE,
        AcknowledgementStyle.NONE,
        AcknowledgementStyle.THANK,
    ),
    limit_max=500,
)
"""No server is trusted to know idempotency keys until it says what software it is."""
