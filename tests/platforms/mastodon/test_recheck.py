"""Looking again at Mastodon and GoToSocial, against real servers on loopback."""

from datetime import UTC, datetime

import pytest

from bot.core.errors import PlatformError, Refused, RetryLater
from bot.core.model.entry import OptOut
from bot.outbound.session import LARGEST
from bot.platforms.mastodon.recheck import MANY, ONE_BY_ONE
from tests.platforms.mastodon.samples import STATUSES, adapter
from tests.servers.mastodon import GOTOSOCIAL, mastodon_server
from tests.servers.proxy import proxy


@pytest.fixture(scope="module")
def running():
    """A Mastodon server, a GoToSocial one, and a line to each."""
    with (
        mastodon_server() as one,
        mastodon_server(version=GOTOSOCIAL, streams=False) as other,
        proxy(one.url) as to_one,
        proxy(other.url) as to_other,
    ):
        yield {"mastodon": (one, to_one), "gotosocial": (other, to_other)}


@pytest.fixture(params=["mastodon", "gotosocial"])
def place(running, request):
    """One of them in turn, with nothing said yet, and the line to it."""
    server, line = running[request.param]
    server.reset()
    line.seen.clear()
    return server, line


@pytest.fixture
def server(place):
    """The server."""
    return place[0]


@pytest.fixture
def bot(place, clock):
    """The adapter."""
    server, line = place
    return adapter(line.url, server.token, clock)


@pytest.fixture
def asked(place):
    """The paths of what was asked."""
    return lambda: [seen.path.partition("?")[0] for seen in place[1].seen]


def say(server, number):
    """So many replies to a tip; their ids."""
    root = server.say("tips", "a tip")
    return [server.say("alice", f"@tips {one}", to=root) for one in range(number)]


def test_many_at_once_or_one_by_one(bot, server, asked):
    """Where the server can, many are asked for at once; elsewhere a few, each by itself."""
    said = say(server, MANY + 1)
    found = bot.check(said)
    alone = [path for path in asked() if path.startswith(f"{STATUSES}/")]
    together = [path for path in asked() if path == STATUSES]
    if bot.learn().network == "Mastodon":
        assert (len(together), alone, len(found.entries)) == (2, [], len(said))
    else:
        assert (together, len(alone), len(found.entries)) == ([], ONE_BY_ONE, ONE_BY_ONE)
    assert found.gone == frozenset()


def test_gone_and_edited(bot, server):
    """A deletion and an edit are told by every kind of server."""
    first, second, third = say(server, 3)
    server.delete("alice", first)
    server.edit("alice", second, "@tips on second thoughts")
    found = bot.check([first, second, third])
    assert found.gone == {first}
    entries = {entry.remote_id: entry for entry in found.entries}
    assert entries[second].text == "@tips on second thoughts"
    assert entries[third].edited_at is None


def test_a_list_that_is_empty_proves_nothing(bot, server):
    """A server that shows none of them at once makes none seem to be gone: each is asked for."""
    said = say(server, 3)
    server.answer(STATUSES, 200, [], methods=["GET"])
    found = bot.check(said)
    assert {entry.remote_id for entry in found.entries} == set(said)
    assert found.gone == frozenset()


@pytest.mark.parametrize("body", [{}, {"error": "odd"}, "none"], ids=str)
def test_nonsense_proves_nothing(bot, server, body):
    """An answer that is no status is neither there nor gone."""
    (said,) = say(server, 1)
    server.answer(STATUSES, 200, [], methods=["GET"])
    server.answer(f"{STATUSES}/{said}", 200, body)
    try:
        found = bot.check([said])
    except PlatformError:
        return
    assert (found.entries, found.gone) == ((), frozenset())


@pytest.mark.parametrize("status", [400, 403, 422, 429, 500, 502, 503])
def test_a_failure_erases_nothing(bot, server, status):
    """Only `gone` means gone: any other answer is an error, and what was said stays."""
    (said,) = say(server, 1)
    server.answer(STATUSES, 200, [], methods=["GET"])
    server.answer(f"{STATUSES}/{said}", status, {"error": "no"})
    with pytest.raises(PlatformError):
        bot.check([said])


def test_one_that_cannot_be_shown_stops_no_other(bot, server):
    """A server that fails at one status for good does not keep us from following the others."""
    said = say(server, 3)
    server.answer(STATUSES, 200, [])
    server.answer(f"{STATUSES}/{said[0]}", 500)
    found = bot.check(said)
    assert (found.failed, found.gone) == ({said[0]}, frozenset())
    assert [entry.remote_id for entry in found.entries] == said[1:]


def test_a_server_that_can_show_nothing_is_in_trouble(bot, server):
    """Where it fails at all of them, nothing is known of any."""
    said = say(server, 3)
    server.answer(STATUSES, 200, [])
    server.answer(f"{STATUSES}/*", 503, times=3)
    with pytest.raises(RetryLater, match="answers 503"):
        bot.check(said)


def test_a_thread_without_end_is_told_once(bot, server):
    """What is more than we can hold is not read, and that is said: once, as long as it is so."""
    root = server.say("tips", "a tip")
    much = {"ancestors": [], "descendants": [{"content": "x" * LARGEST}]}
    server.answer(f"{STATUSES}/{root}/context", 200, much, times=2)
    first = bot.read_thread(root, None)
    assert (first.entries, first.more) == ((), False)
    assert f"below the post {root}" in first.unheard[0]
    assert bot.read_thread(root, first.cursor).unheard == ()
    server.say("alice", "at last", to=root)
    assert len(bot.read_thread(root, first.cursor).entries) == 1


