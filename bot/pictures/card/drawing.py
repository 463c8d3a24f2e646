"""Draws a card in the colours of the site: its two red rules, the words, the bot's name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from PIL import Image, ImageDraw

from bot.core.errors import PictureError
from bot.core.model.picture import EncodedPicture, PictureKind
from bot.core.summary.page_text import without_title
from bot.core.text.language_tags import is_language_tag
from bot.pictures.card.faces import RGB
from bot.pictures.card.font_files import package
from bot.pictures.card.layout import Placed, fitted
from bot.pictures.card.library import FontLibrary, Style
from bot.pictures.card.lines import Line, cut
from bot.pictures.card.paragraph import Paragraph, Setting, paragraph
from bot.pictures.card.scripts import is_right_to_left
from bot.pictures.card.values import HEIGHT, WIDTH, Card, MissingFont

# The light colours of the site, bot/web/static/site.css.
PAPER, INK, SOFT = (0xFB, 0xF8, 0xF1), (0x22, 0x1E, 0x19), (0x65, 0x5C, 0x50)
RULE, RED = (0xDD, 0xD3, 0xC2), (0x8F, 0x2D, 0x1B)

MARGIN = 72
"""Beside all text, in pixels."""
_TOP_RULES = ((48, 10), (64, 2))
_ROOM = (102, 504)
"""The top and the bottom of the room for title and words."""
_FOOT_RULE = 540
_FOOT_BASE = 586
_FOOT_SIZE = 28
_FOOT_GAP = 40

_SERIF, _BOLD = Style(), Style(is_bold=True)
_NAME, _HOST = Style(is_bold=True, is_sans=True), Style(is_sans=True)
_SHOWN = 10

_one_at_a_time = Lock()
"""A font that is open in FreeType can be used by one thread."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Texts:
    """The texts of a card, each with a face for every cluster."""

    title: Paragraph | None
    words: Paragraph
    bot: Paragraph
    host: Paragraph

    def __iter__(self) -> Iterator[Paragraph]:
        yield from (self.words, self.bot, self.host)
        if self.title is not None:
            yield self.title


def draw(card: Card, library: FontLibrary) -> EncodedPicture:
    """The card as a PNG. Raises PictureError where these fonts do not show all of it."""
    with _one_at_a_time:
        texts = _texts(card, library)
        if lacking := _missing(texts):
            raise PictureError(
                ", and ".join(dict.fromkeys(one.problem for one in lacking)),
                " and ".join(dict.fromkeys(one.todo for one in lacking)),
            )
        image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
        _rules(image)
        _middle(image, texts)
        _foot(image, texts)
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return EncodedPicture(data=file.getvalue(), kind=PictureKind.PNG, width=WIDTH, height=HEIGHT)


def missing(card: Card, library: FontLibrary) -> tuple[MissingFont, ...]:
    """What these fonts lack for the card, by script."""
    with _one_at_a_time:
        return tuple(_missing(_texts(card, library)))


def _texts(card: Card, library: FontLibrary) -> _Texts:
    """What is said: the title above the words, unless one of them says it all."""
    words = without_title(card.words, card.title).strip()
    title = card.title.strip() if words else ""
    words = words or card.title.strip()
    is_tag = card.language is not None and is_language_tag(card.language)
    language = card.language if is_tag else None
    setting = Setting(library=library, language=language, is_rtl=is_right_to_left(words, language))
    return _Texts(
        title=paragraph(title, setting, _BOLD) if title else None,
        words=paragraph(words, setting, _SERIF),
        bot=paragraph(card.bot, setting, _NAME),
        host=paragraph(card.host, setting, _HOST),
    )


def _missing(texts: Iterable[Paragraph]) -> list[MissingFont]:
    """What no face shows, by script; then what cannot be shaped."""
    unseen: dict[tuple[str, str], dict[str, None]] = {}
    for text in texts:
        files = text.setting.library.files
        for part, script, face in zip(text.parts, text.scripts, text.faces, strict=True):
            if face is None:
                unseen.setdefault((script, package(script, files)), {})[part] = None
    unshaped = dict.fromkeys(text.unshaped for text in texts)
    return [
        *(
            _lacking("".join(list(parts)[:_SHOWN]), script, helps)
            for (script, helps), parts in unseen.items()
        ),
        *(_lacking("", script, "libfribidi0") for script in unshaped if script is not None),
    ]


def _lacking(characters: str, script: str, helps: str) -> MissingFont:
    return MissingFont(characters=characters, script=script.replace("_", " "), package=helps)


def _rules(image: Image.Image) -> None:
    """The two rules of the site's masthead, and the one above the bot's name."""
    pen = ImageDraw.Draw(image)
    for top, height in _TOP_RULES:
        pen.rectangle((MARGIN, top, WIDTH - MARGIN - 1, top + height - 1), RED)
    pen.rectangle((MARGIN, _FOOT_RULE, WIDTH - MARGIN - 1, _FOOT_RULE + 1), RULE)


def _middle(image: Image.Image, texts: _Texts) -> None:
    """Title and words, in the middle of their room."""
    top, bottom = _ROOM
    layout = fitted(texts.title, texts.words, WIDTH - 2 * MARGIN, bottom - top)
    offset = top + (bottom - top - layout.height) / 2
    for placed in layout.lines:
        _place(image, placed, offset, is_right=texts.words.setting.is_rtl)


def _place(image: Image.Image, placed: Placed, offset: float, *, is_right: bool) -> None:
    """A line at the margin where its reader begins."""
    line, base = placed.line, round(offset + placed.base)
    _write(image, line, (base, placed.size), RED if placed.is_title else INK, is_right=is_right)


def _foot(image: Image.Image, texts: _Texts) -> None:
    """The bot's name where a reader begins, and the host of its site at the other end."""
    is_right, room = texts.words.setting.is_rtl, float(WIDTH - 2 * MARGIN)
    place = _FOOT_BASE, _FOOT_SIZE
    for line in cut(texts.host, _FOOT_SIZE, room / 2, 1):
        _write(image, line, place, SOFT, is_right=not is_right)
        room -= line.right - line.left + _FOOT_GAP
    for line in cut(texts.bot, _FOOT_SIZE, room, 1):
        _write(image, line, place, INK, is_right=is_right)


def _write(
    image: Image.Image, line: Line, place: tuple[int, int], ink: RGB, *, is_right: bool
) -> None:
    """The line at a margin, its pixels and not its spacing in one column with those of others."""
    base, size = place
    at = WIDTH - MARGIN - line.right if is_right else MARGIN - line.left
    for run in line.runs:
        run.paint(image, (at, base), size, ink)
        at += run.length(size)
