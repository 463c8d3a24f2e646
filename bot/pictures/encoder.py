"""Encodes a picture for a network: scaled down, and as good as its limit of bytes allows."""

from collections.abc import Iterator
from io import BytesIO
from math import sqrt

from PIL import Image

from bot.core.errors import PictureError
from bot.core.model.picture import EncodedPicture, PictureKind, PictureLimits
from bot.pictures.colours import has_few_colours, on_white, to_srgb
from bot.pictures.decoder import decode

_QUALITIES = (90, 84, 76, 68)
"""Of JPEG and WebP, in the order in which they are tried; below the last one it is scaled down."""

_MARGIN = 0.95
"""The part of the bytes' limit that a picture which was too large is scaled down for."""


def encode(data: bytes, limits: PictureLimits) -> EncodedPicture:
    """The picture within the limits, without metadata. Raises PictureError where nothing fits."""
    kind, decoded = decode(data, limits.max_side)
    image = to_srgb(decoded)
    is_drawing = kind is not PictureKind.JPEG and has_few_colours(image)
    image = _scaled(image, limits.size_of(*image.size))
    kinds = list(_kinds(limits, is_drawing=is_drawing, is_transparent=image.mode == "RGBA"))
    for one in kinds:
        if (found := _fitting(image, one, limits)) is not None:
            return found
    return _made_smaller(image, kinds[-1], limits)


def _kinds(
    limits: PictureLimits, *, is_drawing: bool, is_transparent: bool
) -> Iterator[PictureKind]:
    """The formats to try, the best first. Raises PictureError where the bot writes none of them."""
    lossy = [kind for kind in (PictureKind.JPEG, PictureKind.WEBP) if kind in limits.kinds]
    takes_png = PictureKind.PNG in limits.kinds
    if not lossy and not takes_png:
        raise PictureError("the network takes none of JPEG, PNG and WebP", "post without a picture")
    if takes_png and (is_drawing or is_transparent or not lossy):
        yield PictureKind.PNG
    if lossy:
        yield lossy[-1] if is_transparent else lossy[0]


def _times(size: tuple[int, int], factor: float) -> tuple[int, int]:
    """The size, scaled and rounded down; a side has at least one pixel."""
    return max(1, int(size[0] * factor + 1e-6)), max(1, int(size[1] * factor + 1e-6))


def _scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture in this size."""
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _fitting(image: Image.Image, kind: PictureKind, limits: PictureLimits) -> EncodedPicture | None:
    """The picture in this format, at the best quality that fits; None where none does."""
    for quality in _QUALITIES if kind is not PictureKind.PNG else (0,):
        found = _written(image, kind, quality)
        if len(found.data) <= limits.max_bytes:
            return found
    return None


def _made_smaller(image: Image.Image, kind: PictureKind, limits: PictureLimits) -> EncodedPicture:
    """The picture in fewer pixels, as many as fit."""
    size = image.size
    while True:
        found = _written(_scaled(image, size), kind, _QUALITIES[-1])
        if len(found.data) <= limits.max_bytes:
            return found
        if size == (1, 1):
            raise PictureError(f"no picture fits in {limits.max_bytes} bytes", "post without one")
        factor = sqrt(_MARGIN * limits.max_bytes / len(found.data))
        size = _times(size, min(factor, _MARGIN))


def _written(image: Image.Image, kind: PictureKind, quality: int) -> EncodedPicture:
    """The picture as a file of this format; the quality counts where it loses something."""
    file = BytesIO()
    if kind is PictureKind.PNG:
        image.save(file, "PNG", optimize=True)
    elif kind is PictureKind.WEBP:
        image.save(file, "WEBP", quality=quality, method=2)
    else:
        on_white(image).save(file, "JPEG", quality=quality, optimize=True, progressive=True)
    return EncodedPicture(data=file.getvalue(), kind=kind, width=image.width, height=image.height)
