"""What an English sentence can do without, told from its words alone.

Without a parse only what its marks or its wording give away is cut: remarks in brackets, openings,
asides between commas, second statements, additions at the end. A negation, a condition, a choice,
a comparison and a number are never cut out of a statement; a whole statement beside another may
go. In every other language only remarks in brackets do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from bot.core.summary.cuts import Cut
from bot.core.summary.verbs import finite
from bot.core.summary.words import any_of, found, present_forms, words

_NUMBER = re.compile(r"\d")
_CODE = re.compile(r"\w[._/\\]\w|\w\(|[{}=<>$]|https?:|\w_\w")
_WHOLE = frozenset({"a second statement", "a first statement", "an explanation", "its opening"})
"""Cuts of statements that stand beside the one that stays."""

_SHORTEST = 5
"""So many words must stay before an addition that goes, or the statement has lost its object."""

_PRONOUN = r"(?:we|it|they|you|he|she|I|this|there)"


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern whose named groups may go together, how safe that is, and what it must not contain."""

    what: str
    sure: float
    pattern: re.Pattern[str]
    allowed: Callable[[re.Match[str]], bool]


def cuts(sentence: str, language: str | None, title: str = "") -> tuple[Cut, ...]:
    """Every stretch of a sentence that may go."""
    rules = english() if is_english(language) else anywhere()
    made = [cut for rule in rules for cut in _apply(rule, sentence)]
    return tuple(made)


def is_english(language: str | None) -> bool:
    """Whether the rules for English hold; a text whose language nobody named is English."""
    return language is None or language.replace("_", "-").split("-")[0].lower() in ("", "en")


def _apply(rule: Rule, sentence: str) -> Iterator[Cut]:
    for match in rule.pattern.finditer(sentence):
        if rule.allowed(match):
            spans = tuple(match.span(name) for name in match.re.groupindex)
            yield Cut(spans=spans, what=rule.what, sure=rule.sure, whole=rule.what in _WHOLE)


# -- what a match must not contain ------------------------------------------------------------


def _light(match: re.Match[str]) -> bool:
    """Nothing in the cut limits the statement: no negation, condition, choice, number or code."""
    return _is_light(match["cut"])


def _is_light(text: str) -> bool:
    if _NUMBER.search(text) or _CODE.search(text):
        return False
    return (words("limits") | words("measures")).isdisjoint(found(text))


def _unlimited(text: str) -> bool:
    """Nothing in the text denies or sets a condition."""
    return words("limits").isdisjoint(found(text))


def _addition(match: re.Match[str]) -> bool:
    """A clause that adds to a statement, which is neither denied nor conditional."""
    head = match.string[: match.start("cut")]
    enough = len(found(head)) >= _SHORTEST and _unlimited(match.string)
    return enough and not _NUMBER.search(match["cut"]) and _whole(head)


def _adverbial(match: re.Match[str]) -> bool:
    """The cut is light, and what it belongs to is neither denied, conditional nor compared."""
    head = match.string[: match.start("cut")]
    enough = len(found(head)) >= _SHORTEST and _unlimited(head)
    return enough and _is_light(match["cut"]) and _whole(head)


def _apart_from_the_verb(match: re.Match[str]) -> bool:
    """The cut is an adverbial that swallows no verb of the statement."""
    return words("auxiliaries").isdisjoint(found(match["cut"])) and _adverbial(match)


def _rest(match: re.Match[str]) -> bool:
    """What follows the cut is a statement of its own."""
    return _whole(match.string[match.end("cut") :])


def _light_before_rest(match: re.Match[str]) -> bool:
    return _light(match) and _rest(match)


def _whole(text: str) -> bool:
    """Whether the words can be a statement: some verb is finite, and no bracket is left open."""
    return finite(text) and text.count("(") == text.count(")")


# -- the rules --------------------------------------------------------------------------------


@cache
def anywhere() -> tuple[Rule, ...]:
    """The rules that hold in every language."""
    return (_bracketed(_light_marks),)


