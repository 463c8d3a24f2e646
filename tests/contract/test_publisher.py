"""What every platform keeps that can post: exactly the words, exactly once, and found again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.errors import Duplicate
from bot.core.model.capabilities import Ability, Idempotency
from bot.core.model.lookup import LOOK_BACK, SKEW, Absent, Found
from bot.core.ports.platform import (
    Favouriter,
    Listener,
    OwnPosts,
    PostRemover,
    Publisher,
    SettlesCost,
)
from tests.contract.hearing import Ears

TRICKY = 'Is 1 < 2 & "2 > 1"? Naïve 🎉👩‍⚕️, 日本語.\n\nSee https://tips.example/a?b=1&c=2#d'
DOORS = {
    Ability.PUBLISH: Publisher,
    Ability.LISTEN: Listener,
    Ability.RETRACT: PostRemover,
    Ability.FAVOURITE: Favouriter,
}
THREADS = 4


def at_once(work, tasks):
    """What each task came to, all of them begun at once on threads of their own."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, tasks))


def test_doors(world):
    """An adapter has the doors that the network promises when it is asked, and no others."""
    abilities = world.platform.learn().abilities
    assert {one for one, door in DOORS.items() if isinstance(world.platform, door)} == abilities


@pytest.mark.parametrize("text", ["One word is enough.", TRICKY], ids=["plain", "tricky"])
def test_publish(world, publisher, text):
    """What is posted is there once, word for word, under the id that its receipt tells."""
    receipt = publisher.publish(world.post(text))
    assert world.posts_there() == [(receipt.remote_id, text)]
    assert abs(receipt.at - world.clock.now()) < SKEW
    assert receipt.url is None or receipt.url.startswith(("http://", "https://"))


@pytest.mark.parametrize("text", ["One word is enough.", TRICKY], ids=["plain", "tricky"])
def test_find(world, publisher, text):
    """A post that was made after its sending is found among others by its words."""
    publisher.publish(world.post("Something else."))
    post = world.post(text)
    receipt = publisher.publish(post)
    publisher.publish(world.post("Something new."))
    found = publisher.find(world.unsure(post))
    assert isinstance(found, Found)
    assert found.receipt.remote_id == receipt.remote_id


def test_absent(world, publisher):
    """What was never sent is not found, whatever else is there."""
    publisher.publish(world.post("One word is enough."))
    assert publisher.find(world.unsure(world.post("One word is enough!"))) == Absent()


def test_own(world, publisher):
    """Where ids are not of our choice, all that we posted since a moment is told, and nothing else."""
    recalls = world.platform
    if not isinstance(recalls, OwnPosts):
        assert world.platform.learn().idempotency is Idempotency.CHOSEN_ID
        return
    made = {publisher.publish(world.post(text)).remote_id for text in ("One.", "Two.", "Three.")}
    said = world.person_says("Is it?", reply_to=min(made))
    answer = publisher.publish(world.post("It is.", in_reply_to=said)).remote_id
    world.later(timedelta(seconds=1))
    assert recalls.list_own_posts(world.clock.now() - timedelta(hours=1), said) == {answer}
    assert recalls.list_own_posts(world.clock.now() - timedelta(hours=1)) == made
    assert recalls.list_own_posts(world.clock.now() + timedelta(hours=1)) == frozenset()


def test_older_post(world, publisher):
    """An identical post from before the sending is another one, and does not pass as found."""
    publisher.publish(world.post("One word is enough."))
    sent_at = world.later(2 * LOOK_BACK)
    assert publisher.find(world.unsure(world.post("One word is enough."), sent_at)) == Absent()


def test_clock_put_right(world, publisher):
    """A post that was sent by a clock that ran ahead, and was put right since then, is found."""
    post = world.post("One word is enough.")
    receipt = publisher.publish(post)
    sent_at = world.later(timedelta(minutes=9))
    found = publisher.find(world.unsure(post, sent_at))
    assert isinstance(found, Found)
    assert (found.receipt.remote_id, found.receipt.at) == (receipt.remote_id, receipt.at)


