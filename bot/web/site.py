"""What the pages are made from, gathered in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.app.comment import Commenting
from bot.app.figures import Figures
from bot.app.first_tip import Awaited
from bot.app.responses import Receiving
from bot.core.config import Account, Config
from bot.core.memory import Store
from bot.core.pages import Pages
from bot.core.ports import Clock
from bot.core.traits import Traits
from bot.web.health import Health
from bot.web.limits import Patience
from bot.web.outlines import Outlines
from bot.web.render import Renderer
from bot.web.seal import Seal
from bot.web.threads import Threads
from bot.web.tip_index import TipIndex


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """Everything that an answer can need. What is called without arguments gives what holds now."""

    config: Callable[[], Config]
    pages: Pages
    store: Store
    traits_of: Callable[[Account], Traits]
    clock: Clock
    commenting: Commenting
    receiving: Receiving
    health: Callable[[], Health]
    figures: Callable[[], Figures]
    awaited: Callable[[], Awaited]
    seal: Seal
    patience: Patience
    ping_patience: Patience
    renderer: Renderer
    outlines: Outlines = field(default_factory=Outlines)
    threads: Threads = field(default_factory=Threads)
    tip_index: TipIndex = field(default_factory=TipIndex)
