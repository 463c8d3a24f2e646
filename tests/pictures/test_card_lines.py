"""The lines of a card: where they end, how large they are, in which order they stand."""

import ctypes
from itertools import pairwise

import pytest

from bot.pictures.card import bidi, drawing
from bot.pictures.card.faces import Face
from bot.pictures.card.font_files import names, region
from bot.pictures.card.layout import SIZES, fitted
from bot.pictures.card.library import installed
from bot.pictures.card.line_breaks import units
from bot.pictures.card.scripts import clusters, script_of, scripts_of
from tests.pictures.card_samples import WORDS, card, drawable, sample

WIDTH = 1056.0
HEIGHT = drawing._ROOM[1] - drawing._ROOM[0]

BREAKS = {
    "words": ("one two  three", "one|two|three"),
    "a hyphen": ("well-known 3-4 -x", "well-|known|3-4|-x"),
    "a dash": ("now — or never", "now —|or|never"),
    "Japanese": ("「直す」は、テスト。", "「直|す」|は、|テ|ス|ト。"),
    "small kana": ("ちょっと", "ちょっ|と"),
    "a long vowel": ("データ", "デー|タ"),
    "Chinese with quotes": ("他说“好”。", "他|说|“好”。"),
    "Latin in Japanese": ("Python 3でも", "Python|3|で|も"),
    "Korean": ("버그를 고치기", "버그를|고치기"),
    "Thai": ("ก่อนแก้ ให้เขียน", "ก่อนแก้|ให้เขียน"),
    "a repeated word of Thai": ("เล็ก ๆ ที่", "เล็ก ๆ|ที่"),
    "an address": ("see example.org/a now", "see|example.org/|a|now"),
    "brackets": ("f(x) [1]", "f(x)|[1]"),
    "a percentage": ("of 10%", "of|10%"),
}


@pytest.mark.parametrize(("text", "expected"), BREAKS.values(), ids=BREAKS)
def test_where_a_line_may_end(text, expected):
    """A line ends at blanks, and between characters where the script allows it."""
    parts = clusters(text)
    found = ["".join(parts[unit.start : unit.end]) for unit in units(parts)]
    assert found == expected.split("|")


@pytest.mark.parametrize(("text", "_expected"), BREAKS.values(), ids=BREAKS)
def test_nothing_is_lost_between_units(text, _expected):
    """The units of a text and the blanks behind them are the text, divided or not."""
    parts = clusters(text)
    for is_split in (False, True):
        found = units(parts, is_split=is_split)
        assert "".join("".join(parts[unit.start : unit.after]) for unit in found) == text


DIVIDED = {
    "a word": ("abc", "a|b|c"),
    "Thai vowels": ("เขียนา", "เขี|ย|นา"),
    "Khmer below": ("ក្ក", "ក្ក"),
    "punctuation": ("a.b)", "a.|b)"),
}


@pytest.mark.parametrize(("text", "expected"), DIVIDED.values(), ids=DIVIDED)
def test_where_a_word_is_divided(text, expected):
    """A word that is too wide is divided between letters, never before punctuation or a vowel."""
    parts = clusters(text)
    found = ["".join(parts[unit.start : unit.end]) for unit in units(parts, is_split=True)]
    assert found == expected.split("|")


def layout_of(one):
    """The lines of a card in its room."""
    texts = drawing._texts(drawable(one), installed())
    return fitted(texts.title, texts.words, WIDTH, HEIGHT)


def text_of(layout, *, is_title=False):
    """What is read in a layout, line by line."""
    return [
        "".join(run.text for run in placed.line.runs)
        for placed in layout.lines
        if placed.is_title == is_title
    ]


def size_of(one):
    """The size in which the words of a card are set."""
    return next(placed.size for placed in layout_of(one).lines if not placed.is_title)


