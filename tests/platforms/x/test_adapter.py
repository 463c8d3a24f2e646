"""X through tweepy, against a strict X on loopback: posting, looking, taking back."""

import logging
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.core.errors import Duplicate, OutcomeUnknown, Refused, RetryLater, Unauthorised
from bot.core.model.capabilities import Ability
from bot.core.model.delivery import Post
from bot.core.model.lookup import Absent, CannotTell, Found
from bot.core.ports.platform import Listener, PostRemover, Publisher
from bot.platforms.x import KIND, PRICES
from bot.platforms.x.http.transport import TransportTimeouts
from tests.platforms.x.samples import NOON, adapter, unsure
from tests.servers.x import Trouble

TEXT = "Fish & chips < a vision; naïve 🎉 https://tips.example.org/a?b=1&c=2 #leadership"


def post(text=TEXT, **fields):
    """A post with this text."""
    given = {"key": "k", "tip": "t", "title": "T", "text": text, "body": text, "created_at": NOON}
    return Post(**(given | fields))


def live(x):
    """Posts of the bot that stand."""
    return [one for one in x.posts if one.author_id == x.bot.id and not one.deleted]


def test_doors(bot):
    """The adapter has exactly the doors that its Traits promise."""
    doors = {Publisher: Ability.PUBLISH, Listener: Ability.LISTEN, PostRemover: Ability.RETRACT}
    assert all(isinstance(bot, door) for door in doors)
    assert set(doors.values()) == KIND.traits.abilities


def test_publish(x, bot, clock):
    """A post is on X as it was written, and its receipt has X's id, X's time and an address."""
    receipt = bot.publish(post())
    [made] = live(x)
    assert made.written == TEXT
    assert (receipt.remote_id, receipt.at) == (made.id, clock.now())
    assert receipt.url == f"https://x.com/i/web/status/{made.id}"


def test_address_with_name(x, bot):
    """Once the account is known, its posts' addresses carry its name."""
    assert bot.learn() == KIND.traits
    assert bot.publish(post()).url == f"https://x.com/{x.bot.username}/status/{x.posts[-1].id}"


def test_reply(x, bot):
    """An answer hangs under what it answers."""
    asked = x.say(x.add_user("ann"), f"@{x.bot.username} why?")
    receipt = bot.publish(post("Because.", in_reply_to=asked.id))
    assert x.posts[-1].id == receipt.remote_id
    assert x.posts[-1].reply_to == asked.id


def test_unsummoned_reply(x, bot):
    """An answer to someone who did not speak to us is refused, in a line that says why."""
    asked = x.say(x.add_user("ann"), "nice day")
    with pytest.raises(Refused, match=r"does not permit this reply.*mentioned or quoted"):
        bot.publish(post("Indeed.", in_reply_to=asked.id))


def test_reply_to_deleted(x, bot):
    """An answer to a post that is gone is refused, and the account stays in use."""
    asked = x.say(x.add_user("ann"), f"@{x.bot.username} why?")
    x.delete(asked)
    with pytest.raises(Refused, match="does not have the post to answer"):
        bot.publish(post("Because.", in_reply_to=asked.id))


def test_duplicate(x, bot):
    """X's refusal of a text that it has is told apart from every other."""
    bot.publish(post())
    with pytest.raises(Duplicate, match="has this text already"):
        bot.publish(post())
    assert len(live(x)) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble.COMMIT_DROP,
        Trouble.COMMIT_500,
        Trouble.BAD_JSON,
        Trouble.TRUNCATED,
        Trouble.DROP,
        Trouble.LIST_ERROR,
        500,
        502,
        503,
        504,
    ],
)
def test_unknown_then_found(x, bot, clock, trouble):
    """After every ambiguous answer a look tells the truth: there once, or not there."""
    x.fail(trouble, method="POST")
    with pytest.raises(OutcomeUnknown) as caught:
        bot.publish(post())
    assert type(caught.value) is OutcomeUnknown
    clock.advance(minutes=3)
    there = live(x)
    looked = bot.find(unsure(post()))
    assert isinstance(looked, Found if there else Absent)
    if isinstance(looked, Found):
        assert looked.receipt.remote_id == there[0].id
        assert looked.receipt.at == NOON


