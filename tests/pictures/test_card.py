"""A drawn card: all of it seen, within its margins, in the right order, the same each time."""

import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from bot.core.errors import PictureError
from bot.core.model.picture import PictureKind
from bot.pictures.card import HEIGHT, WIDTH, Card, MissingFont, draw, drawing, missing
from bot.pictures.card.library import installed
from bot.pictures.card.scripts import is_right_to_left
from tests.pictures.card_samples import (
    WORDS,
    card,
    drawable,
    no_fonts,
    sample,
    unable_to_shape,
)

ROOM = (0, 80, WIDTH, drawing._FOOT_RULE)
FOOT = (0, drawing._FOOT_RULE + 2, WIDTH, HEIGHT)
RULES = (0, 0, WIDTH, 80)
SLACK = 3
"""Pixels of smoothing beside a margin."""


def image_of(encoded):
    """The pixels of a card."""
    return Image.open(BytesIO(encoded.data)).convert("RGB")


@pytest.fixture
def _latin():
    """A font of Latin letters; without any, the test is skipped."""
    drawable(card("Words"))


def ink(image, box):
    """The rectangle of a part of a card in which anything is drawn; None where nothing is."""
    part = image.crop(box)
    found = ImageChops.difference(part, Image.new("RGB", part.size, drawing.PAPER)).getbbox()
    return found and (found[0], found[1] + box[1], found[2], found[3] + box[1])


@pytest.mark.parametrize("name", WORDS)
def test_all_is_within_the_margins(name):
    """A card has its size, text in its middle and at its foot, and nothing in its margins."""
    found = draw(drawable(sample(name)))
    image = image_of(found)
    assert (found.kind, found.width, found.height) == (PictureKind.PNG, WIDTH, HEIGHT)
    assert image.size == (WIDTH, HEIGHT)
    for box in (ROOM, FOOT):
        left, top, right, bottom = ink(image, box)
        assert left >= drawing.MARGIN - SLACK
        assert right <= WIDTH - drawing.MARGIN + SLACK
        assert (top, bottom) > (box[1], 0)
    top, bottom = drawing._ROOM
    _, highest, _, lowest = ink(image, ROOM)
    assert top - SLACK <= highest < lowest <= bottom + SLACK
    assert ink(image, FOOT)[3] < HEIGHT - 10


@pytest.mark.parametrize("name", WORDS)
def test_text_begins_where_its_reader_does(name):
    """Text is flush with the left margin, or with the right one where it is read from there."""
    one = drawable(sample(name))
    left, _, right, _ = ink(image_of(draw(one)), ROOM)
    if is_right_to_left(one.words, one.language):
        assert abs(right - (WIDTH - drawing.MARGIN)) <= SLACK
    else:
        assert abs(left - drawing.MARGIN) <= SLACK


def test_the_foot_is_mirrored():
    """The bot's name stands where a reader begins, the host of its site at the other end."""
    one = drawable(card("מילים", bot="ששששששששששש", host="", language="he"))
    assert ink(image_of(draw(one)), FOOT)[0] > WIDTH / 2
    assert ink(image_of(draw(card("words", host=""))), FOOT)[2] < WIDTH / 2


@pytest.mark.parametrize("name", WORDS)
def test_the_same_words_give_the_same_bytes(name):
    """A card is drawn the same each time, by whichever thread."""
    one = drawable(sample(name))
    with ThreadPoolExecutor(4) as threads:
        drawn = [found.data for found in threads.map(draw, [one] * 4)]
    assert len({hashlib.sha256(data).digest() for data in drawn}) == 1


@pytest.mark.usefixtures("_latin")
def test_other_words_give_other_bytes():
    """Each part of a card is seen on it."""
    usual = {"title": "One", "words": "Two words.", "bot": "Three", "host": "four.example"}
    drawn = {draw(Card(**usual)).data}
    drawn |= {draw(Card(**usual | {part: "Another text"})).data for part in usual}
    assert len(drawn) == 5


