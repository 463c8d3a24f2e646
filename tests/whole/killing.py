"""Killing a bot, and the commands beside it, at moments that a seed chooses."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from tests.servers.x import Trouble
from tests.whole.books import Written
from tests.whole.operator import Bot
from tests.whole.trap import Moment, Snare
from tests.whole.world import BY_HAND, World

BETWEEN = [timedelta(seconds=seconds) for seconds in (0, 30, 90, 200, 200, 200, 400)]
"""How long a killed bot stays down; a claim is held for three minutes."""
GRACE = 2.0
"""So many seconds a trap may wait for its request; then the process is killed all the same."""
TROUBLES = (
    Trouble.COMMIT_DROP,
    Trouble.COMMIT_DROP,
    Trouble.COMMIT_500,
    Trouble.COMMIT_HANG,
    Trouble.TRUNCATED,
    Trouble.BAD_JSON,
    Trouble.DROP,
    503,
)


class Where(Enum):
    """Where a kill fell."""

    STARTING = "while it started"
    BEFORE = "up, and before an intent"
    READING = "while it listened or looked"
    INTENDED = "between the intent and the request's arrival"
    UNANSWERED = "after it was carried out, before the answer was written down"
    RETRACTING = "while it took a post back"


@dataclass(kw_only=True)
class Killer:
    """Kills, and keeps count of where."""

    world: World
    fell: Counter[Where] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    """which of those killed were no `run`"""
    taken_back: set[int] = field(default_factory=set)
    """deliveries that the operator meant to take back"""

    def kill(self, times: int) -> None:
        """Kill so many processes, one after the other; the bot is started again each time."""
        while self.kills < times:
            ways = [self._at_a_post] * 3 + [self._a_command] * 2
            ways += [self._at_a_reading, self._at_any_moment]
            self.world.chance.shuffle(ways)
            for way in ways[: times - self.kills]:
                self.world.later(self.world.chance.choice(BETWEEN))
                self._disturb()
                way()

    @property
    def kills(self) -> int:
        """How many processes were killed; one that ended before does not count."""
        return self.fell.total()

    def told(self) -> str:
        """Where the kills fell, for people."""
        places = [f"{self.fell[where]} {where.value}" for where in Where]
        commands = [f"{number} `{command}`" for command, number in sorted(self.commands.items())]
        return f"{self.kills}: {'; '.join(places)}; of these {', '.join(commands)}"

    def _disturb(self) -> None:
        """People talk, and the networks are in trouble."""
        world = self.world
        if world.chance.random() < 0.5:
            world.chat()
        if world.chance.random() < 0.5:
            world.break_x(world.chance.choice(TROUBLES))

    def _at_a_post(self) -> None:
        moment = self.world.chance.choice([*Moment, Moment.DONE])
        self._trapped(self._started(), "POST", moment, self.world.chance.randrange(3))

    def _at_a_reading(self) -> None:
        moment = self.world.chance.choice(list(Moment))
        self._trapped(self._started(), "GET", moment, self.world.chance.randrange(6))

    def _at_any_moment(self) -> None:
        before, bot = self._tries(), self._started()
        time.sleep(self.world.chance.uniform(0.2, 2.0))
        self._end(bot, before, None)

    def _a_command(self) -> None:
        """Kill a command that was given while no bot ran; then the operator gives it again."""
        choice = self.world.chance.choice
        words, method = choice([self._posting, self._posting, self._answering, self._taking])()
        before = self.kills
        bot = self.world.operator.begins(*words)
        self._trapped(bot, method, choice(list(Moment)), 0)
        self.commands[words[0]] += self.kills - before
        self.world.operator.does(*words)

    def _posting(self) -> tuple[list[str], str]:
        tip = f"hand-{self.world.chance.randrange(BY_HAND)}"
        return ["post", tip, "--to", self.world.chance.choice(["mastodon", "x"])], "POST"

    def _answering(self) -> tuple[list[str], str]:
        heard = self.world.books.heard()
        if not heard:
            return self._posting()
        entry = self.world.chance.choice(heard)[2]
        return ["reply", str(entry), f"Thank you for remark {entry}."], "POST"

    def _taking(self) -> tuple[list[str], str]:
        posted = [one for one in self.world.books.posted() if one.account != "site"]
        if not posted:
            return self._posting()
        delivery = self.world.chance.choice(posted).id
        self.taken_back.add(delivery)
        return ["retract", str(delivery)], "DELETE"

    def _started(self) -> Bot:
        return self.world.operator.starts()

    def _trapped(self, bot: Bot, method: str, moment: Moment, passing: int) -> None:
        """Kill it at such a request; after a while of waiting in vain, anywhere."""
        before = self._tries()
        snare = Snare(method=method, moment=moment, action=_killing(bot))
        self.world.trap.lay(snare, passing)
        self._wait(bot)
        self._end(bot, before, snare if self.world.trap.remove_rule() else None)

    def _wait(self, bot: Bot) -> None:
        """Until it is dead, or has been up for long enough."""
        end = time.monotonic() + 20
        while bot.process.poll() is None and time.monotonic() < end:
            if _is_up(bot):
                end = min(end, time.monotonic() + GRACE)
            time.sleep(0.02)

    def _tries(self) -> set[tuple[int, int]]:
        return {one.try_ for one in self.world.books.sending()}

    def _end(self, bot: Bot, before: set[tuple[int, int]], snare: Snare | None) -> None:
        """Kill it, if that has not happened, and note where the kill fell."""
        bot.kill()
        if bot.process.returncode == -signal.SIGKILL:
            left = [one for one in self.world.books.sending() if one.try_ not in before]
            self.fell[self._where(bot, left, snare)] += 1

    def _where(self, bot: Bot, left: list[Written], snare: Snare | None) -> Where:
        if snare is not None and snare.method != "POST":
            return Where.READING if snare.method == "GET" else Where.RETRACTING
        if snare is not None:
            return Where.UNANSWERED if snare.moment is Moment.DONE else Where.INTENDED
        if left:
            is_there = any(one.text in dict(self.world.made(one.account)).values() for one in left)
            return Where.UNANSWERED if is_there else Where.INTENDED
        return Where.BEFORE if _is_up(bot) else Where.STARTING


def _killing(bot: Bot) -> Callable[[], None]:
    """The end of the process, and the certainty that it has ended."""

    def kill() -> None:
        bot.process.kill()
        bot.process.wait(10)

    return kill


def _is_up(bot: Bot) -> bool:
    return "stop with Ctrl-C" in bot.output
