"""What a picture file is, before it is decoded: its format by its first bytes, and bounds."""

from dataclasses import dataclass

from bot.core.errors import PictureError
from bot.core.model.picture import PictureKind

MAX_PIXELS = 50_000_000
"""Width times height of the largest picture that is decoded."""

MAX_BYTES = 20_000_000
"""The largest file that is read: each byte of a hostile one may cost as much as a chunk."""

MAX_SCANS = 100
"""The most passes of a progressive JPEG, each of which costs as much as the whole picture."""

_KINDS = (
    (0, b"\xff\xd8\xff", PictureKind.JPEG),
    (0, b"\x89PNG\r\n\x1a\n", PictureKind.PNG),
    (0, b"GIF87a", PictureKind.GIF),
    (0, b"GIF89a", PictureKind.GIF),
    (8, b"WEBP", PictureKind.WEBP),
)
_OTHERS = (
    (4, b"ftypavi", "AVIF"),
    (4, b"ftyphei", "HEIC"),
    (4, b"ftyphev", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (0, b"II*\x00", "TIFF"),
    (0, b"MM\x00*", "TIFF"),
    (0, b"BM", "BMP"),
    (0, b"\x00\x00\x01\x00", "ICO"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (0, b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (0, b"%PDF", "PDF"),
    (0, b"<svg", "SVG"),
    (0, b"<?xml", "XML"),
)
TODO = "use a JPEG, PNG, WebP or GIF"


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureFacts:
    """A picture's format, and its size in pixels as it is shown, turned by its EXIF orientation."""

    kind: PictureKind
    width: int
    height: int


def kind_of(data: bytes) -> PictureKind:
    """The format that the first bytes name. Raises PictureError for another, and for huge files."""
    if len(data) > MAX_BYTES:
        raise PictureError(
            f"the picture has more than {MAX_BYTES // 1_000_000} MB", "save it smaller"
        )
    for at, mark, kind in _KINDS:
        if data.startswith(mark, at):
            _check_scans(data, kind)
            return kind
    for at, mark, name in _OTHERS:
        if data.startswith(mark, at):
            raise PictureError(f"the picture is in the format {name}", TODO)
    raise PictureError("this is no picture", TODO)


def _check_scans(data: bytes, kind: PictureKind) -> None:
    """Refuse a JPEG of very many passes; within one, the marker's bytes do not occur."""
    if kind is PictureKind.JPEG and data.count(b"\xff\xda") > MAX_SCANS:
        raise PictureError(f"the JPEG has more than {MAX_SCANS} scans", "save it again")


def check_size(width: int, height: int) -> None:
    """Refuse a picture without pixels, or with more than are decoded."""
    if width < 1 or height < 1:
        raise PictureError("the picture has no pixels", TODO)
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"the picture has {width}×{height} pixels, which is more than"
            f" {MAX_PIXELS // 1_000_000} million",
            "scale it down",
        )
