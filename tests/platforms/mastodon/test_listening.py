"""Listening to Mastodon, against a real server on loopback: everything once, nothing private."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.errors import RetryLater
from bot.core.model.entry import NOBODY, EntryKind, Visibility
from bot.core.ports.platform import Batch
from tests.platforms.mastodon.samples import NOTICES, notice


def hear_all(bot, cursor=None):
    """Every entry from a cursor on, and the last cursor."""
    entries = []
    while True:
        batch = bot.poll(cursor)
        entries += batch.entries
        cursor = batch.cursor
        if not batch.more:
            return entries, cursor


def test_a_reply_is_heard_with_all_that_the_log_keeps(bot, server):
    """A reply carries its author, handle, text, time, parent and address."""
    root = server.say("tips", "a tip")
    reply = server.say("alice", "@tips I & you <3\n\nnot so", to=root, language="en")
    (entry,), _ = hear_all(bot)
    assert (entry.account, entry.remote_id, entry.kind) == ("masto", reply, EntryKind.REPLY)
    assert entry.text == "@tips I & you <3\n\nnot so"
    assert (entry.author.name, entry.author.handle) == ("Alice", "@alice@mock.local")
    assert (entry.in_reply_to, entry.visibility) == (root, Visibility.PUBLIC)
    assert entry.language == "en"
    assert entry.url == server.read(reply)["url"]
    assert abs(entry.at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_mention_outside_any_thread_is_a_mention(bot, server):
    """Our name in a post that answers nothing is a mention without a parent."""
    server.say("bob", "hello @tips", visibility="unlisted")
    (entry,), _ = hear_all(bot)
    assert (entry.kind, entry.in_reply_to) == (EntryKind.MENTION, None)
    assert entry.visibility is Visibility.UNLISTED


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [("private", Visibility.FOLLOWERS), ("direct", Visibility.DIRECT)],
)
def test_what_was_not_said_to_all_is_heard_without_its_words(bot, server, visibility, expected):
    """Of a private reply neither text nor author nor address ever leaves the adapter."""
    root = server.say("tips", "a tip")
    server.say("alice", "@tips a secret", to=root, visibility=visibility)
    (entry,), _ = hear_all(bot)
    assert (entry.text, entry.html, entry.author, entry.url) == ("", "", NOBODY, None)
    assert (entry.visibility, entry.in_reply_to) == (expected, root)


@pytest.mark.parametrize("visibility", ["local", "mutuals_only", "circle", "", None, 7])
def test_an_unknown_visibility_is_taken_for_a_private_one(bot, server, visibility):
    """What another server invents is kept from all eyes."""
    server.answer(NOTICES, 200, [notice(1, visibility=visibility)])
    (entry,) = bot.poll(None).entries
    assert not entry.is_legible


def test_each_page_follows_the_last_without_gap(bot, server):
    """A hundred replies over several pages are heard, each exactly once, in a few steps."""
    root = server.say("tips", "a tip")
    first = server.say("alice", "@tips 0", to=root)
    (heard,), cursor = hear_all(bot)
    assert heard.remote_id == first
    said = [server.say("bob", f"@tips {number}", to=root) for number in range(1, 100)]
    entries, cursor = hear_all(bot, cursor)
    assert sorted(entry.remote_id for entry in entries) == sorted(said)
    assert hear_all(bot, cursor)[0] == []


def test_replies_during_a_walk_are_heard(bot, server):
    """What is said while pages are being read comes with the next ones."""
    root = server.say("tips", "a tip")
    server.say("alice", "@tips first", to=root)
    _, cursor = hear_all(bot)
    said = {server.say("bob", f"@tips {number}", to=root) for number in range(31)}
    batch = bot.poll(cursor)
    assert batch.more
    said.add(server.say("bob", "@tips one more", to=root))
    rest, _ = hear_all(bot, batch.cursor)
    assert {entry.remote_id for entry in (*batch.entries, *rest)} == said


def test_the_first_listening_hears_what_was_said_before_it(bot, server):
    """Replies to a post that came before the first listening are not lost, over pages either."""
    root = server.say("tips", "a tip")
    said = [server.say("alice", f"@tips {number}", to=root) for number in range(65)]
    entries, _ = hear_all(bot)
    assert sorted(entry.remote_id for entry in entries) == sorted(said)


def test_the_first_listening_after_an_outage(bot, server):
    """The seven days count from when the bot first tried to listen, not from the first answer."""
    now = datetime.now(UTC)
    server.answer(NOTICES, 200, [notice(1, at=now - timedelta(days=9))])
    batch = bot.poll(None, now - timedelta(days=8))
    assert [entry.remote_id for entry in batch.entries] == ["s1"]


def test_the_first_mention_after_a_long_stop(bot, server):
    """The first mention ever is read, however long the bot was stopped after an empty answer."""
    now = datetime.now(UTC)
    server.answer(NOTICES, 200, [])
    silence = bot.poll(None, now - timedelta(days=30))
    server.answer(NOTICES, 200, [notice(1, at=now - timedelta(days=29))])
    batch = bot.poll(silence.cursor)
    assert (silence.entries, [entry.remote_id for entry in batch.entries]) == ((), ["s1"])


def test_the_first_listening_leaves_old_mentions_alone(bot, server):
    """A bot on an account with a past does not answer what was said weeks before it came."""
    now = datetime.now(UTC)
    page = [notice(2, at=now - timedelta(days=6)), notice(1, at=now - timedelta(days=8))]
    server.answer(NOTICES, 200, page)
    batch = bot.poll(None)
    assert [entry.remote_id for entry in batch.entries] == ["s2"]
    assert json.loads(batch.cursor)["after"] == "n2"


def test_more_than_the_first_listening_can_read_is_a_gap_that_is_told(bot, server):
    """What is too much to read is said, not passed over in silence."""
    for last in range(400, 100, -30):
        server.answer(NOTICES, 200, [notice(number) for number in range(last, last - 30, -1)])
    batch = bot.poll(None)
    assert len(batch.entries) == 300
    assert batch.unheard
    assert not batch.more


def test_the_same_page_for_ever_is_a_gap_that_is_told(bot, server):
    """A server that does not go back is not asked for ever, and what it may have kept is told."""
    page = [notice(number) for number in range(30, 0, -1)]
    server.answer(NOTICES, 200, page, times=10)
    batch = bot.poll(None)
    assert batch.unheard
    assert not batch.more


def link(**ids):
    """A Link header to the pages before and after a page."""
    rels = {"max_id": "next", "min_id": "prev"}
    parts = [
        f'<https://mock.local{NOTICES}?{name}={one}>; rel="{rels[name]}"'
        for name, one in ids.items()
    ]
    return {"Link": ", ".join(parts)}


def test_a_page_that_is_empty_is_passed_over(bot, server):
    """Servers count what they do not show: only an empty page that leads nowhere is the end."""
    server.answer(NOTICES, 200, [notice(1)])
    cursor = bot.poll(None).cursor
    server.answer(NOTICES, 200, [], headers=link(max_id="n2", min_id="n31"))
    blank = bot.poll(cursor)
    assert (blank.entries, blank.more) == ((), True)
    assert json.loads(blank.cursor)["after"] == "n31"
    server.answer(NOTICES, 200, [], headers=link(max_id="n31", min_id="n31"))
    assert not bot.poll(blank.cursor).more


def test_the_first_listening_passes_over_an_empty_page(bot, server):
    """What lies behind a page of which nothing is shown is heard from the beginning."""
    server.answer(NOTICES, 200, [], headers=link(max_id="n9", min_id="n38"))
    server.answer(NOTICES, 200, [notice(8)])
    assert [entry.remote_id for entry in bot.poll(None).entries] == ["s8"]


@pytest.mark.parametrize(
    "header", ["nonsense", "<>; rel=prev", '<http://[>; rel="prev"', ", ,", ";"]
)
def test_a_link_header_that_is_none_leads_nowhere(bot, server, header):
    """Whatever a server writes into the header of an empty page, the cursor stays."""
    server.answer(NOTICES, 200, [notice(1)])
    cursor = bot.poll(None).cursor
    server.answer(NOTICES, 200, [], headers={"Link": header})
    assert bot.poll(cursor) == Batch(cursor=cursor)


def test_before_anything_was_said_the_first_listening_stays_the_first(bot, server):
    """An account without notifications loses nothing when the first one comes."""
    first = bot.poll(None)
    assert (first.entries, first.more) == ((), False)
    server.say("alice", "hello @tips")
    assert len(bot.poll(first.cursor).entries) == 1


def test_a_cursor_of_another_server_or_account_is_not_believed(bot, server):
    """After a move the bot listens anew instead of waiting above every id that will ever come."""
    server.say("alice", "hello @tips")
    _, cursor = hear_all(bot)
    known = json.loads(cursor)
    for change in ({"server": "https://old.example"}, {"me": "1"}):
        moved = json.dumps(known | change | {"after": "9" * 18})
        assert len(bot.poll(moved).entries) == 1


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", "null", '{"after": 7}'])
def test_a_broken_cursor_listens_anew(bot, server, cursor):
    """A cursor that cannot be read loses nothing: entries are unique where they are kept."""
    server.say("alice", "hello @tips")
    assert len(bot.poll(cursor).entries) == 1


def test_ids_are_opaque(bot, server):
    """Ids in letters are handed back as they came, and the newest is told by its time."""
    now = datetime.now(UTC)
    upside_down = [notice("01HZZ", at=now - timedelta(minutes=1)), notice("01HAA", at=now)]
    server.answer(NOTICES, 200, upside_down)
    assert json.loads(bot.poll(None).cursor)["after"] == "n01HAA"


def test_a_server_that_ignores_the_cursor_does_not_keep_us_busy(bot, server):
    """A full page that leads nowhere is the end of the walk, not the start of an endless one."""
    page = [notice(number) for number in range(30, 0, -1)]
    server.answer(NOTICES, 200, page, times=12)
    cursor = bot.poll(None).cursor
    assert not bot.poll(cursor).more


def test_a_deleted_reply_leaves_nothing_to_trip_over(bot, server):
    """A notification whose status is gone is passed over, and the walk goes on behind it."""
    server.answer(NOTICES, 200, [notice(2), notice(1) | {"status": None}])
    batch = bot.poll(None)
    assert [entry.remote_id for entry in batch.entries] == ["s2"]


def test_nonsense_among_notifications_is_passed_over(bot, server):
    """One unreadable notification costs no other, and no crash."""
    odd = [notice(5), 7, None, {}, notice(4, account=None), notice(3, id=None), {"id": []}]
    made = notice(2, created_at="yesterday", edited_at=[], url="javascript:x", language=[])
    server.answer(NOTICES, 200, [*odd, made])
    entries = {entry.remote_id: entry for entry in bot.poll(None).entries}
    assert set(entries) == {"s5", "s2"}
    assert (entries["s2"].url, entries["s2"].language) == (None, None)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://far.example/\x1b]0;owned\x07", False),
        ("https://far.example/\u202egpj.exe", False),
        ("https://far.example/\x9b31m", False),
        ("https://far.example/a b", False),
        ("https://far.example/\nPosted.", False),
        ("https://far.example/@zed/größe/日本", True),
        ("HTTPS://far.example/@zed?a=%1b", True),
    ],
)
def test_an_address_is_one_on_a_terminal_too(bot, server, address, kept):
    """An address with a control character, an invisible one or a blank in it is none."""
    author = {"id": "9", "acct": "zed@far.example", "display_name": "Zed", "url": address}
    server.answer(NOTICES, 200, [notice(1, url=address, account=author)])
    (entry,) = bot.poll(None).entries
    assert (entry.url, entry.author.url) == ((address, address) if kept else (None, None))


@pytest.mark.parametrize("body", [{}, {"error": "odd"}, "none"], ids=str)
def test_an_answer_that_is_no_list_is_no_silence(bot, server, body):
    """A server that answers nonsense is an error to be shown, not a network where nobody speaks."""
    server.answer(NOTICES, 200, body)
    with pytest.raises(RetryLater):
        bot.poll(None)


def test_our_own_posts_are_not_heard(bot, server):
    """The bot does not listen to itself."""
    me = server.posts()  # asks who we are; there is nothing yet
    assert me == []
    mine = server.say("tips", "a tip for @alice")
    whole = server.read(mine)
    own = notice(1, id=mine, account=whole["account"])
    server.answer(NOTICES, 200, [own, notice(2)])
    assert [entry.remote_id for entry in bot.poll(None).entries] == ["s2"]


@pytest.mark.parametrize("kind", ["poll", "status", "favourite", "reblog", "update"])
def test_a_notification_of_another_kind_is_no_mention(bot, server, kind):
    """A server that does not filter by type makes nobody speak who did not."""
    server.answer(NOTICES, 200, [notice(1, kind=kind)])
    assert bot.poll(None).entries == ()


def test_a_quote_is_heard_under_what_it_quotes(bot, server):
    """Where the server tells of quotes, one belongs to the post that it quotes."""
    quoting = notice(1, kind="quote", quote={"state": "accepted", "quoted_status": {"id": "s0"}})
    server.answer(NOTICES, 200, [quoting])
    (entry,) = bot.poll(None).entries
    assert (entry.kind, entry.in_reply_to) == (EntryKind.QUOTE, "s0")


def test_an_edit_heard_again_has_another_version(bot, server):
    """The same entry after an edit says so, and keeps its id."""
    reply = server.say("alice", "hello @tips")
    (before,), _ = hear_all(bot)
    server.edit("alice", reply, "hello again @tips")
    (after,), _ = hear_all(bot)
    assert (before.remote_id, before.version, before.edited_at) == (reply, "", None)
    assert (after.remote_id, after.text) == (reply, "hello again @tips")
    assert after.version
    assert after.edited_at


def test_threads_listen_beside_each_other(bot, server):
    """One adapter serves several threads at once, and each gets its own whole answer."""
    root = server.say("tips", "a tip")
    said = {server.say("alice", f"@tips {number}", to=root) for number in range(5)}
    heard = []

    def listen():
        heard.append({entry.remote_id for entry in bot.poll(None).entries})

    threads = [threading.Thread(target=listen) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == [said] * 4