def test_fewer_words_are_larger():
    """Type is as large as its text allows, from the largest size to the smallest."""
    sizes = [size_of(card("A word of advice. " * count)) for count in (1, 3, 6, 12, 20, 60)]
    assert sizes == sorted(sizes, reverse=True)
    assert (sizes[0], sizes[-1]) == (SIZES[0], SIZES[-1])
    assert len(set(sizes)) == 6


@pytest.mark.parametrize("name", [name for name in WORDS if name != "long"])
def test_no_word_is_lost(name):
    """A text that fits is set whole."""
    _, title, words = WORDS[name]
    layout = layout_of(sample(name))
    shown = "".join(sorted("".join(text_of(layout)).replace(" ", "")))
    assert shown == "".join(sorted(words.replace(" ", "")))
    assert bool(text_of(layout, is_title=True)) == bool(title)


@pytest.mark.parametrize("name", WORDS)
def test_lines_do_not_touch(name):
    """The letters of a line end above those of the next one, in every script."""
    lines = layout_of(sample(name)).lines
    for upper, lower in pairwise(lines):
        assert upper.base + upper.line.descent < lower.base - lower.line.ascent
    assert lines[-1].base + lines[-1].line.descent <= HEIGHT


@pytest.mark.parametrize(
    "words", ["One page says what was decided, and why. " * 60, "読みやすい文を書きましょう。" * 90]
)
def test_the_rest_ends_with_an_ellipsis(words):
    """What does not fit in the smallest size is left out behind whole words, and an ellipsis says so."""
    layout = layout_of(card(words, title="A title " * 20))
    lines = text_of(layout)
    kept = " ".join(lines) if " " in words else "".join(lines)
    assert kept.endswith("…")
    assert words.startswith(kept[:-1])
    follows = words[len(kept) - 1]
    assert not follows.isalpha() or " " not in words
    titles = text_of(layout, is_title=True)
    assert len(titles) == 2
    assert titles[-1].endswith("…")


def test_no_line_begins_with_punctuation():
    """Closing punctuation stays on the line of what it closes."""
    for name in ("Japanese", "Chinese", "Taiwan"):
        assert all(line[0] not in "、。，；」”）ーっ" for line in text_of(layout_of(sample(name))))


def test_a_few_lines_have_about_the_same_length():
    """The last of a few lines is no single word."""
    layout = layout_of(card("Name your branches after the idea, and never after a ticket of it."))
    widths = [placed.line.right for placed in layout.lines]
    assert 2 <= len(widths) <= 4
    assert min(widths) > max(widths) / 2


LEVELS = [
    ("abc", False, [0, 0, 0]),
    ("אבג", True, [1, 1, 1]),
    ("a אב", False, [0, 0, 1, 1]),
    ("אב 12", True, [1, 1, 1, 2, 2]),
    ("אב abc", True, [1, 1, 1, 2, 2, 2]),
    ("(א)", True, [1, 1, 1]),
]


@pytest.mark.parametrize(("text", "is_rtl", "expected"), LEVELS)
def test_directions(text, is_rtl, expected):
    """Each character has the level that the Unicode bidirectional algorithm gives it."""
    if not bidi.is_available():
        pytest.skip("libfribidi0 is not installed")
    assert bidi.levels(text, is_rtl=is_rtl) == expected


ORDERS = [
    ("abc", [0, 0, 0], "abc"),
    ("abc", [1, 1, 1], "cba"),
    ("abcd", [0, 1, 1, 0], "acbd"),
    ("abcde", [1, 2, 2, 1, 1], "edbca"),
    ("abcdef", [0, 1, 2, 2, 1, 0], "aecdbf"),
    ("", [], ""),
]


@pytest.mark.parametrize(("parts", "levels", "expected"), ORDERS)
def test_the_order_on_a_line(parts, levels, expected):
    """Runs stand in the order of rule L2."""
    assert "".join(bidi.ordered(parts, levels)) == expected


