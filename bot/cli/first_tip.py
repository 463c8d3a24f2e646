"""When the first tip comes, on one line, for the commands that have no tip to show yet."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.app.posting.first_tip import FirstTip


def first_tip_line(first: FirstTip, zone: ZoneInfo, *, is_running: bool) -> str:
    """The line; what a start would post is no news while the bot runs."""
    if first.at_start and not is_running:
        when = "as soon as the bot is started"
    elif first.due is not None:
        when = f"{first.due.astimezone(zone):%a %d %b %Y %H:%M %Z}"
    else:
        return "no tip was posted yet, and no schedule brings one; `tipsbot post TIP` posts it"
    return f"no tip was posted yet; the first comes {when}"
