"""Pixels in sRGB, with eight bits for each part, and without anything that a file says beside."""

from contextlib import suppress
from io import BytesIO

from PIL import Image, ImageCms

WHITE = (255, 255, 255)
_FEW = 2048
"""The most colours of a drawing, whose edges are smooth: a card has some 500."""
_EIGHT_BITS = [value >> 8 for value in range(1 << 16)]


def to_srgb(image: Image.Image) -> Image.Image:
    """The picture as L, RGB or RGBA, converted from its colour profile, which is dropped."""
    alpha, profile = _alpha(image), image.info.get("icc_profile")
    plain = _without_alpha(image)
    if isinstance(profile, bytes):
        plain = _converted(plain, profile)
    if plain.mode != "RGB" and (plain.mode != "L" or alpha is not None):
        plain = plain.convert("RGB")
    if alpha is not None:
        plain.putalpha(alpha)
    plain.info = {}
    return plain


def on_white(image: Image.Image) -> Image.Image:
    """The picture without transparency: onto white."""
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, WHITE)
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def has_few_colours(image: Image.Image) -> bool:
    """Whether it is a drawing, or a text: a photograph has many thousands."""
    return image.getcolors(_FEW) is not None


def _alpha(image: Image.Image) -> Image.Image | None:
    """The transparency, or None where nothing is transparent."""
    if not image.has_transparency_data or image.mode.startswith("I"):
        return None
    alpha = (image if image.mode == "RGBA" else image.convert("RGBA")).getchannel("A")
    lowest, _ = alpha.getextrema()
    return None if lowest == 255 else alpha


def _without_alpha(image: Image.Image) -> Image.Image:
    """The colours alone, in a mode that a profile can be applied to."""
    if image.mode.startswith("I"):  # 16 bits of grey, whichever way they are stored
        return image.convert("I").point(_EIGHT_BITS, "L")
    if image.mode in {"L", "RGB", "CMYK"}:
        return image
    return image.convert("L" if image.mode in {"1", "LA"} else "RGB")


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture from this profile to sRGB; as it is where the profile cannot be applied to it."""
    with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        found = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
        return image if found is None else found
    return image
