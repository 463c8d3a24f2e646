"""Inline HTML and character references in a tip, as a reader sees them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.markup.markdown import escaped, on_one_line, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Use **&amp;** and <code>x</code>", "Use & and x"),
        ("Write &amp;lt; for &lt;", "Write &lt; for <"),
        ("R&D, AT&T; and &nothing;", "R&D, AT&T; and &nothing;"),
        ("A&#66;&#x43;&hellip;", "ABC…"),
        ("&#42;not emphasis&#42;", "*not emphasis*"),
        ("&lt;b&gt;not bold&lt;/b&gt;", "<b>not bold</b>"),
        ("Write `&amp;` and `<b>x</b>`", "Write &amp; and <b>x</b>"),
        (r"Write \&amp; and \<b>x</b>", "Write &amp; and <b>x</b>"),
        ("<code>**kwargs</code> of <code>&lt;main&gt;</code>", "**kwargs of <main>"),
        ("<CODE class='x'>`a*b*`</CODE>", "a*b*"),
        ("<b>Be <i>very</i></b> <u>brave</u>", "Be very brave"),
        ('Read <a href="https://a.example/">it</a>', "Read it"),
        ("H<sub>2</sub>O, 10<sup>6</sup>, 1<sup>st</sup>", "H₂O, 10⁶, 1st"),
        ("One<br>two.<br/> Three. <br> Four", "One two. Three. Four"),
        ("Use <main> once, <br> and <b> never", "Use <main> once, <br> and <b> never"),
        ("A List<T> of <p>", "A List<T> of <p>"),
        ("a < b > c &", "a < b > c &"),
        ("<b></b>", "<b></b>"),
        ("A&nbsp;b &#8238;c&#0;d", "A b c\ufffdd"),
        ("https://a.example/?b=1&amp;c=__d__", "https://a.example/?b=1&c=__d__"),
    ],
)
def test_html_is_shown_as_its_words(text, shown):
    """Tags that mark words go, references become their signs once, and code keeps every sign."""
    assert plain(text) == shown


@given(st.text(alphabet="ab *_`<>&;/\\[]()~!#1"))
def test_words_with_marks_can_be_written(text):
    """Words that look like Markdown or HTML are the same again when they are read as such."""
    assert plain(escaped(on_one_line(text))) == on_one_line(text)


@pytest.mark.parametrize(
    "text",
    [
        "<b>" * 20_000 + "</b>" * 20_000,
        "<b>a" * 20_000,
        "**a " * 20_000,
        "__a __" * 20_000,
        "[" * 100_000,
        "![" * 50_000,
    ],
)
def test_marks_without_end_are_read(text):
    """A text of nothing but marks is read once, and its words are kept."""
    assert plain(text).count("a") == text.count("a")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>a <b>b</b> c</b> d", "a b c d"),
        ("<b>a <i>b</b> c</i> d", "a b c d"),
        ("</b>a<b>", "</b>a<b>"),
        ("<i>a</i><b> <B CLASS=x>c</b >", "a<b> c"),
    ],
)
def test_each_tag_ends_the_nearest(text, shown):
    """A closing tag belongs to the last open one of its name; a tag without its other half stays."""
    assert plain(text) == shown
