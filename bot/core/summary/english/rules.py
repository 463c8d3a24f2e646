"""The rules by which a stretch of an English sentence can be cut: a table of patterns.

A rule says what is cut, how safe that is, by which pattern it is found, and which guard looks at
each match. In a pattern, `<second>` stands for the words of that list in english.txt (so do the
other names of lists), and `<new>` for the verbs that introduce something new.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from bot.core.summary.english import rule_guards as guard
from bot.core.summary.english.lexicon import any_of

_NEW = (
    "propose|present|introduce|develop|describe|design|construct|build|provide|suggest|formulate|"
    "derive|define|devise|create"
)
_LIST = re.compile(r"<(openings|reports|second|fillers|auxiliaries)>")
_PROPOSED = (
    r"^(?:.*,\s+|in \w+ \w+ |here )?(?:we|this \w+)\s+(?:\w+ly\s+)?(?:<new>)[sd]?\s"
    r"(?:in this \w+ )?(?!the\s|this\s|to\s|that\s)(?:\S+\s+){3,}?\S*[\w)\"”]"
)
"""The beginning of "we propose a method for X *that does Y*"."""
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
    return (_rule("a remark in brackets", 0.95, _BRACKETS, guard.plain_letters),)


@cache
def english() -> tuple[CutRule, ...]:
    """The rules for English, the safest first."""
    return tuple(_rule(*row) for row in _RULES)


def _rule(what: str, sure: float, pattern: str, allowed: Guard) -> CutRule:
    whole = _LIST.sub(lambda found: any_of(found[1]), pattern).replace("<new>", _NEW)
    return CutRule(what, sure, re.compile(whole, re.IGNORECASE), allowed)


def _tail(cut: str) -> str:
    """The pattern of a cut at the end of a sentence, up to its last mark."""
    return rf"(?P<cut>{cut}?)(?=[.!?…]+[\"'”’]?$)"


def _proposal(joint: str) -> str:
    """The pattern of a clause about something new."""
    return rf"{_PROPOSED}(?P<cut>,?\s+{joint}\s[^;:]+?)(?=[.!?…]+$)"


_RULES: tuple[tuple[str, float, str, Guard], ...] = (
    # -- at the beginning ---------------------------------------------------------------------
    ("its opening", 0.98, r"^(?P<cut>(?:<openings>),\s+)\S", guard.rest_stands),
    (
        "its opening",
        0.96,
        r"^(?P<cut>(?:but|and|yet|so)\s+)(?!that\b|far\b|on\b)\w",
        guard.rest_stands,
    ),
    (
        "its opening",
        0.97,
        (
            r"^(?P<cut>(?:in this (?:paper|work|article|study|report)|here|recently)\s+)"
            r"(?=(?:we|I)\b)"
        ),
        guard.rest_stands,
    ),
    (
        "who says so",
        0.95,
        r"^(?P<cut>(?:[\w ]{3,30},\s+)?(?:<reports>)\s+that,?\s+)\S",
        guard.rest_stands,
    ),
    (
        "its opening",
        0.9,
        (
            r"^(?P<cut>(?:to|by|motivated|driven|inspired|based|building|following|using|given|"
            r"in|with|for|towards?|through|as|while|although|though|since|because|recently|"
            r"drawing|leveraging|guided)\s[^.;:!?]{4,160}?,\s+)"
            r"(?=(?:we|this (?:paper|work|article|study|report))\s+(?:\w+ly\s+|also\s+)?"
            r"(?:<new>|<second>)s?\s)"
        ),
        guard.fronted,
    ),
    (
        "its opening",
        0.96,
        r"^(?P<cut>(?:in order )?to\s[^.;:!?]{4,160}?,?\s+)(?=we\s+(?:\w+ly\s+)?(?:<new>)\s)",
        guard.rest_stands,
    ),
    (
        "where it says so",
        0.97,
        r"\bwe \w+(?P<cut>\s+in this (?:paper|work|article|study))(?=\s)",
        guard.always,
    ),
    (
        "its opening",
        0.8,
        (
            r"^(?P<cut>(?:although|though|because|due to|thanks to|besides|"
            r"in addition to|motivated by|inspired by)\s[^,.;:!?]{4,120},\s+)(?=\w)"
        ),
        guard.light_before_rest,
    ),
    (
        "a joining word",
        0.97,
        (
            r"\b(?:we|can|is|are)(?P<cut>\s+(?:also|further|then|additionally|furthermore|moreover|thus|"
            r"therefore|hence|simply|extensively|successfully|empirically|theoretically|"
            r"experimentally|thoroughly|carefully|finally|actually|really))(?=\s[a-z])"
        ),
        guard.always,
    ),
    (
        "its name",
        0.8,
        r"^we \w+(?P<cut>\s+[A-Z][\w-]*(?:\s+\([^()]+\))?,)(?=\s+an?\s)",
        guard.always,
    ),
    (
        "the word for its kind",
        0.97,
        (
            r"^(?:[\w ]{2,24},\s+)?(?P<cut>the\s+)\S*\w[-._:/]\w\S*"
            r"(?P<kind>\s+(?:cmdlet|command|function|method|package|library|property|attribute|"
            r"plugin))(?=\s+(?:[a-z]+s|can|will|may)\b)"
        ),
        guard.verb_follows_kind,
    ),
    (
        "what it is set against",
        0.75,
        r"^(?P<cut>[^;:!?.]{6,200}?,\s+but\s+)(?=(?:we|you|the|a)\s)",
        guard.light_before_rest,
    ),
    # -- asides -------------------------------------------------------------------------------
    ("a remark in brackets", 0.95, _BRACKETS, guard.light),
    ("an aside", 0.94, r"(?P<cut>\s+(?:—|–|--)\s+[^—–]+?\s+(?:—|–|--))(?=\s)", guard.light),
    (
        "a joining word",
        0.97,
        r"(?P<cut>,\s+(?:<fillers>),)(?=\s+(?:<auxiliaries>)\b)",
        guard.always,
    ),
    ("a joining word", 0.97, r"(?P<cut>,\s+(?:<fillers>))(?=,\s)", guard.headless),
    (
        "an aside",
        0.9,
        (
            r"(?P<cut>,\s+(?:which|who|whose|such as|including|especially|particularly|like|"
            r"e\.g\.,?|i\.e\.,?|namely|called|known as|also known as|also called|as well as|"
            r"that is,)\s[^,;:]+,)(?=\s+(?:<auxiliaries>)\b)"
        ),
        guard.light,
    ),
    # -- additions at the end -----------------------------------------------------------------
    (
        "a relative clause",
        0.9,
        _tail(r",\s+(?:which|who|whose|where|in which|of which)\s[^;:]+"),
        guard.addition,
    ),
    (
        "examples",
        0.93,
        _tail(r",\s+(?:such as|e\.g\.,?|for example,?|for instance,?)\s[^;:]+"),
        guard.adverbial,
    ),
    ("examples", 0.88, _tail(r"(?<=s)\s+such as\s[^;:]+"), guard.apart_from_the_verb),
    (
        "an addition",
        0.9,
        _tail(
            r",\s+(?:including|especially|particularly|in particular|namely|i\.e\.,?|that is,?|"
            r"notably|as well as|while|whereas|because|since|as)\s[^;:]+"
        ),
        guard.adverbial,
    ),
    (
        "an addition",
        0.85,
        _tail(
            r",\s+(?:(?:thus|thereby|hence|therefore|often|and thus|and thereby)\s+)?\w+ing\s[^;:]+"
        ),
        guard.participle,
    ),
    (
        "an addition",
        0.83,
        _tail(
            r",\s+(?:\w+ly\s+)?(?:from|inspired|motivated|based|driven|combined|followed|along|"
            r"together|with|by|using|through|via|so|due to|thanks to|resulting|to)\s[^;:]+"
        ),
        guard.participle,
    ),
    # -- second statements --------------------------------------------------------------------
    (
        "a first statement",
        0.85,
        r"^we\s+(?P<cut>[^.;:!?]+?,?\s+and\s+)(?=(?:\w+ly\s+|then\s+)?(?:<second>)\s)",
        guard.stands_alone,
    ),
    ("a first statement", 0.85, r"^(?P<cut>[^.;:!?]+,\s+and\s+)(?=we\s)", guard.stands_alone),
    ("a second statement", 0.95, _tail(r"\s*;\s.+"), guard.clause_stands),
    (
        "a second statement",
        0.92,
        _tail(r",\s+(?:and|so)\s+(?:we|it|they|you|he|she|I|this|there)\s.+"),
        guard.clause_stands,
    ),
    (
        "a second statement",
        0.92,
        _tail(r",?\s+and\s+(?:also\s+)?(?:show|demonstrate|prove|find)s?\s+(?:that|how)\s.+"),
        guard.clause_stands,
    ),
    (
        "a second statement",
        0.88,
        _tail(r",?\s+and\s+(?:\w+ly\s+|also\s+|then\s+)?(?:<second>)\s.+"),
        guard.same_subject,
    ),
    ("an explanation", 0.75, r"(?<=\w)(?P<cut>:\s[^?\"“:]+)(?=[.!]$)", guard.explained),
    ("an explanation", 0.85, r"(?P<cut>\s+(?:—|–|--)\s+[^—–]+)(?=[.!?]$)", guard.explained),
    # -- how, and what for --------------------------------------------------------------------
    (
        "what for",
        0.93,
        _tail(
            r",?\s+to (?:address|solve|tackle|overcome|mitigate|alleviate|achieve|"
            r"handle|remedy|fix|resolve) (?:this|these|those|both|such|that)\b[^,;:]*"
        ),
        guard.adverbial,
    ),
    (
        "what it does",
        0.8,
        _proposal(r"(?:that|which|in which|where|wherein|whose|such that)"),
        guard.proposed,
    ),
    ("what for", 0.75, _proposal(r"(?:to|by|while|from which)"), guard.proposed),
    ("how", 0.85, _tail(r"\s+by\s+(?:\w+ly\s+)?\w+ing\s[^;:]+"), guard.means_apart),
    (
        "how",
        0.72,
        _tail(r"\s+(?:using|via|based on|by means of|with the help of|through)\s[^,;:]+"),
        guard.means_apart,
    ),
    ("an addition", 0.85, _tail(r",?\s+while\s+(?:\w+ly\s+)?\w+ing\s[^;:]+"), guard.adverbial),
    ("an addition", 0.8, _tail(r",?\s+as well as\s[^;:]+"), guard.apart_from_the_verb),
    ("what for", 0.75, _tail(r",?\s+in order to\s[^;:]+"), guard.adverbial),
    ("what for", 0.75, _tail(r",?\s+so that\s[^;:]+"), guard.adverbial),
)
