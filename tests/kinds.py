"""The platforms that the tests of tips.yaml know: one of each sort, whatever the real ones become."""

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


def _traits(network: str) -> Capabilities:
    return Capabilities(
        network=network,
        text=TextLimit(unit=Unit.GRAPHEMES, limit=500),
        idempotency=Idempotency.NONE,
        abilities=frozenset(Ability),
        poll=timedelta(minutes=1),
    )


SITE = PlatformKind(name="site", about="pages", traits=_traits("site"), common=frozenset({"limit"}))

MASTODON = PlatformKind(
    name="mastodon",
    about="a server of the fediverse",
    traits=_traits("Mastodon"),
    options=(Option(name="server", about="its address", form=Form.ADDRESS),),
    secrets=(Secret(name="access_token", about="a token"),),
    common=frozenset({"limit", "hashtags", "gap", "link", "visibility", "unsure", "poll"}),
    visibilities=("public", "unlisted"),
    gap=timedelta(minutes=5),
    limit_max=500,
)

X = PlatformKind(
    name="x",
    about="paid by use",
    traits=_traits("X"),
    options=(
        Option(name="api", about="its API", form=Form.ADDRESS, default="https://api.example"),
        Option(name="label", about="a text", default="bot"),
    ),
    secrets=(
        Secret(name="api_key", about="a key"),
        Secret(name="api_secret", about="a secret"),
    ),
    common=frozenset({"link", "monthly_budget"}),
)

KINDS = {kind.name: kind for kind in (MASTODON, SITE, X)}
