"""Containers: made, stored, published once, and made anew only where nothing was published."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from bot.core.errors import Duplicate, OutcomeUnknown, Refused, RetryLater
from bot.core.model.lookup import Absent, CannotTell, Found
from bot.core.model.picture import Picture
from bot.core.model.site_page import Page
from bot.platforms.threads import SERVER
from bot.platforms.threads.posting.find_own import same_words
from bot.platforms.threads.posting.picture_address import picture_address, why_no_picture
from bot.store import open_memory
from tests.platforms.threads.samples import (
    NOON,
    PICTURE,
    POST,
    adapter,
    failing,
    prepared,
    unsure,
)
from tests.servers.threads import Trouble

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
ADDRESS = f"https://tips.test.net/tips/one/picture.jpg?v={PICTURE.key}"
"""Where Threads fetches the picture: no cache has that of an older post there."""


def containers(server):
    """The parameters of each container that was asked for."""
    asked = server.asked("/me/threads", "POST")
    return [
        {name: value[0] for name, value in parse_qs(one.body.decode()).items()} for one in asked
    ]


def published(server):
    """How often something was to be published."""
    return len(server.asked("threads_publish"))


def test_container(server, bot):
    """A container has the text and the link, and nothing publishes it but the second step."""
    link = "https://tips.test.net/tips/one"
    text = f"Naïve 👩‍⚕️. #leadership {link}"
    post = prepared(bot, replace(POST, text=text, link=link))
    assert server.posts_of(server.bot) == []
    bot.publish(post)
    assert containers(server) == [{"media_type": "TEXT", "text": text, "link_attachment": link}]
    assert [one.text for one in server.posts_of(server.bot)] == [text]
    assert not any("auto_publish" in str(one.query) + str(one.body) for one in server.requests)


def test_link_that_leads_nowhere(server, bot):
    """An address of this machine alone is no card: Threads would refuse the post."""
    prepared(bot, replace(POST, text="See http://localhost:8000/a", link="http://localhost:8000/a"))
    assert "link_attachment" not in containers(server)[0]


def test_what_is_stored(bot):
    """What is stored of a container is short, and tells its id and its age."""
    stored = json.loads(bot.prepare(POST))
    assert set(stored) == {"container", "made_at"}
    assert stored["made_at"].startswith("2026-06-01T12:00")


def test_picture(server, bot):
    """The picture is fetched from the tip's page, and its alt text goes with it."""
    bot.publish(prepared(bot, PICTURE))
    assert containers(server) == [
        {
            "media_type": "IMAGE",
            "text": "A tip.",
            "image_url": ADDRESS,
            "alt_text": "Words on a card.",
        }
    ]


def test_picture_of_a_page_with_other_words(server, clock):
    """The alt text is that of the picture that the page shows, as where the tip was edited since."""
    old = replace(POST, title="Old", text="These are old words.")
    other = Picture(name="a" * 64, alt="A cat.", width=9, height=9)
    for page, alt in ((old, "Old. These are old words."), (replace(old, picture=other), "A cat.")):
        with closing(open_memory("bot")) as database:
            database.pages.put(Page(tip="one", post=page, first_at=NOON, at=NOON))
            adapter(server, clock, pages=database.pages).prepare(PICTURE)
        assert containers(server)[-1]["alt_text"] == alt


@pytest.mark.parametrize(
    "site", [None, "http://127.0.0.1:8000", "http://tips.test.net", "https://box"]
)
def test_picture_without_a_public_site(server, clock, site):
    """Where Threads could fetch no picture, the post is refused, and never sent without it."""
    assert why_no_picture(site, SERVER)
    with pytest.raises(Refused, match="Threads fetches pictures"):
        picture_address(PICTURE, site, SERVER)


def test_picture_without_a_site(server, clock):
    """Without any site no container is made, not even on a server of this machine."""
    with failing() as caught:
        adapter(server, clock, site=None).prepare(PICTURE)
    assert type(caught.value) is Refused
    assert server.asked("/me/threads", "POST") == []


def test_picture_of_an_answer(bot):
    """A post without a tip has no page that could give its picture."""
    with pytest.raises(Refused):
        bot.prepare(replace(PICTURE, tip=None))


def test_slow_container(server, bot, clock):
    """A container that is not ready is published later, and no other one is made."""
    server.network.posting.processing = 5 * MINUTE
    post = prepared(bot, PICTURE)
    with failing() as caught:
        bot.publish(post)
    assert (type(caught.value), caught.value.after) == (RetryLater, timedelta(seconds=30))
    clock.advance(6 * MINUTE)
    assert bot.prepare(post) == post.prepared
    bot.publish(post)
    assert (len(containers(server)), published(server)) == (1, 1)


