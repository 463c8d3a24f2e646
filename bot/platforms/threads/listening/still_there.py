"""Which entries are gone: those that no conversation below our posts shows any more."""

from collections.abc import Collection, Mapping

from bot.core.errors import PlatformError
from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.platforms.threads.http.api import Call
from bot.platforms.threads.http.fields import CONVERSATION, OWN_POSTS


def unseen_below(
    call: Call, remote_ids: Collection[str]
) -> tuple[Mapping[str, Record], frozenset[str]]:
    """Those of these entries that are below our posts, and those that are gone.

    None is gone unless everything could be read in time, or where the server shows no post of
    ours: a network that has lost its data is not believed.
    """
    found: dict[str, Record] = {}
    posts = 0
    try:
        for post in call.every("me/threads", OWN_POSTS):
            posts += 1
            if post.get("has_replies") is not False:
                found |= _below(call, json_values.word(post.get("id")), remote_ids)
            if found.keys() >= set(remote_ids):
                break
    except PlatformError:
        return found, frozenset()
    is_whole = posts > 0
    return found, frozenset(remote_ids) - found.keys() if is_whole else frozenset()


def _below(call: Call, post: str, remote_ids: Collection[str]) -> dict[str, Record]:
    """Those that are below one post."""
    return {
        name: one
        for one in call.every(f"{post}/conversation", CONVERSATION)
        if (name := json_values.word(one.get("id"))) in remote_ids
    }
