"""Generated texts: the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count
from random import Random

_ENGLISH = """
about act answer any ask because begin best build but by can change crowd day digital do each
everyone find first for from give goal good great have hear help hold honest how idea if in is it
know learn leader listen little make many matters more most network never new not of on one open
other over people place platform practice question reply say see share short show simple small so
some story take team tell than that the their them then there they thing this time to together
trust try use value vision voice wait we what when which who why will with word work world write
you your
""".split()  # noqa: SIM905 - a word a line would hide the rest of the module
_EMOJI = ("😀", "👍🏽", "👩‍🚀", "🇬🇧", "❤️", "🏳️‍🌈", "👨‍👩‍👧‍👦", "1️⃣", "🎉", "☕")  # fmt: skip
_EAST_ASIAN = "今日は良い天気ですね我们一起学习分享经验问题很重要오늘은날씨가좋아요함께배우자"
_LINKS = (
    "https://tips.example.org/tips/listen-hardest",
    "https://www.w3.org/Provider/Style/URI",
    "example.com/a/path?with=query&more=1#part",
    "http://xn--bcher-kva.example.net",
    "docs.python.org",
)
LENGTH = 190
"""The length of a text in characters, at most."""


def ordinary(random: Random) -> str:
    """Plain English sentences."""
    return _upto_length(_sentences(random))


def linked(random: Random) -> str:
    """English with two links."""
    first, second = random.sample(_LINKS, 2)
    text = _upto_length(_sentences(random), LENGTH - len(first) - len(second) - 2)
    return f"{first} {text} {second}"


def with_emoji(random: Random) -> str:
    """English with emoji of one and of many characters after every third word."""
    words = chain.from_iterable(_with_emoji(random, number) for number in count(1))
    return _upto_length(words)


def east_asian(random: Random) -> str:
    """Chinese, Japanese and Korean, with a link."""
    text = "".join(random.choices(_EAST_ASIAN, k=LENGTH - 40))
    return f"{text} {random.choice(_LINKS[:3])}"


def sentence(random: Random, words: int) -> str:
    """A sentence of a number of words."""
    return " ".join(random.choices(_ENGLISH, k=words)).capitalize() + random.choice("....?!")


def _sentences(random: Random) -> Iterator[str]:
    while True:
        yield sentence(random, random.randint(5, 14))


def _with_emoji(random: Random, number: int) -> Iterator[str]:
    yield random.choice(_ENGLISH)
    if number % 3 == 0:
        yield random.choice(_EMOJI)


def _upto_length(parts: Iterator[str], length: int = LENGTH) -> str:
    """As many of the parts as fit, separated by spaces."""
    text = next(parts)
    for part in parts:
        if len(text) + 1 + len(part) > length:
            return text
        text += f" {part}"
    return text
