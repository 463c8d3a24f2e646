"""The tips.yaml of the simulation: five networks and the site, two schedules, many tips."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

ACCOUNTS = ("mastodon", "island", "bluesky", "threads", "x")
"""The accounts on networks; the site is not one."""

TIPS = 24
PICTURE = "dot.png"
"""The name of the file with the picture of tips."""
PICTURED = 3
"""Every so many tips one has a picture."""
CARD = 21
"""The tip whose picture is a card: drawing one takes as long as some posts."""

PLATFORMS = {
    "site": "{}",
    "mastodon": '{server: "https://mastodon.test"}',
    "island": '{kind: mastodon, server: "https://island.test"}',
    "bluesky": '{server: "https://bluesky.test", handle: tips.bluesky.test}',
    "threads": '{server: "https://threads.test"}',
    "x": '{api: "https://x.test", link: never, monthly_budget: BUDGET}',
}

HEAD = """\
bot:
  id: sim
  name: Sim
  timezone: Europe/London
  site: https://tips.test.net
platforms:
{platforms}schedule:
  - name: hourly
    cron: "0 * * * *"
    timezone: UTC
    late: 90m
  - name: night
    at: [{times}]
    days: [sun]
    late: 2h
    platforms: [{night}]
tips:
"""


def settings(
    budget: float,
    edits: int,
    accounts: Iterable[str] = tuple(PLATFORMS),
    pictured: int = PICTURED,
) -> str:
    """The file after a number of edits: each adds a tip and changes the text of another.

    Every `pictured` tips one has a picture; 0: none has.
    """
    names = list(accounts)
    platforms = "".join(f"  {name}: {PLATFORMS[name]}\n" for name in names)
    platforms = platforms.replace("BUDGET", f"{budget:.2f}")
    night = "mastodon" if "mastodon" in names else names[0]
    tips = [
        tip(number, edits, has_site="site" in names) + _picture(number, pictured)
        for number in range(TIPS + edits)
    ]
    times = ", ".join(f'"01:{minute:02}"' for minute in range(0, 60, 4))
    return HEAD.format(platforms=platforms, times=times, night=night) + "".join(tips)


def tip(number: int, edits: int = 0, *, has_site: bool = True) -> str:
    """One tip of the file after a number of edits."""
    edited = " Since then it says more." if number == edits * 7 % TIPS and edits else ""
    link = f"    link: https://more.test.net/{number}\n" if number % 2 or not has_site else ""
    return (
        f"  - id: tip-{number}\n"
        f"    title: Tip number {number}\n"
        f"    text: This is what tip {number} means.{edited}\n"
        f"    summary: Tip {number} says something short.{edited}\n{link}"
    )


def picture() -> bytes:
    """The file with the picture of tips: a PNG of one black dot."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    chunks = {b"IHDR": header, b"IDAT": zlib.compress(b"\0\0"), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    )


def _picture(number: int, pictured: int) -> str:
    """The lines of a tip's picture, if it has one."""
    if not pictured or number % pictured:
        return ""
    if number == CARD:
        return "    image: card\n"
    return f"    image: {PICTURE}\n    alt: The dot of tip {number}\n"
