"""Services that only hear the tip, through Apprise: settings, and rules before one is known.

Nothing here imports Apprise; `adapter` does.
"""

from datetime import timedelta

from bot.core.model.capabilities import (
    Ability,
    Capabilities,
    Idempotency,
    PlatformKind,
    Secret,
    TextLimit,
    Unit,
)
from bot.core.model.config import PROMISE

KIND = PlatformKind(
    name="broadcast",
    about="one of over a hundred services that only hear the tip: Discord, Slack, Telegram, "
    "Matrix, e-mail, ntfy and others, through Apprise",
    traits=Capabilities(
        network="Broadcast",
        text=TextLimit(unit=Unit.CODE_POINTS, limit=PROMISE),
        idempotency=Idempotency.NONE,
        abilities=frozenset({Ability.PUBLISH}),
        poll=timedelta(hours=1),
    ),
    secrets=(
        Secret(
            name="url",
            about="where to post, as an Apprise address such as discord://ID/TOKEN",
        ),
    ),
    limit_max=500,
)
