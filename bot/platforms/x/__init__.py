"""X: its settings, its rules and its prices.

Nothing here imports the client library; `adapter` does.
"""

from datetime import date, timedelta
from decimal import Decimal

from bot.core.model.capabilities import (
    Ability,
    Capabilities,
    Form,
    Idempotency,
    Option,
    PlatformKind,
    Prices,
    Secret,
    TextLimit,
    Unit,
)
from bot.core.model.config import AcknowledgementStyle
from bot.core.model.picture import PICTURE_SIDE, PictureKind, PictureLimits

API = "https://api.x.com"
"""Where X's API is, as its documentation says."""

PRICES = Prices(
    as_of=date(2026, 4, 20),
    post=Decimal("0.015"),
    post_with_link=Decimal("0.200"),
    reply=Decimal("0.010"),
    read=Decimal("0.001"),
    read_other=Decimal("0.005"),
    read_user=Decimal("0.010"),
    delete=Decimal("0.005"),
    source="https://docs.x.com/x-api/getting-started/pricing",
)
"""Those where the bot's account owns the developer app."""

TRAITS = Capabilities(
    network="X",
    text=TextLimit(unit=Unit.WEIGHTED, limit=280, link_cost=23, links_bare_names=True),
    idempotency=Idempotency.SAME_TEXT,
    abilities=frozenset({Ability.PUBLISH, Ability.LISTEN, Ability.RETRACT}),
    poll=timedelta(minutes=5),
    looks=2,
    look_gap=timedelta(minutes=3),
    prices=PRICES,
    fresh_for=timedelta(hours=24),
    # https://docs.x.com/x-api/media/upload-media, best-practices and create-media-metadata
    picture=PictureLimits(
        kinds=frozenset({PictureKind.JPEG, PictureKind.PNG, PictureKind.WEBP}),
        max_bytes=5_000_000,
        max_side=PICTURE_SIDE,
        max_alt=1000,
    ),
)

KIND = PlatformKind(
    name="x",
    about="X, paid by use, with the keys of a developer app",
    traits=TRAITS,
    options=(Option(name="api", about="where X's API is", form=Form.ADDRESS, default=API),),
    secrets=(
        Secret(name="api_key", about="the app's API key (consumer key)"),
        Secret(name="api_secret", about="the app's API key secret (consumer secret)"),
        Secret(name="access_token", about="the account's access token, with Read and write"),
        Secret(name="access_secret", about="the account's access token secret"),
    ),
    common=frozenset(
        {
            "limit",
            "hashtags",
            "gap",
            "link",
            "monthly_budget",
            "listening_budget",
            "fresh_days",
            "poll",
            "acknowledge",
        }
    ),
    # Likes are gone from what an app may do by itself; an answer costs money, and is often refused.
    acknowledge_styles=(AcknowledgementStyle.NONE, AcknowledgementStyle.THANK),
    limit_max=280,
)
