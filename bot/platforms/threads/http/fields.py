"""The fields that are asked for, each of which is documented for its end point."""

from dataclasses import dataclass

PROFILE = "id,username,name,threads_biography"
"""https://developers.facebook.com/docs/threads/reference/user"""

MEDIA = (
    "id,media_type,permalink,username,text,timestamp,is_quote_post,"
    "is_reply,is_reply_owned_by_me,root_post,replied_to,hide_status"
)
"""https://developers.facebook.com/docs/threads/reference/media-retrieval"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fields:
    """The fields of a list."""

    names: str
    #: whether it takes `limit`, `since` and `until`
    is_limited: bool = True
    #: whether it is sorted by `reverse`
    is_conversation: bool = False


OWN_POSTS = Fields(names="id,media_type,permalink,text,timestamp,has_replies")
"""https://developers.facebook.com/docs/threads/reference/user"""
OWN_REPLIES = Fields(names="id,media_type,permalink,text,timestamp,replied_to")
MENTIONS = Fields(names=MEDIA)
CONVERSATION = Fields(names=MEDIA, is_limited=False, is_conversation=True)
"""https://developers.facebook.com/docs/threads/reference/reply-management"""
