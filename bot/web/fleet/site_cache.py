"""The sites that a process has built: those that were asked for last."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

from bot.core.ports.site_directory import ServedSite

SITES_MAX = 500


@dataclass(kw_only=True, slots=True)
class SiteCache:
    """Builds a site when it is first asked for, and again when its bot uses another version.

    `build` makes the site of a bot, or None where it has none any more. Open pages of a site that
    is dropped are disconnected, and connect again to the new one.
    """

    build: Callable[[str], Starlette | None]
    most: int = SITES_MAX
    _sites: OrderedDict[str, tuple[int, Starlette]] = field(default_factory=OrderedDict)
    _building: dict[tuple[str, int], asyncio.Task[Starlette | None]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __len__(self) -> int:
        """How many sites are kept."""
        return len(self._sites)

    def versions(self) -> Mapping[str, int]:
        """The bots whose sites are kept, and the version of each."""
        with self._lock:
            return {bot: version for bot, (version, _) in self._sites.items()}

    async def get(self, wanted: ServedSite) -> Starlette | None:
        """A site. Requests that come while it is built wait together.

        Raises what `build` raises.
        """
        key = wanted.bot, wanted.version
        with self._lock:
            version, site = self._sites.get(wanted.bot, (0, None))
            if site is not None and version == wanted.version:
                self._sites.move_to_end(wanted.bot)
                return site
        if key not in self._building:
            self._building[key] = asyncio.ensure_future(run_in_threadpool(self._make, wanted))
            self._building[key].add_done_callback(lambda _: self._building.pop(key))
        return await asyncio.shield(self._building[key])

    def _make(self, wanted: ServedSite) -> Starlette | None:
        site = self.build(wanted.bot)
        self.drop(wanted.bot)
        if site is None:
            return None
        with self._lock:
            self._sites[wanted.bot] = wanted.version, site
            too_many = list(self._sites)[: max(len(self._sites) - self.most, 0)]
        for bot in too_many:
            self.drop(bot)
        return site

    def drop(self, bot: str) -> None:
        """Keep the site of a bot no more, and end its streams, which may take a second."""
        with self._lock:
            _, site = self._sites.pop(bot, (0, None))
        if site is not None:
            site.state.end()

    def drop_others(self, versions: Mapping[str, int]) -> None:
        """Keep only the sites of these bots, and of these versions."""
        for bot, version in self.versions().items():
            if versions.get(bot) != version:
                self.drop(bot)

    def end(self) -> None:
        """Drop every site."""
        bots = list(self.versions())
        if bots:
            with ThreadPoolExecutor(32) as threads:
                list(threads.map(self.drop, bots))
