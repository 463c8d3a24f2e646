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
_BE = frozenset(["is", "are", "was", "were"])
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
    yield from _second(tree, root)
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
    """The words that join a participle to its noun: "rights that are granted to all"."""
    if verb.dep != "relcl" or verb.tag != "VBN":
        return
    joint = [*tree.below(verb, "nsubjpass"), *tree.below(verb, "auxpass")]
    said = [token.text.lower() for token in joint]
    beside = len(joint) == 2 and joint[1].index == joint[0].index + 1
    if not beside or said[0] not in {"that", "which"} or said[1] not in _BE:
        return
    first = joint[0].index
    if verb.index == joint[1].index + 1 and tree.tokens[first - 1].index == verb.head:
        yield _cut(tree, first, joint[1].index, "joining words", 0.95)


def _second(tree: Tree, root: Token) -> Iterator[Cut]:
    """A second thing that the same subject does, where the first has its own object."""
    joins = [token for token in tree.below(root, "cc") if token.text == "and"]
    verbs = [token for token in tree.below(root, "conj") if token.tag.startswith("VB")]
    if len(joins) != 1 or len(verbs) != 1 or tree.below(root, "preconj") or _advises(tree, root):
        return
    first, reach = joins[0].index, tree.stretch(verbs[0])
    own = any(root.index < token.index < first for token in tree.complements(root))
    if reach is None or not own or _text(tree, reach[1] + 1) not in _ENDS:
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
    marks = {token.text for token in tree.below(top, "mark", "aux")}
    return top.text in {"using", "based"} or not marks.isdisjoint({"because", "to", "so"})


def _descriptions(tree: Tree, root: Token) -> Iterator[Cut]:
    """What is said of a thing that the statement brings in: "it makes a new file that holds ...".

    A clause behind "a" describes a thing that nobody knows yet. It restricts nothing, as one
    behind "the" or "all" would.
    """
    if root.text.lower() not in words("makers") or _advises(tree, root):
        return
    for top in tree.tokens:
        reach = tree.stretch(top) if top.dep in {"relcl", "acl"} else None
        noun = tree.tokens[top.head]
        if reach is None or not _is_new(tree, noun) or not _leads_to(tree, noun, root):
            continue
        first, last = reach
        at_end = _text(tree, last + 1) in _ENDS and first > noun.index
        if at_end and _is_light(tree, first, last, code=True):
            comma = _text(tree, first - 1) == ","
            yield _cut(tree, first - comma, last, "what it does", 0.8)


def _is_new(tree: Tree, noun: Token) -> bool:
    """Whether a noun has "a" in front of it, and words that say which kind of thing it is."""
    indefinite = any(token.text.lower() in {"a", "an"} for token in tree.below(noun, "det"))
    return indefinite and bool(tree.below(noun, "amod", "compound", "prep", "nmod"))


def _leads_to(tree: Tree, noun: Token, root: Token) -> bool:
    """Whether the noun is the verb's object, or stands in a phrase behind it."""
    while noun.dep in {"pobj", "prep", "conj", "dobj"} and noun.head != noun.index:
        noun = tree.tokens[noun.head]
    return noun.index == root.index


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