def test_failed_container(server, bot):
    """A picture that cannot be fetched is told, and the next attempt makes another container."""
    server.network.posting.unfetchable.add(ADDRESS)
    post = prepared(bot, PICTURE)
    with failing() as caught:
        bot.publish(post)
    assert (type(caught.value), caught.value.after) == (RetryLater, 5 * MINUTE)
    assert "UNKNOWN" in str(caught.value)
    server.network.posting.unfetchable.clear()
    bot.publish(prepared(bot, post))
    assert (len(containers(server)), published(server)) == (2, 1)


def test_expired_container(server, bot, clock):
    """A container that expired was never published: another one takes its place."""
    post = prepared(bot)
    clock.advance(DAY)
    with failing() as caught:
        bot.publish(post)
    assert type(caught.value) is RetryLater
    assert published(server) == 0
    bot.publish(prepared(bot, post))
    assert len(server.posts_of(server.bot)) == 1


def test_forgotten_container(server, bot, clock):
    """A container that Threads does not know any more is made anew only if its post is not there."""
    post = prepared(bot)
    bot.publish(post)
    clock.advance(DAY)
    assert bot.prepare(post) == post.prepared
    with failing() as caught:
        bot.publish(post)
    assert type(caught.value) is RetryLater
    assert isinstance(bot.find(unsure(post)), Found)
    server.delete(server.posts_of(server.bot)[0].id)
    assert bot.prepare(post) != post.prepared


def test_published_once(server, bot):
    """A published container is not published again, though Threads would make a second post."""
    post = prepared(bot)
    bot.publish(post)
    assert bot.prepare(post) == post.prepared
    with pytest.raises(Duplicate):
        bot.publish(post)
    assert (published(server), len(server.posts_of(server.bot))) == (1, 1)


def test_published_once_at_once(server, bot):
    """Nor by several threads at the same time."""
    post = prepared(bot)

    def publish(_):
        try:
            return bot.publish(post).remote_id
        except Duplicate:
            return ""

    with ThreadPoolExecutor(4) as threads:
        told = set(threads.map(publish, range(4))) - {""}
    assert told == {one.id for one in server.posts_of(server.bot)}
    assert len(told) == 1


def test_nothing_without_a_container(server, bot):
    """A post that was not prepared is not posted."""
    with failing() as caught:
        bot.publish(POST)
    assert type(caught.value) is RetryLater
    assert server.requests == []


@pytest.mark.parametrize("trouble", Trouble)
def test_lost_publishing(server, bot, trouble):
    """After a lost answer the list tells, and a repeat of what was not carried out is the same."""
    post = prepared(bot)
    server.fail(trouble, "threads_publish")
    with failing() as caught:
        bot.publish(post)
    assert type(caught.value) is OutcomeUnknown
    found = bot.find(unsure(post))
    if trouble is Trouble.DROP:
        assert found == Absent()
        bot.publish(prepared(bot, post))
        assert len(containers(server)) == 1
    else:
        assert isinstance(found, Found)
    assert len(server.posts_of(server.bot)) == 1


@pytest.mark.parametrize("trouble", Trouble)
def test_lost_receipt(server, bot, trouble):
    """What fails after the post is there fails no post: it has no address then."""
    post = prepared(bot)
    made = str(18000000000000000 + 977 * 2)
    server.fail(trouble, made)
    receipt = bot.publish(post)
    assert (receipt.remote_id, receipt.url, receipt.at) == (made, None, NOON)


@pytest.mark.parametrize("trouble", [*Trouble, 502])
@pytest.mark.parametrize("path", ["/me/threads", "threads_publishing_limit"])
def test_lost_container(server, bot, path, trouble):
    """Whatever fails while a post is prepared, nothing was posted."""
    server.fail(trouble, path)
    with failing() as caught:
        bot.prepare(POST)
    assert type(caught.value) is RetryLater
    assert server.posts_of(server.bot) == []


@pytest.mark.parametrize("trouble", Trouble)
def test_lost_status(server, bot, trouble):
    """Where the status cannot be asked nothing is published."""
    post = prepared(bot)
    server.fail(trouble, json.loads(post.prepared)["container"])
    with failing() as caught:
        bot.publish(post)
    assert type(caught.value) is RetryLater
    assert published(server) == 0


def test_published_but_not_listed(server, bot):
    """A post that Threads says is there, and does not list, is neither found nor absent."""
    post = prepared(bot)
    bot.publish(post)
    hidden = server.posts_of(server.bot)[0]
    hidden.text = "Something else."
    assert isinstance(bot.find(unsure(post)), CannotTell)
    hidden.text = POST.text
    found = bot.find(unsure(post), {hidden.id})
    assert isinstance(found, CannotTell)


def test_the_same_answer_elsewhere(server, bot, ann, tip):
    """The same words below another post are another answer, and every post needs a container."""
    first, second = (server.say(ann, f"Is it? {number}", reply_to=tip) for number in range(2))
    answer = replace(POST, in_reply_to=first)
    assert bot.needs_preparing(answer)
    made = bot.publish(prepared(bot, answer))
    assert bot.find(unsure(answer)) == Found(receipt=made)
    assert bot.find(unsure(replace(POST, in_reply_to=second))) == Absent()