def _light_marks(match: re.Match[str]) -> bool:
    """A remark in another language: of letters alone, since its words are not known."""
    return not _NUMBER.search(match["cut"]) and not _CODE.search(match["cut"])


@cache
def english() -> tuple[Rule, ...]:
    """The rules for English, the safest first."""
    return (*_openings(), *_asides(), *_additions(), *_seconds(), *_means())


def _bracketed(allowed: Callable[[re.Match[str]], bool]) -> Rule:
    return _rule(
        "a remark in brackets", 0.97, r"(?<=\S)(?P<cut>\s+\([^()]+\))(?=[\s,.;:!?]|$)", allowed
    )


def _openings() -> tuple[Rule, ...]:
    speaker = any_of("reports")
    return (
        _rule("its opening", 0.98, rf"^(?P<cut>(?:{any_of('openings')}),\s+)\S", _rest),
        _rule(
            "its opening", 0.96, r"^(?P<cut>(?:but|and|yet|so)\s+)(?!that\b|far\b|on\b)\w", _rest
        ),
        _rule(
            "its opening",
            0.97,
            r"^(?P<cut>(?:in this (?:paper|work|article|study|report)|here|recently)\s+)(?=we\b|I\b)",
            _rest,
        ),
        _rule(
            "who says so",
            0.95,
            rf"^(?P<cut>(?:[\w ]{{3,30}},\s+)?(?:{speaker})\s+that,?\s+)\S",
            _rest,
        ),
        _rule(
            "its opening",
            0.9,
            r"^(?P<cut>(?:to|by|motivated|driven|inspired|based|building|following|using|given|"
            r"in|with|for|towards?|through|as|while|although|though|since|because|recently|"
            r"drawing|leveraging|guided)\s[^.;:!?]{4,160}?,\s+)"
            r"(?=(?:we|this (?:paper|work|article|study|report))\s)",
            _fronted,
        ),
        _rule(
            "its opening",
            0.8,
            r"^(?P<cut>(?:while|although|though|because|since|as|due to|thanks to|besides|"
            r"in addition to|motivated by|inspired by)\s[^,.;:!?]{4,120},\s+)(?=\w)",
            _light_before_rest,
        ),
        _rule(
            "a joining word",
            0.97,
            r"\b(?:we|can|is|are)(?P<cut>\s+(?:also|further|then|additionally|furthermore|moreover|thus|"
            r"therefore|hence|simply|extensively|successfully|empirically|theoretically|"
            r"experimentally|thoroughly|carefully|finally|actually|really))(?=\s[a-z])",
            _any,
        ),
        _rule(
            "its name", 0.8, r"^we \w+(?P<cut>\s+[A-Z][\w-]*(?:\s+\([^()]+\))?,)(?=\s+an?\s)", _any
        ),
        _rule(
            "what it is set against",
            0.75,
            r"^(?P<cut>[^;:!?.]{6,200}?,\s+but\s+)(?=(?:we|you|the|a)\s)",
            _light_before_rest,
        ),
    )


def _kind(match: re.Match[str]) -> bool:
    """What follows the name and its kind is the verb."""
    word = found(match.string[match.end("kind") :])[0]
    return word in present_forms() or word in words("auxiliaries")


def _fronted(match: re.Match[str]) -> bool:
    """A fronted phrase that limits nothing."""
    return _unlimited(match["cut"]) and not _NUMBER.search(match["cut"]) and _rest(match)


def _asides() -> tuple[Rule, ...]:
    following = any_of("auxiliaries")
    return (
        _bracketed(_light),
        _rule("an aside", 0.95, r"(?P<cut>\s+(?:—|–|--)\s+[^—–]+?\s+(?:—|–|--))(?=\s)", _light),
        _rule(
            "a joining word",
            0.97,
            rf"(?P<cut>,\s+(?:{any_of('fillers')}),)(?=\s+(?:{following})\b)",
            _any,
        ),
        _rule("a joining word", 0.97, rf"(?P<cut>,\s+(?:{any_of('fillers')}))(?=,\s)", _headless),
        _rule(
            "an aside",
            0.9,
            rf"(?P<cut>,\s+(?:which|who|whose|such as|including|especially|particularly|like|e\.g\.,?|"
            rf"i\.e\.,?|namely|called|known as|also known as|also called|as well as|that is,)\s[^,;:]+,)"
            rf"(?=\s+(?:{following})\b)",
            _light,
        ),
    )


