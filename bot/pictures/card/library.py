"""The fonts of a machine, and the first of them that shows a grapheme cluster."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from PIL import features

from bot.core.errors import PictureError
from bot.pictures.card import bidi
from bot.pictures.card.faces import Face
from bot.pictures.card.font_files import FOLDERS, bold, files_in, found, names


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How a text is set."""

    is_bold: bool = False
    is_sans: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FontLibrary:
    """Fonts that are there. The operator's own come first, then those made for the script."""

    files: Mapping[str, Path]
    own: tuple[Path, ...] = ()
    #: whether letters can be joined and ordered
    is_shaping: bool = True
    _faces: dict[tuple[str, str | None, Style], tuple[Face, ...]] = field(default_factory=dict)

    def face(self, cluster: str, script: str, language: str | None, style: Style) -> Face | None:
        """The first face that has all characters of the cluster; None where there is none."""
        for face in self.faces(script, language, style):
            if face.shows(cluster):
                return face
        return None

    def faces(self, script: str, language: str | None, style: Style) -> tuple[Face, ...]:
        """The faces for a script, the best first."""
        key = script, language, style
        if key not in self._faces:
            self._faces[key] = tuple(dict.fromkeys(self._candidates(script, language, style)))
        return self._faces[key]

    def _candidates(self, script: str, language: str | None, style: Style) -> Iterator[Face]:
        for path in self.own:
            yield Face(path=path, is_shaping=self.is_shaping)
        for name in names(script, language, is_sans=style.is_sans):
            file, _, index = name.partition("#")
            for wanted in (bold(file), file) if style.is_bold else (file,):
                if wanted in self.files:
                    path, number = self.files[wanted], int(index or 0)
                    yield Face(path=path, index=number, is_shaping=self.is_shaping)


def installed(own: Path | None = None) -> FontLibrary:
    """The fonts of this machine. Raises PictureError where the operator's folder is none."""
    if own is not None and not own.is_dir():
        raise PictureError(f"{own} is no folder with fonts", "correct TIPSBOT_FONTS")
    return FontLibrary(
        files=found(FOLDERS),
        own=tuple(files_in(own)) if own is not None else (),
        is_shaping=features.check_feature("raqm") is True and bidi.is_available(),
    )
