"""Reading a picture's format and size, from files of friends and enemies."""

import random
import struct
import subprocess
import sys
import zlib

import pytest
from PIL import Image

from bot.core.errors import PictureError
from bot.core.model.picture import PictureKind
from bot.pictures import PictureFacts, encode, read_picture
from bot.pictures.facts import MAX_BYTES, MAX_PIXELS, MAX_SCANS
from tests.pictures.samples import file, limits, noise, quarters
from tests.tree import ROOT

KINDS = [(kind, kind.name) for kind in PictureKind]


def chunk(name, content):
    """A chunk of a PNG."""
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def png_header(width, height):
    """A PNG that says this size, and has hardly any pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + chunk(b"IDAT", zlib.compress(b"\0" * 10))
        + chunk(b"IEND", b"")
    )


def gif_header(width, height, inner=(1, 1)):
    """A GIF of this screen with one frame of another size, which has to be disposed of."""
    control = b"!\xf9\x04" + bytes([0b1001, 0, 0, 0]) + b"\0"
    frame = b"," + struct.pack("<HHHHB", 0, 0, *inner, 0)
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0)
    return b"GIF89a" + screen + bytes(6) + control + frame + b"\x02\x02\x4c\x01\0;"


def webp_header(width, height):
    """An extended WebP with a canvas of this size, and nothing on it."""
    canvas = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


def frames(kind):
    """An animation of three frames."""
    first, *others = (Image.new("RGB", (20, 20), (shade, 0, 0)) for shade in (0, 100, 200))
    return file(first, kind, save_all=True, append_images=others, duration=100)


def jpeg_of(width, height):
    """A JPEG whose header says this size."""
    data = bytearray(file(quarters(), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_format_and_size(kind, name):
    """Each of the four formats is known by its content, with its size."""
    data = file(quarters((90, 50)), name)
    assert read_picture(data) == PictureFacts(kind=kind, width=90, height=50)


def test_the_size_is_that_of_the_upright_picture():
    """A picture that lies on its side has the size that it is shown in."""
    exif = Image.Exif()
    exif[0x0112] = 6
    facts = read_picture(file(quarters((90, 50)), "JPEG", exif=exif))
    assert (facts.width, facts.height) == (50, 90)


def test_a_telephones_double_picture_is_its_first():
    """A JPEG that holds a second one, as some telephones make it, is a JPEG and no animation."""
    data = file(quarters(), "MPO", save_all=True, append_images=[quarters()])
    assert read_picture(data).kind is PictureKind.JPEG
    assert encode(data, limits()).width == 80


REFUSED = {
    "empty": (b"", "no picture"),
    "text": (b"Tips of the day\n" * 20, "no picture"),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(50), "format HEIC"),
    "TIFF": (file(quarters(), "TIFF"), "format TIFF"),
    "BMP": (file(quarters(), "BMP"), "format BMP"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "format SVG"),
    "an animated GIF": (frames("GIF"), "animated"),
    "an animated PNG": (frames("PNG"), "animated"),
    "an animated WebP": (frames("WEBP"), "animated"),
    "a PNG of too many pixels": (png_header(10_001, 5_000), "50 million"),
    "a PNG of very many pixels": (png_header(2**31 - 1, 2**31 - 1), "50 million"),
    "a JPEG of too many pixels": (jpeg_of(65_000, 65_000), "50 million"),
    "a GIF of too many pixels": (gif_header(65_535, 65_535), "50 million"),
    "a GIF whose frame is too large": (gif_header(1, 1, (65_535, 65_535)), "50 million"),
    "a GIF whose frame is a little too large": (gif_header(1, 1, (8_000, 8_000)), "50 million"),
    "a WebP of too many pixels": (webp_header(16_000, 16_000), "50 million"),
    "a PNG of no pixels": (png_header(0, 5), "damaged"),
    "a GIF of no pixels": (gif_header(0, 0, (0, 0)), "damaged"),
    "a JPEG of no pixels": (jpeg_of(0, 40), "damaged"),
    "a JPEG of many scans": (b"\xff\xd8\xff" + b"\xff\xda" * (MAX_SCANS + 1), "scans"),
    "a huge file": (b"\x89PNG\r\n\x1a\n" + bytes(MAX_BYTES), "20 MB"),
}


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(data, why):
    """A file that is no still picture of a usual size is refused, with the reason and a way out."""
    for use in (read_picture, lambda data: encode(data, limits())):
        with pytest.raises(PictureError, match=why) as caught:
            use(data)
        assert caught.value.todo
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("_kind", "name"), KINDS)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_truncated_file(_kind, name, part):
    """A file that ends too early is refused, however much of it is there."""
    data = file(noise((120, 90)), name)
    with pytest.raises(PictureError, match="cut off or damaged"):
        read_picture(data[: int(len(data) * part)])


@pytest.mark.parametrize(("_kind", "name"), KINDS)
def test_a_damaged_file(_kind, name):
    """Whatever is wrong in a file, it is read, or refused with an error of ours."""
    chance, whole = random.Random(7), file(noise((40, 30)), name)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(chance.choice([1, 4, 40])):
            data[chance.randrange(4, len(data))] = chance.randrange(256)
        for use in (read_picture, lambda data: encode(data, limits(max_side=20))):
            try:
                use(bytes(data))
            except PictureError as error:
                assert str(error)  # noqa: PT017 - either outcome is right


MEASURED = """
import resource, sys
from tests.pictures.test_read_picture import HEAVY
from bot.pictures import read_picture
from bot.core.errors import PictureError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for data in HEAVY():
    try:
        read_picture(data)
    except PictureError:
        pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def HEAVY():  # noqa: N802 - a constant that is made late
    """Small files that would need gigabytes."""
    yield png_header(2**31 - 1, 2**31 - 1)
    yield gif_header(65_535, 65_535)
    yield gif_header(1, 1, (65_535, 65_535))
    yield webp_header(16_383, 16_383)
    yield jpeg_of(65_000, 65_000)


def test_a_bomb_takes_no_memory():
    """A small file that says it is huge is refused before memory is taken for its pixels."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 60_000, "kilobytes"


def test_the_largest_picture_is_read():
    """A picture of just as many pixels as are allowed is read."""
    image = Image.new("1", (10_000, MAX_PIXELS // 10_000))
    assert read_picture(file(image, "PNG")).height == MAX_PIXELS // 10_000


def test_nothing_loads_pillow_early():
    """Importing the package loads no Pillow, which a bot without pictures never needs."""
    code = "import sys, bot.pictures, bot.platforms.catalogue, bot.cli.app; print('PIL' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