def test_still_working(server, bot):
    """While Threads works on a container nobody can tell."""
    server.network.posting.processing = MINUTE
    found = bot.find(unsure(prepared(bot)))
    assert found == CannotTell(why="Threads is still working on it", after=timedelta(seconds=30))


@pytest.mark.parametrize("page", [1, 3, 100])
def test_find_among_many(server, bot, page):
    """A post is found among many, however few of them a page has."""
    wanted = prepared(bot, replace(POST, text="The wanted one."))
    made = bot.publish(wanted)
    for number in range(7):
        server.say(server.bot, f"Another one, {number}.")
    server.network.reading.page = page
    found = bot.find(unsure(replace(wanted, prepared=None)))
    assert found == Found(receipt=made)
    assert bot.find(unsure(replace(POST, text="Never said."))) == Absent()


def test_reposts_are_not_ours(server, bot):
    """What the account only passed on is no post of the bot."""
    server.say(server.bot, POST.text, kind="REPOST_FACADE")
    assert bot.find(unsure()) == Absent()


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("A tip. leadership", "A tip. #leadership"),
        ("A  tip.\nMore.", "A tip.\n\nMore."),
        ("Nai\u0308ve", "Naïve"),
    ],
)
def test_same_words(theirs, ours):
    """A text is known again without the sign of its topic, folded, and composed otherwise."""
    assert same_words(theirs, ours)
    assert not same_words(theirs, f"{ours}!")


def test_quota(server, bot, clock):
    """With 250 posts in 24 hours nothing is sent; an answer has a quota of its own."""
    said = server.say(server.bot, "A beginning.")
    server.network.quotas.used[""] = [clock.now()] * 250
    with failing() as caught:
        bot.prepare(POST)
    assert (type(caught.value), caught.value.after) == (RetryLater, timedelta(hours=1))
    bot.publish(prepared(bot, replace(POST, in_reply_to=said)))
    clock.advance(DAY)
    bot.publish(prepared(bot))


def test_quota_that_may_not_be_read(server, bot):
    """A token that may not read the quota posts all the same."""
    server.fail(403, "threads_publishing_limit", 10)
    bot.publish(prepared(bot))
    assert len(server.posts_of(server.bot)) == 1


@pytest.mark.parametrize(
    ("text", "is_taken"),
    [
        ("x" * 500, True),
        ("x" * 501, False),
        ("🎉" * 125, True),
        ("🎉" * 126, False),
        ("語" * 500, True),
        (" ".join(f"https://a{number}.example" for number in range(5)), True),
        (" ".join(f"https://a{number}.example" for number in range(6)), False),
    ],
)
def test_limits(bot, text, is_taken):
    """The server takes 500 characters with emoji in bytes, and five links; more is refused."""
    post = replace(POST, text=text)
    if is_taken:
        assert bot.prepare(post)
    else:
        with pytest.raises(Refused):
            bot.prepare(post)


def test_answer(server, bot, ann, tip):
    """An answer is below its parent; one to what is gone is refused."""
    said = server.say(ann, "Is it?", reply_to=tip)
    answer = prepared(bot, replace(POST, tip=None, in_reply_to=said))
    made = bot.publish(answer)
    assert server.get(made.remote_id).reply_to.id == said
    server.delete(said)
    with pytest.raises(Refused):
        bot.prepare(replace(answer, prepared=None))


def test_answer_that_is_not_permitted(server, bot, tip):
    """An answer that the token may not give is refused alone; a post goes on."""
    server.network.tokens.scopes.discard("threads_manage_replies")
    with pytest.raises(Refused):
        bot.prepare(replace(POST, in_reply_to=tip))
    assert bot.prepare(POST)


def test_retract(server, bot, ann, tip):
    """Only our own posts are deleted; one that is gone is fine, one that stays is told."""
    said = server.say(ann, "Is it?", reply_to=tip)
    server.network.reading.has_advanced_access = True
    with failing() as caught:
        bot.retract(said)
    assert type(caught.value) is Refused
    bot.retract(tip)
    bot.retract(tip)
    assert server.posts_of(server.bot) == []


def test_addresses(server, bot, ann, tip):
    """An address is looked for among our own posts; those of others name nothing."""
    said = server.say(ann, "Is it?", reply_to=tip)
    shown = server.get(tip).permalink
    assert bot.remote_id(shown) == tip
    assert bot.remote_id(shown.replace("threads.com", "threads.net")) == tip
    assert bot.remote_id(server.get(said).permalink) is None
    server.fail(Trouble.DROP, "/me/threads")
    assert bot.remote_id(shown) is None
