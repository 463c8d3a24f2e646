"""Decodes a picture with Pillow: one still picture, in four formats, within bounds."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import ExifTags, Image
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from bot.core.errors import PictureError
from bot.core.model.picture import PictureKind
from bot.pictures.facts import MAX_PIXELS, TODO, PictureFacts, check_size, kind_of

# Pillow's own bound, for what a decoder sets aside before the picture's size can be asked.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

_DECODERS: dict[PictureKind, type[ImageFile]] = {
    PictureKind.JPEG: JpegImageFile,  # of several pictures, as some telephones make it, the first
    PictureKind.PNG: PngImageFile,
    PictureKind.WEBP: WebPImageFile,
    PictureKind.GIF: GifImageFile,
}
_TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture is turned upright, by its EXIF orientation."""
_ON_THE_SIDE = frozenset({5, 6, 7, 8})


def read_facts(data: bytes) -> PictureFacts:
    """The format and the size of a picture. Raises PictureError for what cannot be used."""
    kind = kind_of(data)
    with _opened(data, kind) as image:
        width, height = image.size
        is_on_side = _orientation(image) in _ON_THE_SIDE
        image.draft(None, (1, 1))  # a JPEG is read to its end, in little memory
        image.load()
    size = (height, width) if is_on_side else (width, height)
    return PictureFacts(kind=kind, width=size[0], height=size[1])


def decode(data: bytes, side: int) -> tuple[PictureKind, Image.Image]:
    """The picture, upright, with its colour profile, at least `side` long if the file's is.

    Raises PictureError for what cannot be used.
    """
    kind = kind_of(data)
    with _opened(data, kind) as image:
        turned = _TURNED.get(_orientation(image))
        longest = max(image.size)
        if longest > side:
            width, height = image.size
            image.draft(None, (-(-width * side // longest), -(-height * side // longest)))
        image.load()
        return kind, image if turned is None else image.transpose(turned)


@contextmanager
def _opened(data: bytes, kind: PictureKind) -> Iterator[ImageFile]:
    """The file, opened and not decoded; whatever its decoder raises becomes a PictureError."""
    try:
        with _DECODERS[kind](BytesIO(data)) as image:
            check_size(*image.size)
            _check_still(image)
            yield image
    except PictureError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise PictureError(
            f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels", "scale it down"
        ) from None
    except Exception:  # noqa: BLE001 - a decoder may raise anything for a damaged file
        raise PictureError(f"the {kind.name} is cut off or damaged", TODO) from None


def _check_still(image: ImageFile) -> None:
    """Refuse a picture of several frames."""
    if getattr(image, "is_animated", False):
        raise PictureError("the picture is animated", "use a still picture")


def _orientation(image: ImageFile) -> int:
    """The EXIF orientation; upright where that part of the file is damaged."""
    try:
        found = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # noqa: BLE001 - a damaged note does not spoil the picture
        return 1
    return found if isinstance(found, int) else 1
