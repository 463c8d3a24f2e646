"""Posting: the frozen record under a key of our choice, its facets, its card and its place."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.errors import Duplicate, Refused, RetryLater
from bot.core.model.delivery import Span, SpanKind
from bot.core.model.lookup import Absent, CannotTell, Found
from bot.platforms.bluesky import TRAITS
from bot.platforms.bluesky.posting.post_record import is_record_of, post_record
from bot.platforms.bluesky.posting.record_key import record_key
from tests.platforms.bluesky.samples import FULL, LINK, NOON, POST, adapter, failing, unsure
from tests.servers.bluesky.names import TID


def shown(record):
    """The stretch of each facet and its feature."""
    data = record["text"].encode()
    return [
        (data[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode(), *one["features"])
        for one in record.get("facets", [])
    ]


def test_record(server, bot):
    """A post has its text, time, language, facets and card, as the lexicon wants them."""
    bot.publish(FULL)
    (found,) = server.posts_of(server.bot)
    assert found.value["text"] == FULL.text
    assert (found.value["createdAt"], found.value["langs"]) == ("2026-06-01T12:00:00Z", ["de"])
    assert shown(found.value) == [
        ("#Überblick", {"$type": "app.bsky.richtext.facet#tag", "tag": "Überblick"}),
        (LINK, {"$type": "app.bsky.richtext.facet#link", "uri": LINK}),
    ]
    assert found.value["embed"]["external"] == {
        "uri": LINK,
        "title": "Grüße",
        "description": "Say hello to everybody in the house.",
    }


def test_links_and_tags_in_the_words():
    """A link or hashtag in the words of a post is marked, too, where no span is."""
    text = "See https://a.example/ü, http://:1/, #Dégradé_2 and mail@a.example #1 a#b."
    assert [one[0] for one in shown(post_record(replace(POST, text=text)))] == [
        "https://a.example/ü",
        "#Dégradé_2",
    ]


def test_long_tags(bot):
    """A hashtag that is longer than Bluesky takes is posted as words, wherever it comes from."""
    tag = "a" * 65
    span = Span(kind=SpanKind.TAG, start=2, end=68, target=tag)
    for post in (replace(POST, text=f"A #{tag}", spans=(span,)), replace(POST, text=f"A #{tag}")):
        assert shown(post_record(post)) == []
    bot.publish(replace(POST, text=f"A #{tag} https://", spans=(span,)))


def test_frozen():
    """Key and record are functions of the frozen post, whenever and wherever they are made."""
    later = replace(FULL, created_at=NOON.astimezone())
    assert post_record(FULL) == post_record(later)
    assert record_key("at://did:plc:a/app.bsky.feed.post/1") == "3k4epsfyis4r4"


def test_keys():
    """Every key is a TID, and posts have different ones."""
    keys = {record_key(f"bot/{number}") for number in range(20_000)}
    assert len(keys) == 20_000
    assert all(TID.fullmatch(one) for one in keys)


def test_planned_anew(server, bot, clock):
    """What a restored database does not know of is not posted again, however late it is planned anew."""
    first = bot.publish(POST)
    clock.advance(timedelta(hours=1))
    again = replace(POST, created_at=clock.now())
    with failing() as caught:
        bot.publish(again)
    assert isinstance(caught.value, Duplicate)
    found = bot.find(unsure(again))
    assert isinstance(found, Found)
    assert found.receipt.remote_id == first.remote_id
    assert len(server.posts_of(server.bot)) == 1


def test_repeat_is_identical(server, bot, clock):
    """A repeat, also later and after a restart, sends the identical request and changes nothing."""
    first = bot.publish(FULL)
    clock.advance(timedelta(hours=1))
    second = adapter(server, clock).publish(FULL)
    assert second.remote_id == first.remote_id
    one, other = (json.loads(request.body) for request in server.asked("putRecord"))
    assert one == other
    assert len(server.posts_of(server.bot)) == 1


def test_never_overwritten(server, bot):
    """Another record under the key is not overwritten, and is not taken for the post."""
    name = bot.publish(POST).remote_id
    other = replace(POST, text="Another tip.")
    with pytest.raises(Duplicate):
        bot.publish(other)
    assert server.get(name).value["text"] == POST.text
    assert isinstance(bot.find(unsure(other)), CannotTell)
    assert isinstance(bot.find(unsure(POST)), Found)


@pytest.mark.parametrize("unit", ["e\u0301", "🏳️‍🌈", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪", "ก็"])
def test_graphemes(server, bot, unit):
    """A post of exactly 300 characters as readers count them is taken, one of 301 refused."""
    fits = min(300, 3000 // len(unit.encode()))
    bot.publish(replace(POST, text=unit * fits))
    with pytest.raises(Refused, match=r"300 graphemes|3000"):
        bot.publish(replace(POST, key="longer", text=unit * (fits + 1)))


def test_bytes(bot):
    """A post of exactly 3,000 bytes is taken, and one more is refused."""
    assert TRAITS.text.max_bytes == 3000
    text = "👨‍👩‍👧‍👦" * 120
    bot.publish(replace(POST, text=text))
    with pytest.raises(Refused):
        bot.publish(replace(POST, key="longer", text=f"{text}a"))


def test_answer(server, bot, ann, tip):
    """An answer names parent and root with their hashes, and mentions whom it names."""
    first = server.say(ann, "Is it?", reply_to=tip)
    second = server.say(ann, "I mean: really?", reply_to=first)
    text = "@ann.test It is, @nobody.test. https://a.example"
    name = bot.publish(replace(POST, key="answer", text=text, in_reply_to=second)).remote_id
    found = server.get(name).value
    assert found["reply"]["root"] == {"uri": tip, "cid": server.get(tip).cid}
    assert found["reply"]["parent"] == {"uri": second, "cid": server.get(second).cid}
    assert [one[0] for one in shown(found)] == ["@ann.test", "https://a.example"]
    assert server.get(name).mentioned == {ann.did}


def test_a_tip_mentions_nobody(server, bot, ann):
    """A post that answers nobody mentions nobody, and no handle is looked up for it."""
    name = bot.publish(replace(POST, text="By @ann.test")).remote_id
    assert server.get(name).mentioned == set()
    assert server.asked("resolveHandle") == []


def test_answer_to_nothing(server, bot, ann, tip):
    """An answer to what is gone is refused before anything is sent."""
    said = server.say(ann, "Is it?", reply_to=tip)
    server.delete(said)
    with pytest.raises(Refused, match="does not show"):
        bot.publish(replace(POST, key="answer", in_reply_to=said))
    assert len(server.asked("putRecord")) == 1


def test_answer_while_reading_fails(server, bot, ann, tip):
    """Where what it answers cannot be read, it is certain that nothing was posted."""
    said = server.say(ann, "Is it?", reply_to=tip)
    server.fail(502, "getPosts", "UpstreamFailure")
    with failing() as caught:
        bot.publish(replace(POST, key="answer", in_reply_to=said))
    assert type(caught.value) is RetryLater


def test_find_asks_by_key(server, bot):
    """A lost post is found under its key, and only there; a deleted one is absent."""
    assert bot.find(unsure()) == Absent()
    receipt = bot.publish(POST)
    assert bot.find(unsure()) == Found(receipt=receipt)
    server.delete(receipt.remote_id)
    assert bot.find(unsure()) == Absent()


def test_retract_only_its_own(server, bot, ann):
    """The post of somebody else is not deleted, and none of ours in its place."""
    ours = bot.publish(POST).remote_id
    theirs = ours.replace(server.bot.did, ann.did)
    with pytest.raises(Refused, match="not a post of this account"):
        bot.retract(theirs)
    assert [one.uri for one in server.posts_of(server.bot)] == [ours]


def test_like(server, bot, ann, tip, clock):
    """A like is given once, also by another process at another time, and not to what is gone."""
    said = server.say(ann, "Good.", reply_to=tip)
    bot.favourite(said)
    clock.advance(timedelta(minutes=1))
    adapter(server, clock).favourite(said)
    (like,) = server.likes_of(server.bot)
    assert like.value["subject"] == {"uri": said, "cid": server.get(said).cid}


def test_names(server, bot, ann):
    """A post is named by addresses with the permanent id or the handle, and by its own id."""
    receipt = bot.publish(POST)
    key = receipt.remote_id.rpartition("/")[2]
    assert receipt.url == f"https://bsky.app/profile/{server.bot.did}/post/{key}"
    for who in (server.bot.did, server.bot.handle, server.bot.handle.upper()):
        assert bot.remote_id(f"https://bsky.app/profile/{who}/post/{key}") == receipt.remote_id
    assert bot.remote_id(f"https://bsky.app/profile/nobody.test/post/{key}") is None
    assert bot.remote_id(f"https://bsky.app/profile/{server.bot.did}") is None


def test_name_while_down(server, bot):
    """An address with a handle names nothing while the network cannot be asked for its owner."""
    server.fail(500, "resolveHandle")
    assert bot.remote_id("https://bsky.app/profile/ann.test/post/3kaaaaaaaaa2a") is None


@pytest.mark.parametrize("in_reply_to", [None, "at://did:plc:a/app.bsky.feed.post/1"])
def test_same_words_elsewhere(in_reply_to):
    """A record with the same words is the post only where it answers the same one."""
    above = {"uri": "at://did:plc:b/app.bsky.feed.post/2", "cid": "c"}
    elsewhere = {"text": POST.text, "reply": {"parent": above, "root": above}}
    assert not is_record_of(replace(POST, in_reply_to=in_reply_to), elsewhere)
    assert is_record_of(replace(POST, in_reply_to=above["uri"]), elsewhere)
