"""The space that is left where a bot keeps its data."""

import shutil

from bot.bootstrap.settings.environment import Environment
from bot.core.alerts.channel import Space


def disk_space(environ: Environment) -> Space | None:
    """That of the data directory's file system; None for a bot of a fleet.

    A fleet's data is on the database's machine, and no worker can ask how full that is.
    """
    if environ.fleet_bot is not None:
        return None
    try:
        usage = shutil.disk_usage(environ.data)
    except OSError:  # it is not made yet, or it is gone, which other steps tell
        return None
    return Space(free=usage.free, total=usage.total)
