"""Listening on X: every mention once, whatever stops the walk, and what it costs."""

import json

import pytest

from bot.core.errors import RetryLater
from bot.core.model.entry import EntryKind
from tests.platforms.x.samples import NOON, Reader, adapter

MENTIONS = "/2/users/*/mentions"


@pytest.fixture
def ann(x):
    """Somebody else."""
    return x.add_user("ann", "Ann A.")


@pytest.fixture
def mention_poller(bot):
    """A reader of the mentions."""
    return Reader(bot)


def chatter(x, who, many, word="hello"):
    """So many mentions, each with words of its own."""
    return [x.say(who, f"@{x.bot.username} {word} {number}") for number in range(many)]


def test_entry(x, mention_poller, ann):
    """A reply to us has its author, place, time and words, with links and signs as they were typed."""
    ours = x.say(x.bot, "A tip")
    said = x.say(ann, "No & no <b>, see https://example.org/a?b=1&c=2", reply_to=ours)
    mention_poller.read()
    [entry] = mention_poller.kept.values()
    assert entry.text == f"@{x.bot.username} No & no <b>, see https://example.org/a?b=1&c=2"
    assert (entry.kind, entry.remote_id, entry.version) == (EntryKind.REPLY, said.id, said.id)
    assert (entry.in_reply_to, entry.root) == (ours.id, ours.id)
    assert (entry.author.name, entry.author.handle) == ("Ann A.", "@ann")
    assert entry.author.url == "https://x.com/ann"
    assert entry.url == f"https://x.com/ann/status/{said.id}"
    assert (entry.at, entry.edited_at) == (NOON, None)


def test_kinds(x, mention_poller, ann):
    """A reply in our thread, a quote of us and our name elsewhere are told apart."""
    ben, me = x.add_user("ben"), x.bot.username
    ours = x.say(x.bot, "A tip")
    theirs = x.say(ben, "My own thread")
    to_us = x.say(ann, "I disagree", reply_to=ours)
    to_ann = x.say(ben, "So do I", reply_to=to_us)
    elsewhere = x.say(ann, f"@{me} look at this", reply_to=theirs)
    quote = x.say(ann, f"@{me} says", quotes=ours)
    other_quote = x.say(ann, f"@{me} should read", quotes=theirs)
    alone = x.say(ann, f"good morning @{me}")
    mention_poller.read()
    assert {one: entry.kind for one, entry in mention_poller.kept.items()} == {
        to_us.id: EntryKind.REPLY,
        to_ann.id: EntryKind.REPLY,
        elsewhere.id: EntryKind.MENTION,
        quote.id: EntryKind.QUOTE,
        other_quote.id: EntryKind.MENTION,
        alone.id: EntryKind.MENTION,
    }
    assert mention_poller.kept[to_ann.id].in_reply_to == to_us.id
    assert mention_poller.kept[to_ann.id].root == ours.id
    assert mention_poller.kept[quote.id].in_reply_to == ours.id
    assert mention_poller.kept[alone.id].root is None


def test_ourselves(x, mention_poller):
    """What we say ourselves is no entry."""
    x.say(x.bot, f"@{x.bot.username} talks to itself")
    mention_poller.read()
    assert mention_poller.kept == {}


def test_edit(x, mention_poller, ann, clock):
    """An edit is heard as a new version of the same entry."""
    said = x.say(ann, f"@{x.bot.username} helo")
    mention_poller.read()
    clock.advance(minutes=10)
    newer = x.edit(said, f"@{x.bot.username} hello")
    mention_poller.read()
    [entry] = mention_poller.kept.values()
    assert (entry.remote_id, entry.version) == (said.id, newer.id)
    assert (entry.at, entry.edited_at) == (NOON, clock.now())
    assert entry.text.endswith("hello")


def test_every_page(x, mention_poller, ann, clock):
    """All of several pages are heard, and after a while the next step asks for nothing known."""
    said = chatter(x, ann, 350)
    assert mention_poller.read() > 4
    assert mention_poller.kept.keys() == {one.id for one in said}
    clock.advance(minutes=5)
    mention_poller.read()
    clock.advance(minutes=5)
    assert mention_poller.step().entries == ()
    assert mention_poller.unheard == []


def test_while_walking(x, mention_poller, ann):
    """What is said in the middle of a walk is heard, too."""
    said = chatter(x, ann, 250)
    assert mention_poller.step().more
    said += chatter(x, ann, 120, "meanwhile")
    mention_poller.read()
    assert mention_poller.kept.keys() == {one.id for one in said}
    assert mention_poller.unheard == []


