"""Font files by name: which show a script, which Debian package has them, where they lie."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bot.pictures.card.scripts import EMOJI, OTHER

FOLDERS = tuple(
    Path(os.path.expanduser(folder))  # noqa: PTH111 - without a home it stays as it is
    for folder in (
        "/usr/local/share/fonts",
        "/usr/share/fonts",
        "/run/current-system/sw/share/X11/fonts",  # NixOS
        "~/.local/share/fonts",
        "~/.fonts",
        "/Library/Fonts",
        "/System/Library/Fonts",
        "~/Library/Fonts",
    )
)
"""Where systems keep fonts; in the first of two, a file of the same name wins."""

ENDINGS = (".ttf", ".otf", ".ttc", ".otc")

_SERIF = (
    *("NotoSerif-Regular.ttf", "NotoSerif[wght].ttf", "DejaVuSerif.ttf"),
    *("LiberationSerif-Regular.ttf", "Georgia.ttf", "Times New Roman.ttf"),
)
_SANS = (
    *("NotoSans-Regular.ttf", "NotoSans[wght].ttf", "DejaVuSans.ttf"),
    *("LiberationSans-Regular.ttf", "Arial.ttf"),
)
_EMOJI = ("NotoColorEmoji.ttf", "Apple Color Emoji.ttc", "NotoEmoji-Regular.ttf")
_SYMBOLS = (
    *("NotoSansSymbols-Regular.ttf", "NotoSansSymbols2-Regular.ttf"),
    *("NotoSansMath-Regular.ttf", "NotoMusic-Regular.ttf", "Apple Symbols.ttf"),
)
_CJK = {"ja": 0, "ko": 1, "zh-hans": 2, "zh-hant": 3, "zh-hk": 4}
"""The face of each region in Noto's collections for Chinese, Japanese and Korean."""
_CJK_OF_MACOS = {
    "ja": ("ヒラギノ明朝 ProN.ttc#0", "ヒラギノ角ゴシック W3.ttc#0"),
    "ko": ("AppleMyungjo.ttf", "AppleSDGothicNeo.ttc#0"),
    "zh-hans": ("Songti.ttc#4", "STHeiti Medium.ttc#1"),
    "zh-hant": ("Songti.ttc#5", "STHeiti Medium.ttc#0"),
    "zh-hk": ("Songti.ttc#5", "STHeiti Medium.ttc#0"),
}
_REGIONS = {"Hiragana": "ja", "Katakana": "ja", "Hangul": "ko", "Bopomofo": "zh-hant"}
_EAST_ASIAN = frozenset({"Han", "Hiragana", "Katakana", "Bopomofo", "Hangul"})
_IRREGULAR = {
    "Arabic": ("NotoNaskhArabic-Regular.ttf", "NotoSansArabic-Regular.ttf", "GeezaPro.ttc"),
    "Nko": ("NotoSansNKo-Regular.ttf",),
    "Hebrew": ("NotoSerifHebrew-Regular.ttf", "NotoSansHebrew-Regular.ttf", "ArialHB.ttc"),
    "Devanagari": ("NotoSerifDevanagari-Regular.ttf", "Kohinoor.ttc"),
    "Thai": ("NotoSerifThai-Regular.ttf", "NotoSansThai-Regular.ttf", "Thonburi.ttc"),
}
_PACKAGES = {
    "fonts-noto-core": "NotoSerif-Regular.ttf",
    "fonts-noto-cjk": "NotoSerifCJK-Regular.ttc",
    "fonts-noto-color-emoji": "NotoColorEmoji.ttf",
}
"""A file of each package, which tells whether it is installed."""

_URDU = ("NotoNastaliqUrdu-Regular.ttf", "NotoNastaliq.ttc")


def names(script: str, language: str | None, *, is_sans: bool) -> Iterator[str]:
    """Names of font files, the best for this script first; `#` and a number choose one inside."""
    if script in _EAST_ASIAN:
        yield from _east_asian(region(script, language), is_sans=is_sans)
    elif script == EMOJI:
        yield from _EMOJI
    elif script == "Arabic" and (language or "").lower().split("-")[0] == "ur":
        yield from _URDU
    if script in {"Latin", "Greek", "Cyrillic"}:
        yield from _SANS if is_sans else _SERIF
    else:
        yield from _IRREGULAR.get(script, ())
        family = script.replace("_", "")
        yield from (f"Noto{kind}{family}-Regular.ttf" for kind in ("Serif", "Sans"))
    yield from (*(_SANS if is_sans else _SERIF), *_SANS, *_SYMBOLS, "Arial Unicode.ttf")
    yield from _east_asian(region("Han", language), is_sans=is_sans)
    yield from _EMOJI


def region(script: str, language: str | None) -> str:
    """Whose forms of Chinese characters: those of the language, else of the script."""
    primary, *rest = (language or "").lower().split("-")
    if primary in {"ja", "ko"}:
        return primary
    if primary in {"zh", "yue"} or script in {"Han", "Bopomofo"}:
        if {"hk", "mo"} & set(rest) or primary == "yue":
            return "zh-hk"
        return "zh-hant" if {"hant", "tw"} & set(rest) or script == "Bopomofo" else "zh-hans"
    return _REGIONS[script]


def _east_asian(where: str, *, is_sans: bool) -> Iterator[str]:
    """Fonts with the forms of this region."""
    for kind in ("Sans", "Serif") if is_sans else ("Serif", "Sans"):
        yield f"Noto{kind}CJK-Regular.ttc#{_CJK[where]}"
    yield from _CJK_OF_MACOS[where]


def bold(name: str) -> str:
    """The name of the bold face beside a regular one."""
    if "-Regular." in name:
        return name.replace("-Regular.", "-Bold.")
    return name.replace(".ttf", "-Bold.ttf") if name.startswith("DejaVu") else name


def package(script: str, files: Mapping[str, Path]) -> str:
    """The Debian package with fonts for a script; empty where it is installed, and no help."""
    if script == OTHER:
        return ""
    name = "fonts-noto-cjk" if script in _EAST_ASIAN else "fonts-noto-core"
    name = "fonts-noto-color-emoji" if script == EMOJI else name
    return "" if _PACKAGES[name] in files else name


def found(folders: Iterable[Path]) -> dict[str, Path]:
    """Every font file in these folders, by its name."""
    files: dict[str, Path] = {}
    for folder in folders:
        for path in files_in(folder):
            files.setdefault(path.name, path)
    return files


def files_in(folder: Path) -> Iterator[Path]:
    """The font files in a folder and below, in an order that is always the same."""
    for where, below, inside in os.walk(folder):
        below.sort()
        yield from (Path(where, name) for name in sorted(inside) if name.lower().endswith(ENDINGS))
