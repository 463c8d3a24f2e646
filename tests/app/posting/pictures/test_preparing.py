"""Parts that are sent before a post, such as pictures: stored before the post, repeated if lost."""

from dataclasses import replace

import pytest

from bot.core.errors import OutcomeUnknown, Refused, RetryLater, Unauthorised
from bot.core.model.delivery import State
from bot.core.model.lookup import LEASE, Absent, Found
from bot.core.model.picture import CARD, Picture
from tests.app.harness import EIGHT, PRICES, Scripted
from tests.contract.memory import TRAITS
from tests.core.samples import MINUTE, post, receipt

PICTURE = Picture(name=CARD, alt="One word is enough.")


class Preparing(Scripted):
    """A publisher that is given a post's picture beforehand, as a test tells it."""

    def __init__(self, prepared, *answers, looks=()) -> None:
        super().__init__(*answers, looks=looks)
        self.prepared = list(prepared)
        self.seen = []

    def needs_preparing(self, post) -> bool:
        """Those with a picture."""
        return post.picture is not None

    def prepare(self, post) -> str:
        """The next part."""
        self.seen.append(post.prepared)
        answer = self.prepared.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return str(answer(post) if callable(answer) else answer)


@pytest.fixture
def preparing(harness):
    """Puts a preparing publisher in the account's place, and plans a post with a picture."""

    def make(prepared, *answers, looks=()):
        made = harness.platforms["town"] = Preparing(prepared, *answers, looks=looks)
        harness.put(post=post(created_at=EIGHT, picture=PICTURE))
        return made

    return make


def test_what_was_prepared_is_stored_before_the_post(harness, preparing):
    """While a part is sent nothing may have left; what it gave is committed before the post."""
    seen = []

    def upload(_):
        seen.append(harness.get())
        return "media 1"

    def look(_):
        seen.append(harness.get())
        return receipt(at=EIGHT)

    network = preparing([upload], look)
    harness.deliver()
    uploading, posting = seen
    assert (uploading.state, uploading.sent_at) == (State.SENDING, None)
    assert (posting.sent_at, posting.post.prepared) == (EIGHT, "media 1")
    assert [one.prepared for one in network.sent] == ["media 1"]
    assert harness.get().state is State.POSTED


def test_a_post_without_such_a_part_is_sent_at_once(harness):
    """Nothing is prepared for a post without a picture, and it may have left with the claim."""
    network = harness.platforms["town"] = Preparing([], lambda _: receipt(at=EIGHT))
    harness.put()
    harness.deliver()
    assert (network.seen, harness.get().sent_at, harness.get().state) == ([], EIGHT, State.POSTED)


@pytest.mark.parametrize(
    "error",
    [OutcomeUnknown("no answer"), RetryLater("not now"), ValueError("odd")],
    ids=["lost", "later", "odd"],
)
def test_a_lost_part_is_repeated(harness, preparing, error):
    """After any failure before the post nothing was posted: it is tried again, and posted once."""
    network = preparing([error, "media 2"], receipt(at=EIGHT))
    harness.deliver()
    assert (harness.get().state, harness.get().sent_at, network.sent) == (State.PLANNED, None, [])
    harness.deliver(after=2 * MINUTE)
    assert [one.prepared for one in network.sent] == ["media 2"]
    assert harness.get().state is State.POSTED


def test_a_refused_part_is_a_clear_outcome(harness, preparing):
    """A picture that the network will not have ends the delivery: the post never goes without it."""
    network = preparing([Refused("Town does not take this picture", "make it smaller")])
    harness.deliver()
    assert harness.get().state is State.REFUSED
    assert harness.get().reason == "Town does not take this picture; make it smaller"
    assert network.sent == []


def test_refused_credentials_hold_the_account(harness, preparing):
    """Credentials that are refused for a part hold the account as they do for a post."""
    preparing([Unauthorised("the token is not accepted")])
    harness.deliver()
    with harness.store.reading() as tx:
        assert tx.accounts.pauses(harness.clock.now())
    assert harness.get().state is State.PLANNED


def test_a_crash_before_the_post_left_nothing(harness, preparing):
    """Who died while a part was sent has posted nothing: it is planned again, not asked about."""
    network = preparing([SystemExit(), "media 2"], receipt(at=EIGHT))
    with pytest.raises(SystemExit):
        harness.deliver()
    assert harness.deliver(after=LEASE + MINUTE) == 0
    assert (harness.get().state, harness.get().sent_at) == (State.PLANNED, None)
    harness.deliver(after=MINUTE)
    assert len(network.sent) == 1
    assert harness.get().state is State.POSTED


def test_a_crash_after_it_is_unsure(harness, preparing):
    """Who died while the post was sent may have posted: it is looked for."""
    network = preparing(["media 1"], SystemExit(), looks=[Found(receipt=receipt(at=EIGHT))])
    with pytest.raises(SystemExit):
        harness.deliver()
    harness.deliver(after=LEASE + MINUTE)
    assert harness.get().state is State.UNSURE
    harness.settle()
    assert (harness.get().state, len(network.sent)) == (State.POSTED, 1)


def test_only_what_may_have_left_is_paid_for(harness, preparing):
    """A crash before the post costs nothing; one after it counts as a post."""
    harness.join("town", replace(TRAITS, prices=PRICES))
    preparing([SystemExit(), "media"], SystemExit())
    spent = []
    for _ in range(2):
        with pytest.raises(SystemExit):
            harness.deliver()
        harness.deliver(after=LEASE + MINUTE)
        with harness.store.reading() as tx:
            spent.append(tx.accounts.spent("town", harness.clock.now()))
        harness.clock.advance(MINUTE)
    assert spent == [0, PRICES.post]


def test_a_frozen_owner_does_not_post(harness, preparing):
    """An owner that froze between part and post finds its claim gone, and sends nothing."""

    def freeze(_):
        harness.clock.advance(LEASE + MINUTE)
        harness.deliverer("another").step(harness.config, harness.account())
        return "media 1"

    network = preparing([freeze])
    harness.deliver()
    assert (network.sent, harness.get().state) == ([], State.PLANNED)


def test_an_earlier_sending_keeps_its_time(harness, preparing):
    """A post that is sent again is looked for since its first sending, parts or no parts."""
    lost = OutcomeUnknown("no answer")
    network = preparing(["media 1", "media 1"], lost, lost, looks=[Absent()])
    harness.deliver()
    harness.settle()
    harness.deliver(after=MINUTE)
    assert network.seen == [None, "media 1"]
    assert (harness.get().state, harness.get().resends) == (State.UNSURE, 1)
    assert harness.get().sent_at == EIGHT
