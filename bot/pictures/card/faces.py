"""A face of a font file: what it shows, and how long and high a text in it is."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.pictures.card.scripts import seen

_STRIKES = (109, 160, 136, 128, 96, 64)
"""Sizes of the pictures in fonts of emoji that have them in one size only."""
_CHECKED = 32
_NOWHERE = "\uffff"
"""A code point that never becomes a character: it shows what a font draws for one it lacks."""

RGB = tuple[int, int, int]
Bounds = tuple[float, float, float, float]
"""Left, top, right and bottom of what is drawn, from the beginning of the base line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """One face of a font file. It draws with the layout engine that the machine has."""

    path: Path
    index: int = 0
    is_shaping: bool = True

    def shows(self, cluster: str) -> bool:
        """Whether it has a glyph for every character of a cluster."""
        return all(_has_glyph(self, char) for char in seen(cluster))


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Characters of one direction in one face."""

    text: str
    face: Face
    is_rtl: bool
    #: a language tag, for the forms of letters that differ between languages
    language: str | None

    def length(self, size: int) -> float:
        """How far the text after it begins, in pixels."""
        font, scale = _sized(self.face, size)
        return scale * font.getlength(self.text, "", *self._how)

    def bounds(self, size: int) -> Bounds:
        """Where its pixels are, from the beginning of the base line."""
        font, scale = _sized(self.face, size)
        mask, (x, y) = font.getmask2(self.text, "L", *self._how, anchor="ls")
        left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
        return (x + left) * scale, (y + top) * scale, (x + right) * scale, (y + bottom) * scale

    def paint(self, image: Image.Image, place: tuple[float, float], size: int, ink: RGB) -> None:
        """Draw it with the beginning of its base line at this place."""
        font, scale = _sized(self.face, size)
        if scale == 1:
            self._write(image, place, font, ink)
            return
        left, top, right, bottom = map(round, font.getbbox(self.text, "", *self._how, anchor="ls"))
        if right <= left or bottom <= top:
            return
        whole = Image.new("RGBA", (right - left, bottom - top))
        self._write(whole, (-left, -top), font, (*ink, 255))
        box = (round(whole.width * scale) or 1, round(whole.height * scale) or 1)
        small = whole.resize(box, Image.Resampling.LANCZOS)
        at = round(place[0] + left * scale), round(place[1] + top * scale)
        image.paste(small, at, small)

    def _write(
        self,
        image: Image.Image,
        place: tuple[float, float],
        font: ImageFont.FreeTypeFont,
        ink: tuple[int, ...],
    ) -> None:
        """Write the text in the font's own size."""
        direction, _, language = self._how
        ImageDraw.Draw(image).text(
            place,
            self.text,
            ink,
            font,
            "ls",
            direction=direction,
            language=language,
            embedded_color=True,
        )

    @property
    def _how(self) -> tuple[str | None, None, str | None]:
        """Direction, features and language, as Pillow takes them where it can shape."""
        if not self.face.is_shaping:
            return None, None, None
        return "rtl" if self.is_rtl else "ltr", None, self.language


@lru_cache(maxsize=512)
def _font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """The face in this size. Raises OSError where it has none such, or cannot be read."""
    engine = ImageFont.Layout.RAQM if face.is_shaping else ImageFont.Layout.BASIC
    return ImageFont.truetype(str(face.path), size, face.index, layout_engine=engine)


@lru_cache(maxsize=512)
def _sized(face: Face, size: int) -> tuple[ImageFont.FreeTypeFont, float]:
    """The face, and the factor by which its pictures are scaled to this size."""
    for strike in (size, *_STRIKES):
        try:
            return _font(face, strike), size / strike
        except OSError:
            continue
    raise OSError(f"{face.path} is no font")


@lru_cache(maxsize=16384)
def _has_glyph(face: Face, char: str) -> bool:
    """Whether the face draws the character otherwise than one that it lacks."""
    if char.isspace():
        return True
    plain = Face(path=face.path, index=face.index, is_shaping=False)
    try:
        drawn = _pixels(plain, char)
    except OSError:
        return False
    return any(drawn[2]) and drawn != _pixels(plain, _NOWHERE)


@lru_cache(maxsize=16384)
def _pixels(face: Face, char: str) -> tuple[tuple[int, int], tuple[int, int], bytes]:
    """What is drawn for a character: its size, its place, and its pixels."""
    font, _ = _sized(face, _CHECKED)
    mask, offset = font.getmask2(char, "L")
    return mask.size, offset, bytes(mask)
