"""Promises of every platform that can post: the exact text, exactly once, and found again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.errors import Duplicate
from bot.core.model.capabilities import Ability, Idempotency
from bot.core.model.lookup import LOOK_BACK, SKEW, Absent, CannotTell, Found
from bot.core.ports.platform import (
    Favouriter,
    Listener,
    OwnPosts,
    PostRemover,
    Publisher,
    SettlesCost,
)
from tests.contract.reader import Reader

TRICKY = 'Is 1 < 2 & "2 > 1"? Naïve 🎉👩‍⚕️, 日本語.\n\nSee https://tips.example/a?b=1&c=2#d'
DOORS = {
    Ability.PUBLISH: Publisher,
    Ability.LISTEN: Listener,
    Ability.RETRACT: PostRemover,
    Ability.FAVOURITE: Favouriter,
}
THREADS = 4


def at_once(work, tasks):
    """The results of tasks that start at the same time on threads."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, tasks))


def test_doors(network):
    """An adapter has exactly the ports of its abilities."""
    abilities = network.platform.learn().abilities
    assert {one for one, port in DOORS.items() if isinstance(network.platform, port)} == abilities


@pytest.mark.parametrize("text", ["One word is enough.", TRICKY], ids=["plain", "tricky"])
def test_publish(network, publisher, text):
    """A post exists once with its exact text, under the id of its receipt."""
    receipt = publisher.publish(network.post(text))
    assert network.existing_posts() == [(receipt.remote_id, text)]
    assert abs(receipt.at - network.clock.now()) < SKEW
    assert receipt.url is None or receipt.url.startswith(("http://", "https://"))


@pytest.mark.parametrize("text", ["One word is enough.", TRICKY], ids=["plain", "tricky"])
def test_find(network, publisher, telling, text):
    """A post is found among others by its text."""
    publisher.publish(network.post("Something else."))
    post = network.post(text)
    receipt = publisher.publish(post)
    publisher.publish(network.post("Something new."))
    found = publisher.find(network.unsure(post))
    assert isinstance(found, Found)
    assert found.receipt.remote_id == receipt.remote_id


def test_absent(network, publisher, telling):
    """A post that was never sent is not found."""
    publisher.publish(network.post("One word is enough."))
    assert publisher.find(network.unsure(network.post("One word is enough!"))) == Absent()


def test_own(network, publisher):
    """Where the network chooses ids, exactly the bot's posts since a time are listed."""
    recalls = network.platform
    if not isinstance(recalls, OwnPosts):
        has_chosen_ids = network.platform.learn().idempotency is Idempotency.CHOSEN_ID
        assert has_chosen_ids or not network.tells
        return
    made = {publisher.publish(network.post(text)).remote_id for text in ("One.", "Two.", "Three.")}
    said = network.person_posts("Is it?", reply_to=min(made))
    answer = publisher.publish(network.post("It is.", in_reply_to=said)).remote_id
    network.later(timedelta(seconds=1))
    assert recalls.list_own_posts(network.clock.now() - timedelta(hours=1), said) == {answer}
    assert recalls.list_own_posts(network.clock.now() - timedelta(hours=1)) == made
    assert recalls.list_own_posts(network.clock.now() + timedelta(hours=1)) == frozenset()


def test_nothing_is_guessed(network, publisher):
    """Where posts cannot be looked for, no look-up claims to know whether one exists."""
    if network.tells:
        pytest.skip(f"{network.kind.name} tells what was posted")
    post = network.post("One word is enough.")
    assert isinstance(publisher.find(network.unsure(post)), CannotTell)
    publisher.publish(post)
    assert isinstance(publisher.find(network.unsure(post)), CannotTell)


def test_older_post(network, publisher, telling):
    """An identical post from before the sending is not taken for it."""
    publisher.publish(network.post("One word is enough."))
    sent_at = network.later(2 * LOOK_BACK)
    assert publisher.find(network.unsure(network.post("One word is enough."), sent_at)) == Absent()


def test_clock_put_right(network, publisher, telling):
    """A post that was sent while the clock was ahead is found after the clock was corrected."""
    post = network.post("One word is enough.")
    receipt = publisher.publish(post)
    sent_at = network.later(timedelta(minutes=9))
    found = publisher.find(network.unsure(post, sent_at))
    assert isinstance(found, Found)
    assert (found.receipt.remote_id, found.receipt.at) == (receipt.remote_id, receipt.at)


