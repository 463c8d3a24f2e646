"""The suite itself."""

from bot.platforms.catalogue import KINDS
from tests.contract.worlds import WORLDS


def test_every_kind_has_a_world():
    """No platform is in the catalogue that the contract suite does not look at."""
    assert KINDS.keys() <= {name.partition(",")[0] for name in WORLDS}
