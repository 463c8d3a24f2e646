"""The coverage of the suite."""

from bot.platforms.catalogue import KINDS
from tests.contract.networks import NETWORKS


def test_every_kind_has_a_network():
    """The suite tests every platform in the catalogue."""
    assert KINDS.keys() <= {name.partition(",")[0] for name in NETWORKS}
