"""What people ask of bots in their profile."""

import pytest

from bot.core.discussion.bio_opt_out import opt_outs_in
from bot.core.model.entry import OptOut

NO_BOT, NO_LOG = {OptOut.NO_BOT}, {OptOut.NO_LOG}

BIOS = [
    ("", set()),
    ("I write about bots and logs.", set()),
    ("#nobot", NO_BOT),
    ("she/her · #NoBot · Leipzig", NO_BOT),
    ("Gardener.\n\n#nolog", NO_LOG),
    ("#nobot #nolog", NO_BOT | NO_LOG),
    ("(#nobot,#nolog)", NO_BOT | NO_LOG),
    ("＃nobot", NO_BOT),
    ("nobot", set()),
    ("#nobots #nologin #no bot", set()),
    ("#norobot", set()),
    ("https://example.org/page#nobot", set()),
    ("https://example.org/#nobot", set()),
    ("a&#nobot", set()),
]


@pytest.mark.parametrize(("bio", "wishes"), BIOS)
def test_wishes_are_hashtags(bio, wishes):
    """A wish is a hashtag of its own, in any case, anywhere in the bio; nothing else is one."""
    assert opt_outs_in(bio) == wishes
