"""What a tip's summary could be: the operator's words, its title, its sentences, and less."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import regex

from bot.core.model.config import Tip
from bot.core.summary.context import lacks
from bot.core.summary.english.cuts import Cut, cuts, ways
from bot.core.summary.english.finite_verbs import speaks
from bot.core.summary.english.lexicon import telling
from bot.core.summary.prose import Sentence, parts, primary
from bot.core.summary.punctuation import (
    LIST_MARKS,
    closed,
    ends_in_sign,
    finished,
    full_stop,
    has_end,
    joined,
)
from bot.core.text.markup.markdown import on_one_line, plain

BY_HAND = "written by hand"
"""How the operator's own summary was made."""

MOST_SENTENCES = 14
"""Sentences of a tip, from its start, of which a summary is made."""

MOST_TOGETHER = 3
"""Whole sentences that stand together in a summary."""

LONGEST = 400
"""Characters of several sentences together; no network of ours has more room for a summary."""

ROOT = 6
"""So many first letters make two words one: "consider" and "considerations"."""

SAME_THING = 0.6
"""A sentence with so much of the title's telling words says the same thing."""

_ADVERB = regex.compile(r"\w{3,}ly[:.]?")

FAR = 3
"""From this sentence on, nothing stands behind a title that is an order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A possible summary and what it was made of, for the score and for the operator."""

    text: str
    #: the sentences of the tip, by their places
    parts: tuple[int, ...] = ()
    cuts: tuple[Cut, ...] = ()
    #: whether the title stands in front
    titled: bool = False
    by_hand: bool = False
    #: the text without the title
    body: str = ""
    #: whether it holds every sentence of the tip
    whole: bool = False

    @property
    def how(self) -> str:
        """How it was made, in words for the operator."""
        if self.by_hand:
            return BY_HAND
        if not self.parts:
            return "title"
        made = ("title and " if self.titled else "") + self._which()
        left_out = ", ".join(dict.fromkeys(cut.what for cut in self.cuts))
        return f"{made} without {left_out}" if left_out else made

    def _which(self) -> str:
        if self.whole:
            return "the whole text"
        if len(self.parts) == 1:
            return "first sentence" if self.parts[0] == 0 else f"sentence {self.parts[0] + 1}"
        if self.parts[0] == 0:
            return f"first {len(self.parts)} sentences"
        return f"sentences {self.parts[0] + 1} to {self.parts[-1] + 1}"


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceText:
    """A tip taken apart once: its title and sentences as plain prose."""

    title: str
    sentences: tuple[Sentence, ...]
    language: str
    #: whether the tip has no other sentences
    complete: bool = True

    @property
    def english(self) -> bool:
        """Whether the rules for English hold."""
        return self.language == "en"

    @property
    def title_speaks(self) -> bool:
        """Whether the title is an order or a statement, as far as the rules for English tell."""
        return self.english and speaks(self.title)

    def is_all(self, candidate: Candidate) -> bool:
        """Whether a candidate says all of the tip, its title included."""
        return candidate.whole and (candidate.titled or says_the_same(self.title, candidate.body))

    def lacks(self, candidate: Candidate) -> tuple[str, ...]:
        """Why a candidate cannot stand without the rest of the tip; nothing where it can."""
        if candidate.whole or not candidate.parts:
            return ()
        taken = range(candidate.parts[0], candidate.parts[-1] + 1)
        missing = lacks(
            self.sentences,
            self.title,
            taken,
            titled=candidate.titled,
            language=self.language,
            body=candidate.body,
        )
        return tuple(missing)


def source(tip: Tip) -> SourceText:
    """The tip's title and sentences, without Markdown."""
    every = parts(tip.text, tip.language)
    kept = every[:MOST_SENTENCES]
    return replace(heading(tip), sentences=kept, complete=len(kept) == len(every))


def heading(tip: Tip) -> SourceText:
    """The tip's title without Markdown, and nothing else."""
    return SourceText(title=plain(tip.title), sentences=(), language=primary(tip.language))


