"""Threads, by Meta's documented API: settings and rules."""

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
from bot.core.model.picture import PictureKind, PictureLimits

SERVER = "https://graph.threads.net"
"""https://developers.facebook.com/docs/threads/reference"""

CONTAINER_LIFE = timedelta(hours=24)
"""How long a container waits to be published.

https://developers.facebook.com/docs/threads/troubleshooting
"""

PICTURES = PictureLimits(
    # https://developers.facebook.com/docs/threads/posts#image-specifications
    kinds=frozenset({PictureKind.JPEG, PictureKind.PNG}),
    max_bytes=8 * 1024 * 1024,
    max_side=1440,
    # https://developers.facebook.com/docs/threads/posts/accessibility
    max_alt=1000,
    is_fetched=True,
)
"""What Threads takes of a picture: it fetches the picture from the tip's public page."""

TRAITS = Capabilities(
    network="Threads",
    # https://developers.facebook.com/docs/threads/posts#limitations
    text=TextLimit(unit=Unit.EMOJI_BYTES, limit=500),
    idempotency=Idempotency.KEY,
    abilities=frozenset({Ability.PUBLISH, Ability.LISTEN, Ability.RETRACT}),
    poll=timedelta(minutes=5),
    key_memory=CONTAINER_LIFE,
    looks=2,
    look_gap=timedelta(minutes=2),
    picture=PICTURES,
)
"""The key is the id of the post's container: docs/adr/0025-containers-are-keys.md."""

KIND = PlatformKind(
    name="threads",
    about="Threads, by Meta's API",
    traits=TRAITS,
    options=(
        Option(
            name="server",
            about="the address of the API",
            form=Form.ADDRESS,
            default=SERVER,
        ),
    ),
    secrets=(
        Secret(
            name="access_token",
            about="a long-lived token of the account, made in the Meta app's dashboard",
        ),
    ),
    common=frozenset({"limit", "hashtags", "gap", "link", "unsure", "poll", "acknowledge"}),
    acknowledge_styles=(AcknowledgementStyle.NONE, AcknowledgementStyle.THANK),
    # Only the first tag of a post becomes its topic:
    # https://developers.facebook.com/docs/threads/posts#topic-tags
    hashtags=1,
    limit_max=500,
)
