"""The documented fields of each end point; others are refused."""

from .model import Media, Person
from .refusal import Refusal

_COMMON = (
    "id media_product_type media_type media_url permalink username text timestamp shortcode "
    "thumbnail_url children is_quote_post has_replies quoted_post reposted_post gif_url topic_tag"
)
_REPLY = " root_post replied_to is_reply is_reply_owned_by_me reply_audience"
PROFILE = "id username name threads_profile_picture_url threads_biography is_verified"
QUOTA = "quota_usage config reply_quota_usage reply_config delete_quota_usage delete_config"
CONTAINER = "id status error_message"
OWN_POSTS = f"{_COMMON} owner alt_text link_attachment_url reply_audience"
"""https://developers.facebook.com/docs/threads/reference/user"""
OWN_REPLIES = _COMMON + _REPLY
CONVERSATION = f"{_COMMON}{_REPLY} hide_status"
"""https://developers.facebook.com/docs/threads/reference/reply-management"""
MEDIA = f"{_COMMON}{_REPLY} owner alt_text link_attachment_url hide_status poll_attachment"
"""https://developers.facebook.com/docs/threads/reference/media-retrieval"""


def asked(given: str | None, known: str, default: str = "id") -> list[str]:
    """The fields that are asked for."""
    names = (given or default).split(",")
    for name in names:
        if name not in known.split():
            raise Refusal(100, f"Tried accessing nonexisting field ({name})")
    return names


def media(one: Media, names: list[str], viewer: Person, *, has_replies: bool) -> dict[str, object]:
    """These fields of a post. What only replies have is left out elsewhere.

    `username` and `permalink` only work for public users and one's own user:
    https://developers.facebook.com/docs/threads/retrieve-and-manage-replies/replies-and-conversations
    """
    found: dict[str, object] = {
        "id": one.id,
        "media_product_type": "THREADS",
        "media_type": one.kind,
        "timestamp": f"{one.at:%Y-%m-%dT%H:%M:%S}+0000",
        "shortcode": one.shortcode,
        "is_quote_post": False,
        "has_replies": has_replies,
        "is_reply": one.reply_to is not None,
    }
    if one.text:
        found["text"] = one.text
    if not one.author.is_private or one.author is viewer:
        found |= {"username": one.author.username, "permalink": one.permalink}
    if one.reply_to is not None:
        found |= {
            "root_post": {"id": one.root.id},
            "replied_to": {"id": one.reply_to.id},
            "is_reply_owned_by_me": one.author is viewer,
            "hide_status": one.hide_status,
        }
    return {name: found[name] for name in ["id", *names] if name in found}
