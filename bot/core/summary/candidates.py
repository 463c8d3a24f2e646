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

    def is_all(self, candidate: Candidate) -> bool:
        """Whether a candidate says all of the tip, its title included."""
        return candidate.whole and (candidate.titled or says_the_same(self.title, candidate.body))

    def lacks(self, candidate: Candidate) -> tuple[str, ...]:
        """Why a candidate cannot stand without the rest of the tip; nothing where it can."""
        if candidate.whole or candidate.by_hand or not candidate.parts:
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
    for at, sentence in enumerate(tip.sentences):
        for way in ways(sentence.text, cuts(sentence.text, tip.language)):
            made = Candidate(
                text=closed(way.text),
                parts=(at,),
                cuts=way.cuts,
                body=closed(way.text),
                whole=len(tip.sentences) == 1 and tip.complete and not way.cuts,
            )
            yield made
            yield from _with_title(tip, made)
    for made in _together(tip):
        yield made
        yield from _with_title(tip, made)
    yield title_alone(tip)


def title_alone(tip: SourceText) -> Candidate:
    """The title as a summary of its own."""
    text = headed(tip).removesuffix(":").removesuffix("\uff1a").rstrip()
    return Candidate(text=text, titled=True)


def _together(tip: SourceText) -> Iterator[Candidate]:
    """Neighbouring whole sentences; items of a list as many as there are."""
    for start in range(len(tip.sentences)):
        for stop in range(start + 2, len(tip.sentences) + 1):
            pieces = tip.sentences[start:stop]
            text = _as_text(pieces, LIST_MARKS.get(tip.language, ";"))
            if len(text) > LONGEST:
                break
            every = tip.complete and len(pieces) == len(tip.sentences)
            few = sum(not piece.item for piece in pieces) <= MOST_TOGETHER
            if every or few:
                taken = tuple(range(start, stop))
                yield Candidate(text=text, parts=taken, body=text, whole=every)


def _as_text(pieces: Sequence[Sentence], mark: str) -> str:
    """Sentences in a row, with a mark between the items of a list that have none."""
    made = [
        f"{one.text}{mark}"
        if one.item and behind.item and not has_end(one.text)
        else closed(one.text)
        for one, behind in pairwise(pieces)
    ]
    return joined([*made, closed(pieces[-1].text)])


def _with_title(tip: SourceText, made: Candidate) -> Iterator[Candidate]:
    """Title and sentence, where they do not say the same thing.

    A title that is an order is a post by itself; a sentence from far behind does not go with it.
    An adverb is no name of a subject: "Remotely: We meet".
    """
    order = tip.english and speaks(tip.title)
    if order and made.parts[0] >= FAR and not made.whole:
        return
    if tip.english and _ADVERB.fullmatch(tip.title):
        return
    if tip.title and not says_the_same(tip.title, made.body):
        yield replace(made, text=joined((headed(tip), made.body)), titled=True)


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