def test_a_server_that_has_lost_its_way_erases_nothing(bot, server):
    """Where everything is gone, the account included, it is the server that is gone."""
    said = say(server, 2)
    bot.check(said)
    server.answer("*", 404, {"error": "The page you were looking for doesn't exist"}, times=9)
    with pytest.raises(PlatformError):
        bot.check(said)


def test_a_server_that_takes_us_for_somebody_else_erases_nothing(bot, server):
    """What one account cannot see may be there for another: it is not gone for that."""
    said = say(server, 1)
    bot.check(said)
    server.delete("alice", said[0])
    server.answer("/api/v1/accounts/verify_credentials", 200, {"id": "987654321"})
    with pytest.raises(PlatformError):
        bot.check(said)


def test_of_a_post_that_is_gone_it_is_said(bot, server):
    """Only `gone` ends the reading below a post; a refusal of another kind is tried again."""
    root = server.say("tips", "a tip")
    context = f"{STATUSES}/{root}/context"
    for status in (400, 403, 422, 500):
        server.answer(context, status, {"error": "no"})
        with pytest.raises(RetryLater):
            bot.read_thread(root, None)
    server.answer(context, 200, {"ancestors": []})
    with pytest.raises(RetryLater):
        bot.read_thread(root, None)
    server.delete("tips", root)
    with pytest.raises(Refused):
        bot.read_thread(root, None)


def test_what_is_above_an_entry_is_told(bot, server):
    """Where an answer stands can be asked, the begin of its conversation first."""
    root = server.say("tips", "a tip")
    first = server.say("alice", "why?", to=root)
    second = server.say("bob", "@tips because", to=first)
    assert bot.ancestors(second) == [root, first]
    assert bot.ancestors(root) == []


@pytest.mark.parametrize(
    "above", [None, "no list", {}, [None, "x"], [{}, {"id": None}, {"id": ""}], [{"id": []}]]
)
def test_nonsense_above_an_entry_is_passed_over(bot, server, above):
    """What stands above an entry in no form that we know is nothing."""
    said = server.say("bob", "@tips because")
    server.answer(f"{STATUSES}/{said}/context", 200, {"ancestors": above, "descendants": []})
    assert bot.ancestors(said) == []


def test_what_is_below_a_post_knows_the_post(bot, server):
    """However deep it is, what was said below a post tells which conversation it is in."""
    root = server.say("tips", "a tip")
    first = server.say("alice", "@tips why?", to=root)
    second = server.say("bob", "because", to=first)
    batch = bot.read_thread(root, None)
    assert [(one.remote_id, one.in_reply_to, one.root) for one in batch.entries] == [
        (first, root, root),
        (second, first, root),
    ]


BIOS = [
    ("I garden.", False, set()),
    ("I garden. #nobot", False, {OptOut.NO_BOT}),
    ("#NoLog #NoBot", False, {OptOut.NO_BOT, OptOut.NO_LOG}),
    ("I garden, too.", True, {OptOut.NO_BOT}),
]


@pytest.mark.parametrize(("bio", "is_bot", "wishes"), BIOS)
def test_what_somebody_asks_of_bots_is_heard(bot, server, bio, is_bot, wishes):
    """Each entry tells whose it is for good, and what they ask of bots, however it was found."""
    server.describe("alice", bio, is_bot=is_bot)
    root = server.say("tips", "a tip")
    said = server.say("alice", "@tips why?", to=root)
    me = server.read(said)["account"]["id"]
    for entries in (
        bot.poll(None).entries,
        bot.read_thread(root, None).entries,
        bot.check([said]).entries,
    ):
        assert [(one.author.key, one.author.wishes) for one in entries] == [(me, wishes)]
    server.describe("alice", "")


def test_a_bio_with_markup(bot, server):
    """A wish is found in the markup in which servers write hashtags."""
    note = '<p>Hi. <a href="https://a.example/tags/nobot" rel="tag">#<span>nobot</span></a></p>'
    author = {"id": "9", "acct": "zed@far.example", "display_name": "Zed", "note": note}
    fields = [{"name": "Logs", "value": "#nolog"}, {"name": 7}, None]
    made = datetime.now(UTC).isoformat()
    status = {"id": "s1", "content": "<p>hm</p>", "created_at": made, "visibility": "public"}
    whole = status | {"account": author | {"fields": fields}}
    notice = {"id": "n1", "type": "mention", "created_at": made, "status": whole}
    server.answer("/api/v1/notifications", 200, [notice])
    (entry,) = bot.poll(None).entries
    assert entry.author.wishes == {OptOut.NO_BOT, OptOut.NO_LOG}


def test_filtered_notifications_are_heard(running, clock):
    """What the account's own settings keep aside is heard all the same, where the server can."""
    server, line = running["mastodon"]
    server.reset()
    bot = adapter(line.url, server.token, clock)
    server.filter_strangers()
    first = server.say("alice", "@tips can you hear me?")
    batch = bot.poll(None)
    second = server.say("bob", "@tips and me?")
    assert [one.remote_id for one in batch.entries] == [first]
    assert [one.remote_id for one in bot.poll(batch.cursor).entries] == [second]
