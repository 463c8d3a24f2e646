"""Pictures of posts: files are read and encoded for a network, cards are drawn.

Nothing here imports Pillow before a function is called.
"""

from bot.core.model.picture import EncodedPicture, PictureLimits
from bot.pictures.facts import PictureFacts

__all__ = ["PictureFacts", "encode", "read_picture"]


def read_picture(data: bytes) -> PictureFacts:
    """The format and the size of a picture, which is decoded to the end.

    Raises PictureError for bytes that are not one whole, still picture in JPEG, PNG, WebP or GIF,
    or one that is too large to be decoded.
    """
    from bot.pictures import decoder  # noqa: PLC0415 - Pillow is imported for a picture only

    return decoder.read_facts(data)


def encode(data: bytes, limits: PictureLimits) -> EncodedPicture:
    """The picture as a network takes it: upright, in sRGB, within its limits, without metadata.

    PNG where it has transparency or few colours and that fits, JPEG or WebP otherwise. The same
    bytes give the same bytes. Raises PictureError like `read_picture`, and where nothing fits.
    """
    from bot.pictures import encoder  # noqa: PLC0415 - Pillow is imported for a picture only

    return encoder.encode(data, limits)
