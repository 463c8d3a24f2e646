"""Below our posts on X, looks at what was heard before, and what all of it may cost."""

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.core.errors import RetryLater, Unauthorised
from bot.core.model.entry import EntryKind, OptOut
from bot.core.ports.platform import EntryChecker, ThreadReader
from bot.platforms.x import PRICES
from tests.platforms.x.samples import NOON, Reader, adapter

SEARCH = "/2/tweets/search/recent"
LOOK_UP = "/2/tweets"


@pytest.fixture
def ann(x):
    """Somebody else."""
    return x.add_user("ann", "Ann A.", description="Reads. #nobot")


@pytest.fixture
def ben(x):
    """And somebody else again."""
    return x.add_user("ben")


@pytest.fixture
def tip(x):
    """A tip of ours."""
    return x.say(x.bot, "A tip")


@pytest.fixture
def below(bot, tip):
    """Somebody who reads below the tip."""
    return Reader(bot, tip)


def unnamed(x, ann, ben, tip, many):
    """So many of Ben's answers to Ann, out of which he took the bot's name."""
    said = x.say(ann, "I disagree", reply_to=tip)
    return [x.say(ben, f"so do I {number}", said, without=[x.bot]) for number in range(many)]


# -- below our posts


def test_doors(bot):
    """The adapter has the doors for looking below its posts and for looking again."""
    assert isinstance(bot, ThreadReader)
    assert isinstance(bot, EntryChecker)


def test_what_does_not_name_us(x, below, ann, ben, tip):
    """An answer to an answer that does not name us is heard, in its place, as a reply."""
    [said] = unnamed(x, ann, ben, tip, 1)
    below.read()
    [entry] = below.kept.values()
    assert (entry.remote_id, entry.kind, entry.root) == (said.id, EntryKind.REPLY, tip.id)
    assert entry.in_reply_to == said.reply_to
    assert (entry.author.handle, entry.author.key) == ("@ben", ben.id)
    assert entry.text.endswith("so do I 0")
    assert not entry.ours


def test_no_mentions(x, below, ann, tip):
    """What names us is the mentions' to tell, and cheaper there."""
    x.say(ann, "I disagree", reply_to=tip)
    below.read()
    assert below.kept == {}
    assert below.cost == PRICES.read_user  # for ourselves, once


def test_answers_by_hand(x, bot, below, ann, tip):
    """What our account says below the tip is heard as ours, and what is said to it is below it."""
    said = x.say(ann, "I disagree", reply_to=tip)
    answer = x.say(x.bot, "Why?", reply_to=said)
    more = x.say(x.bot, "And another thing", reply_to=tip)
    again = x.say(ann, "I just do", reply_to=answer)
    x.say(x.bot, "Elsewhere")
    below.read()
    found = [(one.remote_id, one.in_reply_to, one.kind, one.ours) for one in below.kept.values()]
    assert found == [
        (answer.id, said.id, EntryKind.REPLY, True),
        (more.id, tip.id, EntryKind.REPLY, True),
    ]
    ours = below.kept[more.id]
    assert (ours.text, ours.author.handle, ours.author.key) == ("And another thing", "", x.bot.id)
    assert below.unheard == []
    heard = {one.remote_id: one for one in bot.poll(None).entries}
    assert heard.keys() == {said.id, again.id}
    assert heard[again.id].in_reply_to == answer.id


def test_wishes(x, bot, ann, tip):
    """What somebody asks of bots in their profile comes with what they say."""
    x.say(ann, "I disagree", reply_to=tip)
    [entry] = bot.poll(None).entries
    assert entry.author.wishes == {OptOut.NO_BOT}
    assert entry.author.key == ann.id


def test_other_threads(x, below, ann, ben):
    """What was said below another post is not heard here."""
    unnamed(x, ann, ben, x.say(x.bot, "Another tip"), 2)
    below.read()
    assert below.kept == {}


def test_every_page_below(x, below, ann, ben, tip, clock):
    """All of several pages are heard, and after a while the next look reads nothing again."""
    said = unnamed(x, ann, ben, tip, 250)
    assert below.read() == 3
    assert below.kept.keys() == {one.id for one in said}
    clock.advance(minutes=10)
    below.read()
    clock.advance(minutes=10)
    assert below.step().entries == ()
    assert below.unheard == []


