"""Pictures that tests make with Pillow, and the limits of networks."""

import random
from io import BytesIO

from PIL import Image, ImageDraw

from bot.core.model.picture import PictureKind, PictureLimits

ALL = frozenset(PictureKind)
RED, GREEN, BLUE, YELLOW = (200, 30, 30), (30, 160, 60), (30, 60, 200), (230, 200, 40)


def limits(*, kinds=ALL, max_bytes=5_000_000, max_side=4096, max_pixels=None):
    """The limits of a network that takes much, with some of them changed."""
    return PictureLimits(
        kinds=kinds, max_bytes=max_bytes, max_side=max_side, max_pixels=max_pixels, max_alt=1000
    )


def quarters(size=(80, 40), mode="RGB"):
    """A picture whose corners tell how it is turned: red, green, blue, yellow."""
    image = Image.new("RGB", size)
    width, height = size
    corners = [(0, 0, RED), (width // 2, 0, GREEN), (0, height // 2, BLUE)]
    for x, y, colour in [*corners, (width // 2, height // 2, YELLOW)]:
        ImageDraw.Draw(image).rectangle((x, y, x + width // 2 - 1, y + height // 2 - 1), colour)
    return image.convert(mode)


def noise(size, mode="RGB"):
    """The picture that is hardest to make small, always the same."""
    count = size[0] * size[1] * len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, size, random.Random(1).randbytes(count))


def file(image, kind="PNG", **options):
    """The picture as the bytes of a file."""
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(encoded):
    """What was encoded, decoded by Pillow."""
    image = Image.open(BytesIO(encoded.data))
    image.load()
    return image


def is_near(one, other, tolerance=12):
    """Whether two colours are the same but for what JPEG loses."""
    return all(abs(a - b) <= tolerance for a, b in zip(one[:3], other[:3], strict=True))