def _additions() -> tuple[Rule, ...]:
    return (
        _tail(
            "a relative clause",
            0.9,
            r",\s+(?:which|who|whose|where|in which|of which)\s[^;:]+",
            _addition,
        ),
        _tail(
            "examples",
            0.93,
            r",\s+(?:such as|e\.g\.,?|for example,?|for instance,?)\s[^;:]+",
            _adverbial,
        ),
        _tail("examples", 0.88, r"(?<=s)\s+such as\s[^;:]+", _apart_from_the_verb),
        _tail(
            "an addition",
            0.9,
            r",\s+(?:including|especially|particularly|in particular|namely|i\.e\.,?|that is,?|notably|"
            r"as well as|even though|although|though|while|whereas|because|since|as)\s[^;:]+",
            _adverbial,
        ),
        _tail(
            "an addition",
            0.85,
            r",\s+(?:(?:thus|thereby|hence|therefore|often|and thus|and thereby)\s+)?\w+ing\s[^;:]+",
            _participle,
        ),
        _tail(
            "an addition",
            0.83,
            r",\s+(?:inspired|motivated|based|driven|combined|followed|along|together|with|by|using|"
            r"through|via|so|due to|thanks to|resulting|to)\s[^;:]+",
            _participle,
        ),
    )


def _seconds() -> tuple[Rule, ...]:
    return (
        _rule(
            "a first statement",
            0.85,
            rf"^we\s+(?P<cut>[^.;:!?]+?,?\s+and\s+)(?=(?:\w+ly\s+|then\s+)?(?:{any_of('second')})\s)",
            _stands_alone,
        ),
        _rule("a first statement", 0.85, r"^(?P<cut>[^.;:!?]+,\s+and\s+)(?=we\s)", _stands_alone),
        _tail("a second statement", 0.95, r"\s*;\s.+", _clause_alone),
        _tail("a second statement", 0.92, rf",\s+(?:and|so)\s+{_PRONOUN}\s.+", _clause_alone),
        _tail(
            "a second statement",
            0.92,
            r",?\s+and\s+(?:also\s+)?(?:show|demonstrate|prove|find)s?\s+(?:that|how)\s.+",
            _clause_alone,
        ),
        _tail(
            "a second statement",
            0.88,
            rf",?\s+and\s+(?:\w+ly\s+|also\s+|then\s+)?(?:{any_of('second')})\s.+",
            _same_subject,
        ),
        _rule("an explanation", 0.75, r"(?<=\w)(?P<cut>:\s[^?\"“:]+)(?=[.!]$)", _explained),
        _rule("an explanation", 0.85, r"(?P<cut>\s+(?:—|–|--)\s+[^—–]+)(?=[.!?]$)", _adverbial),
    )


def _means() -> tuple[Rule, ...]:
    return (
        _tail(
            "what for",
            0.93,
            r",?\s+to (?:address|solve|tackle|overcome|mitigate|alleviate|achieve|"
            r"handle|remedy|fix|resolve) (?:this|these|those|both|such|that)\b[^,;:]*",
            _adverbial,
        ),
        _proposal("what it does", 0.8, r"(?:that|which|in which|where|wherein|whose|such that)"),
        _proposal("what for", 0.75, r"(?:to|by|while|from which)"),
        _tail("how", 0.85, r"\s+by\s+(?:\w+ly\s+)?\w+ing\s[^;:]+", _means_apart),
        _tail(
            "how",
            0.72,
            r"\s+(?:using|via|based on|by means of|with the help of|through)\s[^,;:]+",
            _means_apart,
        ),
        _tail("an addition", 0.85, r",?\s+while\s+(?:\w+ly\s+)?\w+ing\s[^;:]+", _adverbial),
        _tail("an addition", 0.8, r",?\s+as well as\s[^;:]+", _apart_from_the_verb),
        _tail("what for", 0.75, r",?\s+in order to\s[^;:]+", _adverbial),
        _tail("what for", 0.75, r",?\s+so that\s[^;:]+", _adverbial),
    )