def test_while_reading(x, below, ann, ben, tip, clock):
    """What is said, edited and deleted between two pages is neither lost nor in the way."""
    said = unnamed(x, ann, ben, tip, 250)
    assert below.step().more
    clock.advance(seconds=1)
    said += unnamed(x, ann, ben, tip, 20)
    newer = x.edit(said[10], "on second thoughts")
    x.delete(said[20])
    below.read()
    clock.advance(minutes=1)
    below.read()
    assert below.kept.keys() == {one.id for one in said} - {said[20].id}
    assert below.kept[said[10].id].version == newer.id
    assert below.kept[said[10].id].edited_at is not None


def test_search_lags(x, below, ann, ben, tip, clock):
    """What search finds only minutes after it was said is heard all the same."""
    x._state.search_lag = timedelta(minutes=3)
    [said] = unnamed(x, ann, ben, tip, 1)
    below.read()
    assert below.kept == {}
    clock.advance(minutes=4)
    below.read()
    assert below.kept.keys() == {said.id}


def test_quiet_for_weeks(x, below, ann, ben, tip, clock):
    """A thread that is looked at, but where nothing is said, loses nothing and says so of nothing."""
    for _ in range(5):
        clock.advance(days=6)
        below.read()
    [said] = unnamed(x, ann, ben, tip, 1)
    below.read()
    assert below.kept.keys() == {said.id}
    assert below.unheard == []


def test_out_of_reach(x, below, ann, ben, tip, clock):
    """What nobody looked for within seven days is told as a gap, once, with its time."""
    unnamed(x, ann, ben, tip, 1)
    clock.advance(days=9)
    late = unnamed(x, ann, ben, tip, 1)
    below.read()
    clock.advance(hours=1)
    below.read()
    assert below.kept.keys() == {late[0].id}
    [gap] = below.unheard
    assert "2026-06-01T12:00:00Z and 2026-06-03T12:10:00Z" in gap
    assert tip.id in gap


def test_stopped_out_of_reach(x, below, ann, ben, tip, clock):
    """A walk that was stopped in the middle for over a week ends, and tells what it lost."""
    unnamed(x, ann, ben, tip, 150)
    assert below.step().more
    clock.advance(days=8)
    late = unnamed(x, ann, ben, tip, 1)
    below.read()
    below.read()
    assert late[0].id in below.kept
    assert len(below.unheard) == 1


def test_search_refused(x, below, tip):
    """A search that X refuses says nothing of our post, so it is tried again."""
    x.fail(400, path=SEARCH)
    with pytest.raises(RetryLater, match="search below"):
        below.step()


def test_search_fails(x, below, ann, ben, tip):
    """A page that fails moves nothing: the same cursor reads it later."""
    said = unnamed(x, ann, ben, tip, 150)
    below.step()
    x.fail(503, path=SEARCH)
    with pytest.raises(RetryLater):
        below.step()
    below.read()
    assert below.kept.keys() == {one.id for one in said}


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", '{"floor": "x"}', "null"])
def test_broken_cursor(x, below, ann, ben, tip, cursor):
    """A cursor that cannot be read is one that is not there."""
    said = unnamed(x, ann, ben, tip, 1)
    below.cursor = cursor
    below.read()
    assert below.kept.keys() == {said[0].id}


def test_cost_below(x, below, ann, ben, tip):
    """What reading below a post is said to cost is what X bills."""
    unnamed(x, ann, ben, tip, 3)
    below.read()
    assert below.cost == x.billed == 3 * PRICES.read_other + 2 * PRICES.read_user


# -- looking again


def heard(bot):
    """What the mentions tell, by id."""
    return {entry.remote_id: entry for entry in bot.poll(None).entries}


def test_the_same(x, bot, ann, tip):
    """What has not changed is as it was heard, and was seen now."""
    said = x.say(ann, "I disagree", reply_to=tip)
    known = heard(bot)
    checked = bot.check([said.id])
    assert checked.entries == (known[said.id],)
    assert checked.entries[0].checked_at == NOON
    assert checked.gone == frozenset()


