"""The rules by which a stretch of an English sentence can be cut: a table of patterns.

A rule says what is cut, how safe that is, by which pattern it is found, and which guard looks at
each match: what the cut holds, what stands before it, and what follows. In a pattern, `<openings>`
stands for the words of that list in english.txt (so do the names of other lists).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from bot.core.summary.english.finite_verbs import begins_order, finite
from bot.core.summary.english.lexicon import any_of, found, words

_LIST = re.compile(r"<(openings|reports|fillers|auxiliaries)>")
_BRACKETS = r"(?<=\S)(?P<cut>\s+\([^()]+\))(?=[\s,.;:!?]|$)"

Guard = Callable[[re.Match[str]], bool]


@dataclass(frozen=True, slots=True)
class CutRule:
    """A pattern whose named groups may go together, how safe that is, and when it is allowed."""

    what: str
    sure: float
    pattern: re.Pattern[str]
    allowed: Guard


@cache
def anywhere() -> tuple[CutRule, ...]:
    """The rules that hold in every language."""
    return (_rule("a remark in brackets", 0.95, _BRACKETS, _plain_letters),)


@cache
def english() -> tuple[CutRule, ...]:
    """The rules for English, the safest first."""
    return tuple(_rule(*row) for row in _RULES)


def _rule(what: str, sure: float, pattern: str, allowed: Guard) -> CutRule:
    whole = _LIST.sub(lambda found: any_of(found[1]), pattern)
    return CutRule(what, sure, re.compile(whole, re.IGNORECASE), allowed)


def _tail(cut: str) -> str:
    """The pattern of a cut at the end of a sentence, up to its last mark."""
    return rf"(?P<cut>{cut}?)(?=[.!?…]+[\"'”’]?$)"


_NUMBER = re.compile(r"\d")
_CODE = re.compile(r"\w[._/\\]\w|\w\(|[{}=<>$]|https?:|\w_\w")
_READER = frozenset(["you", "your", "yourself", "let's"])
_FEWEST = 3
"""So many words a statement has at least: "we introduce" has lost its object."""

_SHORTEST = 5
"""So many words must stay before an addition that goes, or the statement has lost its object."""


def _light(match: re.Match[str]) -> bool:
    """Nothing in the cut limits the statement: no negation, condition, choice, number or code."""
    text = match["cut"]
    if _NUMBER.search(text) or _CODE.search(text):
        return False
    return (words("limits") | words("measures") | words("exceptions")).isdisjoint(found(text))


def _unlimited(text: str) -> bool:
    """Nothing in the text denies or sets a condition."""
    return words("limits").isdisjoint(found(text))


def _addition(match: re.Match[str]) -> bool:
    """A clause that adds to a statement, which is neither denied nor conditional."""
    head = _head(match)
    enough = len(found(head)) >= _SHORTEST and _unlimited(match.string)
    return enough and words("exceptions").isdisjoint(found(match["cut"])) and _whole(head)


def _adverbial(match: re.Match[str]) -> bool:
    """The cut is light, and what it belongs to is neither denied, conditional nor compared."""
    head = _head(match)
    return len(found(head)) >= _SHORTEST and _unlimited(head) and _light(match) and _whole(head)


def _apart_from_the_verb(match: re.Match[str]) -> bool:
    """The cut is an adverbial that swallows no verb of the statement."""
    return words("auxiliaries").isdisjoint(found(match["cut"])) and _adverbial(match)


def _rest_stands(match: re.Match[str]) -> bool:
    """What follows the cut is a statement of its own."""
    return _whole(match.string[match.end("cut") :])


def _order_follows(match: re.Match[str]) -> bool:
    """What follows the cut tells the reader what to do."""
    return begins_order(match.string[match.end("cut") :])


def _clause_stands(match: re.Match[str]) -> bool:
    """What stands before is a statement, and no half of a condition or pair."""
    head = _head(match)
    return (
        len(found(head)) >= _FEWEST
        and _whole(head)
        and not re.match(r"(?:if|when|whether|unless|both|either)\b", head, re.IGNORECASE)
    )


def _explained(match: re.Match[str]) -> bool:
    """What stands before the colon says something by itself, and tells nobody what to do."""
    before = _head(match)
    head = found(before)
    promised = len(head) < _SHORTEST or head[-1] in words("promising") or ":" in before
    advises = begins_order(before) or not _READER.isdisjoint(head)
    return not promised and not advises and _clause_stands(match)


def _headless(match: re.Match[str]) -> bool:
    """What stands before is a phrase that keeps its own comma."""
    return not finite(_head(match))


def _plain_letters(match: re.Match[str]) -> bool:
    """A remark in another language: of letters alone, since its words are not known."""
    return not _NUMBER.search(match["cut"]) and not _CODE.search(match["cut"])


def _always(_match: re.Match[str]) -> bool:
    """The wording alone is enough."""
    return True


def _head(match: re.Match[str]) -> str:
    return match.string[: match.start("cut")]


def _whole(text: str) -> bool:
    """Whether the words can be a statement: some verb is finite, and no bracket is left open."""
    return finite(text) and text.count("(") == text.count(")")


_RULES: tuple[tuple[str, float, str, Guard], ...] = (
    # -- at the beginning ---------------------------------------------------------------------
    ("its opening", 0.98, r"^(?P<cut>(?:<openings>),\s+)\S", _rest_stands),
    ("its opening", 0.96, r"^(?P<cut>(?:but|and|so)\s+)(?!that\b|far\b|on\b)\w", _rest_stands),
    (
        "who says so",
        0.95,
        r"^(?P<cut>(?:[\w ]{3,30},\s+)?(?:<reports>)\s+that,?\s+)\S",
        _rest_stands,
    ),
    (
        "its opening",
        0.93,
        (
            r"^(?P<cut>(?:(?:please |always |just )?remember to|(?:be|make) sure to|"
            r"(?:don't|do not) forget to|it(?:'s| is) (?:always |also |very )?(?:important|best|"
            r"wise|essential|a good idea|helpful|useful|crucial|vital) to|you(?:'ll| will) want to|"
            r"you (?:should|need to|must|have to|ought to))\s+(?:always\s+)?)(?=\w)"
        ),
        _order_follows,
    ),
    ("its opening", 0.9, r"^(?P<cut>whether\s[^.;:!?,]{4,100},\s+)(?=\w)", _order_follows),
    # -- asides -------------------------------------------------------------------------------
    ("a remark in brackets", 0.95, _BRACKETS, _light),
    ("an aside", 0.94, r"(?P<cut>\s+(?:—|–|--)\s+[^—–]+?\s+(?:—|–|--))(?=\s)", _light),
    (
        "a joining word",
        0.97,
        r"(?P<cut>,\s+(?:<fillers>),)(?=\s+(?:<auxiliaries>)\b)",
        _always,
    ),
    ("a joining word", 0.97, r"(?P<cut>,\s+(?:<fillers>))(?=,\s)", _headless),
    (
        "an aside",
        0.9,
        (
            r"(?P<cut>,\s+(?:which|who|whose|such as|including|especially|particularly|like|"
            r"e\.g\.,?|i\.e\.,?|namely|called|known as|also known as|also called|as well as|"
            r"that is,)\s[^,;:]+,)(?=\s+(?:<auxiliaries>)\b)"
        ),
        _light,
    ),
    # -- additions at the end -----------------------------------------------------------------
    (
        "a relative clause",
        0.9,
        _tail(r",\s+(?:which|who|whose|where|in which|of which)\s[^;:]+"),
        _addition,
    ),
    (
        "examples",
        0.93,
        _tail(r",\s+(?:such as|e\.g\.,?|for example,?|for instance,?)\s[^;:]+"),
        _adverbial,
    ),
    ("examples", 0.88, _tail(r"(?<=s)\s+such as\s[^;:]+"), _apart_from_the_verb),
    (
        "an addition",
        0.9,
        _tail(
            r",\s+(?:including|especially|particularly|in particular|namely|i\.e\.,?|that is,?|"
            r"notably|as well as|while|whereas|because|since|as|preferably|ideally|usually|so)"
            r"\s[^;:]+"
        ),
        _adverbial,
    ),
    ("a reason", 0.85, _tail(r"\s+(?:because|so that|so you can|so they can)\s[^;:]+"), _adverbial),
    # -- second statements --------------------------------------------------------------------
    ("a second statement", 0.95, _tail(r"\s*;\s.+"), _clause_stands),
    (
        "a second statement",
        0.92,
        _tail(r",\s+(?:and|so)\s+(?:we|it|they|you|he|she|I|this|there)\s.+"),
        _clause_stands,
    ),
    ("an explanation", 0.75, r"(?<=\w)(?P<cut>:\s[^?\"“:]+)(?=[.!]$)", _explained),
    (
        "an explanation",
        0.85,
        r"(?P<cut>(?:\s+(?:—|–|--|-)\s+|(?<=[a-z])(?:—|--)(?=[a-z]))[^—–]+)(?=[.!?]$)",
        _clause_stands,
    ),
)
