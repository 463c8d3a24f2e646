"""The rules: which wording gives away that a stretch of an English sentence can go.

A rule is a pattern, the guard that looks at each of its matches, and how safe it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from bot.core.summary.english import rule_guards
from bot.core.summary.english.lexicon import any_of

_NEWS = (
    "propose|present|introduce|develop|describe|design|construct|build|provide|suggest|formulate|"
    "derive|define|devise|create"
)
"""Verbs that bring in something new."""
_PRONOUN = r"(?:we|it|they|you|he|she|I|this|there)"


@dataclass(frozen=True, slots=True)
class CutRule:
    """A pattern whose named groups may go together, how safe that is, and when it is allowed."""

    what: str
    sure: float
    pattern: re.Pattern[str]
    allowed: Callable[[re.Match[str]], bool]


@cache
def anywhere() -> tuple[CutRule, ...]:
    """The rules that hold in every language."""
    return (_bracketed(rule_guards.plain_letters),)


@cache
def english() -> tuple[CutRule, ...]:
    """The rules for English, the safest first."""
    return (*_openings(), *_asides(), *_additions(), *_seconds(), *_means())


def _bracketed(allowed: Callable[[re.Match[str]], bool]) -> CutRule:
    return _rule(
        "a remark in brackets", 0.95, r"(?<=\S)(?P<cut>\s+\([^()]+\))(?=[\s,.;:!?]|$)", allowed
    )


def _openings() -> tuple[CutRule, ...]:
    speaker = any_of("reports")
    return (
        _rule(
            "its opening",
            0.98,
            rf"^(?P<cut>(?:{any_of('openings')}),\s+)\S",
            rule_guards.rest_stands,
        ),
        _rule(
            "its opening",
            0.96,
            r"^(?P<cut>(?:but|and|yet|so)\s+)(?!that\b|far\b|on\b)\w",
            rule_guards.rest_stands,
        ),
        _rule(
            "its opening",
            0.97,
            r"^(?P<cut>(?:in this (?:paper|work|article|study|report)|here|recently)\s+)"
            r"(?=(?:we|I)\b)",
            rule_guards.rest_stands,
        ),
        _rule(
            "who says so",
            0.95,
            rf"^(?P<cut>(?:[\w ]{{3,30}},\s+)?(?:{speaker})\s+that,?\s+)\S",
            rule_guards.rest_stands,
        ),
        _rule(
            "its opening",
            0.9,
            r"^(?P<cut>(?:to|by|motivated|driven|inspired|based|building|following|using|given|"
            r"in|with|for|towards?|through|as|while|although|though|since|because|recently|"
            r"drawing|leveraging|guided)\s[^.;:!?]{4,160}?,\s+)"
            r"(?=(?:we|this (?:paper|work|article|study|report))\s+(?:\w+ly\s+|also\s+)?"
            rf"(?:{_NEWS}|{any_of('second')})s?\s)",
            rule_guards.fronted,
        ),
        _rule(
            "its opening",
            0.96,
            rf"^(?P<cut>(?:in order )?to\s[^.;:!?]{{4,160}}?,?\s+)"
            rf"(?=we\s+(?:\w+ly\s+)?(?:{_NEWS})\s)",
            rule_guards.rest_stands,
        ),
        _rule(
            "where it says so",
            0.97,
            r"\bwe \w+(?P<cut>\s+in this (?:paper|work|article|study))(?=\s)",
            rule_guards.always,
        ),
        _rule(
            "its opening",
            0.8,
            r"^(?P<cut>(?:although|though|because|due to|thanks to|besides|"
            r"in addition to|motivated by|inspired by)\s[^,.;:!?]{4,120},\s+)(?=\w)",
            rule_guards.light_before_rest,
        ),
        _rule(
            "a joining word",
            0.97,
            r"\b(?:we|can|is|are)(?P<cut>\s+(?:also|further|then|additionally|furthermore|moreover|thus|"
            r"therefore|hence|simply|extensively|successfully|empirically|theoretically|"
            r"experimentally|thoroughly|carefully|finally|actually|really))(?=\s[a-z])",
            rule_guards.always,
        ),
        _rule(
            "its name",
            0.8,
            r"^we \w+(?P<cut>\s+[A-Z][\w-]*(?:\s+\([^()]+\))?,)(?=\s+an?\s)",
            rule_guards.always,
        ),
        _rule(
            "the word for its kind",
            0.97,
            r"^(?:[\w ]{2,24},\s+)?(?P<cut>the\s+)\S*\w[-._:/]\w\S*"
            r"(?P<kind>\s+(?:cmdlet|command|function|method|package|library|property|attribute|"
            r"plugin))(?=\s+(?:[a-z]+s|can|will|may)\b)",
            rule_guards.verb_follows_kind,
        ),
        _rule(
            "what it is set against",
            0.75,
            r"^(?P<cut>[^;:!?.]{6,200}?,\s+but\s+)(?=(?:we|you|the|a)\s)",
            rule_guards.light_before_rest,
        ),
    )


def _asides() -> tuple[CutRule, ...]:
    following = any_of("auxiliaries")
    return (
        _bracketed(rule_guards.light),
        _rule(
            "an aside",
            0.94,
            r"(?P<cut>\s+(?:—|–|--)\s+[^—–]+?\s+(?:—|–|--))(?=\s)",
            rule_guards.light,
        ),
        _rule(
            "a joining word",
            0.97,
            rf"(?P<cut>,\s+(?:{any_of('fillers')}),)(?=\s+(?:{following})\b)",
            rule_guards.always,
        ),
        _rule(
            "a joining word",
            0.97,
            rf"(?P<cut>,\s+(?:{any_of('fillers')}))(?=,\s)",
            rule_guards.headless,
        ),
        _rule(
            "an aside",
            0.9,
            rf"(?P<cut>,\s+(?:which|who|whose|such as|including|especially|particularly|like|"
            rf"e\.g\.,?|i\.e\.,?|namely|called|known as|also known as|also called|as well as|"
            rf"that is,)\s[^,;:]+,)"
            rf"(?=\s+(?:{following})\b)",
            rule_guards.light,
        ),
    )


def _additions() -> tuple[CutRule, ...]:
    return (
        _tail(
            "a relative clause",
            0.9,
            r",\s+(?:which|who|whose|where|in which|of which)\s[^;:]+",
            rule_guards.addition,
        ),
        _tail(
            "examples",
            0.93,
            r",\s+(?:such as|e\.g\.,?|for example,?|for instance,?)\s[^;:]+",
            rule_guards.adverbial,
        ),
        _tail("examples", 0.88, r"(?<=s)\s+such as\s[^;:]+", rule_guards.apart_from_the_verb),
        _tail(
            "an addition",
            0.9,
            r",\s+(?:including|especially|particularly|in particular|namely|i\.e\.,?|that is,?|"
            r"notably|as well as|while|whereas|because|since|as)\s[^;:]+",
            rule_guards.adverbial,
        ),
        _tail(
            "an addition",
            0.85,
            r",\s+(?:(?:thus|thereby|hence|therefore|often|and thus|and thereby)\s+)?"
            r"\w+ing\s[^;:]+",
            rule_guards.participle,
        ),
        _tail(
            "an addition",
            0.83,
            r",\s+(?:\w+ly\s+)?(?:from|inspired|motivated|based|driven|combined|followed|along|together|"
            r"with|by|using|through|via|so|due to|thanks to|resulting|to)\s[^;:]+",
            rule_guards.participle,
        ),
    )


def _seconds() -> tuple[CutRule, ...]:
    return (
        _rule(
            "a first statement",
            0.85,
            rf"^we\s+(?P<cut>[^.;:!?]+?,?\s+and\s+)(?=(?:\w+ly\s+|then\s+)?(?:{any_of('second')})\s)",
            rule_guards.stands_alone,
        ),
        _rule(
            "a first statement",
            0.85,
            r"^(?P<cut>[^.;:!?]+,\s+and\s+)(?=we\s)",
            rule_guards.stands_alone,
        ),
        _tail("a second statement", 0.95, r"\s*;\s.+", rule_guards.clause_stands),
        _tail(
            "a second statement",
            0.92,
            rf",\s+(?:and|so)\s+{_PRONOUN}\s.+",
            rule_guards.clause_stands,
        ),
        _tail(
            "a second statement",
            0.92,
            r",?\s+and\s+(?:also\s+)?(?:show|demonstrate|prove|find)s?\s+(?:that|how)\s.+",
            rule_guards.clause_stands,
        ),
        _tail(
            "a second statement",
            0.88,
            rf",?\s+and\s+(?:\w+ly\s+|also\s+|then\s+)?(?:{any_of('second')})\s.+",
            rule_guards.same_subject,
        ),
        _rule(
            "an explanation", 0.75, r"(?<=\w)(?P<cut>:\s[^?\"“:]+)(?=[.!]$)", rule_guards.explained
        ),
        _rule(
            "an explanation",
            0.85,
            r"(?P<cut>\s+(?:—|–|--)\s+[^—–]+)(?=[.!?]$)",
            rule_guards.explained,
        ),
    )


def _means() -> tuple[CutRule, ...]:
    return (
        _tail(
            "what for",
            0.93,
            r",?\s+to (?:address|solve|tackle|overcome|mitigate|alleviate|achieve|"
            r"handle|remedy|fix|resolve) (?:this|these|those|both|such|that)\b[^,;:]*",
            rule_guards.adverbial,
        ),
        _proposal("what it does", 0.8, r"(?:that|which|in which|where|wherein|whose|such that)"),
        _proposal("what for", 0.75, r"(?:to|by|while|from which)"),
        _tail("how", 0.85, r"\s+by\s+(?:\w+ly\s+)?\w+ing\s[^;:]+", rule_guards.means_apart),
        _tail(
            "how",
            0.72,
            r"\s+(?:using|via|based on|by means of|with the help of|through)\s[^,;:]+",
            rule_guards.means_apart,
        ),
        _tail(
            "an addition", 0.85, r",?\s+while\s+(?:\w+ly\s+)?\w+ing\s[^;:]+", rule_guards.adverbial
        ),
        _tail("an addition", 0.8, r",?\s+as well as\s[^;:]+", rule_guards.apart_from_the_verb),
        _tail("what for", 0.75, r",?\s+in order to\s[^;:]+", rule_guards.adverbial),
        _tail("what for", 0.75, r",?\s+so that\s[^;:]+", rule_guards.adverbial),
    )


def _tail(what: str, sure: float, cut: str, allowed: Callable[[re.Match[str]], bool]) -> CutRule:
    """A rule for the end of a sentence, up to its last mark."""
    return _rule(what, sure, rf"(?P<cut>{cut}?)(?=[.!?…]+[\"'”’]?$)", allowed)


def _rule(
    what: str, sure: float, pattern: str, allowed: Callable[[re.Match[str]], bool]
) -> CutRule:
    return CutRule(what, sure, re.compile(pattern, re.IGNORECASE), allowed)


def _proposal(what: str, sure: float, joint: str) -> CutRule:
    """A rule for what is said of a new thing: "we propose a method for X *that does Y*"."""
    new = (
        rf"^(?:.*,\s+|in \w+ \w+ |here )?(?:we|this \w+)\s+(?:\w+ly\s+)?(?:{_NEWS})[sd]?\s"
        r"(?:in this \w+ )?"
    )
    about = r"(?!the\s|this\s|to\s|that\s)(?:\S+\s+){3,}?\S*[\w)\"”]"
    return _rule(
        what, sure, rf"{new}{about}(?P<cut>,?\s+{joint}\s[^;:]+?)(?=[.!?…]+$)", rule_guards.proposed
    )