def test_older_twin(x, bot, clock):
    """A post with the same words from before the sending is another post."""
    bot.publish(post())
    clock.advance(hours=2)
    assert bot.find(unsure(post(), clock.now())) == Absent()


def test_taken_twin(x, bot, clock):
    """Of two posts with the same words the one that is no other delivery's is found."""
    first = x.say(x.bot, TEXT)
    clock.advance(seconds=1)
    second = x.say(x.bot, TEXT)
    for ours, theirs in ((first, second), (second, first)):
        looked = bot.find(unsure(post()), {theirs.id})
        assert isinstance(looked, Found)
        assert looked.receipt.remote_id == ours.id
    assert bot.find(unsure(post()), {first.id, second.id}) == Absent()


def test_clocks_differ(bot, clock):
    """A minute between X's clock and ours does not hide a post."""
    bot.publish(post())
    clock.advance(seconds=55)
    assert isinstance(bot.find(unsure(post(), clock.now())), Found)


def test_find_reads_to_the_end(x, bot, clock):
    """A post is found below more than a page of newer ones, and only the last page proves absence."""
    receipt = bot.publish(post())
    clock.advance(seconds=1)
    for number in range(120):
        x.say(x.bot, f"by hand {number}")
    looked = bot.find(unsure(post()))
    assert isinstance(looked, Found)
    assert looked.receipt.remote_id == receipt.remote_id
    assert bot.find(unsure(post("never sent"))) == Absent()
    assert (
        len([one for one in x.requests if "/users/" in one.path and one.path.endswith("/tweets")])
        == 4
    )


def test_find_gives_up(x, clock):
    """A look that takes too long proves nothing."""
    bot = adapter(x, clock, patience=TransportTimeouts(listing=0.0))
    for number in range(120):
        x.say(x.bot, f"by hand {number}")
    assert isinstance(bot.find(unsure(post())), CannotTell)


def test_find_reply(x, bot):
    """Our answer is found behind the names that X puts before it, and under its parent only."""
    ann, ben = x.add_user("ann"), x.add_user("ben")
    asked = x.say(ann, f"@{x.bot.username} @{ben.username} why?")
    answer = post("Because.", in_reply_to=asked.id)
    bot.publish(answer)
    assert isinstance(bot.find(unsure(answer)), Found)
    other = x.say(ann, f"@{x.bot.username} and now?")
    assert bot.find(unsure(replace(answer, in_reply_to=other.id))) == Absent()
    assert bot.find(unsure(post("Because."))) == Absent()


@pytest.mark.parametrize(
    "address",
    [
        "https://x.com/tentips/status/1890000000000000001",
        "https://x.com/tentips/status/1890000000000000001?s=20",
        "https://x.com/tentips/status/1890000000000000001/photo/1",
        "https://x.com/i/web/status/1890000000000000001#top",
        "https://x.com/i/status/1890000000000000001/",
        "http://mobile.twitter.com/tentips/status/1890000000000000001",
        "https://www.twitter.com/tentips/statuses/1890000000000000001",
        "x.com/tentips/status/1890000000000000001",
        "1890000000000000001",
    ],
)
def test_names(bot, address):
    """Every form in which X shows a post's address names the post."""
    assert bot.remote_id(address) == "1890000000000000001"


@pytest.mark.parametrize(
    "address",
    [
        "https://x.com/tentips",
        "https://x.com/tentips/status/",
        "https://x.com/tentips/status/12a",
        "https://x.com/tentips/lists/12",
        "https://x.com.example/tentips/status/12",
        "https://x.com@example/tentips/status/12",
        "https://notx.com/tentips/status/12",
        "-12",
        "١٢",
        "12 34",
        "1" * 20,
    ],
)
def test_names_nothing(bot, address):
    """What only looks like the address of a post on X names none."""
    assert bot.remote_id(address) is None


def test_find_refused(x, bot):
    """A look that X does not answer is an error, not an absence."""
    bot.learn()
    x.fail(503, method="GET")
    with pytest.raises(RetryLater):
        bot.find(unsure(post()))


def test_retract(x, bot):
    """A post that is taken back is gone, and taking it back again is fine."""
    receipt = bot.publish(post())
    bot.retract(receipt.remote_id)
    assert live(x) == []
    bot.retract(receipt.remote_id)


