"""A status's foreign HTML as plain text."""

import json
import time

import pytest

from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.status_text import LONGEST, plain, words

LINK = (
    '<a href="https://tips.example/a/long/way?x=1&amp;y=2" rel="nofollow"><span class="invisible">'
    'https://www.</span><span class="ellipsis">tips.example/a/long</span><span class="invisible">'
    "/way?x=1&amp;y=2</span></a>"
)

CASES = [
    ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
    ("<p>One.<br>Two.<br />Three.</p>", "One.\nTwo.\nThree."),
    ("One.<br><br>Two.<br><br><br><br>Three.", "One.\n\nTwo.\n\nThree."),
    (f"<p>See {LINK}.</p>", "See https://www.tips.example/a/long/way?x=1&y=2."),
    ('<p><span class="h-card"><a href="u">@<span>ann</span></a></span> hm</p>', "@ann hm"),
    ('<p>A <a href="t" class="hashtag">#<span>Vision</span></a>!</p>', "A #Vision!"),
    ("<p>Fish & chips &lt;3 &amp;amp; &#128075;</p>", "Fish & chips <3 &amp; 👋"),
    ("<p>a\n   b <b>c</b>  d </p>\n<p> e</p>", "a b c d\n\ne"),
    ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
    ("<blockquote><p>quoted</p></blockquote><p>answer</p>", "quoted\n\nanswer"),
    ("<script>alert(1)</script><style>p{}</style><p>ok</p>", "ok"),
    ("<p>x<img src=x onerror=alert(1)>y<!-- no --></p>", "xy"),
    ("<p>open <a href='", "open"),
    ("", ""),
    ("no markup at all", "no markup at all"),
]


@pytest.mark.parametrize(("markup", "text"), CASES)
def test_markup_becomes_what_a_reader_sees(markup, text):
    """Paragraphs, line ends, whole links and names survive; scripts and comments do not."""
    assert plain(markup) == text


HOSTILE = ["<a ", "<a b='", "<a b=", "<!--", "<![", "<?", "<", "<div>", "<p><b>", "<table>", "&#"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_markup_keeps_the_bot_busy(piece):
    """A megabyte of the worst markup is read in a moment, and never fails."""
    started = time.process_time()
    plain(piece * (1_000_000 // len(piece)))
    assert time.process_time() - started < 5


def test_a_text_is_bounded():
    """A status that is longer than any is cut, not kept."""
    assert len(plain("x" * 1_000_000)) == LONGEST


SAME = [
    ("a  b\n\nc", "a b c"),
    ("@ann@far.example hi", "@ann hi"),
    ("caf\u0065\u0301", "caf\u00e9"),
    ("@\u2060clarkmike", "@clarkmike"),
]


@pytest.mark.parametrize(("ours", "theirs"), SAME)
def test_what_a_network_changes_in_passing_is_no_other_text(ours, theirs):
    """White space, composition, invisible characters and a mention's host do not matter."""
    assert words(ours) == words(theirs)


def test_another_text_stays_another():
    """A different word, link or number is a different post."""
    assert words("see https://a.example/1") != words("see https://a.example/2")


def test_half_a_character_is_replaced():
    """JSON can spell half of a character, which no parser takes: all of it is read without it."""
    content = json_values.word(json.loads(r'"<p>before \ud83d after</p>"'))
    assert content is not None
    assert plain(content) == "before \ufffd after"
