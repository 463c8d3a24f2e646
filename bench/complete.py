"""Whether a summary reads as complete sentences, as far as a program can tell.

Written apart from the bot's own verifier. A summary is complete when all of this holds:

- It ends with a full stop, question mark or exclamation mark (a closing mark may follow), and not
  with an ellipsis.
- Its brackets and double quotation marks come in pairs.
- No sentence in it ends with a word that calls for another ("and", "the", "of", ...).
- Each sentence has a verb: a word that is always one ("is", "can", "shows"), a word in -s, -ed or
  plain behind a pronoun or a plural, or an order at its start or behind a phrase in front. What
  stands before a colon may be a name.
"""

from __future__ import annotations

import re
from itertools import pairwise

_END = re.compile(r"[.!?\u3002\uff01\uff1f\u0964\u061f][)\]\"'”’»]*$")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"“(])")
_WORD = re.compile(r"[A-Za-z][\w'’-]*")
_FRONTED = re.compile(r"^(?:In|To|On|At|For|From|With|Using)\s[^,:]+[,:]\s+", re.IGNORECASE)
_NAME_FIRST = re.compile(r"^[^:.!?]+(?::[^:.!?]+)?:\s+(?=\S)")
_OPEN = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "nor",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "with",
        "into",
        "than",
        "as",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "that",
        "which",
        "who",
        "whose",
        "when",
        "where",
        "while",
        "if",
        "because",
        "since",
        "until",
        "via",
        "per",
        "between",
        "without",
        "your",
        "our",
        "their",
        "its",
        "my",
        "how",
        "why",
        "what",
        "such",
    ]
)
_ALWAYS = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "am",
        "be",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "can",
        "could",
        "may",
        "might",
        "must",
        "shall",
        "should",
        "will",
        "would",
        "isn't",
        "aren't",
        "don't",
        "doesn't",
        "can't",
        "won't",
        "it's",
        "that's",
        "there's",
        "you'll",
        "you're",
        "let's",
        "what's",
        "cannot",
        "became",
        "began",
        "brought",
        "built",
        "came",
        "found",
        "gave",
        "got",
        "grew",
        "kept",
        "knew",
        "led",
        "left",
        "made",
        "meant",
        "met",
        "ran",
        "said",
        "saw",
        "took",
        "went",
        "won",
    ]
)
_SUBJECT = frozenset(["i", "we", "you", "they", "who", "he", "she", "it", "this", "people"])
_NOT_BEFORE_A_VERB = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "with",
        "and",
        "or",
        "as",
        "its",
        "their",
        "your",
        "our",
        "his",
        "her",
        "my",
        "these",
        "those",
        "all",
        "each",
        "many",
        "several",
        "various",
        "some",
        "any",
        "more",
        "most",
        "no",
    ]
)
_NOT_AN_ORDER = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "with",
        "of",
        "and",
        "or",
        "as",
        "if",
        "when",
        "while",
        "there",
        "here",
        "it",
        "we",
        "you",
        "they",
        "i",
        "he",
        "she",
        "some",
        "many",
        "most",
        "all",
        "each",
        "every",
        "no",
        "not",
    ]
)


def complete(text: str) -> bool:
    """Whether the text consists of complete sentences."""
    balanced = text.count("(") == text.count(")") and text.count('"') % 2 == 0
    if not text or "…" in text or not balanced or not _END.search(text):
        return False
    return all(_whole(sentence) for sentence in _SENTENCE.split(text))


def _whole(sentence: str) -> bool:
    words = [word.lower().replace("’", "'") for word in _WORD.findall(sentence)]
    if not words or words[-1] in _OPEN:
        return False
    behind_name = [w.lower() for w in _WORD.findall(_NAME_FIRST.sub("", sentence))]
    behind_phrase = [w.lower() for w in _WORD.findall(_FRONTED.sub("", sentence))]
    return any(_has_verb(part) for part in (words, behind_name, behind_phrase) if part)


def _has_verb(words: list[str]) -> bool:
    """A verb by its form, or an order: a plain word at the start with something behind it."""
    if not _ALWAYS.isdisjoint(words):
        return True
    pairs = list(pairwise(words))
    if any(left in _SUBJECT or _is_verb(left, right) for left, right in pairs):
        return True
    return len(words) > 1 and words[0] not in _NOT_AN_ORDER and not _is_name(words[0])


def _is_verb(left: str, right: str) -> bool:
    """A word in -s after a possible subject, and not the last one."""
    ends = right.endswith("s") and not right.endswith(("ss", "us", "is", "ous"))
    described = left.endswith(("ed", "ing", "al", "ive")) and "-" not in left
    return ends and left not in _NOT_BEFORE_A_VERB and not described


def _is_name(word: str) -> bool:
    """A first word that is surely a noun, an adjective or a participle."""
    endings = ("ing", "tion", "ness", "ity", "ment", "ive", "al", "ous", "ed", "ic", "ers", "ly")
    return word.endswith(endings)