def test_edited(x, bot, ann, tip, clock):
    """Of what was edited, twice, the newest words are found by the first id."""
    said = x.say(ann, "I disagre", reply_to=tip)
    heard(bot)
    clock.advance(minutes=1)
    x.edit(said, "I disagree")
    clock.advance(minutes=1)
    newest = x.edit(said, "I disagree, strongly")
    [entry] = bot.check([said.id]).entries
    assert (entry.remote_id, entry.version) == (said.id, newest.id)
    assert entry.text.endswith("I disagree, strongly")
    assert (entry.at, entry.edited_at) == (NOON, clock.now())


def test_deleted(x, bot, ann, ben, tip, clock):
    """What was deleted, edited before or not, is gone; what stands beside it is not."""
    one, two, three = (x.say(ann, word, reply_to=tip) for word in ("one", "two", "three"))
    x.edit(two, "2")
    x.delete(one)
    x.delete(two)
    checked = bot.check([one.id, two.id, three.id, "1"])
    assert checked.gone == {one.id, two.id, "1"}
    assert [entry.remote_id for entry in checked.entries] == [three.id]


def test_protected(x, bot, ann, ben, tip):
    """What its author shows to followers only, from now on, is not for us either."""
    said, other = x.say(ann, "one", reply_to=tip), x.say(ben, "two", reply_to=tip)
    heard(bot)
    x.protect(ann)
    checked = bot.check([said.id, other.id])
    assert checked.gone == {said.id}
    assert [entry.remote_id for entry in checked.entries] == [other.id]


def test_ours_again(x, bot, ann, tip):
    """An answer of ours that stands is told as ours."""
    answer = x.say(x.bot, "Why?", reply_to=x.say(ann, "I disagree", reply_to=tip))
    [entry] = bot.check([answer.id]).entries
    assert entry.ours


def test_many_at_once(x, bot, ann, tip):
    """More than X takes at once are looked at in several requests, and each only once."""
    said = [x.say(ann, f"no {number}", reply_to=tip) for number in range(230)]
    heard(bot)
    before = len(x.requests)
    checked = bot.check([one.id for one in said] * 2)
    assert {entry.remote_id for entry in checked.entries} == {one.id for one in said}
    assert [one.path for one in x.requests[before:]] == [LOOK_UP] * 3


def test_look_fails(x, bot, ann, tip):
    """A look that fails at once says so; one that fails later tells what it saw until then."""
    said = [x.say(ann, f"no {number}", reply_to=tip) for number in range(150)]
    heard(bot)
    x.fail(503, path=LOOK_UP)
    with pytest.raises(RetryLater):
        bot.check([one.id for one in said])
    x.limit("GET /2/tweets", 1)
    checked = bot.check([one.id for one in said])
    assert len(checked.entries) == 100
    assert checked.gone == frozenset()


def test_no_news_is_no_deletion(x, bot, ann, tip):
    """Where X refuses the keys, nothing is taken for deleted."""
    said = x.say(ann, "I disagree", reply_to=tip)
    heard(bot)
    x.revoke()
    with pytest.raises(Unauthorised):
        bot.check([said.id])


def test_nothing_to_look_at(x, bot):
    """To look at nothing asks X nothing."""
    assert bot.check([]).entries == ()
    assert x.requests == []


def test_price_of_a_look(x, bot, ann, ben, tip, clock):
    """A look costs a post's price a day where its author is known, and what is said is billed."""
    said = [x.say(who, f"no, says {who.name}", reply_to=tip) for who in (ann, ben)]
    heard(bot)
    for _ in range(3):
        clock.advance(days=1)
        before = x.billed
        assert bot.check([one.id for one in said]).cost == x.billed - before
        assert x.billed - before == 2 * PRICES.read_other


def test_price_after_a_restart(x, clock, ann, tip):
    """Whoever is not known any more is asked for once, at a user's price."""
    said = x.say(ann, "I disagree", reply_to=tip)
    bot = adapter(x, clock)
    first = bot.check([said.id]).cost
    assert first == x.billed == PRICES.read_other + 2 * PRICES.read_user
    clock.advance(days=1)
    assert bot.check([said.id]).cost == PRICES.read_other


