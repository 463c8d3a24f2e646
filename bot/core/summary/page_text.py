"""A tip's words as its page shows them: the title once, and no marks of Markdown or HTML."""

import re
from collections.abc import Iterator
from functools import lru_cache

import regex

from bot.core.model.delivery import Post
from bot.core.model.picture import CARD, Picture
from bot.core.summary.prose import sentences
from bot.core.summary.punctuation import closed, joined
from bot.core.text.markup.markdown import unmarked

DESCRIPTION_MAX = 200
"""Characters of a tip's text that describe it where it has no summary beside its title."""

_QUOTES = r"\p{Quotation_Mark}\p{Default_Ignorable_Code_Point}*_`"
_PASSED = regex.compile(rf"[\s{_QUOTES}]")
"""Signs that may stand within a title or not: blanks, quotation marks, Markdown, what is unseen."""

_QUOTE = regex.compile(r"\p{Quotation_Mark}")
_CLOSING = regex.compile(rf"[\s\p{{Sentence_Terminal}}…:\uff1a\p{{Pd}}{_QUOTES}]+$")
_DASH = r"(?:\s+\p{Pd}+\s+|\s*[—―⸺]+\s*)"
_QUOTED = rf"(?:\s?[{_QUOTES}])*"
_LABEL_ENDS = regex.compile(rf"{_QUOTED}(?:\s?[:\uff1a][{_QUOTES}]*|(?P<dash>{_DASH}))")
_SENTENCE_ENDS = regex.compile(rf"{_QUOTED}\s?[\p{{Sentence_Terminal}}…]+[{_QUOTES}]*")
_NO_BLANKS = r"\p{Han}\p{Hiragana}\p{Katakana}\u3000-\u303f\uff00-\uffef"
_APART = regex.compile(rf"\s|$|(?<=[{_NO_BLANKS}])|(?=[{_NO_BLANKS}])")
"""Where a sentence or label can end: before a blank, and anywhere between scripts without them."""

_SECOND_DASH = regex.compile(rf"[^.!?。！？]*{_DASH}")  # noqa: RUF001 - two of them are wide
_GOES_ON = regex.compile(rf"[{_QUOTES}\s]*[\p{{Ll}}\p{{N}}]")
_WORD = regex.compile(r"[^\p{L}\p{N}]*(\p{Ll})[\p{Ll}\p{M}\p{Lo}]*(?![^\s\p{P}]|\p{P}\w)")
"""A first word in small letters alone: not `iPhone`, `x86` or `setup.py`."""

_FENCED = re.compile(
    r"^ {0,3}(`{3,}+|~{3,}+)[^`\n]*\n(?P<code>.*?)(?:^ {0,3}\1[`~]*[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+", re.MULTILINE)
_BLOCK_ENDS = re.compile(r"(\n[ \t]*\n\s*|\n(?= {0,3}(?:[-*+•]|\d{1,3}[.)]|>)\s))")


@lru_cache(maxsize=256)
def body(text: str) -> str:
    """A tip's text without its marks: lists and fenced code keep their lines."""
    parts, at = [], 0
    for fenced in _FENCED.finditer(text):
        parts += [_shown(text[at : fenced.start()]), fenced["code"]]
        at = fenced.end()
    return "".join((*parts, _shown(text[at:])))


def _shown(text: str) -> str:
    """Blocks of a text without code in lines of its own; a link shows where it leads."""
    parts = _BLOCK_ENDS.split(_HEADING.sub("", text))
    return "".join(unmarked(part, with_addresses=True) for part in parts)


@lru_cache(maxsize=1000)
def without_title(summary: str, title: str) -> str:
    """The summary without the title that it begins with; nothing where it says nothing else.

    The title goes only where it is a sentence or label of its own, with its full stop, colon or
    dash, however it is quoted, marked or capitalised: never out of a sentence that goes on.
    """
    for name in dict.fromkeys((unmarked(title), title)):
        if (rest := _rest(summary, name)) is not None:
            return _capitalised(rest)
    return summary


def card_words(title: str, summary: str) -> str:
    """All words of a tip's card in reading order: the title, and what the summary says besides."""
    name, rest = unmarked(title), without_title(summary, title)
    return joined((closed(name), rest)) if rest and rest != name else name


def page_picture(post: Post) -> Picture:
    """The picture that the page of a post shows: its own, or a card."""
    return post.picture or Picture(name=CARD, alt=card_words(post.title, post.summary))


def description(text: str, title: str, language: str | None) -> str:
    """The beginning of a tip's text as whole sentences, without the title; nothing if too long."""
    found = ""
    for sentence in sentences(text, language):
        longer = joined((found, sentence)) if found else sentence
        if len(longer) > DESCRIPTION_MAX:
            break
        found = longer
    return without_title(found, title)


def _rest(summary: str, title: str) -> str | None:
    """What follows the title, or None where the summary does not begin with it."""
    name = _CLOSING.sub("", title)
    end = _end(summary, name)
    if end is None:
        return None
    if not _CLOSING.sub("", summary[end:]):
        return ""
    begin = _begin(summary, end, title)
    if begin is None or _is_quoting(summary[:begin]) != _is_quoting(title):
        return None
    return summary[begin:].lstrip()


def _end(summary: str, name: str) -> int | None:
    """Where the title ends at the beginning of the summary."""
    said = _signs(summary)
    wanted = [sign for sign, _ in _signs(name)]
    if not wanted or any(sign != next(said, ("", 0))[0] for sign in wanted[:-1]):
        return None
    sign, end = next(said, ("", 0))
    return end if sign == wanted[-1] else None


def _signs(text: str) -> Iterator[tuple[str, int]]:
    """The signs of a text as they are compared, each with the place behind it."""
    for place, sign in enumerate(text, 1):
        if not _PASSED.match(sign):
            for folded in sign.casefold():
                yield ("-" if regex.match(r"\p{Pd}", folded) else folded), place


def _begin(summary: str, end: int, title: str) -> int | None:
    """Where the rest begins behind the end of a title, or None where its sentence goes on."""
    label = _LABEL_ENDS.match(summary, end)
    if label is not None and (label["dash"] or _APART.match(summary, label.end())):
        is_aside = label["dash"] and _SECOND_DASH.match(summary, label.end())
        return None if is_aside else label.end()
    sentence = _SENTENCE_ENDS.match(summary, end)
    if sentence is None or not _APART.match(summary, sentence.end()):
        return None
    is_unsure = " " not in title.strip() or _CLOSING.search(title)
    goes_on = is_unsure and _GOES_ON.match(summary, sentence.end())
    return None if goes_on else sentence.end()


def _is_quoting(text: str) -> bool:
    """Whether a quotation begins in the text that does not end there."""
    return len(_QUOTE.findall(text)) % 2 == 1


def _capitalised(text: str) -> str:
    word = _WORD.match(text)
    return text if word is None else text[: word.start(1)] + word[1].title() + text[word.end(1) :]
