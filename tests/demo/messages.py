"""The terminal output besides the log."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.demo.posts import Sent
from tests.demo.waiting import Stopped

PLACES = """\
A demonstration. The bot is real; the people and the servers of Mastodon, X, Bluesky, Threads and a
chat are made up. Nothing leaves this machine. Handles end in example.social or _example; links on
the pages to example.social, example.org, x.com, bsky.app and threads.com do not lead to these servers.

  the discussion        {page}
  the exact posts       {posts}
  the Mastodon server   {mastodon}/api/v1/timelines/public
  the chat              {chat}/

People begin to reply in a few seconds, and have said everything after about two minutes; write a
reply on the page yourself. Below is what `tipsbot log --follow` shows. Stop with Ctrl-C.
"""

NO_CARDS = "Tips are posted without cards: {why}."
"""Where this machine lacks fonts."""


def say(*lines: str) -> None:
    """Write lines to the terminal at once. Raises Stopped if its reader has gone."""
    try:
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
    except OSError:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
        raise Stopped from None


def tell_posts(posts: Iterable[Sent]) -> None:
    """Print the bot's scheduled posts, exactly."""
    say("", "The posts as they stand on the local servers, with their lengths by X's weights:")
    for one in posts:
        if one.answers is None:
            say(f"  {one.network:8} {one.length:3}  {one.text}", *_picture_line(one))
    say("")


def _picture_line(one: Sent) -> Iterator[str]:
    """What the server has of a post's picture; nothing where it has none."""
    if one.picture is not None:
        width, height = one.picture.size
        yield f"  {'':12}  with a picture of {width}×{height} pixels, {len(one.picture.data):,} bytes"