def test_retract_of_others(x, bot):
    """What is not ours stays, and the refusal says so."""
    theirs = x.say(x.add_user("ann"), "mine")
    with pytest.raises(Refused, match="not authorized to delete"):
        bot.retract(theirs.id)


def test_retract_unsure(x, bot):
    """A deletion whose answer is lost is not taken for done."""
    receipt = bot.publish(post())
    x.fail(Trouble.DROP, method="DELETE")
    with pytest.raises(OutcomeUnknown):
        bot.retract(receipt.remote_id)


def test_learn_wrong_keys(x, clock):
    """Wrong keys are told in one line that says where to get others."""
    bot = adapter(x, clock, api_secret="wrong")
    with pytest.raises(Unauthorised, match=r"does not accept the keys.*developer console"):
        bot.learn()


def test_revoked(x, bot):
    """A token that was taken from us is an account without access, for writing as for reading."""
    x.revoke()
    for call in (bot.learn, lambda: bot.publish(post()), lambda: bot.poll(None)):
        with pytest.raises(Unauthorised):
            call()


def test_a_request_that_came_twice(x, bot):
    """X refuses a signature that it knows: while the keys are good that does not deny the post."""
    x.fail(401, method="POST")
    with pytest.raises(OutcomeUnknown, match="may have got the request twice"):
        bot.publish(post())


@pytest.mark.parametrize("trouble", [Trouble.DROP, 500])
def test_a_refusal_that_cannot_be_checked(x, bot, trouble):
    """Where the keys cannot be tried after a refusal, the post is not ruled out."""
    x.fail(401, method="POST")
    x.fail(trouble, method="GET")
    with pytest.raises(OutcomeUnknown):
        bot.publish(post())


def test_own_that_is_cut_short(x, bot):
    """Own posts of which X shows a part only are not told as all of them."""
    bot.publish(post())
    x.fail(Trouble.BAD_JSON, method="GET", path="/2/users/*/tweets")
    with pytest.raises(RetryLater):
        bot.list_own_posts(datetime.now(UTC) - timedelta(hours=1))


def test_secrets_stay_secret(x, clock, caplog):
    """With every logger at its most talkative, no secret reaches a log or an error."""
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("tweepy").setLevel(logging.DEBUG)
        logging.getLogger("oauthlib").setLevel(logging.DEBUG)
        logging.getLogger("requests_oauthlib").setLevel(logging.DEBUG)
        bot = adapter(x, clock)
        bot.publish(post())
        x.fail(403, detail=f"who is {x.bot.api_secret}? {x.bot.access_token}")
        with pytest.raises(Refused, match="secret") as caught:
            bot.publish(post("another"))
    said = caplog.text + str(caught.value)
    for secret in (x.bot.api_key, x.bot.api_secret, x.bot.access_token, x.bot.access_secret):
        assert secret not in said


def test_cost_of_looks(x, bot, clock):
    """What learning and looking cost is told once: here to whoever never listens, or by listening."""
    bot.learn()
    bot.publish(post())
    spent = x.billed
    bot.find(unsure(post()))
    assert bot.settle_cost() == x.billed - spent + PRICES.read_user > Decimal(0)
    assert bot.settle_cost() == Decimal(0)
    clock.advance(days=1)
    before = x.billed
    bot.find(unsure(post()))
    assert bot.poll(None).cost == x.billed - before > Decimal(0)
    assert bot.settle_cost() == Decimal(0)


def test_documented_prices():
    """The table of prices that operators read is the one that the bot counts with."""
    page = Path(__file__).parents[3] / "docs/platforms/x.md"
    rows = re.findall(r"^\| (?:a|an|reading) .*\| (\d\.\d+) *\|$", page.read_text(), re.MULTILINE)
    assert [Decimal(row) for row in rows] == [
        PRICES.post,
        PRICES.post_with_link,
        PRICES.reply,
        PRICES.read,
        PRICES.read_other,
        PRICES.read_user,
    ]


def test_prices(x, bot):
    """What a post is said to cost is what X bills for it."""
    ann = x.add_user("ann")
    asked = x.say(ann, f"@{x.bot.username} why?")
    for what in (post(), post("no link"), post("an answer", in_reply_to=asked.id)):
        before = x.billed
        bot.publish(what)
        price = KIND.traits.price(
            has_link="https" in what.text, is_reply=what.in_reply_to is not None
        )
        assert x.billed - before == price > Decimal(0)
