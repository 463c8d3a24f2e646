"""A tip stays as it was written where accounts may post in Markdown, and is found where it did not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from bot.core.model.lookup import Absent, Found
from tests.platforms.mastodon.samples import GOTOSOCIAL_SOURCE, MINE, delivery, instance, post

MIME = ["text/plain", "text/html", "text/markdown"]
GLITCH = {"configuration": {"statuses": {"supported_mime_types": MIME}}}
PLEROMA = {"pleroma": {"metadata": {"post_formats": MIME}}}

SERVERS = [
    (instance("0.19.1", GOTOSOCIAL_SOURCE), True),
    (instance("4.5.0+glitch"), True),
    (instance("2.7.2 (compatible; Pleroma 2.9.1)"), True),
    (instance("2.7.2 (compatible; Akkoma 3.15.2)"), True),
    (instance("4.4.0+chuckya") | GLITCH, True),
    (instance("2.7.2 (compatible; Rebased 2.5)") | PLEROMA, True),
    (instance("4.6.0"), False),
    (instance("4.2.1 (compatible; Sharkey 2025.4.2)"), False),
    (instance("4.6.0") | {"pleroma": []}, False),
    (None, True),
]


@pytest.mark.parametrize(("document", "is_told"), SERVERS)
def test_the_server_is_told_that_it_is_plain_text(bot, line, server, document, is_told):
    """The format arrives where the server knows formats, or was not asked yet, and nowhere else."""
    if document:
        server.answer("/api/v2/instance/", 200, document)
        bot.learn()
    bot.publish(post())
    form = parse_qs(line.seen[-1].body.decode())
    assert form.get("content_type") == (["text/plain"] if is_told else None)


RENDERED = [
    ("Say *why* first.", "<p>Say <em>why</em> first.</p>"),
    ("**Ask.** Then __listen__.", "<p><strong>Ask.</strong> Then <strong>listen</strong>.</p>"),
    ("1. Ask.\n2. Listen.", "<ol><li>Ask.</li><li>Listen.</li></ol>"),
    ("- Ask\n- Listen", "<ul><li>Ask</li><li>Listen</li></ul>"),
    ("# Ask\n\nThen listen.", "<h1>Ask</h1><p>Then listen.</p>"),
    ("> Ask.\n\nI did.", "<blockquote><p>Ask.</p></blockquote><p>I did.</p>"),
    ("Run `make all`.", "<p>Run <code>make all</code>.</p>"),
    ('"Ask" -- and listen...', "<p>“Ask” – and listen…</p>"),
    ("~~Talk~~ listen.", "<p><del>Talk</del> listen.</p>"),
    ("Use <b>few</b> words.", "<p>Use <b>few</b> words.</p>"),
    ("Use [b]few[/b] words.", "<p>Use <strong>few</strong> words.</p>"),
    (
        "See [the page](https://t.example/a).",
        '<p>See <a href="https://t.example/a">the page</a>.</p>',
    ),
    ("A &amp; B", "<p>A &amp; B</p>"),
    (r"2 \* 3", "<p>2 * 3</p>"),
    ("Ask.\n---\nListen.", "<h2>Ask.</h2><p>Listen.</p>"),
    ("Ask. https://t.example/a_b_c #vision", '<p>Ask. <a href="x">t.example/a_b_c</a> #vision</p>'),
]
NOT_SAME = [
    ("Tip 1: ask.", "<p>Tip 2: ask.</p>"),
    ("Ask first.", "<p>Ask first, then listen.</p>"),
    ("Say *why* first.", "<p>Say <em>how</em> first.</p>"),
    ("***", "<hr>"),
    ("1. Ask.\n2. Listen.", "<ol><li>Ask.</li></ol>"),
]


def shown(content, **more):
    """A status of ours as a server shows it."""
    made = datetime.now(UTC).isoformat()
    return {"id": "7", "content": content, "created_at": made} | more


@pytest.mark.parametrize(("text", "content"), RENDERED)
def test_a_text_that_was_taken_for_markup_is_found(bot, server, clock, text, content):
    """What a server has made of a post in its account's own format is known again, and not sent twice."""
    server.answer(MINE, 200, [shown(content)])
    server.answer(MINE, 200, [])
    assert isinstance(bot.find(delivery(clock, post(text))), Found)


@pytest.mark.parametrize(("text", "content"), NOT_SAME)
def test_other_words_are_another_post(bot, server, clock, text, content):
    """A post that says something else is not taken for this one, however it was rendered."""
    server.answer(MINE, 200, [shown(content)])
    server.answer(MINE, 200, [])
    assert bot.find(delivery(clock, post(text))) == Absent()


def test_the_very_words_come_first(bot, server, clock):
    """Where one post says it to the letter and an older one nearly, the letter counts."""
    near = shown("<p>Ask - first</p>", id="6")
    server.answer(MINE, 200, [shown("<p>Ask first.</p>"), near])
    server.answer(MINE, 200, [])
    found = bot.find(delivery(clock, post("Ask first.")))
    assert found.receipt.remote_id == "7"


def test_an_answer_to_another_is_another_post(bot, server, clock):
    """The same words below something else are not taken for this post."""
    server.answer(MINE, 200, [shown("<p>Say <em>why</em>.</p>", in_reply_to_id="5")])
    server.answer(MINE, 200, [])
    assert bot.find(delivery(clock, post("Say *why*."))) == Absent()


@pytest.mark.parametrize("made", ["1970-01-01T00:00:00Z", 0, "", None, "soon"])
def test_a_post_without_a_time_proves_no_absence(bot, server, clock, made):
    """A post of ours whose time cannot be read is not the end of the list."""
    young = shown("<p>Another.</p>", created_at=made)
    server.answer(MINE, 200, [young])
    server.answer(MINE, 200, [])
    clock.advance(timedelta(minutes=1))
    assert not isinstance(bot.find(delivery(clock, post("Ask."))), Absent | Found)