def fribidi_order(text, is_rtl):
    """The order of a line's characters, as FriBidi itself gives it."""
    count, places = len(text), (ctypes.c_int * len(text))()
    direction = ctypes.c_uint32(0x111 if is_rtl else 0x110)
    characters = (ctypes.c_uint32 * count)(*map(ord, text))
    library = bidi._library()
    assert library is not None
    library.fribidi_log2vis(
        characters, ctypes.c_int(count), ctypes.byref(direction), None, None, places, None
    )
    return list(places)


@pytest.mark.parametrize("is_rtl", [False, True])
@pytest.mark.parametrize(
    "text", ["a אב 12 ج", "אב (abc 1) גד", "x1 ב-2, c", "עברית English ٣٤ عربي"]
)
def test_the_order_is_that_of_fribidi(text, is_rtl):
    """Characters cut into runs stand in the order that FriBidi gives for the whole line."""
    if not bidi.is_available():
        pytest.skip("libfribidi0 is not installed")
    levels = bidi.levels(text, is_rtl=is_rtl)
    assert bidi.ordered(range(len(text)), levels) == fribidi_order(text, is_rtl)


SCRIPTS = [
    ("a", "Latin"),
    ("é", "Latin"),
    ("ж", "Cyrillic"),
    ("字", "Han"),
    ("が", "Hiragana"),
    ("한", "Hangul"),
    ("ب", "Arabic"),
    ("क्ष", "Devanagari"),
    ("1", None),
    (" ", None),
    ("…", None),
    ("😀", "emoji"),
    ("❤️", "emoji"),
    ("❤", None),
    ("⌚\ufe0e", None),
    ("5️⃣", "emoji"),
    ("🇩🇪", "emoji"),
    ("👨‍👩‍👧", "emoji"),
    ("\ue000", "other"),
]


@pytest.mark.parametrize(("cluster", "script"), SCRIPTS)
def test_the_script_of_a_cluster(cluster, script):
    """Each grapheme cluster has a script, or shares that of its neighbours."""
    assert script_of(cluster) == script


def test_signs_have_the_script_of_their_neighbours():
    """Digits and signs go with the letters before them, at the beginning with those after them."""
    assert scripts_of(clusters("(1)א 😀!a。")) == [
        *["Hebrew"] * 5,
        "emoji",
        "Hebrew",
        "Latin",
        "Han",
    ]


REGIONS = [
    ("Han", None, "zh-hans"),
    ("Han", "ja", "ja"),
    ("Han", "ko-KR", "ko"),
    ("Han", "zh-TW", "zh-hant"),
    ("Han", "zh-Hant-HK", "zh-hk"),
    ("Han", "yue", "zh-hk"),
    ("Hiragana", "en", "ja"),
    ("Hangul", None, "ko"),
    ("Hiragana", "zh", "zh-hans"),
]


@pytest.mark.parametrize(("script", "language", "expected"), REGIONS)
def test_the_forms_of_chinese_characters(script, language, expected):
    """Chinese characters have the forms of the language's region."""
    assert region(script, language) == expected
    assert any("CJK" in name for name in names(script, language, is_sans=False))


def test_a_face_that_lacks_a_character():
    """A face knows which characters it has, in scripts and emoji alike, and blanks are no gap."""
    faces = {face.path.name: face for face in installed().faces("Latin", "en", drawing._SERIF)}
    if not faces:
        pytest.skip("no font of Latin letters is installed")
    latin = next(iter(faces.values()))
    assert latin.shows("a")
    assert latin.shows("e\u0301")
    assert latin.shows(" ")
    assert not latin.shows("\ue000")
    assert not latin.shows("a\U0010fffd")
    emoji = faces.get("NotoColorEmoji.ttf")
    if emoji is not None:
        assert emoji.shows("😀")
        assert emoji.shows("👨‍👩‍👧‍👦")
        assert not emoji.shows("字")
    assert not Face(path=latin.path.parent / "none.ttf").shows("a")