def test_hidden_author(x, bot, ann, tip):
    """A known author whom X shows no more in a list is not named from memory."""
    x.say(ann, "one", reply_to=tip)
    heard(bot)
    x.protect(ann)
    assert heard(bot) == {}


# -- money


class Books:
    """What is left of a month's money, as whoever keeps the books tells it."""

    def __init__(self, left):
        self.left = None if left is None else Decimal(left)

    def __call__(self):
        return self.left

    def pay(self, amount):
        self.left -= amount


def spree(bot, books=None):
    """Listen until the money says no, and keep the books, if there are any, meanwhile."""
    cursor = None
    for _ in range(300):
        try:
            batch = bot.poll(cursor)
        except RetryLater as error:
            return str(error)
        cursor = batch.cursor
        if books:
            books.pay(batch.cost)
        bot._clock.advance(minutes=5)
    return None


@pytest.mark.parametrize("cap", ["0.01", "0.12", "0.50", "1.00", "2.00"])
def test_the_cap_is_never_passed(x, clock, cap):
    """However much is said and by however many, listening costs no more than its cap."""
    for number in range(200):
        x.say(x.add_user(f"u{number}"), f"@{x.bot.username} hello {number}")
    trouble = spree(adapter(x, clock, books := Books(cap)), books)
    assert "money for listening" in trouble
    assert x.billed <= Decimal(cap)
    assert books.left == Decimal(cap) - x.billed
    assert cap != "2.00" or x.billed > Decimal("1.5")  # and most of it is put to use


def test_the_cap_holds_for_all(x, clock, ann, ben, tip):
    """Looks below posts and looks at entries ask for no more than what is left, either."""
    unnamed(x, ann, ben, tip, 50)
    bot = adapter(x, clock, Books("0.10"))
    with pytest.raises(RetryLater, match="listening_budget"):
        bot.read_thread(tip.id, None)
    bot = adapter(x, clock, Books("0.20"))
    assert 10 <= len(bot.read_thread(tip.id, None).entries) < 50
    with pytest.raises(RetryLater, match="listening_budget"):
        bot.read_thread(tip.id, None)
    assert x.billed <= Decimal("0.20")


def test_some_are_looked_at(x, clock, ann, tip):
    """With little left, as many entries are looked at as can be paid."""
    said = [x.say(ann, f"no {number}", reply_to=tip).id for number in range(20)]
    bot = adapter(x, clock, Books("0.10"))
    checked = bot.check(said)
    assert len(checked.entries) == 4
    assert checked.gone == frozenset()
    assert x.billed <= Decimal("0.10")


def test_books_that_lag(x, clock):
    """What was read counts as spent before anybody has noted it."""
    for number in range(60):
        x.say(x.add_user(f"u{number}"), f"@{x.bot.username} hello {number}")
    assert spree(adapter(x, clock, Books("0.40")))
    assert x.billed <= Decimal("0.40")


def test_several_at_once(x, clock, ann, tip):
    """Reads on several threads at the same time share what is left."""
    said = [x.say(ann, f"no {number}", reply_to=tip).id for number in range(100)]
    bot = adapter(x, clock, Books("0.25"))

    def look(mine):
        for one in mine:
            with suppress(RetryLater):
                bot.check([one])

    threads = [threading.Thread(target=look, args=[said[part::4]]) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Decimal("0.15") < x.billed <= Decimal("0.25")


def test_a_new_month(x, clock, ann, tip):
    """A new month has new money, and what could not be paid is heard then."""
    said = x.say(ann, "I disagree", reply_to=tip)
    bot = adapter(x, clock, books := Books("0.05"))
    assert "less than" in spree(bot)
    clock.advance(datetime(2026, 7, 1, tzinfo=UTC) - clock.now())
    books.left = Decimal(5)
    cursor = '{"floor": 1, "known": 1, "ceiling": 1, "seen": 0, "behind": 0, "resume": null}'
    assert [entry.remote_id for entry in bot.poll(cursor).entries] == [said.id]
