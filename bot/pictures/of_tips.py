"""The pictures that a tips file names: found beside it, checked, and scaled down to be kept."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from bot.core.errors import PictureError
from bot.core.model.config import Tip
from bot.core.model.named_file import path_parts
from bot.core.model.picture import CARD, PICTURE_SIDE, Picture, PictureKind, PictureLimits
from bot.pictures import PictureFacts, encode, read_picture
from bot.pictures.card import Card, missing
from bot.pictures.facts import MAX_BYTES
from bot.regular_files import read_regular

KEPT = PictureLimits(
    kinds=frozenset({PictureKind.JPEG, PictureKind.PNG}),
    max_bytes=4_000_000,
    max_side=PICTURE_SIDE,
    max_alt=2000,
)
"""What is kept of an operator's file: all that any network is sent."""


class TipFiles(Protocol):
    """The files beside a tips file."""

    def stamp(self, name: str) -> object:
        """Something that differs once the file was changed. Raises PictureError."""

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises PictureError."""


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The files in the folder of a tips file, through symbolic links too."""

    folder: Path

    def stamp(self, name: str) -> object:
        """The file's inode, size and times."""
        try:
            found = self._path(name).stat()
        except OSError as error:
            raise _unreadable(name, error) from None
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def read(self, name: str) -> bytes:
        """The file as it is now."""
        try:
            return read_regular(self._path(name), MAX_BYTES)
        except OSError as error:
            raise _unreadable(name, error) from None

    def _path(self, name: str) -> Path:
        return self.folder.joinpath(*path_parts(name))


@dataclass(frozen=True, slots=True)
class VersionFiles:
    """The files of one stored version of a bot of a fleet, which never change."""

    #: the content of a file; None: the version has none of this name
    content: Callable[[str], bytes | None]

    def stamp(self, name: str) -> object:
        """The name: a version stays as it is."""
        return name

    def read(self, name: str) -> bytes:
        """The file as it was synced."""
        found = self.content(name)
        if found is None:
            raise _not_there(name)
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class PicturesOfTips:
    """Implements `core.ports.pictures.TipPictures`. Each file and each card is checked once."""

    files: TipFiles
    #: the card of a tip with these words
    card: Callable[[Tip], Card]
    own_fonts: Path | None = None
    #: what is kept of a file
    kept: PictureLimits = KEPT
    _found: dict[tuple[str, object], Picture | PictureError] = field(default_factory=dict)

    def find(self, tip: Tip) -> Picture | None:
        """The tip's picture; raises PictureError where it cannot be read or drawn."""
        if tip.image is None:
            return None
        key = self._key(tip, tip.image)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._check(tip, tip.image)
        if isinstance(found, PictureError):
            raise found
        return Picture(
            name=found.name, alt=tip.alt or tip.title, width=found.width, height=found.height
        )

    def content(self, tip: Tip, picture: Picture) -> bytes | None:
        """The file, scaled down; None where it is another one by now.

        Unless it is this very file it is looked at again by `find`, whatever its times say.
        """
        key = self._key(tip, tip.image or "")
        found = self._found.pop(key, None)
        data = self.files.read(tip.image or "")
        if _name_of(data) != picture.name:
            return None
        try:
            kept = encode(data, self.kept).data
        except PictureError as error:
            self._found[key] = error
            raise
        if found is not None:
            self._found[key] = found
        return kept

    def _key(self, tip: Tip, image: str) -> tuple[str, object]:
        return image, self.card(tip) if image == CARD else self.files.stamp(image)

    def _check(self, tip: Tip, image: str) -> Picture | PictureError:
        """The picture, or what is wrong with it. Raises PictureError where it cannot be read."""
        data = None if image == CARD else self.files.read(image)
        try:
            return self._check_card(self.card(tip)) if data is None else _picture(image, data)
        except PictureError as error:
            return error

    def _check_card(self, card: Card) -> Picture:
        lacks = missing(card, self.own_fonts)
        if lacks:
            problem = "; ".join(one.problem for one in lacks)
            todo = " and ".join(dict.fromkeys(one.todo for one in lacks))
            raise PictureError(f"no card can be drawn: {problem}", todo)
        return Picture(name=CARD, alt=card.title)


def _picture(image: str, data: bytes) -> Picture:
    try:
        facts: PictureFacts = read_picture(data)
    except PictureError as error:
        raise PictureError(f"{image}: {error.problem}", error.todo) from None
    return Picture(name=_name_of(data), alt=image, width=facts.width, height=facts.height)


def _name_of(data: bytes) -> str:
    return sha256(data).hexdigest()


def _unreadable(name: str, error: OSError) -> PictureError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return _not_there(name)
    return PictureError(f"{name} cannot be read: {error.strerror}", "check the file")


def _not_there(name: str) -> PictureError:
    return PictureError(f"{name} is not there", "put the picture beside the tips file")
