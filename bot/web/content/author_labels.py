"""In words, whether the bot said it: a name, a colour or a border alone proves nothing."""

from __future__ import annotations

from bot.core.model.config import Identity
from bot.core.text.lookalikes import passes_for_bot
from bot.web.pages.comments import CommentView

BOT = "the bot"
NOT_THE_BOT = "not the bot"


def mark(remark: CommentView, bot: Identity) -> str:
    """That this is the bot's own, or of another with such a name that it is not; else ""."""
    if remark.gone:
        return ""
    if remark.ours:
        return BOT
    return NOT_THE_BOT if passes_for_bot(remark.place.name, bot) else ""


def marked_name(remark: CommentView, bot: Identity) -> str:
    """The name for a feed, with the mark behind it."""
    told = mark(remark, bot)
    return f"{remark.place.name} ({told})" if told else remark.place.name
