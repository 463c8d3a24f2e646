"""What a sentence can do without, told from a dependency parse.

A parse finds what no wording gives away: clauses and phrases with their true ends. Only whole
branches of the tree go, so that no object loses its verb and no name its half. Nothing goes that
denies, sets a condition, compares or counts, and nothing out of a statement that is denied or
conditional itself, since there the smallest addition changes what is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.core.summary import guards
from bot.core.summary.cuts import Cut
from bot.core.summary.parse import Token
from bot.core.summary.tree import Tree
from bot.core.summary.wording import weight
from bot.core.summary.words import found, words

NEEDED = frozenset(
    """
    ROOT nsubj nsubjpass csubj csubjpass dobj obj iobj dative attr acomp oprd ccomp xcomp pcomp pobj
    aux auxpass neg prt expl cop
    """.split()  # noqa: SIM905 - a list of words is read more easily than a list of strings
)
"""Dependencies without which their head is no longer said, or says something else."""

ASIDES = frozenset(["appos", "relcl", "advcl", "acl", "prep"])
"""Dependencies of what only adds something, where a comma stands before it."""

BY_WORDING = frozenset(["how", "what for", "an addition", "examples", "a relative clause"])
"""Cuts by wording that a parse can refuse; the others take whole statements, or marked remarks."""

_CHOICES = frozenset(["or", "either"])
"""What chooses may go with all its branches, and a branch of the tree holds all of them."""

_COUNTED = re.compile(r"JJR|JJS|RBR|RBS|CD")
"""Penn tags of comparatives, superlatives and numbers."""

_ENDS = frozenset([".", "!", "?"])
_CONCEDING = frozenset(["although", "though", "whereas", "while"])
_LOOSE = frozenset(["for", "in", "across", "within", "during", "throughout", "at"])
"""Prepositions of phrases that say where, when or for whom."""
_BE = frozenset(["is", "are", "was", "were"])
_TELLING = 2
"""So many words that say something are left of a thing that loses its description."""

_FEWEST = 4
"""So many words must stay in front of what goes at the end."""


def cuts(tokens: Sequence[Token]) -> Iterator[Cut]:
    """Every stretch that may go by grammar."""
    tree = Tree(tokens)
    root = tree.root
    if root is None:
        return
    for token in tokens:
        yield from _aside(tree, token)
        yield from _examples(tree, token)
        yield from _joint(tree, token)
    yield from _pointer(tree, root)
    yield from _concession(tree, root)
    for verb in (root, *(token for token in tokens if _describes(tree, token))):
        yield from _second(tree, verb)
    if not _is_bound(tree, root):
        yield from _means(tree, root)
        yield from _descriptions(tree, root)


def agrees(cut: Cut, tokens: Sequence[Token]) -> bool:
    """Whether the parse lets a cut by wording be made."""
    if cut.what not in BY_WORDING:
        return True
    inside = {token.index for token in tokens if any(a <= token.start < b for a, b in cut.spans)}
    tops = [token for token in tokens if token.index in inside and token.head not in inside]
    return all(token.dep not in NEEDED and token.index != token.head for token in tops)


def _aside(tree: Tree, top: Token) -> Iterator[Cut]:
    """What stands between two commas, or behind the last one, and only adds something."""
    reach = tree.stretch(top) if top.dep in ASIDES else None
    if reach is None or _text(tree, reach[0] - 1) != ",":
        return
    first, last = reach
    if top.dep == "appos" and _is_indefinite(tree, top):
        return  # it says what the name stands for
    closed = _text(tree, last + 1) == "," or _text(tree, last + 1) in _ENDS
    if closed and tree.tokens[top.head].index < first and _is_light(tree, first, last):
        yield _cut(tree, first - 1, last, "an aside", 0.9)


def _examples(tree: Tree, top: Token) -> Iterator[Cut]:
    """Examples: "files, such as letters or lists"."""
    reach = tree.stretch(top) if top.text == "as" and top.dep == "prep" else None
    if reach is None or tree.tokens[reach[0]].text != "such":
        return
    first, last = reach
    comma = _text(tree, first - 1) == ","
    many = tree.tokens[first - 1].tag in {"NNS", "NNPS"}
    closed = _text(tree, last + 1) in _ENDS | {","}
    if closed and (comma or many) and _is_light(tree, first, last):
        yield _cut(tree, first - comma, last, "examples", 0.92)


def _joint(tree: Tree, verb: Token) -> Iterator[Cut]:
    """The words that join what describes a noun: "rights that are granted to all"."""
    if verb.dep != "relcl":
        return
    subject, be, said = _be(tree, verb)
    if subject is None or be is None or said is None or subject.text not in {"that", "which"}:
        return
    first = verb.index if said is verb else tree.branch(said)[0].index
    if be.text in _BE and (subject.index, be.index) == (first - 2, first - 1):
        yield _cut(tree, subject.index, be.index, "joining words", 0.95)


def _be(tree: Tree, verb: Token) -> tuple[Token | None, Token | None, Token | None]:
    """Of "that are granted to" and "that are open to": the subject, the "are", and what is said."""
    if verb.tag == "VBN":
        said: Token | None = verb
        be = next(iter(tree.below(verb, "auxpass")), None)
    else:
        open_ended = (one for one in tree.below(verb, "acomp") if tree.below(one, "prep"))
        be, said = verb, next(open_ended, None)
    return tree.subject(verb), be, said


def _pointer(tree: Tree, root: Token) -> Iterator[Cut]:
    """A purpose in front that points at another sentence: "to solve these problems, we ..."."""
    for top in tree.below(root, "advcl", "prep"):
        reach = tree.stretch(top)
        if reach is None or reach[0] != 0 or _text(tree, reach[1] + 1) != ",":
            continue
        said = found(tree.text(*reach))
        if said[0] == "to" and not {"this", "these", "such", "those"}.isdisjoint(said):
            yield _cut(tree, 0, reach[1] + 1, "its opening", 0.95)


def _concession(tree: Tree, root: Token) -> Iterator[Cut]:
    """A statement beside the one that stays: "..., although it takes longer"."""
    for top in tree.below(root, "advcl"):
        reach = tree.stretch(top)
        marks = {token.text for token in tree.below(top, "mark")}
        if reach is None or marks.isdisjoint(_CONCEDING) or tree.subject(top) is None:
            continue
        first, last = reach
        if first > root.index and _text(tree, first - 1) == "," and _text(tree, last + 1) in _ENDS:
            yield _cut(tree, first - 1, last, "a second statement", 0.85, whole=True)


def _describes(tree: Tree, verb: Token) -> bool:
    """Whether a verb describes a thing that nobody knows yet: "an agent that sits and waits"."""
    return verb.dep == "relcl" and _is_indefinite(tree, tree.tokens[verb.head])


def _second(tree: Tree, root: Token) -> Iterator[Cut]:
    """A second thing that the same subject does, where the first has its own object."""
    joins = [token for token in tree.below(root, "cc") if token.text == "and"]
    verbs = [token for token in tree.below(root, "conj") if token.tag.startswith("VB")]
    if len(joins) != 1 or len(verbs) != 1 or tree.below(root, "preconj") or _advises(tree, root):
        return
    first, reach = joins[0].index, tree.stretch(verbs[0])
    own = any(
        root.index < token.index < first
        for token in (*tree.complements(root), *tree.below(root, "prep"))
    )
    pair = any(token.text.lower() == "both" for token in tree.tokens[:first])
    if reach is None or not own or pair or _text(tree, reach[1] + 1) not in _ENDS:
        return
    comma = _text(tree, first - 1) == ","
    yield _cut(tree, first - comma, reach[1], "a second statement", 0.88, whole=True)


def _means(tree: Tree, root: Token) -> Iterator[Cut]:
    """How, why and what for, at the end of a statement that stands without it."""
    if _advises(tree, root):
        return
    for top in tree.below(root, "prep", "advcl"):
        reach = tree.stretch(top)
        complete = tree.complements(root) or tree.below(root, "auxpass")
        if reach is None or not complete or not _is_means(tree, top):
            continue
        first, last = reach
        at_end = _text(tree, last + 1) in _ENDS and first >= _FEWEST
        if at_end and first > root.index and _is_light(tree, first, last, code=True):
            comma = _text(tree, first - 1) == ","
            yield _cut(tree, first - comma, last, "how", 0.85)


def _is_means(tree: Tree, top: Token) -> bool:
    """Whether a phrase says how, why or what for."""
    if top.dep == "prep":
        return top.text == "by" and bool(tree.below(top, "pcomp")) or top.text in {"via", "using"}
    marks = {token.text for token in tree.below(top, "mark")}
    return top.text in {"using", "based"} or not marks.isdisjoint({"because", "so"})


def _descriptions(tree: Tree, root: Token) -> Iterator[Cut]:
    """What is said of a thing that the statement brings in: "it makes a new file that holds ...".

    A clause or phrase behind "a" describes a thing that nobody knows yet. It restricts nothing, as
    one behind "the" or "all" would.
    """
    if root.text.lower() not in words("makers") or _advises(tree, root):
        return
    for top in tree.tokens:
        clause = top.dep in {"relcl", "acl"}
        reach = tree.stretch(top) if clause or _is_loose(top) else None
        noun = tree.tokens[top.head]
        if reach is None or not root.index < noun.index < reach[0]:
            continue
        first, last = reach
        at_end = _text(tree, last + 1) in _ENDS and _is_new(tree, noun, first - 1)
        if at_end and _is_light(tree, first, last, code=clause):
            comma = _text(tree, first - 1) == ","
            what, sure = ("what it does", 0.8) if clause else ("where or what for", 0.7)
            yield _cut(tree, first - comma, last, what, sure)


def _is_loose(top: Token) -> bool:
    return top.dep == "prep" and top.text in _LOOSE


def _is_new(tree: Tree, noun: Token, last: int) -> bool:
    """Whether a noun has "a" in front of it, and enough words that say which kind of thing it is."""
    first = tree.branch(noun)[0].index
    return _is_indefinite(tree, noun) and weight(tree.text(first, last)) >= _TELLING


def _is_indefinite(tree: Tree, noun: Token) -> bool:
    return any(token.text.lower() in {"a", "an"} for token in tree.below(noun, "det"))


def _is_bound(tree: Tree, root: Token) -> bool:
    """Whether the statement is denied or conditional."""
    start = tree.stretch(root)
    said = tree.text(0, len(tree.tokens) - 1) if start else ""
    return not said or not words("limits").isdisjoint(found(said))


def _advises(tree: Tree, root: Token) -> bool:
    """Whether the reader is told or allowed to do something: then how is the tip."""
    subject = tree.subject(root)
    return subject is None or subject.text.lower() == "you"


def _is_light(tree: Tree, first: int, last: int, *, code: bool = False) -> bool:
    """Whether nothing in a stretch denies, sets a condition, compares or counts.

    A name of code may go with a whole clause only.
    """
    said = tree.text(first, last)
    heavy = words("limits") | words("exceptions") | (words("measures") - _CHOICES)
    if not heavy.isdisjoint(found(said)) or guards.counts(said):
        return False
    tags = (token.tag for token in tree.tokens[first : last + 1])
    return (code or not guards.is_code(said)) and not any(map(_COUNTED.match, tags))


def _text(tree: Tree, index: int) -> str:
    return tree.tokens[index].text if 0 <= index < len(tree.tokens) else ""


def _cut(
    tree: Tree, first: int, last: int, what: str, sure: float, *, whole: bool = False
) -> Cut:
    """The stretch as a cut; a comma in front of it takes the one behind it along."""
    begin, end = tree.tokens[first], tree.tokens[last]
    after = _text(tree, last + 1)
    if begin.text == "," and after == ",":
        end = tree.tokens[last + 1]
    return Cut(spans=((begin.start, end.end),), what=what, sure=sure, whole=whole)
