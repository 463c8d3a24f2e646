"""Listening: notifications back to what is known, with an overlap; threads; rechecks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.errors import Refused, RetryLater
from bot.core.model.entry import EntryKind, OptOut
from bot.platforms.bluesky.listening.threads import DEPTH, MOST_TREES, read_below
from tests.contract.reader import Reader
from tests.platforms.bluesky.samples import NOON, POST, adapter


@pytest.fixture
def reader(bot, tip):
    """A reader that has read everything so far."""
    reader = Reader(bot)
    reader.listen()
    return reader


def test_reply(server, ann, tip, reader):
    """A reply has its author with a lasting address, its place, language and address."""
    said = server.say(ann, "Stimmt das?", reply_to=tip, langs=["de", "en"])
    (entry,) = reader.listen()
    key = said.rpartition("/")[2]
    assert (entry.kind, entry.in_reply_to, entry.root) == (EntryKind.REPLY, tip, tip)
    assert (entry.author.handle, entry.author.key) == ("@ann.test", ann.did)
    assert entry.author.url == f"https://bsky.app/profile/{ann.did}"
    assert entry.url == f"https://bsky.app/profile/{ann.did}/post/{key}"
    assert (entry.at, entry.language, entry.version) == (NOON, "de", "")


def test_reply_of_a_stranger(server, ann, tip, reader):
    """A reply of somebody whom the account does not follow is read, whatever its settings."""
    server.bot.hears_followed_only = True
    server.say(ann, "Is it?", reply_to=tip)
    assert len(reader.listen()) == 1


def test_quote(server, ann, tip, reader):
    """A quote belongs to the post that it quotes."""
    said = server.say(ann, "Look at this.", quotes=tip)
    (entry,) = reader.listen()
    assert (entry.remote_id, entry.kind, entry.in_reply_to) == (said, EntryKind.QUOTE, tip)


def test_reply_that_mentions(server, ann, tip, reader):
    """A reply that mentions the bot as well is one reply."""
    said = server.say(ann, "@tips.test Is it?", reply_to=tip)
    (entry,) = reader.listen()
    assert (entry.remote_id, entry.kind) == (said, EntryKind.REPLY)


def test_mention_without_facet(server, ann, reader):
    """A mention that its app did not mark is none on the network."""
    server.say(ann, "@tips.test Good morning!", mentions=False)
    assert reader.listen() == []


def test_first_time_after_an_outage(server, ann, tip, bot, clock):
    """Where it answers for the first time days after it was first asked, the days before that count."""
    began = clock.now()
    said = server.say(ann, "Is it?", reply_to=tip)
    clock.advance(timedelta(days=9))
    assert [one.remote_id for one in bot.poll(None, began).entries] == [said]


def test_first_reply_after_a_long_stop(server, ann, tip, reader, clock):
    """The first reply ever is read, however long the bot was stopped after it had found none."""
    said = server.say(ann, "Is it?", reply_to=tip)
    clock.advance(timedelta(days=9))
    assert [one.remote_id for one in reader.listen()] == [said]
    assert reader.listen() == []


@pytest.mark.parametrize("hours", [1, 47])
def test_backdated(server, ann, tip, reader, clock, hours):
    """A reply that sorts below what is known is read, however many are above it."""
    clock.advance(timedelta(days=3))
    known = [server.say(ann, f"Reply {number}.", reply_to=tip) for number in range(120)]
    assert len(reader.listen()) == len(known)
    late = server.say(ann, "Late.", reply_to=tip, at=clock.now() - timedelta(hours=hours))
    assert [one.remote_id for one in reader.listen()] == [late]
    assert reader.listen() == []


def test_silence_is_cheap(server, ann, tip, bot, reader):
    """Where nothing is new, a poll is two requests, has no entries, and leaves the cursor alone."""
    server.say(ann, "Is it?", reply_to=tip)
    reader.listen()
    before = len(server.requests)
    batch = bot.poll(reader.cursor)
    assert (batch.entries, batch.cursor, batch.more) == ((), reader.cursor, False)
    assert len(server.requests) == before + 2


def test_many_steps(server, ann, tip, bot, reader, clock):
    """More than one poll can read are read in several, with what is said meanwhile."""
    said = [server.say(ann, f"Reply {number}.", reply_to=tip) for number in range(1150)]
    assert reader.step()
    clock.advance(timedelta(minutes=1))
    said.append(server.say(ann, "Meanwhile.", reply_to=tip))
    reader.listen()
    reader.listen()
    assert sorted(reader.heard) == sorted(said)


def test_page_unknown(server, ann, tip, reader):
    """Where the network does not know a page any more, the walk begins anew and loses nothing."""
    said = [server.say(ann, f"Reply {number}.", reply_to=tip) for number in range(520)]
    assert reader.step()
    server.fail(400, "listNotifications", "InvalidRequest")
    reader.listen()
    assert sorted(reader.heard) == sorted(said)


def test_deleted_within_the_overlap(server, ann, tip, reader):
    """A deletion among what is known loses nothing that comes with it."""
    first = server.say(ann, "I regret this.", reply_to=tip)
    reader.listen()
    server.delete(first)
    second = server.say(ann, "This stays.", reply_to=tip)
    assert [one.remote_id for one in reader.listen()] == [second]


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", '{"me": "did:plc:other", "known": "x"}'])
def test_odd_cursor(server, bot, ann, tip, cursor):
    """A cursor of another account or form begins anew."""
    said = server.say(ann, "Is it?", reply_to=tip)
    assert [one.remote_id for one in bot.poll(cursor).entries] == [said]


def test_likes_are_no_words(server, bot, ann, tip):
    """Only replies, mentions and quotes are asked for."""
    bot.poll(None)
    (asked,) = server.asked("listNotifications")
    assert [value for name, value in asked.query if name == "reasons"] == [
        "reply",
        "mention",
        "quote",
    ]


@pytest.mark.parametrize(
    ("description", "labels", "wishes"),
    [
        ("I like tips.", [], frozenset()),
        ("Please #nobot", [], {OptOut.NO_BOT}),
        ("#NoLog and #nobot", [], {OptOut.NO_BOT, OptOut.NO_LOG}),
        ("I am one.", ["bot"], {OptOut.NO_BOT}),
    ],
)
def test_opt_outs(server, bot, tip, description, labels, wishes):
    """Opt-outs in a description, and being a bot, are noticed wherever somebody is read."""
    person = server.add_person("eve.test", "Eve", description)
    person.self_labels = labels
    said = server.say(person, "Is it?", reply_to=tip)
    for entries in (
        bot.poll(None).entries,
        bot.read_thread(tip, None).entries,
        bot.check([said]).entries,
    ):
        assert [one.author.wishes for one in entries] == [wishes]


def test_same_entry_everywhere(server, bot, ann, tip):
    """A reply is the same entry as a notification, in its thread and at a recheck."""
    said = server.say(ann, "Is it? https://a.example", reply_to=tip, at=NOON - timedelta(hours=5))
    (heard,) = bot.poll(None).entries
    assert bot.read_thread(tip, None).entries == (heard,) == bot.check([said]).entries


@pytest.mark.parametrize("at", [NOON + timedelta(days=400), NOON - timedelta(days=9000)])
def test_odd_times(server, bot, ann, tip, at):
    """A time in the future, or before there was Bluesky, is replaced by when it was seen."""
    server.say(ann, "Is it?", reply_to=tip, at=at)
    (entry,) = bot.read_thread(tip, None).entries
    assert entry.at == NOON


def test_deep_thread(server, bot, ann, tip):
    """A thread that is deeper than one answer shows is read to its end."""
    said = [tip]
    for number in range(DEPTH + 20):
        said.append(server.say(ann, f"Reply {number}.", reply_to=said[-1]))
    entries = bot.read_thread(tip, None).entries
    assert [one.remote_id for one in entries] == said[1:]
    assert all(one.root == tip for one in entries)


def test_deletion_in_a_thread(server, bot, ann, tip):
    """A deleted reply is not among those below a post, and what is there is told again."""
    first, second = (server.say(ann, text, reply_to=tip) for text in ("One.", "Two."))
    cursor = bot.read_thread(tip, None).cursor
    assert bot.read_thread(tip, cursor).entries == ()
    server.delete(first)
    assert [one.remote_id for one in bot.read_thread(tip, cursor).entries] == [second]


def test_not_indexed_yet(server, bot):
    """A post that the network does not show yet is not taken for one that is gone."""
    server.lag(lags=True)
    name = bot.publish(POST).remote_id
    with pytest.raises(RetryLater, match="does not show the post"):
        bot.read_thread(name, None)
    server.lag(lags=False)
    assert bot.read_thread(name, None).entries == ()
    server.delete(name)
    with pytest.raises(Refused):
        bot.read_thread(name, None)


def test_question_refused(server, bot, tip):
    """A refused question is no proof that the post is gone."""
    server.fail(400, "getPostThread", "InvalidRequest")
    with pytest.raises(RetryLater):
        bot.read_thread(tip, None)


def test_gone_only_if_it_knows_us(server, bot, ann, tip):
    """A network that has lost our account, too, is not believed that a reply is gone."""
    said = server.say(ann, "Is it?", reply_to=tip)
    server.fail(200, "getPosts", body='{"posts": []}')
    server.fail(200, "getProfiles", body='{"profiles": []}')
    with pytest.raises(RetryLater, match="own profile"):
        bot.check([said])
    assert bot.check([said]).gone == frozenset()
    server.delete(said)
    assert bot.check([said]).gone == {said}


def test_many_checks(server, bot, ann, tip):
    """Thirty entries are more than a server shows at once; what is no post cannot be checked."""
    said = [server.say(ann, f"Reply {number}.", reply_to=tip) for number in range(30)]
    server.delete(said[-1])
    found = bot.check([*said, "17"])
    assert [one.remote_id for one in found.entries] == said[:-1]
    assert (found.gone, found.failed) == ({said[-1]}, {"17"})


@pytest.mark.parametrize("method", ["listNotifications", "getPosts", "getProfiles"])
@pytest.mark.parametrize("body", ["{}", "[]", '{"posts": 1, "profiles": 1, "notifications": {}}'])
def test_odd_answers(server, bot, ann, tip, method, body):
    """An answer without its list moves no cursor and ends no entry."""
    said = server.say(ann, "Look.", quotes=tip)
    server.fail(200, method, body=body, left=9)
    call = bot.poll if method == "listNotifications" else bot.check
    with pytest.raises(RetryLater):
        call([said] if method != "listNotifications" else None)


def test_odd_entries(server, bot, tip):
    """Notifications of any form are passed over, and the good one beside them is read."""
    odd = '{"uri": 1}, {"uri": "at://x", "reason": "reply", "author": {"did": 5}}, 7, null'
    good = (
        '{"uri": "at://did:plc:a/app.bsky.feed.post/1", "reason": "reply", "record": {"text": 5},'
        ' "author": {"did": "did:plc:a"}, "indexedAt": "soon", "labels": "none"}'
    )
    server.fail(200, "listNotifications", body=f'{{"notifications": [{odd}, {good}]}}')
    (entry,) = bot.poll(None).entries
    assert (entry.text, entry.at, entry.author.called) == ("", NOON, "")


def test_other_bot(server, clock, bot, tip, ann):
    """Two adapters for one account read the same."""
    server.say(ann, "Is it?", reply_to=tip)
    assert adapter(server, clock).poll(None).entries == bot.poll(None).entries


def test_by_hand(server, bot, ann, tip):
    """What the account says in the app stands in its thread as the bot's own."""
    said = server.say(ann, "Is it?", reply_to=tip)
    by_hand = server.say(server.bot, "It is.", reply_to=said)
    entries = {one.remote_id: one for one in bot.read_thread(tip, None).entries}
    assert (entries[by_hand].ours, entries[by_hand].author.handle) == (True, "")
    assert replace(entries[said], checked_at=None).ours is False


def test_endless_thread(bot, tip):
    """A thread without an end is read as far as one call may."""
    asked = []

    def ask(uri, depth):
        asked.append(uri)
        node: dict[str, object] = {"post": {"uri": f"{uri}+", "replyCount": 1}}
        for _ in range(depth):
            node = {"post": {"uri": f"{uri}{len(asked)}", "replyCount": 1}, "replies": [node]}
        return {"thread": node}

    found = read_below(ask, tip)
    assert len(asked) == MOST_TREES
    assert found is not None
    assert len(found.views) == 2 * MOST_TREES - 1 + 1
