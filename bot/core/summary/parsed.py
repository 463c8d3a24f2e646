"""What a sentence can do without, told from a dependency parse.

A parse finds what no wording gives away: clauses and phrases with their true ends. Only whole
branches of the tree go, so that no object loses its verb and no name its half. Nothing goes that
denies, sets a condition, compares or counts, and nothing out of a statement that is denied or
conditional itself, since there the smallest addition changes what is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.summary import burden
from bot.core.summary.agreement import JOINING
from bot.core.summary.consent import FEWEST
from bot.core.summary.cuts import Cut
from bot.core.summary.parse import Token
from bot.core.summary.tree import Tree
from bot.core.summary.wording import weight
from bot.core.summary.words import found, words

ASIDES = frozenset(["appos", "relcl", "advcl", "acl", "prep"])
"""Dependencies of what only adds something, where a comma stands before it."""

_LOOSE = frozenset(["for", "in", "across", "within", "during", "throughout", "at"])
"""Prepositions of phrases that say where, when or for whom."""

_CONCEDING = frozenset(["although", "though", "whereas", "while"])
_POINTING = frozenset(["this", "these", "such", "those"])
_ENDS = frozenset([".", "!", "?"])
_BE = frozenset(["is", "are", "was", "were"])
_GOES_ON = frozenset(["IN", "TO", "MD", "VBZ", "VBP", "VBD"])
"""Penn tags of what can follow a comma and is no further item of a list."""

_TELLING = 2
"""So many words that say something are left of a thing that loses its description."""


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
    yield from _also(tree, root)
    yield from _pointer(tree, root)
    yield from _concession(tree, root)
    for verb in (root, *(token for token in tokens if _describes(tree, token))):
        yield from _second(tree, verb)
    if not burden.binds(tree):
        yield from _means(tree, root)
        yield from _descriptions(tree, root)


def _aside(tree: Tree, top: Token) -> Iterator[Cut]:
    """What stands between two commas, or behind the last one, and only adds something."""
    reach = tree.stretch(top) if top.dep in ASIDES else None
    if reach is None or _text(tree, reach[0] - 1) != "," or top.head >= reach[0]:
        return
    first, last = reach
    if (top.dep == "appos" and tree.is_new(top)) or (
        top.dep == "prep" and _commas(tree, first) > 1
    ):
        return  # it says what the name stands for, or the comma closes another aside
    if _is_closed(tree, last) and burden.is_light(tree, first, last):
        yield _cut(tree, first - 1, last, "an aside", 0.9)


def _examples(tree: Tree, top: Token) -> Iterator[Cut]:
    """Examples: "files, such as letters or lists"."""
    reach = tree.stretch(top) if top.text == "as" and top.dep == "prep" else None
    if reach is None or tree.tokens[reach[0]].text != "such":
        return
    first, last = reach
    comma = _text(tree, first - 1) == ","
    many = tree.tokens[first - 1].tag in {"NNS", "NNPS"}
    if (comma or many) and _is_closed(tree, last) and burden.is_light(tree, first, last):
        yield _cut(tree, first - comma, last, "examples", 0.92)


def _joint(tree: Tree, verb: Token) -> Iterator[Cut]:
    """The words that join what describes a noun: "rights that are granted to all"."""
    subject = tree.subject(verb) if verb.dep == "relcl" else None
    be, said = _be(tree, verb)
    if subject is None or be is None or said is None or subject.text not in {"that", "which"}:
        return
    first = said if said == verb.index else tree.branch(tree.tokens[said])[0].index
    if be.text in _BE and (subject.index, be.index) == (first - 2, first - 1):
        yield _cut(tree, subject.index, be.index, JOINING, 0.95)


def _be(tree: Tree, verb: Token) -> tuple[Token | None, int | None]:
    """Of "that are granted to all" and "that are open to all": the "are", and what is said."""
    if verb.tag == "VBN":
        return next(iter(tree.below(verb, "auxpass")), None), verb.index
    open_ended = (one.index for one in tree.below(verb, "acomp") if tree.below(one, "prep"))
    return verb, next(open_ended, None)


def _also(tree: Tree, root: Token) -> Iterator[Cut]:
    """The "also" before a verb, which points at the sentence before."""
    for token in tree.below(root, "advmod"):
        if token.text == "also" and 0 < token.index < root.index:
            yield _cut(tree, token.index, token.index, "a joining word", 0.97)


def _pointer(tree: Tree, root: Token) -> Iterator[Cut]:
    """A purpose in front that points at another sentence: "to solve these problems, we ..."."""
    for top in tree.below(root, "advcl", "prep"):
        reach = tree.stretch(top)
        if reach is None or reach[0] != 0 or _text(tree, reach[1] + 1) != ",":
            continue
        said = found(tree.text(*reach))
        if said[:1] == ("to",) and not _POINTING.isdisjoint(said):
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
    return verb.dep == "relcl" and tree.is_new(tree.tokens[verb.head])


def _second(tree: Tree, verb: Token) -> Iterator[Cut]:
    """A second thing that the same subject does, where the first stands by itself.

    It stays where it brings the news: "we look at it closely and propose a remedy".
    """
    joins = [token for token in tree.below(verb, "cc") if token.text == "and"]
    others = [token for token in tree.below(verb, "conj") if token.tag.startswith("VB")]
    if len(joins) != 1 or len(others) != 1 or burden.advises(tree, tree.root):
        return
    first, reach = joins[0].index, tree.stretch(others[0])
    if reach is None or _text(tree, reach[1] + 1) not in _ENDS or burden.is_news(others[0], verb):
        return
    own = (*tree.complements(verb), *tree.below(verb, "prep"))
    pair = any(token.text.lower() == "both" for token in tree.tokens[:first])
    if not pair and any(verb.index < token.index < first for token in own):
        comma = _text(tree, first - 1) == ","
        yield _cut(tree, first - comma, reach[1], "a second statement", 0.88, whole=True)


def _means(tree: Tree, root: Token) -> Iterator[Cut]:
    """How and why, at the end of a statement that says enough without it."""
    if burden.advises(tree, root):
        return
    for top in tree.below(root, "prep", "advcl"):
        reach = tree.stretch(top)
        complete = tree.complements(root) or tree.below(root, "auxpass")
        if reach is None or not complete or not _is_means(tree, top) or reach[0] <= root.index:
            continue
        first, last = reach
        enough = weight(tree.text(0, first - 1)) >= FEWEST and _can_end(tree, first - 1)
        at_end = _text(tree, last + 1) in _ENDS
        if at_end and enough and burden.is_light(tree, first, last):
            yield _cut(tree, first - (_text(tree, first - 1) == ","), last, "how", 0.85)


def _is_means(tree: Tree, top: Token) -> bool:
    """Whether a phrase says how or why."""
    if top.dep == "prep":
        by_doing = top.text == "by" and bool(tree.below(top, "pcomp"))
        return by_doing or top.text in {"via", "using"}
    marks = {token.text for token in tree.below(top, "mark")}
    return top.text in {"using", "based"} or not marks.isdisjoint({"because", "so"})


def _descriptions(tree: Tree, root: Token) -> Iterator[Cut]:
    """What is said of a thing that the statement brings in: "it makes a new file that holds ...".

    A clause or phrase behind "a" describes a thing that nobody knows yet. It restricts nothing, as
    one behind "the" or "all" would.
    """
    if root.text.lower() not in words("makers") or burden.advises(tree, root):
        return
    for top in tree.tokens:
        clause = _is_clause(tree, top)
        reach = tree.stretch(top) if clause or _is_loose(top) else None
        noun = tree.tokens[top.head]
        if reach is None or not root.index < noun.index < reach[0]:
            continue
        first, last = reach
        at_end = _text(tree, last + 1) in _ENDS and _can_end(tree, first - 1)
        if at_end and _stands(tree, noun, first) and burden.is_light(tree, first, last):
            what, sure = ("what it does", 0.8) if clause else ("where or what for", 0.7)
            yield _cut(tree, first - (_text(tree, first - 1) == ","), last, what, sure)


def _is_clause(tree: Tree, top: Token) -> bool:
    """Whether a verb describes a noun: "that holds", "holding it", "held by", "to hold"."""
    if top.dep == "acl" and top.tag == "VBG":
        return bool(tree.complements(top))  # "question answering" is a name
    infinitive = any(token.tag == "TO" for token in tree.below(top, "aux"))
    participle = top.tag == "VBN" or (top.tag == "VB" and infinitive)
    return top.dep == "relcl" or (top.dep == "acl" and participle)


def _is_loose(top: Token) -> bool:
    return top.dep == "prep" and top.text in _LOOSE


def _stands(tree: Tree, noun: Token, end: int) -> bool:
    """Whether a new thing has enough words that say which kind of thing it is."""
    first = tree.branch(noun)[0].index
    return tree.is_new(noun) and weight(tree.text(first, end - 1)) >= _TELLING


def _can_end(tree: Tree, at: int) -> bool:
    """Whether a statement can end with this token: a noun, and no verb that waits for one."""
    token = tree.tokens[at - 1] if tree.tokens[at].text == "," else tree.tokens[at]
    return token.tag.startswith("NN") or token.text in {")", '"', "”"}


def _is_closed(tree: Tree, last: int) -> bool:
    """Whether the sentence ends here, or goes on behind a comma with no further item of a list."""
    if _text(tree, last + 1) in _ENDS:
        return True
    after = tree.tokens[last + 2] if last + 2 < len(tree.tokens) else None
    goes_on = after is not None and (after.tag in _GOES_ON or after.text == "but")
    return _text(tree, last + 1) == "," and goes_on


def _commas(tree: Tree, end: int) -> int:
    return sum(token.text == "," for token in tree.tokens[:end])


def _text(tree: Tree, index: int) -> str:
    return tree.tokens[index].text if 0 <= index < len(tree.tokens) else ""


def _cut(tree: Tree, first: int, last: int, what: str, sure: float, *, whole: bool = False) -> Cut:
    """The stretch as a cut; a comma in front of it takes the one behind it along."""
    begin, end = tree.tokens[first], tree.tokens[last]
    if begin.text == "," and _text(tree, last + 1) == "," and _text(tree, last + 2) != "but":
        end = tree.tokens[last + 1]
    start = 0 if first == 0 else begin.start
    return Cut(spans=((start, end.end),), what=what, sure=sure, whole=whole)
