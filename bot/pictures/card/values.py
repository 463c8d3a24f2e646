"""What is on a card, and what a machine lacks to draw it."""

from dataclasses import dataclass

WIDTH, HEIGHT = 1200, 630
"""Pixels; the proportions in which networks show the picture of a link."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """The words of a card. The title stands above the words unless these say it themselves."""

    title: str
    #: the summary, or the text where that is short
    words: str
    #: the bot's name
    bot: str
    #: the host of the bot's site; empty: it has none
    host: str = ""
    #: a language tag; None: unknown
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingFont:
    """Characters that no font here shows, or a script that cannot be shaped (no characters)."""

    #: up to ten of them
    characters: str
    #: such as Arabic
    script: str
    #: the Debian package that helps; empty: none of those that we know
    package: str

    @property
    def problem(self) -> str:
        """What cannot be drawn."""
        if not self.characters:
            return f"{self.script} text cannot be shaped on this machine"
        return f"no font on this machine shows {_readable(self.characters)} ({self.script})"

    @property
    def todo(self) -> str:
        """What to do about it."""
        return f"install {self.package}" if self.package else "install a font that has it"

    def __str__(self) -> str:
        return f"{self.problem}; {self.todo}"


def _readable(characters: str) -> str:
    """The characters, in quotation marks; those that nobody can see by their numbers."""
    if characters.isprintable():
        return f"“{characters}”"
    return ", ".join(f"U+{ord(one):04X}" for one in characters)
