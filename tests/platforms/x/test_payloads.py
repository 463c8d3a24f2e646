"""X's answers as values: what the strict X never sends, but the real one does."""

import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.core.model.entry import NOBODY, EntryKind, Visibility
from bot.core.model.lookup import Absent, CannotTell, Found
from bot.platforms.x.http import payloads
from bot.platforms.x.listening.entries import entry
from bot.platforms.x.normalize import is_same
from tests.platforms.x.samples import ANN, ME, PERSON, SAID, adapter_at, unsure

OWN = SAID | {"author_id": ME, "text": "A tip."}


@contextmanager
def scripted(*bodies):
    """An X that introduces us, and then answers one request after another with these bodies."""
    waiting = [{"data": {"id": ME, "name": "Tips", "username": "tentips"}}, *bodies]
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = json.dumps(waiting.pop(0)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        yield adapter_at(address), asked
        server.shutdown()


def heard(said, person=PERSON):
    """What the bot makes of a post of this shape."""
    people = {"users": [person]} if person else {}
    page = payloads.page({"data": [SAID | said], "includes": people, "meta": {"result_count": 1}})
    [post] = page.posts
    return entry(post, account="x", me=ME, author=page.people.get(post.author_id), ours=frozenset())


def test_light():
    """Knowing what X asks of an operator costs no client library."""
    code = (
        "import sys, bot.platforms.x; print({'tweepy', 'requests', 'urllib3'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_long_reply():
    """A reply longer than 280 is heard whole."""
    links = {"urls": [{"url": "https://t.co/a", "expanded_url": "https://example.org/"}]}
    long = "@tentips " + "I disagree. " * 60 + "https://t.co/a"
    cut = {"text": long[:270] + "… https://t.co/b", "note_tweet": {"text": long, "entities": links}}
    assert heard(cut).text == long.removesuffix("https://t.co/a") + "https://example.org/"


def test_protected():
    """What someone says to their approved followers only is not kept, and neither is who said it."""
    kept = heard({}, PERSON | {"protected": True})
    assert kept.visibility is Visibility.FOLLOWERS
    assert (kept.text, kept.author, kept.url, kept.language) == ("", NOBODY, None, None)


@pytest.mark.parametrize(
    "person", [None, {"id": ANN, "name": "Ann"}, PERSON | {"username": "ann\x1b]0;owned\x07"}]
)
def test_unknown_author(person):
    """Nobody knows for whom somebody writes whom X does not show: only the place is kept, and told."""
    people = {"users": [person]} if person else {}
    body = {"data": [SAID], "includes": people, "meta": {"result_count": 1}}
    with scripted(body, body) as (bot, _):
        first = bot.poll(None)
        again = bot.poll(first.cursor)
    [kept] = first.entries
    assert (kept.remote_id, kept.visibility) == (SAID["id"], Visibility.FOLLOWERS)
    assert (kept.text, kept.author, kept.url, kept.language) == ("", NOBODY, None, None)
    [told] = first.unheard
    assert "did not name the author of 1 of" in told
    assert (again.entries, again.unheard) == (first.entries, ())


@pytest.mark.parametrize("odd", ["", " 7", "7\n", "-7", "1_0", "٧", "7\x1b]0;owned\x07"])
def test_odd_id(odd):
    """What is no number to X is no id, however a programming language reads it."""
    with pytest.raises(ValueError, match="is no id of X"):
        payloads.post_of(SAID | {"id": odd})


@pytest.mark.parametrize(
    ("code", "language"), [("en", "en"), ("und", None), ("qme", None), ("", None), (None, None)]
)
def test_language(code, language):
    """X's codes for "no language" are none."""
    assert heard({"lang": code}).language == language


NEW_NAMES = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "note_tweet": "note_post",
}


def renamed(said, names):
    """The same post with some of its fields under their new names."""
    return {NEW_NAMES[key] if key in names else key: value for key, value in said.items()}


@pytest.mark.parametrize(
    "names", [(), *((name,) for name in NEW_NAMES), tuple(NEW_NAMES), tuple(NEW_NAMES)[:2]]
)
def test_new_names(names):
    """A post is the same under the old names of its fields, the new ones, and some of each."""
    first, second = SAID["id"], "2061418475077046300"
    long = "@tentips " + "I disagree. " * 60 + "https://t.co/a"
    links = {"urls": [{"url": "https://t.co/a", "expanded_url": "https://example.org/"}]}
    said = SAID | {
        "id": second,
        "edit_history_tweet_ids": [first, second],
        "referenced_tweets": [{"type": "replied_to", "id": "7"}, {"type": "quoted", "id": "8"}],
        "in_reply_to_user_id": ME,
        "note_tweet": {"text": long, "entities": links},
    }
    post = payloads.post_of(renamed(said, names))
    assert (post.first_id, post.id) == (first, second)
    assert (post.replied_to, post.quoted) == ("7", "8")
    assert post.text == long
    assert post.links == {"https://t.co/a": "https://example.org/"}


@pytest.mark.parametrize("empty", [None, []])
def test_empty_new_names(empty):
    """A new name that stands empty beside an old one that is filled tells nothing."""
    both = SAID | dict.fromkeys(NEW_NAMES.values(), empty)
    assert payloads.post_of(both) == payloads.post_of(SAID)


def test_older_version():
    """A version that was edited since is told apart from the edit itself."""
    first, second = SAID["id"], "2061418475077046300"
    history = {"edit_history_tweet_ids": [first, second]}
    assert heard(history).edited_at is None
    edited = heard(history | {"id": second})
    assert edited.edited_at is not None
    assert (edited.remote_id, edited.at) == (first, heard({}).at)


def test_unreadable():
    """A post that makes no sense is told as a gap, and the others are heard."""
    body = {
        "data": [SAID, {"id": "7", "text": None}],
        "includes": {"users": [PERSON]},
        "meta": {"result_count": 2},
    }
    with scripted(body) as (bot, _):
        batch = bot.poll(None)
    assert [one.kind for one in batch.entries] == [EntryKind.MENTION]
    assert len(batch.unheard) == 1


def test_empty_page_with_more():
    """An empty page that X says is not the last one does not end the walk."""
    empty = {"meta": {"result_count": 0, "next_token": "on"}}
    full = {"data": [SAID], "includes": {"users": [PERSON]}, "meta": {"result_count": 1}}
    with scripted(empty, empty, full) as (bot, asked):
        batch = bot.poll(None)
    assert [one.remote_id for one in batch.entries] == [SAID["id"]]
    assert batch.unheard == ()
    assert "pagination_token=on" in asked[-1]


def test_empty_pages_without_end():
    """Where empty pages do not end, the walk does, and says that something may be missing."""
    empty = {"meta": {"result_count": 0, "next_token": "on"}}
    with scripted(*[empty] * 9) as (bot, _):
        batch = bot.poll(None)
    assert (batch.more, len(batch.unheard)) == (False, 1)


@pytest.mark.parametrize(
    ("timeline", "looked"),
    [
        ({"data": [OWN], "meta": {}}, Found),
        ({"data": [OWN | {"id": "7", "edit_history_tweet_ids": ["7"]}], "meta": {}}, Absent),
        ({"data": [OWN | {"text": "Another."}], "meta": {}}, Absent),
        ({"meta": {"result_count": 0}}, Absent),
        ({"data": [{"id": "8"}], "meta": {}}, CannotTell),
        ({"errors": [{"title": "Authorization Error"}], "meta": {}}, CannotTell),
    ],
)
def test_find(timeline, looked):
    """A post is there by text and time, absent if all was seen, and else nobody knows."""
    with scripted(timeline) as (bot, _):
        assert isinstance(bot.find(unsure()), looked)


@pytest.mark.parametrize(
    ("ours", "found", "is_reply", "same"),
    [
        ("A tip.", "A tip.", False, True),
        ("A tip.", "A tip", False, False),
        ("A  tip.\n\nMore", "A tip. More", False, True),
        ("cafe\u0301", "caf\u00e9", False, True),
        ("see example.org", "see http://example.org", False, True),
        ("https://example.org/ #a", "https://example.org #a", False, True),
        ("https://example.org/a", "https://example.org/b", False, False),
        ("A tip.", "@ann A tip.", False, False),
        ("A tip.", "@ann A tip.", True, True),
        ("A tip.", "@ann @ben_1 A tip.", True, True),
        ("A tip.", "Not A tip.", True, False),
        ("A tip.", "@ann Not A tip.", True, False),
    ],
)
def test_same_text(ours, found, is_reply, same):
    """Two texts are the same where only X's own changes tell them apart."""
    assert is_same(ours, found, is_reply=is_reply) is same
