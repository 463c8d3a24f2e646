"""Encoding a picture for a network: within its limits, without metadata, always the same."""

import hashlib

import pytest
from PIL import Image, ImageCms

from bot.core.errors import PictureError
from bot.core.model.picture import PictureKind
from bot.pictures import encode
from tests.pictures.samples import (
    BLUE,
    GREEN,
    RED,
    YELLOW,
    file,
    is_near,
    limits,
    noise,
    opened,
    quarters,
)

JPEG, PNG, WEBP, GIF = PictureKind.JPEG, PictureKind.PNG, PictureKind.WEBP, PictureKind.GIF
NETWORKS = {
    "X": limits(),
    "Mastodon": limits(max_bytes=16_777_216, max_side=7680, max_pixels=33_177_600),
    "Bluesky": limits(max_bytes=1_000_000, max_side=2000, kinds=frozenset({JPEG, PNG, WEBP})),
    "Threads": limits(max_bytes=8_000_000, max_side=1440, kinds=frozenset({JPEG, PNG})),
    "tiny": limits(max_bytes=10_000, max_side=300),
    "JPEG alone": limits(max_bytes=30_000, kinds=frozenset({JPEG})),
    "PNG alone": limits(max_bytes=30_000, kinds=frozenset({PNG})),
    "WebP alone": limits(max_bytes=30_000, kinds=frozenset({WEBP})),
}


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_every_limit_is_met(network, mode):
    """Even noise, which hardly gets smaller, is within bytes, side, pixels and formats."""
    found = encode(file(noise((700, 420), mode), "PNG", compress_level=0), network)
    assert len(found.data) <= network.max_bytes
    assert max(found.width, found.height) <= network.max_side
    assert found.width * found.height <= (network.max_pixels or found.width * found.height)
    assert found.kind in network.kinds
    image = opened(found)
    assert (Image.MIME[image.format], image.size) == (found.kind.value, (found.width, found.height))


def test_pixels_are_limited():
    """A picture is scaled down, in its proportions, to the number of pixels that are taken."""
    found = encode(file(quarters((400, 100))), limits(max_pixels=10_000))
    assert (found.width, found.height) == (200, 50)


def test_a_small_picture_is_not_scaled_up():
    """A picture that is smaller than the limits keeps its size."""
    found = encode(file(quarters((8, 4))), limits())
    assert (found.width, found.height) == (8, 4)


def test_a_thin_picture_keeps_a_pixel():
    """However thin a picture is, it keeps a width and a height."""
    found = encode(file(Image.new("RGB", (4000, 1))), limits(max_side=100))
    assert (found.width, found.height) == (100, 1)


SOURCES = {
    "JPEG": file(quarters(), "JPEG", quality=95),
    "JPEG in CMYK": file(quarters(mode="CMYK"), "JPEG", quality=95),
    "PNG": file(quarters(), "PNG"),
    "PNG with a palette": file(quarters().quantize(8), "PNG"),
    "WebP": file(quarters(), "WEBP", quality=95),
    "WebP without loss": file(quarters(), "WEBP", lossless=True),
    "GIF": file(quarters(), "GIF"),
}


@pytest.mark.parametrize("data", SOURCES.values(), ids=SOURCES)
@pytest.mark.parametrize("kind", [JPEG, PNG, WEBP])
def test_the_colours_stay(data, kind):
    """Whatever a picture comes in and goes out as, each corner has its colour."""
    found = encode(data, limits(kinds=frozenset({kind})))
    image = opened(found).convert("RGB")
    assert found.kind is kind
    for place, colour in {(8, 8): RED, (70, 8): GREEN, (8, 30): BLUE, (70, 30): YELLOW}.items():
        assert is_near(image.getpixel(place), colour, 20), place


CHOICES = {
    "a drawing": (file(quarters()), PNG),
    "a photograph in PNG": (file(noise((60, 60))), JPEG),
    "a photograph in grey": (file(noise((60, 60), "L"), "JPEG"), JPEG),
    "with transparency": (file(noise((60, 60), "RGBA")), PNG),
    "with an alpha channel that hides nothing": (file(noise((60, 60)).convert("RGBA")), JPEG),
    "a GIF": (file(quarters(), "GIF"), PNG),
}


@pytest.mark.parametrize(("data", "kind"), CHOICES.values(), ids=CHOICES)
def test_the_format_fits_the_picture(data, kind):
    """Drawings and transparency become PNG, photographs JPEG."""
    assert encode(data, limits()).kind is kind


