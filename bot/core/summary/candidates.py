"""What a tip's summary could be: the operator's words, its title, its sentences, and less."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import regex

from bot.core.model.config import Tip
from bot.core.summary.english.cuts import Cut, Shortened, apart, cuts, is_english, ways
from bot.core.summary.english.finite_verbs import speaks
from bot.core.summary.english.lexicon import telling
from bot.core.summary.prose import one_line, plain, sentences

BY_HAND = "written by hand"
"""How the operator's own summary was made."""

MOST_SENTENCES = 14
"""Of a tip, from its start, are thought of; whoever writes on has left the tip."""

MOST_TOGETHER = 3
"""Whole sentences that stand together in a summary."""

LONGEST = 400
"""Characters of several sentences together; no network of ours has more room for a summary."""

SAME_THING = 0.6
"""A sentence with so much of the title's telling words says the same thing."""

IDLE = 0.96
"""A cut that is as safe as this takes only words that say nothing."""

_FULL_STOPS = (
    (regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]\W*$"), "。"),
    (regex.compile(r"[\p{Devanagari}\p{Bengali}]\W*$"), "।"),
)
"""The full stop of a script, by a text's last letter."""

_PROMISES = regex.compile(r"[:\uff1a]$")
"""A sentence that announces a list is no use with half of it."""

_NO_BLANK = regex.compile(r"(?<=[\u3002\uff01\uff1f])\s")

_CLOSED = regex.compile(r"[\p{Sentence_Terminal}…:][\p{Pe}\p{Pf}\"']*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A possible summary and what it was made of, for the score and for the operator."""

    text: str
    parts: tuple[int, ...] = ()
    cuts: tuple[Cut, ...] = ()
    titled: bool = False
    by_hand: bool = False
    body: str = ""
    pieces: tuple[str, ...] = ()
    idle: int = 0

    @property
    def how(self) -> str:
        """How it was made, in words for the operator."""
        if self.by_hand:
            return BY_HAND
        if not self.parts:
            return "title"
        made = ("title and " if self.titled else "") + _which(self.parts)
        left_out = ", ".join(dict.fromkeys(cut.what for cut in self.cuts))
        return f"{made} without {left_out}" if left_out else made

    @property
    def kept_sure(self) -> float:
        """How safe the cuts in it are together."""
        return Shortened(text=self.text, cuts=self.cuts).sure


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceText:
    """A tip taken apart once: its title and sentences as plain prose."""

    title: str
    sentences: tuple[str, ...]
    language: str | None

    @property
    def english(self) -> bool:
        """Whether the rules for English hold."""
        return is_english(self.language)


def source(tip: Tip) -> SourceText:
    """The tip's title and sentences, without Markdown."""
    return replace(heading(tip), sentences=sentences(tip.text, tip.language)[:MOST_SENTENCES])


def heading(tip: Tip) -> SourceText:
    """The tip's title without Markdown, and nothing else."""
    return SourceText(title=plain(tip.title), sentences=(), language=tip.language)


def by_hand(tip: Tip) -> Candidate | None:
    """The summary that the operator wrote, as it is."""
    return Candidate(text=one_line(tip.summary), by_hand=True) if tip.summary else None


def candidates(tip: SourceText) -> Iterator[Candidate]:
    """Every possible summary that is made of the tip's own words, in no order of merit."""
    for at, sentence in enumerate(tip.sentences):
        possible = cuts(sentence, tip.language)
        for way in ways(sentence, possible):
            made = Candidate(
                text=way.text,
                parts=(at,),
                cuts=way.cuts,
                body=way.text,
                pieces=(way.text,),
                idle=idle(possible, way.cuts),
            )
            yield made
            yield from _with_title(tip, made)
    for made in _together(tip.sentences):
        yield made
        yield from _with_title(tip, made)
    yield title_alone(tip)


def title_alone(tip: SourceText) -> Candidate:
    """The title as a summary of its own."""
    return Candidate(text=_headed(tip).removesuffix(":"), titled=True, pieces=(tip.title,))


def idle(possible: Sequence[Cut], made: Sequence[Cut]) -> int:
    """How many stretches are left that say nothing and could have gone."""
    rest = [cut for cut in possible if cut.sure >= IDLE and apart((*made, cut))]
    return len({cut.spans[0] for cut in rest})


def joined(parts: Sequence[str]) -> str:
    """Sentences in a row: a blank between them, but in scripts that have none."""
    return str(_NO_BLANK.sub("", " ".join(parts)))


def _together(parts: Sequence[str]) -> Iterator[Candidate]:
    """Neighbouring whole sentences, two or three of them."""
    for count in range(2, MOST_TOGETHER + 1):
        for start in range(len(parts) - count + 1):
            pieces = tuple(parts[start : start + count])
            text = joined(pieces)
            if len(text) <= LONGEST and not any(_PROMISES.search(piece) for piece in pieces):
                taken = tuple(range(start, start + count))
                yield Candidate(text=text, parts=taken, body=text, pieces=pieces)


def _with_title(tip: SourceText, made: Candidate) -> Iterator[Candidate]:
    """Title and sentence, where they do not say the same thing."""
    if not says_the_same(tip.title, made.body):
        yield Candidate(
            text=joined((_headed(tip), made.body)),
            parts=made.parts,
            cuts=made.cuts,
            titled=True,
            body=made.body,
            pieces=(tip.title, *made.pieces),
            idle=made.idle,
        )


def says_the_same(title: str, sentence: str) -> bool:
    """Whether most telling words of the title are in the sentence, too."""
    if title.casefold() in sentence.casefold():
        return True
    wanted = set(telling(title))
    return len(wanted & set(telling(sentence))) >= SAME_THING * len(wanted)


def _headed(tip: SourceText) -> str:
    """The title as it stands before a sentence: a name gets a colon, a sentence its full stop.

    In a language without rules of ours, one word is a name, and several may be a sentence.
    """
    if _CLOSED.search(tip.title):
        return tip.title
    if not (speaks(tip.title) if tip.english else " " in tip.title or full_stop(tip.title) != "."):
        return f"{tip.title}:"
    return tip.title + full_stop(tip.title)


def full_stop(text: str) -> str:
    """The full stop of the script in which a text ends."""
    return next((stop for letter, stop in _FULL_STOPS if letter.search(text)), ".")


def _which(parts: Sequence[int]) -> str:
    if len(parts) == 1:
        return "first sentence" if parts[0] == 0 else f"sentence {parts[0] + 1}"
    if parts[0] == 0:
        return f"first {len(parts)} sentences"
    return f"sentences {parts[0] + 1} to {parts[-1] + 1}"
