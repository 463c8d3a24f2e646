"""Bluesky, and other servers of the AT Protocol: settings and rules."""

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

SERVER = "https://bsky.social"
"""The address for accounts that Bluesky itself hosts (https://docs.bsky.app/docs/get-started)."""

TRAITS = Capabilities(
    network="Bluesky",
    # https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json
    text=TextLimit(unit=Unit.GRAPHEMES, limit=300, max_bytes=3000),
    idempotency=Idempotency.CHOSEN_ID,
    abilities=frozenset(Ability),
    poll=timedelta(seconds=60),
    # https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/embed/images.json
    picture=PictureLimits(
        kinds=frozenset({PictureKind.JPEG, PictureKind.PNG, PictureKind.WEBP}),
        max_bytes=1_000_000,
        max_side=PICTURE_SIDE,
        max_alt=2000,
    ),
)

KIND = PlatformKind(
    name="bluesky",
    about="Bluesky, and other servers of the AT Protocol (PDS)",
    traits=TRAITS,
    options=(
        Option(name="handle", about="the account's handle, such as tips.bsky.social"),
        Option(
            name="server",
            about="the address of the account's server (PDS)",
            form=Form.ADDRESS,
            default=SERVER,
        ),
    ),
    secrets=(
        Secret(
            name="app_password",
            about="an app password, made under Settings > Privacy and security > App passwords",
        ),
    ),
    common=frozenset({"limit", "hashtags", "gap", "link", "poll", "acknowledge"}),
    acknowledge_styles=(
        AcknowledgementStyle.FAVOURITE,
        AcknowledgementStyle.NONE,
        AcknowledgementStyle.THANK,
    ),
    limit_max=300,
)