@pytest.mark.usefixtures("_latin")
def test_a_title_is_not_said_twice():
    """A title that the words begin with stands above them once; alone it is what is said."""
    once = draw(card("Join paths with a slash.", title="Use pathlib"))
    assert draw(card("Use pathlib. Join paths with a slash.", title="Use pathlib")) == once
    alone = draw(card("Use pathlib"))
    assert draw(card("Use pathlib", title="Use pathlib")) == alone
    assert draw(card("", title="Use pathlib")) == alone


@pytest.mark.usefixtures("_latin")
def test_the_colours_are_those_of_the_site():
    """The card has the paper, ink and red of the site's stylesheet, and its two rules."""
    image = image_of(draw(card("words")))
    sheet = (drawing.PAPER, drawing.INK, drawing.SOFT, drawing.RULE, drawing.RED)
    light = (drawing.__file__.split("pictures")[0] + "web/static/site.css",)
    with open(light[0], encoding="utf-8") as file:  # noqa: PTH123 - a path of the package
        css = file.read().split("@media")[0]
    for name, colour in zip(("paper", "ink", "soft", "rule", "red"), sheet, strict=True):
        assert f"--{name}: #{bytes(colour).hex()};" in css
    assert image.getpixel((0, 0)) == drawing.PAPER
    assert [image.getpixel((600, y)) for y in (50, 60, 65)] == [
        drawing.RED,
        drawing.PAPER,
        drawing.RED,
    ]


LACKING = {
    "Latin": ("abc", "Latin", "fonts-noto-core"),
    "Arabic": ("اختبار", "Arabic", "fonts-noto-core"),
    "Hindi": ("परीक्षण", "Devanagari", "fonts-noto-core"),
    "Chinese": ("测试", "Han", "fonts-noto-cjk"),
    "Japanese": ("テスト", "Katakana", "fonts-noto-cjk"),
    "a full stop of Japanese": ("。", "Han", "fonts-noto-cjk"),
    "Korean": ("테스트", "Hangul", "fonts-noto-cjk"),
    "emoji": ("🎉", "emoji", "fonts-noto-color-emoji"),
    "a sign": ("→", "Latin", "fonts-noto-core"),
    "a private character": ("\ue000", "other", ""),
}


@pytest.mark.parametrize(("words", "script", "package"), LACKING.values(), ids=LACKING)
def test_a_missing_font_is_named(words, script, package):
    """Where no font shows a text, its characters, its script and the package to install are said."""
    one = card(words, bot="", host="")
    found = drawing.missing(one, no_fonts())
    assert [(font.script, font.package) for font in found] == [(script, package)]
    assert set(found[0].characters) <= set(words)
    with pytest.raises(PictureError) as caught:
        drawing.draw(one, no_fonts())
    assert str(caught.value) == str(found[0])
    assert (package or "a font that has it") in str(caught.value)


def test_several_missing_fonts():
    """All that is missing is said at once, each thing once."""
    with pytest.raises(PictureError) as caught:
        drawing.draw(card("Ja はい 🎉", bot="Bot"), no_fonts())
    assert caught.value.todo.count("fonts-noto-cjk") == 1
    assert "fonts-noto-core" in caught.value.todo
    assert "fonts-noto-color-emoji" in caught.value.todo
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["Arabic", "Hebrew", "Hindi", "Thai", "emoji"])
def test_text_that_cannot_be_shaped(name):
    """Letters that have to be joined, ordered or placed are not drawn where FriBidi is missing."""
    one = drawable(sample(name))
    found = drawing.missing(one, unable_to_shape())
    assert [(font.characters, font.package) for font in found] == [("", "libfribidi0")]
    with pytest.raises(PictureError, match="cannot be shaped on this machine; install libfribidi0"):
        drawing.draw(one, unable_to_shape())


@pytest.mark.parametrize(
    "name", ["short", "long", "German", "Japanese", "Chinese", "Korean", "signs"]
)
def test_text_that_need_not_be_shaped(name):
    """Scripts of one glyph for each character are drawn without FriBidi, too."""
    one = drawable(sample(name))
    assert drawing.missing(one, unable_to_shape()) == ()
    assert ink(image_of(drawing.draw(one, unable_to_shape())), ROOM)