def test_transparency_is_kept_or_becomes_white():
    """Where the format can hold transparency it stays; else what is behind is white."""
    image = quarters().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 40, 20))
    kept = opened(encode(file(image), limits()))
    assert kept.mode == "RGBA"
    assert kept.getpixel((8, 8))[3] == 0
    webp = opened(encode(file(image), limits(kinds=frozenset({WEBP, JPEG}))))
    assert webp.getpixel((8, 8))[3] == 0
    white = opened(encode(file(image), limits(kinds=frozenset({JPEG}))))
    assert is_near(white.getpixel((8, 8)), (255, 255, 255))
    assert is_near(white.getpixel((70, 8)), GREEN, 20)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_colour_of_a_palette(kind):
    """A palette's transparent colour is transparency like any other."""
    image = Image.new("P", (10, 10), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(0, (0, 0, 5, 10))
    found = opened(encode(file(image, kind, transparency=0), limits()))
    assert [found.convert("RGBA").getpixel((x, 5))[3] for x in (2, 8)] == [0, 255]


def test_sixteen_bits():
    """A grey picture of 16 bits keeps its shades, of which the upper eight bits are taken."""
    image = Image.new("I;16", (4, 1))
    for x, value in enumerate((0, 0x4000, 0x8000, 0xFFFF)):
        image.putpixel((x, 0), value)
    found = opened(encode(file(image), limits())).convert("L")
    assert [found.getpixel((x, 0)) for x in range(4)] == [0, 0x40, 0x80, 0xFF]


def seen(image, orientation):
    """The corners of a picture that a camera stored in this orientation, as they are seen."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = opened(encode(file(image, "JPEG", exif=exif, quality=95), limits())).convert("RGB")
    width, height = found.size
    corners = [(8, 8), (width - 8, 8), (8, height - 8), (width - 8, height - 8)]
    return found.size, [found.getpixel(place) for place in corners]


TURNS = {
    1: ((80, 40), (RED, GREEN, BLUE, YELLOW)),
    2: ((80, 40), (GREEN, RED, YELLOW, BLUE)),
    3: ((80, 40), (YELLOW, BLUE, GREEN, RED)),
    4: ((80, 40), (BLUE, YELLOW, RED, GREEN)),
    5: ((40, 80), (RED, BLUE, GREEN, YELLOW)),
    6: ((40, 80), (BLUE, RED, YELLOW, GREEN)),
    7: ((40, 80), (YELLOW, GREEN, BLUE, RED)),
    8: ((40, 80), (GREEN, YELLOW, RED, BLUE)),
    77: ((80, 40), (RED, GREEN, BLUE, YELLOW)),
}


@pytest.mark.parametrize(("orientation", "expected"), TURNS.items())
def test_a_picture_is_turned_upright(orientation, expected):
    """Each of the eight orientations that a camera can store is applied, another one ignored."""
    size, corners = seen(quarters(), orientation)
    assert size == expected[0]
    assert all(is_near(*pair, 25) for pair in zip(corners, expected[1], strict=True))


def with_metadata(kind):
    """A picture with a place, an author, a comment and a colour profile."""
    exif = Image.Exif()
    exif[0x013B] = "Ada Secret"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options = {"exif": exif, "icc_profile": profile, "comment": b"Ada Secret"}
    if kind != "GIF":
        options["xmp"] = b"<x:xmpmeta>Ada Secret</x:xmpmeta>"
    return file(quarters(), kind, **options)


@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("kind", [JPEG, PNG, WEBP])
def test_nothing_is_told_about_the_author(source, kind):
    """No EXIF, place, XMP, colour profile or comment is left in what is sent."""
    data = with_metadata(source)
    assert b"Secret" in data
    found = encode(data, limits(kinds=frozenset({kind})))
    image = opened(found)
    assert b"Secret" not in found.data
    assert not dict(image.getexif())
    assert not {"exif", "xmp", "icc_profile", "comment", "XML:com.adobe.xmp"} & set(image.info)


def test_a_colour_profile_is_applied():
    """The colours of another profile become those of sRGB before the profile is dropped."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    table = profile[:128] + profile[128:400].replace(b"rXYZ", b"????").replace(
        b"bXYZ", b"rXYZ"
    ).replace(b"????", b"bXYZ")
    swapped = encode(file(quarters(), "PNG", icc_profile=table + profile[400:]), limits())
    assert is_near(opened(swapped).convert("RGB").getpixel((8, 8)), RED[::-1], 30)


PROFILES = {
    "damaged": b"no profile",
    "of other colours": ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_profile_that_cannot_be_applied(profile):
    """A profile that is damaged, or not one of such a picture, is ignored."""
    found = encode(file(quarters(), "PNG", icc_profile=profile), limits())
    assert opened(found).convert("RGB").getpixel((8, 8)) == RED


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_same_bytes_in_the_same_bytes_out(network):
    """Encoding twice gives the same bytes, so that a repeat sends what was sent."""
    data = file(noise((300, 200), "RGBA"))
    once, again = (hashlib.sha256(encode(data, network).data).digest() for _ in range(2))
    assert once == again


def test_what_fits_nowhere():
    """A limit that no picture can meet, and a network that takes other formats, are said."""
    with pytest.raises(PictureError, match="fits in 10 bytes"):
        encode(file(quarters()), limits(max_bytes=10))
    with pytest.raises(PictureError, match="none of JPEG, PNG and WebP"):
        encode(file(quarters()), limits(kinds=frozenset({GIF})))
