"""When a stretch of an English sentence may go: what it holds, and what stays without it.

Each guard looks at a match: its group `cut`, what stands before it, and what follows.
"""

import re

from bot.core.summary.english.finite_verbs import begins_order, finite
from bot.core.summary.english.lexicon import found, present_forms, words

_NUMBER = re.compile(r"\d")
_CODE = re.compile(r"\w[._/\\]\w|\w\(|[{}=<>$]|https?:|\w_\w")
_RELATIVES = frozenset(["that", "which", "from", "who", "how"])
_VERB_COMES = frozenset(["and", "to", "can", "will", "may", "we"])
_READER = frozenset(["you", "your", "yourself", "let's"])
_HOW = re.compile(r",\s+(?:by|using|through|via|with)\s", re.IGNORECASE)
_FEWEST = 3
"""So many words a statement has at least: "we introduce" has lost its object."""

_SHORTEST = 5
"""So many words must stay before an addition that goes, or the statement has lost its object."""
_INFINITIVE = re.compile(r"\b(?:that|which|to|from)\s(?:\w+\s){0,3}\w+$", re.IGNORECASE)
"""A verb that is still open to its object: "models that learn"."""
_SECOND_NAME = re.compile(r",\s+[\w-]+$")
"""One word behind a comma, which the clause behind it explains: "learning, networks"."""
_POINTS_BACK = re.compile(r"\b(?:it|its|they|their|them|this|these|those|such)\b", re.IGNORECASE)


def light(match: re.Match[str]) -> bool:
    """Nothing in the cut limits the statement: no negation, condition, choice, number or code."""
    return _is_light(match["cut"])


def _is_light(text: str) -> bool:
    if _NUMBER.search(text) or _CODE.search(text):
        return False
    return (words("limits") | words("measures") | words("exceptions")).isdisjoint(found(text))


def _unlimited(text: str) -> bool:
    """Nothing in the text denies or sets a condition."""
    return words("limits").isdisjoint(found(text))


def addition(match: re.Match[str]) -> bool:
    """A clause that adds to a statement, which is neither denied nor conditional."""
    head = match.string[: match.start("cut")]
    enough = len(found(head)) >= _SHORTEST and _unlimited(match.string)
    return enough and words("exceptions").isdisjoint(found(match["cut"])) and _whole(head)


def _advises(head: str) -> bool:
    """Whether the reader is told what to do: then how to do it is the tip."""
    return begins_order(head) or not _READER.isdisjoint(found(head))


def adverbial(match: re.Match[str]) -> bool:
    """The cut is light, and what it belongs to is neither denied, conditional nor compared."""
    head = match.string[: match.start("cut")]
    enough = len(found(head)) >= _SHORTEST and _unlimited(head)
    return enough and _is_light(match["cut"]) and _whole(head)


def apart_from_the_verb(match: re.Match[str]) -> bool:
    """The cut is an adverbial that swallows no verb of the statement."""
    return words("auxiliaries").isdisjoint(found(match["cut"])) and adverbial(match)


def rest_stands(match: re.Match[str]) -> bool:
    """What follows the cut is a statement of its own."""
    return _whole(match.string[match.end("cut") :])


def light_before_rest(match: re.Match[str]) -> bool:
    """The cut is light, and what follows it is a statement."""
    return light(match) and rest_stands(match)


def _whole(text: str) -> bool:
    """Whether the words can be a statement: some verb is finite, and no bracket is left open."""
    return finite(text) and text.count("(") == text.count(")")


def plain_letters(match: re.Match[str]) -> bool:
    """A remark in another language: of letters alone, since its words are not known."""
    return not _NUMBER.search(match["cut"]) and not _CODE.search(match["cut"])


def verb_follows_kind(match: re.Match[str]) -> bool:
    """What follows the name and its kind is the verb."""
    word = found(match.string[match.end("kind") :])[0]
    return word in present_forms() or word in words("auxiliaries")


def fronted(match: re.Match[str]) -> bool:
    """A fronted phrase that limits nothing."""
    return _unlimited(match["cut"]) and not _NUMBER.search(match["cut"]) and rest_stands(match)


def participle(match: re.Match[str]) -> bool:
    """A phrase behind the last comma, and no part of an enumeration."""
    cut, head = match["cut"], match.string[: match.start("cut")]
    enumerates = re.search(r",\s+(?:and|or)\b", cut) or re.search(r",[^,]*\w+ing\b[^,]*$", head)
    says_how = _HOW.match(cut) is not None and _advises(head)
    return not enumerates and not says_how and addition(match)


def clause_stands(match: re.Match[str]) -> bool:
    """What stands before is a statement, and no half of a condition or pair."""
    head = match.string[: match.start("cut")]
    return (
        len(found(head)) >= _FEWEST
        and _whole(head)
        and not re.match(r"(?:if|when|whether|unless|both|either)\b", head, re.IGNORECASE)
    )


def explained(match: re.Match[str]) -> bool:
    """What stands before the colon says something by itself."""
    before = match.string[: match.start("cut")]
    head = found(before)
    promised = len(head) < _SHORTEST or head[-1] in words("promising") or ":" in before
    return not promised and not _advises(" ".join(head)) and clause_stands(match)


def stands_alone(match: re.Match[str]) -> bool:
    """What follows the cut needs nothing that stood in it."""
    rest = match.string[match.end("cut") :]
    return _POINTS_BACK.search(rest) is None and _unlimited(match["cut"])


def same_subject(match: re.Match[str]) -> bool:
    """The second verb belongs to the first subject, not to an infinitive or a list."""
    head = match.string[: match.start("cut")]
    subject = re.match(r"(?:we|I|this \w+)\b", head, re.IGNORECASE)
    return subject is not None and len(found(head)) >= _SHORTEST and _whole(head)


def proposed(match: re.Match[str]) -> bool:
    """What is new needs no more words: "we propose a method that ..." still proposes a method.

    A clause behind "a" describes a thing that nobody knows yet. It restricts nothing, as one
    behind "the" or "all" would.
    """
    head = match.string[: match.start("cut")]
    return _unlimited(head) and _closes(head) and not _inside(match["cut"], head)


def _inside(cut: str, head: str) -> bool:
    """Whether a cut that begins with "to" belongs to something inside: "models that learn to"."""
    begins = found(cut)
    if begins[0] != "to":
        return _INFINITIVE.search(head) is not None
    return begins[1] not in words("verbs") or not _RELATIVES.isdisjoint(found(head))


def _closes(head: str) -> bool:
    """Whether a thing can end here: its last word calls for nothing more."""
    before, last = ("", *found(head))[-2:]
    if before in _VERB_COMES and last in words("verbs"):
        return False
    open_ended = last in words("hanging") or last in words("clinging") or last.endswith("ed")
    return not open_ended and not _SECOND_NAME.search(head) and _whole(head)


def means_apart(match: re.Match[str]) -> bool:
    """How something is done, not what starts, is named, or is done without."""
    head = found(match.string[: match.start("cut")])
    last = head[-1] if head else ""
    clings = last in words("clinging") or last.endswith("ed") or last in words("finite")
    text = match.string[: match.start("cut")]
    needed = clings or _INFINITIVE.search(text) is not None or _advises(text)
    return not needed and apart_from_the_verb(match)


def always(_match: re.Match[str]) -> bool:
    """The wording alone is enough."""
    return True


def headless(match: re.Match[str]) -> bool:
    """What stands before is a phrase that keeps its own comma."""
    return not finite(match.string[: match.start("cut")])