UNSHOWN = ["\ue123", "\U0010fffd", "\U000e1234a\u0378", "x \ufffe y"]


@pytest.mark.usefixtures("_latin")
@pytest.mark.parametrize("words", UNSHOWN)
def test_a_character_that_no_font_has(words):
    """A character of no script is said by its number, and no box is drawn in its place."""
    found = missing(card(words))
    assert [font.package for font in found] == [""]
    with pytest.raises(PictureError, match=r"U\+[0-9A-F]{4,6}.*install a font that has it"):
        draw(card(words))


HOSTILE = {
    "nothing": "",
    "blanks": " \n\t ",
    "controls": "a\0b\x1b[31mc\u2028d",
    "marks alone": "\u0301\u0301",
    "a tower of marks": "Z" + "\u0353\u0321\u0301" * 300 + " end",
    "controls of direction": "a \u202e b \u2066 c \u2069 \u200f d",
    "unclosed isolates": "\u2067" * 200 + "word",
    "a lone surrogate": "a \ud800 b",
    "a very long word": "a" * 20_000,
    "very many words": "word " * 20_000,
    "very many lines": "a\n" * 5_000,
    "joiners": "\u200d" * 500 + "x",
    "opening brackets": "(" * 400,
    "full stops": "." * 4_000,
}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words(words):
    """Whatever is in a text, a card of it is drawn within its margins."""
    one = drawable(Card(title=words, words=words + "!", bot=words, host=words, language="en"))
    found = ink(image_of(draw(one)), (0, 80, WIDTH, HEIGHT))
    assert found[0] >= drawing.MARGIN - SLACK
    assert found[2] <= WIDTH - drawing.MARGIN + SLACK


@pytest.mark.usefixtures("_latin")
@pytest.mark.parametrize(
    "language", ["", "en-", "x" * 200, "no tag\0", "zz", "zh-Hant-HK", "ar-Latn"]
)
def test_any_language_tag(language):
    """A language that nobody knows, or that is no tag, draws a card as none does."""
    assert image_of(draw(card("Words", language=language))).size == (WIDTH, HEIGHT)


def a_font():
    """A font file of this machine that shows Latin letters."""
    face = installed().faces("Latin", "en", drawing._SERIF)
    return face[-1].path if face else pytest.skip("no font of Latin letters is installed")


@pytest.mark.usefixtures("_latin")
def test_the_operators_fonts_come_first(tmp_path):
    """A font in the operator's folder is used before those of the machine, if it has the letters."""
    (tmp_path / "below").mkdir()
    shutil.copy(a_font(), tmp_path / "below" / f"Corporate{a_font().suffix}")
    faces = installed(tmp_path).faces("Latin", "en", drawing._SERIF)
    assert faces[0].path.parent == tmp_path / "below"
    assert draw(card("Words"), tmp_path).data


@pytest.mark.usefixtures("_latin")
def test_broken_fonts_are_passed_over(tmp_path):
    """A file that is no font, or is cut off, hinders no card."""
    (tmp_path / "a.ttf").write_bytes(b"no font")
    (tmp_path / "b.ttf").write_bytes(a_font().read_bytes()[:2000])
    (tmp_path / "c.otf").write_bytes(b"")
    (tmp_path / "d.txt").write_bytes(b"a licence")
    assert draw(card("Words"), tmp_path) == draw(card("Words"))


def test_a_folder_that_is_not_there(tmp_path):
    """A folder of fonts that does not exist is said, with the name of the setting."""
    with pytest.raises(PictureError, match="is no folder with fonts; correct TIPSBOT_FONTS"):
        draw(card("Words"), tmp_path / "none")


def test_the_message_of_a_missing_font():
    """A message shows what can be seen, and the number of what cannot."""
    seen = MissingFont(characters="测试", script="Han", package="fonts-noto-cjk")
    assert str(seen) == "no font on this machine shows “测试” (Han); install fonts-noto-cjk"
    unseen = MissingFont(characters="\ue000", script="other", package="")
    assert str(unseen) == "no font on this machine shows U+E000 (other); install a font that has it"