@pytest.mark.parametrize("steps", [1, 2])
def test_stopped(x, mention_poller, ann, clock, steps):
    """A walk that is stopped goes on hours later where it stood, in a new process."""
    said = chatter(x, ann, 250)
    for _ in range(steps):
        assert mention_poller.step().more
    clock.advance(hours=9)
    said += chatter(x, ann, 30, "later")
    mention_poller.bot = adapter(x, clock)
    mention_poller.read()
    assert mention_poller.kept.keys() == {one.id for one in said}


def test_failing_page(x, mention_poller, ann):
    """A page that fails moves nothing: the same cursor hears it later."""
    said = chatter(x, ann, 250)
    mention_poller.step()
    x.fail(503, path=MENTIONS)
    with pytest.raises(RetryLater):
        mention_poller.step()
    mention_poller.read()
    assert mention_poller.kept.keys() == {one.id for one in said}


def test_resume_refused(x, mention_poller, ann, clock):
    """When X refuses to go on in the middle, the walk begins anew at its top and loses nothing."""
    said = chatter(x, ann, 250)
    mention_poller.step()
    x.fail(400, path=MENTIONS)
    assert not mention_poller.step().more
    clock.advance(minutes=5)
    said += chatter(x, ann, 5, "later")
    mention_poller.read()
    assert mention_poller.kept.keys() == {one.id for one in said}


def test_late_arrival(x, mention_poller, ann, clock):
    """The floor stays below the last minutes, in which X may still show something older."""
    [first] = chatter(x, ann, 1)
    mention_poller.read()
    assert json.loads(mention_poller.cursor)["floor"] < int(first.id)
    clock.advance(minutes=5)
    mention_poller.read()
    assert json.loads(mention_poller.cursor)["floor"] == int(first.id)


@pytest.mark.parametrize(("many", "told"), [(799, False), (801, True)])
def test_too_many(x, mention_poller, ann, many, told):
    """X's silence past 800 mentions is told as a gap, once, and what it shows is heard."""
    said = chatter(x, ann, many)
    mention_poller.read()
    assert mention_poller.kept.keys() == {one.id for one in said[-800:]}
    assert len(mention_poller.unheard) == told
    assert all("newest 800" in gap for gap in mention_poller.unheard)


def test_pushed_out(x, mention_poller, ann, clock):
    """Mentions that newer ones push out of X's sight during a long stop are told as a gap."""
    said = chatter(x, ann, 250)
    mention_poller.step()
    clock.advance(hours=2)
    chatter(x, ann, 780, "flood")
    mention_poller.read()
    assert said[0].id not in mention_poller.kept
    assert mention_poller.unheard


def test_first_time(x, mention_poller, ann, clock):
    """The first time, the last seven days are heard, and nothing older."""
    old = chatter(x, ann, 1, "long ago")
    clock.advance(days=8)
    new = chatter(x, ann, 1, "yesterday")
    clock.advance(days=1)
    mention_poller.read()
    assert mention_poller.kept.keys() == {new[0].id} != {old[0].id}


def test_first_time_after_an_outage(x, mention_poller, ann, clock):
    """Where X answers for the first time days after it was first asked, the seven days before that count."""
    said = chatter(x, ann, 1, "while X did not answer")
    began = clock.now()
    clock.advance(days=9)
    batch = mention_poller.bot.poll(None, began)
    assert [entry.remote_id for entry in batch.entries] == [said[0].id]


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", '{"floor": "x"}', "null"])
def test_broken_cursor(x, mention_poller, ann, cursor):
    """A cursor that cannot be read is one that is not there."""
    said = chatter(x, ann, 1)
    mention_poller.cursor = cursor
    mention_poller.read()
    assert mention_poller.kept.keys() == {said[0].id}


def test_cost(x, mention_poller, ann, clock):
    """What listening is said to cost is what X bills, the account itself and look-ups included."""
    ours = x.say(x.bot, "A tip")
    ben = x.add_user("ben")
    x.say(ben, "So do I", reply_to=x.say(ann, "I disagree", reply_to=ours))
    cost = mention_poller.step().cost
    assert cost == x.billed > 0
    chatter(x, ann, 3)
    assert cost + mention_poller.step().cost == x.billed
    clock.advance(days=1)
    before = x.billed
    assert mention_poller.step().cost == x.billed - before