def by_hand(tip: Tip) -> Candidate | None:
    """The summary that the operator wrote, as it is; None where nothing of it can be seen."""
    own = on_one_line(tip.summary or "")
    return Candidate(text=own, by_hand=True) if own else None


def candidates(tip: SourceText) -> Iterator[Candidate]:
    """Every possible summary that is made of the tip's own words, in no order of merit."""
    head = _Heading(tip)
    for made in (*_alone(tip), *_together(tip)):
        yield made
        if head.goes_before(made):
            yield replace(made, text=joined((head.text, made.body)), titled=True)
    yield title_alone(tip)


def _alone(tip: SourceText) -> Iterator[Candidate]:
    """Each sentence, as it is and with parts cut out of it."""
    for at, sentence in enumerate(tip.sentences):
        for way in ways(sentence.text, cuts(sentence.text, tip.language)):
            text = closed(way.text)
            whole = len(tip.sentences) == 1 and tip.complete and not way.cuts
            yield Candidate(text=text, parts=(at,), cuts=way.cuts, body=text, whole=whole)


def title_alone(tip: SourceText) -> Candidate:
    """The title as a summary of its own."""
    text = headed(tip).removesuffix(":").removesuffix("\uff1a").rstrip()
    return Candidate(text=text, titled=True)


def _together(tip: SourceText) -> Iterator[Candidate]:
    """Neighbouring whole sentences; items of a list as many as there are."""
    before_next = tuple(_marked(tip.sentences, LIST_MARKS.get(tip.language, ";")))
    for start in range(len(tip.sentences)):
        for stop in range(start + 2, len(tip.sentences) + 1):
            text = joined((*before_next[start : stop - 1], closed(tip.sentences[stop - 1].text)))
            if len(text) > LONGEST:
                break
            every = tip.complete and stop - start == len(tip.sentences)
            few = sum(not one.item for one in tip.sentences[start:stop]) <= MOST_TOGETHER
            if every or few:
                taken = tuple(range(start, stop))
                yield Candidate(text=text, parts=taken, body=text, whole=every)


def _marked(sentences: Sequence[Sentence], mark: str) -> Iterator[str]:
    """Each sentence as it stands before the next: with a mark between items that have none."""
    for one, behind in pairwise(sentences):
        is_open = one.item and behind.item and not has_end(one.text)
        yield f"{one.text}{mark}" if is_open else closed(one.text)


class _Heading:
    """A tip's title before its sentences."""

    def __init__(self, tip: SourceText) -> None:
        self._title = tip.title
        self._stays_near = tip.title_speaks
        self._is_adverb = tip.english and _ADVERB.fullmatch(tip.title) is not None
        self.text = headed(tip)

    def goes_before(self, made: Candidate) -> bool:
        """Whether it can stand before these sentences: where they do not say the same thing.

        A title that is an order is a post by itself; a sentence from far behind does not go with
        it. An adverb is no name of a subject: "Remotely: We meet".
        """
        if self._is_adverb or (self._stays_near and made.parts[0] >= FAR and not made.whole):
            return False
        return bool(self._title) and not says_the_same(self._title, made.body)


def says_the_same(title: str, sentence: str) -> bool:
    """Whether most telling words of the title are in the sentence, too."""
    if title.casefold() in sentence.casefold():
        return True
    wanted, have = ({stem[:ROOT] for stem in telling(text)} for text in (title, sentence))
    return len(wanted & have) >= SAME_THING * len(wanted)


def headed(tip: SourceText) -> str:
    """The title as it stands before a sentence: a name gets a colon, a sentence its full stop.

    In a language without rules of ours, one word is a name, and several may be a sentence.
    """
    title = finished(tip.title)
    if has_end(title):
        return title
    is_sentence = speaks(title) if tip.english else " " in title or full_stop(title) != "."
    return title + (full_stop(title) if is_sentence and not ends_in_sign(title) else ":")
