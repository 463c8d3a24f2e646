"""Mentions, conversations and known entries on Threads, to the last page and as people want it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.errors import Refused, RetryLater
from bot.core.model.entry import NOBODY, EntryKind, Visibility
from tests.contract.reader import Reader
from tests.platforms.threads.samples import POST, failing, prepared
from tests.servers.threads import Trouble

HOUR = timedelta(hours=1)


@pytest.fixture
def reader(bot, tip):
    """A reader that has read everything so far."""
    found = Reader(bot)
    found.listen()
    return found


def below(bot, tip, cursor=None):
    """The entries below the tip, and the cursor after them."""
    batch = bot.read_thread(tip, cursor)
    assert not batch.more
    return {one.remote_id: one for one in batch.entries}, batch.cursor


def test_reply(server, bot, ann, tip):
    """A reply has its author, its time with its zone, its address and its place."""
    said = server.say(ann, "Is it?", reply_to=tip)
    more = server.say(server.add_person("bob"), "It is.", reply_to=said)
    entries, _ = below(bot, tip)
    one = entries[said]
    assert (one.author.name, one.author.handle, one.author.key) == ("ann", "@ann", "ann")
    assert one.author.url == "https://www.threads.com/@ann"
    assert one.at == datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    assert (one.url, one.kind) == (server.get(said).permalink, EntryKind.REPLY)
    assert (one.in_reply_to, one.root) == (tip, tip)
    assert (entries[more].in_reply_to, entries[more].root) == (said, tip)


@pytest.mark.parametrize(
    ("status", "is_shown"),
    [
        ("NOT_HUSHED", True),
        ("UNHUSHED", True),
        ("HIDDEN", False),
        ("COVERED", False),
        ("BLOCKED", False),
        ("RESTRICTED", False),
        ("SOMETHING_NEW", False),
    ],
)
def test_hidden_replies(server, bot, ann, tip, status, is_shown):
    """What is hidden on Threads has neither words nor author here, now and when it is checked."""
    said = server.say(ann, "Is it?", reply_to=tip, hide_status=status)
    server.network.reading.has_advanced_access = True
    for one in (below(bot, tip)[0][said], *bot.check([said]).entries):
        assert (one.text, one.author != NOBODY, one.url is not None) == (
            "Is it?" if is_shown else "",
            is_shown,
            is_shown,
        )


def test_hidden_later(server, bot, ann, tip):
    """A reply that is hidden after it was read is read again, without its words."""
    said = server.say(ann, "Is it?", reply_to=tip)
    _, cursor = below(bot, tip)
    server.get(said).hide_status = "HIDDEN"
    entries, cursor = below(bot, tip, cursor)
    assert (entries[said].text, entries[said].visibility) == ("", Visibility.FOLLOWERS)
    assert below(bot, tip, cursor)[0] == {}


def test_private_people(server, bot, tip):
    """Of somebody whose profile is private nothing is kept but the place of the words."""
    quiet = server.add_person("quiet", is_private=True)
    said = server.say(quiet, "@tips Between us.", reply_to=tip)
    assert Reader(bot).listen() == []
    (one,) = below(bot, tip)[0].values()
    assert (one.remote_id, one.text, one.author, one.url) == (said, "", NOBODY, None)
    assert one.visibility is Visibility.FOLLOWERS


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("IMAGE", "[Picture]"), ("VIDEO", "[Video]"), ("AUDIO", "[Audio]"), ("TEXT_POST", "")],
)
def test_attachments(server, bot, ann, tip, kind, shown):
    """A picture without words is told as a picture."""
    server.say(ann, "", reply_to=tip, kind=kind)
    (one,) = below(bot, tip)[0].values()
    assert one.text == shown


def test_first_time_after_an_outage(server, ann, bot, clock):
    """Where it answers for the first time days after it was first asked, the days before that count."""
    began = clock.now()
    said = server.say(ann, "Hello @tips")
    clock.advance(9 * 24 * HOUR)
    assert [one.remote_id for one in bot.poll(None, began).entries] == [said]


def test_first_mention_after_a_long_stop(server, ann, bot, reader, clock):
    """The first mention ever is read, however long the bot was stopped after it had found none."""
    said = server.say(ann, "Hello @tips")
    clock.advance(9 * 24 * HOUR)
    assert [one.remote_id for one in reader.listen()] == [said]
    assert reader.listen() == []


@pytest.mark.parametrize("page", [1, 7, 25])
def test_long_conversation(server, bot, ann, tip, page):
    """A conversation is read to its last page, however few replies a page has."""
    server.network.reading.page = page
    said = {server.say(ann, f"Reply {number}.", reply_to=tip) for number in range(60)}
    assert below(bot, tip)[0].keys() == said


def test_gone_post(server, bot, tip):
    """Below a post that is gone there is nothing; a question that is refused is asked again."""
    server.fail(400, "conversation", 100)
    with failing() as caught:
        bot.read_thread(tip, None)
    assert type(caught.value) is RetryLater
    server.delete(tip)
    with failing() as caught:
        bot.read_thread(tip, None)
    assert type(caught.value) is Refused


def test_without_the_permission_for_mentions(server, bot, tip, ann):
    """Without the permission for mentions none are read, and replies are read all the same."""
    server.network.tokens.scopes.discard("threads_manage_mentions")
    said = server.say(ann, "@tips Is it?", reply_to=tip)
    assert Reader(bot).listen() == []
    assert said in below(bot, tip)[0]


def test_late_mention(server, ann, reader, clock):
    """A mention that is listed below the newest is read, up to two days late."""
    server.say(ann, "@tips First.")
    reader.listen()
    clock.advance(47 * HOUR)
    server.say(ann, "@tips Second.")
    reader.listen()
    late = server.say(ann, "@tips Late.", at=clock.now() - 46 * HOUR)
    assert [one.remote_id for one in reader.listen()] == [late]


def test_silence(server, bot, ann, tip, reader):
    """Where nothing changed nothing is given, for two requests."""
    server.say(ann, "@tips First.")
    reader.listen()
    before = len(server.requests)
    batch = bot.poll(reader.cursor)
    assert (batch.entries, batch.more, len(server.requests) - before) == ((), False, 3)


@pytest.mark.parametrize("page", [1, 2, 100])
def test_many_mentions(server, bot, ann, reader, page, clock):
    """However many there are, and however few a page has, each is read."""
    server.network.reading.page = page
    said = []
    for number in range(30):
        clock.advance(timedelta(minutes=1))
        said.append(server.say(ann, f"@tips {number}"))
    clock.advance(timedelta(minutes=1))
    assert sorted(one.remote_id for one in reader.listen()) == sorted(said)


def test_page_unknown(server, ann, reader):
    """Where the server does not know a page any more, the walk begins again."""
    server.network.reading.page = 1
    said = [server.say(ann, f"@tips {number}") for number in range(8)]
    assert reader.step()
    cursor = reader.cursor.replace('"page": "', '"page": "X')
    reader.cursor = cursor
    reader.listen()
    assert set(said) <= reader.heard.keys()


@pytest.mark.parametrize("cursor", ["", "nonsense", "{}", '{"me": "another", "known": "2026"}'])
def test_odd_cursor(server, bot, ann, tip, cursor):
    """A cursor that cannot be read, or of another account, is none."""
    said = server.say(ann, "@tips Is it?")
    assert [one.remote_id for one in bot.poll(cursor).entries] == [said]


def test_mention_elsewhere(server, ann, reader):
    """A mention in somebody's thread knows its place; one that begins a thread has none."""
    first = server.say(ann, "What do you think?")
    reply = server.say(server.add_person("bob"), "Ask @tips about it.", reply_to=first)
    alone = server.say(ann, "Good morning, @tips")
    heard = {one.remote_id: one for one in reader.listen()}
    assert (heard[reply].kind, heard[reply].in_reply_to) == (EntryKind.REPLY, first)
    assert (heard[alone].kind, heard[alone].in_reply_to) == (EntryKind.MENTION, None)


