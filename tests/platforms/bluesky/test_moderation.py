"""What people and moderators want hidden is kept without words, author and address."""

import pytest

from bot.core.model.entry import NOBODY, Visibility
from bot.platforms.bluesky.listening.moderation import HIDING


def hidden(entries):
    """Whether the only entry is there without anything to show."""
    (one,) = entries
    is_empty = (one.text, one.html, one.author, one.url) == ("", "", NOBODY, None)
    assert is_empty is (one.visibility is Visibility.FOLLOWERS)
    return is_empty


@pytest.fixture
def said(server, ann, tip):
    """A reply of a person."""
    return server.say(ann, "Is it?", reply_to=tip)


def everywhere(bot, tip, said):
    """Whether the reply is hidden as a notification, in its thread, and at a recheck."""
    found = {
        hidden(bot.poll(None).entries),
        hidden(bot.read_thread(tip, None).entries),
        hidden(bot.check([said]).entries),
    }
    (one,) = found
    return one


@pytest.mark.parametrize("label", sorted(HIDING))
def test_labels(server, bot, ann, tip, said, label):
    """Each hiding label counts, on the post and on its author."""
    server.get(said).labels = [label]
    assert everywhere(bot, tip, said)
    server.get(said).labels = []
    assert not everywhere(bot, tip, said)
    ann.labels = [label]
    assert everywhere(bot, tip, said)


@pytest.mark.parametrize("label", ["porn", "graphic-media"])
def test_own_labels(server, bot, ann, tip, label):
    """So does a label that the author put on the post."""
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": label}]}
    said = server.say(ann, "Look.", reply_to=tip, labels=labels)
    assert everywhere(bot, tip, said)


def test_logged_in_only(bot, ann, tip, said):
    """Words that their author shows only to people who are logged in are on no public page."""
    ann.self_labels = ["!no-unauthenticated"]
    assert everywhere(bot, tip, said)


@pytest.mark.parametrize("label", ["bot", "pride-flag", "intolerant"])
def test_other_labels(server, bot, tip, said, label):
    """Labels that hide nothing on Bluesky hide nothing here."""
    server.get(said).labels = [label]
    assert not everywhere(bot, tip, said)


def test_negated_label(server, bot, ann, tip, said):
    """A label that was taken back does not count."""
    view = (
        f'{{"posts": [{{"uri": "{said}", "author": {{"did": "{ann.did}"}}, "record": {{}},'
        ' "labels": [{"val": "porn", "neg": true}]}]}'
    )
    server.fail(200, "getPosts", body=view)
    assert not hidden(bot.check([said]).entries)


def test_muted(server, bot, ann, tip, said):
    """Of somebody whom the account has muted nothing is heard, and in threads nothing shown."""
    server.bot.mutes.add(ann.did)
    assert bot.poll(None).entries == ()
    assert hidden(bot.read_thread(tip, None).entries)
    assert hidden(bot.check([said]).entries)


@pytest.mark.parametrize("who", ["ann", "bot"])
def test_blocked(server, bot, ann, tip, said, who):
    """A block, by either side, counts as a deletion."""
    pair = {"ann": (ann, server.bot), "bot": (server.bot, ann)}[who]
    pair[0].blocks.add(pair[1].did)
    assert bot.poll(None).entries == bot.read_thread(tip, None).entries == ()
    assert bot.check([said]).gone == {said}


def test_hidden_by_us(server, bot, tip, said):
    """A reply that the account has hidden below its post is not shown here, either."""
    cursor = bot.read_thread(tip, None).cursor
    server.get(tip).hidden_replies.add(said)
    assert hidden(bot.read_thread(tip, cursor).entries)


def test_detached(server, bot, ann, tip):
    """A quote from which the account has detached its post is not shown."""
    said = server.say(ann, "How silly.", quotes=tip)
    assert not hidden(bot.poll(None).entries)
    server.get(tip).detached_from.add(said)
    assert hidden(bot.poll(None).entries)
    assert hidden(bot.check([said]).entries)
