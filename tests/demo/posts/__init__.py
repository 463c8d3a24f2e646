"""The exact posts of the bot on all local servers, and a small server that shows them."""

from .posts import NETWORKS, Posts
from .sent import Sent, SentPicture
from .shown import shown

__all__ = ["NETWORKS", "Posts", "Sent", "SentPicture", "shown"]
