"""A text whose clusters each have a face and a direction, and the runs of a part of it."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from bot.pictures.card import bidi
from bot.pictures.card.faces import Face, Run
from bot.pictures.card.library import FontLibrary, Style
from bot.pictures.card.scripts import EMOJI, clusters, scripts_of, seen, unshaped

LONGEST = 1500
"""Clusters of a text that are looked at; no card has room for more."""

_STACKED = 12
"""Characters of one cluster: no emoji has more, and a letter with more marks cannot be read."""

_BLANKS = regex.compile(r"[\s\p{Cc}\u200b]+")
_DROPPED = regex.compile(r"[\p{Cs}\u00ad\ufeff]|\p{Default_Ignorable_Code_Point}(?=[\s]|$)")
_BIDI_CONTROL = regex.compile(r"\p{Bidi_Control}+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What all texts of a card share: the fonts, the language and the direction."""

    library: FontLibrary
    language: str | None
    is_rtl: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    """A text, cluster by cluster. Where no face shows a cluster, its face is None."""

    setting: Setting
    style: Style
    parts: Sequence[str]
    scripts: Sequence[str]
    faces: Sequence[Face | None]
    levels: Sequence[int]

    def text(self, start: int = 0, end: int | None = None) -> str:
        """The clusters from start to end."""
        return "".join(self.parts[start:end])

    def runs(self, start: int, end: int) -> list[Run]:
        """The runs of a line with these clusters, from left to right."""
        found = list(self._logical_runs(start, end))
        return bidi.ordered([run for run, _ in found], [level for _, level in found])

    def _logical_runs(self, start: int, end: int) -> Iterator[tuple[Run, int]]:
        """The runs in the order in which they are read, each with its level."""
        begin = start
        for at in range(start + 1, end + 1):
            if at == end or self._key(at) != self._key(begin):
                yield self._run(begin, at), self.levels[begin]
                begin = at

    def _key(self, at: int) -> tuple[Face | None, int]:
        return self.faces[at], self.levels[at]

    def _run(self, start: int, end: int) -> Run:
        face, text = self.faces[start], self.text(start, end)
        if face is None:
            raise ValueError(f"no face shows {text!r}")
        return Run(
            text=text if face.is_shaping else seen(text),
            face=face,
            is_rtl=self.levels[start] % 2 == 1,
            language=self.setting.language,
        )

    @property
    def unshaped(self) -> str | None:
        """The script of it that cannot be shaped here; None where all can."""
        return None if self.setting.library.is_shaping else unshaped(self.parts)


def paragraph(text: str, setting: Setting, style: Style) -> Paragraph:
    """The text in one line, without what is not seen, with a face for each cluster."""
    clean = _DROPPED.sub("", _BLANKS.sub(" ", unicodedata.normalize("NFC", text))).strip()
    parts = [part[:_STACKED] for part in clusters(clean[: LONGEST * _STACKED])[:LONGEST]]
    depths = _levels(parts, setting)
    kept = [at for at, part in enumerate(parts) if not _BIDI_CONTROL.fullmatch(part)]
    parts, depths = [parts[at] for at in kept], [depths[at] for at in kept]
    scripts = scripts_of(parts)
    return Paragraph(
        setting=setting,
        style=style,
        parts=parts,
        scripts=scripts,
        faces=list(_faces(parts, scripts, setting, style)),
        levels=depths,
    )


def _levels(parts: Sequence[str], setting: Setting) -> list[int]:
    """The embedding level of each cluster, which is that of its first character."""
    depths = bidi.levels("".join(parts), is_rtl=setting.is_rtl)
    at, found = 0, []
    for part in parts:
        found.append(depths[at])
        at += len(part)
    return found


def _faces(
    parts: Sequence[str], scripts: Sequence[str], setting: Setting, style: Style
) -> Iterator[Face | None]:
    """A face for each cluster; a blank has that of the letter before it."""
    last: Face | None = None
    for part, script in zip(parts, scripts, strict=True):
        face = last if part == " " else None
        face = face or setting.library.face(part, script, setting.language, style)
        last = last if script == EMOJI else face
        yield face