def test_taken(network, publisher, telling):
    """The post of another delivery is ignored, and the right one is found beside it.

    Where the bot chooses ids, another delivery's post has another one.
    """
    post = network.post("One word is enough.")
    first = publisher.publish(post)
    assert publisher.find(network.unsure(post), {first.remote_id}) == Absent()
    twin = publish_or_duplicate(publisher, replace(post, key=f"{post.key}/again"))
    is_by_id = network.platform.learn().idempotency is Idempotency.CHOSEN_ID
    for ours, theirs in ((first, twin),) if is_by_id else ((first, twin), (twin, first)):
        if Duplicate not in (ours, theirs) and not network.kind.traits.is_home:
            found = publisher.find(network.unsure(post), {theirs.remote_id})
            assert found == Found(receipt=ours)


def test_costs(network, publisher):
    """Where reading has a price, an adapter reports the cost of its searches once."""
    prices = network.platform.learn().prices
    assert isinstance(network.platform, SettlesCost) is (prices is not None)
    if prices is None:
        return
    post = network.post("One word is enough.")
    publisher.publish(post)
    publisher.find(network.unsure(post))
    costs = network.platform.settle_cost(), network.platform.settle_cost()
    assert costs == (prices.read + prices.read_user, Decimal(0))


def test_repeat(network, publisher):
    """Where repeats are safe, the same post sent again makes no second one."""
    skip_unless_repeatable(network)
    post = network.post("One word is enough.")
    receipt = publisher.publish(post)
    assert publish_or_duplicate(publisher, post) in {receipt, Duplicate}
    assert network.existing_posts() == [(receipt.remote_id, post.text)]


def test_repeats_at_once(network, publisher):
    """Nor do repeats at the same time; all return the same post."""
    skip_unless_repeatable(network)
    post = network.post("One word is enough.")
    told = set(at_once(lambda _: publish_or_duplicate(publisher, post), range(THREADS)))
    (there,) = network.existing_posts()
    (receipt,) = told - {Duplicate}
    assert there == (receipt.remote_id, post.text)


def test_answer(network, publisher, listener):
    """A reply has its parent, and is found there."""
    tip = publisher.publish(network.post("One word is enough."))
    said = network.person_posts("Is it?", reply_to=tip.remote_id)
    assert said in {entry.remote_id for entry in Reader(listener).listen()}
    answer = network.post("It is.", in_reply_to=said)
    receipt = publisher.publish(answer)
    assert network.parent_of(receipt.remote_id) == said
    found = publisher.find(network.unsure(answer))
    assert isinstance(found, Found)
    assert found.receipt.remote_id == receipt.remote_id


def test_words_elsewhere(network, publisher, listener):
    """The same text in another place is another post: a reply is no tip, a tip no reply."""
    tip = publisher.publish(network.post("It is enough."))
    said = network.person_posts("Is it?", reply_to=tip.remote_id)
    publisher.publish(network.post("It is.", in_reply_to=said))
    assert publisher.find(network.unsure(network.post("It is."))) == Absent()
    answer = network.post("It is enough.", in_reply_to=said)
    assert publisher.find(network.unsure(answer)) == Absent()


def test_threads(network, publisher):
    """Four threads post and search at the same time without disturbing each other."""
    posts = [network.post(f"Tip number {number}.") for number in range(2 * THREADS)]

    def publish_and_find(post):
        receipt = publisher.publish(post)
        found = publisher.find(network.unsure(post))
        if network.tells:
            assert isinstance(found, Found)
            assert found.receipt.remote_id == receipt.remote_id
        return receipt.remote_id, post.text

    told = at_once(publish_and_find, posts)
    assert sorted(told) == sorted(network.existing_posts())
    assert {text for _, text in told} == {post.text for post in posts}


def skip_unless_repeatable(network):
    """Skip a network without promises about repeats."""
    if network.platform.learn().idempotency is Idempotency.NONE:
        pytest.skip("this network promises nothing about a repeat")


def publish_or_duplicate(publisher, post):
    """The receipt, or Duplicate if the network refuses the text as known."""
    try:
        return publisher.publish(post)
    except Duplicate:
        return Duplicate
