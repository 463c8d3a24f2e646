"""Summary, tags and link put together: within every limit, and nothing of them cut."""

import random

from hypothesis import given
from hypothesis import strategies as st

from bench.assembly import outcome


@given(st.integers(min_value=0))
def test_a_post_keeps_every_limit_and_holds_whole_parts(seed):
    """A post is one whole summary of its tip, whole tags and the whole link, within each limit."""
    assert outcome(random.Random(seed)) in {"whole", "nothing fits"}
