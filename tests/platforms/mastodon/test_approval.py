"""A reply that waits for the account's approval is nobody's to read, and not the bot's to approve."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.app.status.status import status
from bot.cli.status.status_text import lines
from bot.core.errors import PlatformError, RetryLater, Unauthorised
from bot.core.model.config import AcknowledgementStyle
from bot.scheduler.timetable import ZonedTimetable
from tests.app.harness import Harness
from tests.clock import FakeClock
from tests.core.samples import account, config
from tests.platforms.mastodon.samples import STATUSES
from tests.servers.approvals import NOTE, PATH, Approvals
from tests.servers.mastodon import GOTOSOCIAL, mastodon_server
from tests.servers.proxy import Page


@pytest.fixture(scope="module")
def running():
    """A server that lets accounts approve replies."""
    with mastodon_server(version=GOTOSOCIAL, streams=False) as server:
        yield server


@pytest.fixture
def there(line):
    """What waits for approval there."""
    made = Approvals()
    line.instead = made.answer
    return made


@pytest.fixture
def bot(there, bot):
    """The adapter, in front of which some replies wait."""
    return bot


@pytest.fixture
def root(server):
    """A tip."""
    return server.say("tips", "a tip")


def ids(entries):
    """The remote ids of entries."""
    return [entry.remote_id for entry in entries]


def test_it_is_not_heard_before(bot, server, there, root):
    """A reply that names the bot is heard once it is approved, and counted before."""
    said = server.say("alice", "@tips why?", to=root)
    there.replies = [said]
    batch = bot.poll(None)
    assert (batch.entries, batch.pending) == ((), 1)
    there.replies = []
    batch = bot.poll(None)
    assert (ids(batch.entries), batch.pending) == ([said], 0)


def test_it_is_not_read_before(bot, server, there, root):
    """A reply below a tip is read once it is approved, although the account sees it all the time."""
    first, second = (server.say(who, "hm", to=root) for who in ("alice", "bob"))
    there.replies = [second]
    batch = bot.read_thread(root, None)
    assert ids(batch.entries) == [first]
    assert bot.read_thread(root, batch.cursor).entries == ()
    there.replies = []
    assert second in ids(bot.read_thread(root, batch.cursor).entries)


def test_it_is_not_kept_any_more(bot, server, there, root):
    """One that was kept before the bot knew of approvals is looked at again, and goes."""
    first, second = (server.say(who, "hm", to=root) for who in ("alice", "bob"))
    there.replies = [second]
    found = bot.check([first, second])
    assert (ids(found.entries), found.gone) == ([first], {second})


def test_it_is_known_by_the_servers_note(bot, server, line, root):
    """Where the list does not name it, the server's note to the account tells that it waits."""
    said = server.say("alice", "hm", to=root)
    whole = server.read(said)
    below = {"ancestors": [], "descendants": [whole | {"content": f"<p>hm</p>{NOTE}"}]}
    server.answer(f"{STATUSES}/{root}/context", 200, below)
    assert bot.read_thread(root, None).entries == ()
    quoted = "<p>see /settings/user/interaction_requests/ there</p>"
    below = {"ancestors": [], "descendants": [whole | {"content": quoted}]}
    server.answer(f"{STATUSES}/{root}/context", 200, below)
    assert ids(bot.read_thread(root, None).entries) == [said]


def test_many_that_wait_are_all_known(bot, server, there, root):
    """However many wait, page by page, none is read before it is approved."""
    there.page = 3
    said = [server.say("alice", f"@tips {number}", to=root) for number in range(8)]
    there.replies = said[:7]
    batch = bot.read_thread(root, None)
    assert ids(batch.entries) == said[7:]
    assert bot.poll(None).pending == 7


def test_what_else_is_asked_for_is_no_reply(bot, server, there, root):
    """Requests for favourites and boosts, and such as were decided, keep no reply from being read."""
    said = server.say("alice", "@tips why?", to=root)
    there.others = [
        {"id": "R1", "type": "favourite", "reply": None},
        {"id": "R2", "type": "reply", "accepted_at": "2026-03-02T09:00:00Z", "reply": {"id": said}},
        {"id": "R3", "type": "reblog"},
        {"id": "R4", "type": "reply", "reply": "odd"},
    ]
    assert (ids(bot.poll(None).entries), bot.poll(None).pending) == ([said], 0)


def test_a_version_without_policies(bot, server, line, root):
    """An older server, which says itself that it has no such list, has nothing that waits."""
    line.instead = None
    said = server.say("alice", "@tips why?", to=root)
    batch = bot.poll(None)
    assert (ids(batch.entries), batch.pending) == ([said], None)


TROUBLES = [
    (404, "404 page not found", RetryLater),
    (502, "<p>Bad gateway</p>", RetryLater),
    (200, "<p>Welcome</p>", RetryLater),
    (200, '{"error":"odd"}', RetryLater),
    (403, '{"error":"Forbidden: token has insufficient scope"}', Unauthorised),
]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_cannot_be_asked_is_not_guessed(bot, server, line, root, trouble):
    """While nobody can tell what waits, nothing is heard or read, and nothing lost."""
    code, body, kind = trouble
    said = server.say("alice", "@tips why?", to=root)
    line.pages.append(Page(status=code, body=body, path=PATH, times=2))
    for call in (lambda: bot.poll(None), lambda: bot.read_thread(root, None)):
        with pytest.raises(PlatformError) as caught:
            call()
        assert type(caught.value) is kind
    assert ids(bot.poll(None).entries) == [said]


def test_it_is_neither_kept_nor_thanked_for_and_the_status_tells(bot, server, there, root):
    """Until it is approved it is in no log and gets no favourite; the operator is told of it."""
    said = server.say("alice", "@tips why?", to=root)
    there.replies = [said]
    courteous = account(acknowledge=AcknowledgementStyle.FAVOURITE)
    harness = Harness(config=config(accounts=(courteous,)), clock=FakeClock(datetime.now(UTC)))
    harness.platforms["town"] = bot
    answer = ""
    for expected in (1, 0):
        harness.mention_poller.step(courteous)
        harness.acknowledger.step(harness.config, courteous)
        there_now = status(harness.store, ZonedTimetable(), harness.config, harness.clock.now())
        (one,) = there_now.accounts
        assert one.to_approve == expected
        shown = "\n".join(lines(there_now, ZoneInfo("UTC"), {}, running=True))
        assert ("wait for your approval on its server: 1" in shown) is bool(expected)
        with harness.store.reading() as tx:
            kept = ids(tx.log.entries())
        assert kept == ([] if expected else [answer])
        assert server.read(said)["favourited"] is False
        there.replies = []
        answer = server.say("bob", "@tips and you?", to=root)