@pytest.mark.parametrize("has_advanced_access", [False, True])
def test_deletions(server, bot, ann, tip, has_advanced_access):
    """Exactly what was deleted is gone, also where an app may not see others' posts by their ids."""
    server.network.reading.has_advanced_access = has_advanced_access
    other = bot.publish(prepared(bot, replace(POST, key="2", text="Another."))).remote_id
    said = [server.say(ann, f"Reply {number}.", reply_to=tip) for number in range(4)]
    said += [server.say(ann, "Elsewhere.", reply_to=other)]
    server.delete(said[1])
    found = bot.check([*said, "nonsense"])
    assert {one.remote_id for one in found.entries} == set(said) - {said[1]}
    assert (found.gone, found.failed) == ({said[1]}, {"nonsense"})


def test_no_more_is_read_than_is_needed(server, bot, ann, tip):
    """Conversations are read only below posts with replies, and only until all are found."""
    said = server.say(ann, "Is it?", reply_to=tip)
    late = bot.publish(prepared(bot, replace(POST, key="2", text="Another."))).remote_id
    last = bot.publish(prepared(bot, replace(POST, key="3", text="A third."))).remote_id
    newer = server.say(ann, "Is that so?", reply_to=late)
    bot.check([newer])
    read = {one.path.split("/")[2] for one in server.asked("conversation")}
    assert read == {late}
    bot.check([said])
    assert last not in [one.path.split("/")[2] for one in server.asked("conversation")]


@pytest.mark.parametrize("path", ["/me/threads", "conversation"])
@pytest.mark.parametrize("fault", [Trouble.DROP, 500])
def test_nothing_is_gone_unless_all_was_seen(server, bot, ann, tip, path, fault):
    """Where a conversation cannot be read nothing counts as deleted."""
    said = server.say(ann, "Is it?", reply_to=tip)
    server.delete(said)
    server.say(ann, "Still here.", reply_to=tip)
    server.fail(fault, path)
    assert bot.check([said]).gone == frozenset()
    assert bot.check([said]).gone == {said}


def test_nothing_is_gone_from_an_empty_account(server, bot, ann, tip):
    """A network that has lost its data is not believed."""
    said = server.say(ann, "Is it?", reply_to=tip)
    server.network.posting.media.clear()
    found = bot.check([said])
    assert (found.entries, found.gone) == ((), frozenset())


@pytest.mark.parametrize("path", ["/me", "mentions", "conversation"])
@pytest.mark.parametrize("body", ["{}", '{"data": 1}', '{"data": [1, {}, {"id": 5}]}'])
def test_odd_answers(server, bot, tip, path, body):
    """Answers of another form break nothing, and lose nothing."""
    server.fail(200, path, body=body)
    for call in (lambda: bot.poll(None), lambda: bot.read_thread(tip, None)):
        try:
            assert call().entries == ()
        except RetryLater:
            continue