def _participle(match: re.Match[str]) -> bool:
    """A phrase behind the last comma, and no part of an enumeration."""
    cut, head = match["cut"], match.string[: match.start("cut")]
    enumerates = re.search(r",\s+(?:and|or)\b", cut) or re.search(r",[^,]*\w+ing\b[^,]*$", head)
    return not enumerates and _adverbial(match)


def _clause_alone(match: re.Match[str]) -> bool:
    head = match.string[: match.start("cut")]
    return _whole(head) and not re.match(
        r"(?:if|when|whether|unless|both|either)\b", head, re.IGNORECASE
    )


def _explained(match: re.Match[str]) -> bool:
    """What stands before the colon says something by itself."""
    head = found(match.string[: match.start("cut")])
    return len(head) >= _SHORTEST and head[-1] not in words("promising") and _clause_alone(match)


def _stands_alone(match: re.Match[str]) -> bool:
    """What follows the cut needs nothing that stood in it."""
    rest = match.string[match.end("cut") :]
    return _POINTS_BACK.search(rest) is None and _unlimited(match["cut"])


_POINTS_BACK = re.compile(r"\b(?:it|its|they|their|them|this|these|those|such)\b", re.IGNORECASE)


def _same_subject(match: re.Match[str]) -> bool:
    """The second verb belongs to the first subject, not to an infinitive or a list."""
    head = match.string[: match.start("cut")]
    return bool(re.match(r"(?:we|I|this \w+)\b", head, re.IGNORECASE)) and _whole(head)


def _proposed(match: re.Match[str]) -> bool:
    """What is new needs no more words: "we propose a method that ..." still proposes a method.

    A clause behind "a" describes a thing that nobody knows yet. It restricts nothing, as one
    behind "the" or "all" would.
    """
    head = match.string[: match.start("cut")]
    return _unlimited(match.string) and not _NUMBER.search(match["cut"]) and _closes(head)


def _closes(head: str) -> bool:
    """Whether a thing can end here: its last word calls for nothing more."""
    last = found(head)[-1]
    return last not in words("hanging") and last not in words("clinging") and _whole(head)


def _means_apart(match: re.Match[str]) -> bool:
    """How something is done, not what starts, is named, or is done without."""
    head = found(match.string[: match.start("cut")])
    last = head[-1] if head else ""
    clings = last in words("clinging") or last.endswith("ed") or last in words("finite")
    return not clings and _apart_from_the_verb(match)


def _any(_match: re.Match[str]) -> bool:
    return True


def _headless(match: re.Match[str]) -> bool:
    """What stands before is a phrase that keeps its own comma."""
    return not finite(match.string[: match.start("cut")])


def _tail(what: str, sure: float, cut: str, allowed: Callable[[re.Match[str]], bool]) -> Rule:
    """A rule for the end of a sentence, up to its last mark."""
    return _rule(what, sure, rf"(?P<cut>{cut}?)(?=[.!?…]+[\"'”’]?$)", allowed)


def _rule(what: str, sure: float, pattern: str, allowed: Callable[[re.Match[str]], bool]) -> Rule:
    return Rule(what, sure, re.compile(pattern, re.IGNORECASE), allowed)


def _proposal(what: str, sure: float, joint: str) -> Rule:
    """A rule for what is said of a new thing: "we propose a method for X *that does Y*"."""
    new = (
        r"^(?:.*,\s+)?(?:we|this \w+)\s+(?:\w+ly\s+)?(?:propose|present|introduce|develop|describe|"
        r"design|construct|build|provide|suggest|formulate|derive|define|devise|create)[sd]?\s"
    )
    about = r"an?\s(?:\S+\s+){3,}?\S*\w"
    return _rule(what, sure, rf"{new}{about}(?P<cut>,?\s+{joint}\s[^;:]+?)(?=[.!?…]+$)", _proposed)
