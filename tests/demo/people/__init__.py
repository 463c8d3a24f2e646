"""The made-up people: each line of the script is carried out on its network."""

from .conversation import Conversation
from .people import People

__all__ = ["Conversation", "People"]