def test_taken(world, publisher):
    """The post of another delivery is passed over, and ours is found beside it, whichever it is."""
    post = world.post("One word is enough.")
    first = publisher.publish(post)
    assert publisher.find(world.unsure(post), {first.remote_id}) == Absent()
    twin = publish_or_duplicate(publisher, replace(post, key=f"{post.key}/again"))
    for ours, theirs in ((first, twin), (twin, first)):
        if Duplicate not in (ours, theirs) and not world.kind.traits.is_home:
            found = publisher.find(world.unsure(post), {theirs.remote_id})
            assert found == Found(receipt=ours)


def test_costs(world, publisher):
    """Where reading has a price, an adapter tells once what its looks have cost, and asks nobody."""
    prices = world.platform.learn().prices
    assert isinstance(world.platform, SettlesCost) is (prices is not None)
    if prices is None:
        return
    post = world.post("One word is enough.")
    publisher.publish(post)
    publisher.find(world.unsure(post))
    costs = world.platform.settle_cost(), world.platform.settle_cost()
    assert costs == (prices.read + prices.read_user, Decimal(0))


def test_repeat(world, publisher):
    """Where a repeat is said to be harmless, the same post sent again makes no second one."""
    skip_unless_repeatable(world)
    post = world.post("One word is enough.")
    receipt = publisher.publish(post)
    assert publish_or_duplicate(publisher, post) in {receipt, Duplicate}
    assert world.posts_there() == [(receipt.remote_id, post.text)]


def test_repeats_at_once(world, publisher):
    """Nor do repeats that leave at the same moment; all of them hear of the same post."""
    skip_unless_repeatable(world)
    post = world.post("One word is enough.")
    told = set(at_once(lambda _: publish_or_duplicate(publisher, post), range(THREADS)))
    (there,) = world.posts_there()
    (receipt,) = told - {Duplicate}
    assert there == (receipt.remote_id, post.text)


def test_answer(world, publisher, listener):
    """An answer hangs under what it answers, and is found there."""
    tip = publisher.publish(world.post("One word is enough."))
    said = world.person_says("Is it?", reply_to=tip.remote_id)
    assert said in {entry.remote_id for entry in Ears(listener).listen()}
    answer = world.post("It is.", in_reply_to=said)
    receipt = publisher.publish(answer)
    assert world.parent_there(receipt.remote_id) == said
    found = publisher.find(world.unsure(answer))
    assert isinstance(found, Found)
    assert found.receipt.remote_id == receipt.remote_id


def test_words_elsewhere(world, publisher):
    """The same words in another place are another post: an answer is no tip, a tip no answer."""
    tip = publisher.publish(world.post("It is enough."))
    said = world.person_says("Is it?", reply_to=tip.remote_id)
    publisher.publish(world.post("It is.", in_reply_to=said))
    assert publisher.find(world.unsure(world.post("It is."))) == Absent()
    answer = world.post("It is enough.", in_reply_to=said)
    assert publisher.find(world.unsure(answer)) == Absent()


def test_threads(world, publisher):
    """Four threads that post and look at the same time do not disturb each other."""
    posts = [world.post(f"Tip number {number}.") for number in range(2 * THREADS)]

    def publish_and_find(post):
        receipt = publisher.publish(post)
        found = publisher.find(world.unsure(post))
        assert isinstance(found, Found)
        assert found.receipt.remote_id == receipt.remote_id
        return receipt.remote_id, post.text

    told = at_once(publish_and_find, posts)
    assert sorted(told) == sorted(world.posts_there())
    assert {text for _, text in told} == {post.text for post in posts}


def skip_unless_repeatable(world):
    """Pass over a network that says nothing about repeats."""
    if world.platform.learn().idempotency is Idempotency.NONE:
        pytest.skip("this network promises nothing about a repeat")


def publish_or_duplicate(publisher, post):
    """The receipt, or Duplicate where the network says that it has this text."""
    try:
        return publisher.publish(post)
    except Duplicate:
        return Duplicate
