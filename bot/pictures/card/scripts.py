"""The scripts of a text: of each grapheme cluster, and what they ask of a machine."""

from collections.abc import Sequence
from functools import lru_cache

import regex

EMOJI = "emoji"
"""In place of a script: a cluster that is shown as an emoji."""

OTHER = "other"
"""A character of a script for which no font is known."""

_NAMED = (
    *("Latin", "Greek", "Cyrillic", "Han", "Hiragana", "Katakana", "Bopomofo", "Hangul"),
    *("Arabic", "Hebrew", "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil"),
    *("Telugu", "Kannada", "Malayalam", "Sinhala", "Thai", "Lao", "Tibetan", "Myanmar", "Khmer"),
    *("Georgian", "Armenian", "Ethiopic", "Cherokee", "Mongolian", "Syriac", "Thaana", "Nko"),
    *("Tifinagh", "Canadian_Aboriginal", "Yi", "Vai", "Javanese", "Balinese", "Adlam", "Coptic"),
    *("Ol_Chiki", "Meetei_Mayek", "Syloti_Nagri", "Chakma", "Cham", "Batak", "Buginese", "Lisu"),
    *("Sundanese", "Lepcha", "Limbu", "Tai_Le", "New_Tai_Lue", "Tai_Tham", "Tai_Viet", "Osage"),
    *("Tagalog", "Hanunoo", "Buhid", "Tagbanwa", "Rejang", "Kayah_Li", "Bamum", "Miao", "Wancho"),
    *("Hanifi_Rohingya", "Samaritan", "Mandaic", "Saurashtra", "Deseret", "Osmanya", "Gothic"),
    *("Runic", "Ogham", "Glagolitic", "Phags_Pa", "Cuneiform", "Egyptian_Hieroglyphs", "Linear_B"),
)
SIMPLE = frozenset(
    {
        *("Latin", "Greek", "Cyrillic", "Han", "Hiragana", "Katakana", "Bopomofo", "Hangul"),
        *("Georgian", "Armenian", "Ethiopic", "Cherokee", "Yi", "Canadian_Aboriginal", EMOJI),
    }
)
"""Scripts of which each character is one glyph, set from left to right."""

_SCRIPT = regex.compile("|".join(rf"(?P<{name}>\p{{Script={name}}})" for name in _NAMED))
_NEUTRAL = regex.compile(r"[\p{Script=Common}\p{Script=Inherited}]")
_EMOJI = regex.compile(
    r"\p{Emoji_Presentation}(?!\ufe0e)|\p{Emoji}\ufe0f|\p{Regional_Indicator}|[\U0001f3fb-\U0001f3ff]"
)
_EAST_ASIAN = regex.compile(r"[\p{Script_Extensions=Han}\p{East_Asian_Width=F}&&\p{P}]", regex.V1)
"""Full stops, brackets and the like of Chinese and Japanese."""
_UNSEEN = regex.compile(r"\p{Default_Ignorable_Code_Point}+")
_RIGHT_TO_LEFT = regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}\p{Bidi_Class=AN}]")
_STRONG = regex.compile(r"(?P<rtl>[\p{Bidi_Class=R}\p{Bidi_Class=AL}])|\p{Bidi_Class=L}")
_LANGUAGES = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "iw", "nqo", "ps", "sd", "syr", "ug", "ur", "yi")
)
"""Languages that are written from right to left, unless their tag names another script."""


def clusters(text: str) -> list[str]:
    """The grapheme clusters: what a reader takes for one character."""
    return [str(found) for found in regex.findall(r"\X", text)]


def seen(cluster: str) -> str:
    """The characters of a cluster that have glyphs of their own."""
    return str(_UNSEEN.sub("", cluster))


@lru_cache(maxsize=4096)
def script_of(cluster: str) -> str | None:
    """The script of a cluster; None for signs, digits and blanks, which all scripts share."""
    if _EMOJI.match(cluster):
        return EMOJI
    for char in cluster:
        if found := _SCRIPT.match(char):
            return str(found.lastgroup)
        if not _NEUTRAL.match(char):
            return OTHER
    return None


def scripts_of(parts: Sequence[str]) -> list[str]:
    """A script for each cluster; what all scripts share has that of its neighbour."""
    known = [script_of(part) or ("Han" if _EAST_ASIAN.match(part) else None) for part in parts]
    last = next((one for one in known if one and one != EMOJI), "Latin")
    found = []
    for one in known:
        last = one if one and one != EMOJI else last
        found.append(one or last)
    return found


def has_right_to_left(text: str) -> bool:
    """Whether any of it is written from right to left."""
    return _RIGHT_TO_LEFT.search(text) is not None


def is_right_to_left(text: str, language: str | None) -> bool:
    """The direction of a text as a whole: that of its language, else of its first letter."""
    primary, *rest = (language or "").lower().split("-")
    if "latn" in rest or "cyrl" in rest:
        return False
    if primary in _LANGUAGES or "arab" in rest or "hebr" in rest:
        return True
    first = _STRONG.search(text)
    return first is not None and first["rtl"] is not None


def unshaped(parts: Sequence[str]) -> str | None:
    """The script for which glyphs have to be joined, ordered or placed; None where none is."""
    for part, script in zip(parts, scripts_of(parts), strict=True):
        if script not in SIMPLE:
            return script
        if len(seen(part)) > 1 or "\u200d" in part or has_right_to_left(part):
            return script
    return None
