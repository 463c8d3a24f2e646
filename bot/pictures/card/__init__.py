"""A card: the picture of a tip that the bot draws from its words, for timelines that show pictures.

Fonts are those of the machine. Nothing here imports Pillow before a function is called.
"""

from pathlib import Path

from bot.core.model.picture import EncodedPicture
from bot.pictures.card.values import HEIGHT, WIDTH, Card, MissingFont

__all__ = ["HEIGHT", "WIDTH", "Card", "MissingFont", "draw", "missing"]


def draw(card: Card, own_fonts: Path | None = None) -> EncodedPicture:
    """The card as a PNG of 1200×630 pixels; the same words and fonts give the same bytes.

    `own_fonts` is a folder whose fonts are preferred to those of the machine. Raises PictureError,
    in the words of `missing`, rather than draw a character that no font shows, or a text whose
    letters this machine cannot join and order.
    """
    from bot.pictures.card import drawing, library  # noqa: PLC0415 - Pillow is for a card only

    return drawing.draw(card, library.installed(own_fonts))


def missing(card: Card, own_fonts: Path | None = None) -> tuple[MissingFont, ...]:
    """What has to be installed before the card can be drawn; nothing where it can be."""
    from bot.pictures.card import drawing, library  # noqa: PLC0415 - Pillow is for a card only

    return drawing.missing(card, library.installed(own_fonts))
