"""Which comments are held: what counts as a link, and whose comments are known."""

from __future__ import annotations

import pytest

from bot.app.moderation.comment_filter import has_link, is_held
from bot.core.model.config import Hold


@pytest.mark.parametrize(
    "words",
    [
        "See https://spam.example/pills",
        "see HTTP://SPAM.EXAMPLE",
        "ftp://spam.example/x",
        "www.spam-example",
        "buy at cheap-pills.com now",
        "cheap-pills.com/main.py",
        "ｃｈｅａｐ．ｃｏｍ",
        "cheap\u200b-pills.\u2060com",
        "chéap.ком или пример.рф",
        "Name: spam.biz\nHello",
        '<a href="//spam.biz">x</a>',
        "Купи на магазин.москва сейчас",
        "موقع.شبكة",
        "see bücher.de",
        "dom.xn--p1ai",
        "example。com",
        "example｡com",
        "пример。рф",
        "例子。中国",
        "请看example。com谢谢",
        "http:/spam",
        "http:spam.biz",
        "http:\\\\spam",
        "hxxps://spam",
        "mailto:spam",
        "1.2.3.4",
        "at 203.0.113.9:8080/x",
        "http://[2001:db8::1]/",
        "2001:db8::1",
        "write to jo@spam.example",
        "jo@bücher.example",
        "ask @ada@far.example",
        "cheap.zip",
        "get it.mov",
        "cheap.web",
        "cheap.hotel",
    ],
)
def test_what_is_a_link(words):
    """An address is noticed without its protocol, in wide letters and with unseen marks in it."""
    assert has_link(words)


@pytest.mark.parametrize(
    "words",
    [
        "I disagree.",
        "Read main.py and README.md, then come back.",
        "That costs 3.50, i.e. nothing ... right?",
        "Done.Really.",
        "a:b, c/d, //e",
        "",
        "用心.听",
        "你好。中国很大",
        "これはペンです。世界は広い",
        "我来了。公司很好。",
        "Version 1.2.3, or 10.4",
        "1.2.3.4.5",
        "at 12:30:45 on 25.12.2026",
        "std::vector and a::b, 16:9:4, 00:1A:2B",
        "hm :/ and/or:/ he said:no",
        "Hello @ada, a@b",
        "U.S.A., e.g. this",
    ],
)
def test_what_is_no_link(words):
    """Ordinary words, numbers and names of files do not make a comment wait."""
    assert not has_link(words)


@pytest.mark.parametrize(
    ("hold", "words", "known", "held"),
    [
        (Hold.LINKS, "Hm.", False, False),
        (Hold.LINKS, "a.com", True, True),
        (Hold.NEW, "Hm.", False, True),
        (Hold.NEW, "Hm.", True, False),
        (Hold.NEW, "a.com", True, True),
        (Hold.ALL, "Hm.", True, True),
        (Hold.NONE, "a.com", False, False),
    ],
)
def test_the_rules(hold, words, known, held):
    """Each rule holds what the operator's guide says."""
    assert is_held(words, hold, lambda: known) is held
