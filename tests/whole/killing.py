"""Kills a bot and its commands at points that a seed chooses."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from tests.servers.x import Trouble
from tests.whole.operator import Bot
from tests.whole.request_watcher import RequestPhase, Trigger
from tests.whole.scenario import BY_HAND, Scenario
from tests.whole.stored_data import StoredDelivery

BETWEEN = [timedelta(seconds=seconds) for seconds in (0, 30, 90, 200, 200, 200, 400)]
"""How long a killed bot stays down; a lease lasts three minutes."""
GRACE = 2.0
"""How long to wait for the chosen request, in seconds, before the process is killed anyway."""
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


class KillPoint(Enum):
    """What a process was doing when it was killed."""

    STARTING = "while it started"
    BEFORE = "running, before an intent"
    READING = "while it polled or searched"
    INTENDED = "between the intent and the request's arrival"
    UNANSWERED = "after it was carried out, before the answer was stored"
    RETRACTING = "while it retracted a post"


@dataclass(kw_only=True)
class Killer:
    """Kills processes, and counts the points."""

    scenario: Scenario
    kill_points: Counter[KillPoint] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    """the killed commands other than `run`"""
    taken_back: set[int] = field(default_factory=set)
    """deliveries that the operator wanted to retract"""

    def kill(self, times: int) -> None:
        """Kill this many processes one after the other; the bot is started again each time."""
        while self.kills < times:
            ways = [self._at_post] * 3 + [self._command] * 2
            ways += [self._at_read, self._at_any_moment]
            self.scenario.chance.shuffle(ways)
            for way in ways[: times - self.kills]:
                self.scenario.advance(self.scenario.chance.choice(BETWEEN))
                self._disturb()
                way()

    @property
    def kills(self) -> int:
        """The number of processes that were killed; one that had ended does not count."""
        return self.kill_points.total()

    def summary(self) -> str:
        """The points of the kills, for people."""
        places = [f"{self.kill_points[point]} {point.value}" for point in KillPoint]
        commands = [f"{number} `{command}`" for command, number in sorted(self.commands.items())]
        return f"{self.kills}: {'; '.join(places)}; of these {', '.join(commands)}"

    def _disturb(self) -> None:
        """Let people post, and the networks fail."""
        scenario = self.scenario
        if scenario.chance.random() < 0.5:
            scenario.people_post()
        if scenario.chance.random() < 0.5:
            scenario.fail_next_x_post(scenario.chance.choice(TROUBLES))

    def _at_post(self) -> None:
        phase = self.scenario.chance.choice([*RequestPhase, RequestPhase.CARRIED_OUT])
        self._kill_at_request(self._started(), "POST", phase, self.scenario.chance.randrange(3))

    def _at_read(self) -> None:
        phase = self.scenario.chance.choice(list(RequestPhase))
        self._kill_at_request(self._started(), "GET", phase, self.scenario.chance.randrange(6))

    def _at_any_moment(self) -> None:
        before, bot = self._attempts(), self._started()
        time.sleep(self.scenario.chance.uniform(0.2, 2.0))
        self._end(bot, before, None)

    def _command(self) -> None:
        """Kill a command that runs without a bot, then run it again."""
        choice = self.scenario.chance.choice
        words, method = choice(
            [self._post_command, self._post_command, self._reply_command, self._retract_command]
        )()
        before = self.kills
        bot = self.scenario.operator.begins(*words)
        self._kill_at_request(bot, method, choice(list(RequestPhase)), 0)
        self.commands[words[0]] += self.kills - before
        self.scenario.operator.does(*words)

    def _post_command(self) -> tuple[list[str], str]:
        tip = f"hand-{self.scenario.chance.randrange(BY_HAND)}"
        return ["post", tip, "--to", self.scenario.chance.choice(["mastodon", "x"])], "POST"

    def _reply_command(self) -> tuple[list[str], str]:
        heard = self.scenario.stored.entries()
        if not heard:
            return self._post_command()
        entry = self.scenario.chance.choice(heard)[2]
        return ["reply", str(entry), f"Thank you for remark {entry}."], "POST"

    def _retract_command(self) -> tuple[list[str], str]:
        posted = [one for one in self.scenario.stored.posted() if one.account != "site"]
        if not posted:
            return self._post_command()
        delivery = self.scenario.chance.choice(posted).id
        self.taken_back.add(delivery)
        return ["retract", str(delivery)], "DELETE"

    def _started(self) -> Bot:
        return self.scenario.operator.starts()

    def _kill_at_request(self, bot: Bot, method: str, phase: RequestPhase, to_pass: int) -> None:
        """Kill a process at a request, or after GRACE if there is none."""
        before = self._attempts()
        trigger = Trigger(method=method, phase=phase, action=_killing(bot))
        self.scenario.watcher.set_trigger(trigger, to_pass)
        self._wait(bot)
        self._end(bot, before, trigger if self.scenario.watcher.clear_trigger() else None)

    def _wait(self, bot: Bot) -> None:
        """Wait until it is dead, or has run for long enough."""
        end = time.monotonic() + 20
        while bot.process.poll() is None and time.monotonic() < end:
            if _is_up(bot):
                end = min(end, time.monotonic() + GRACE)
            time.sleep(0.02)

    def _attempts(self) -> set[tuple[int, int]]:
        return {one.attempt_id for one in self.scenario.stored.sending()}

    def _end(self, bot: Bot, before: set[tuple[int, int]], trigger: Trigger | None) -> None:
        """Kill it, unless it is dead, and record the point."""
        bot.kill()
        if bot.process.returncode == -signal.SIGKILL:
            left = [one for one in self.scenario.stored.sending() if one.attempt_id not in before]
            self.kill_points[self._where(bot, left, trigger)] += 1

    def _where(self, bot: Bot, left: list[StoredDelivery], trigger: Trigger | None) -> KillPoint:
        if trigger is not None and trigger.method != "POST":
            return KillPoint.READING if trigger.method == "GET" else KillPoint.RETRACTING
        if trigger is not None:
            return (
                KillPoint.UNANSWERED
                if trigger.phase is RequestPhase.CARRIED_OUT
                else KillPoint.INTENDED
            )
        if left:
            is_there = any(
                one.text in dict(self.scenario.made(one.account)).values() for one in left
            )
            return KillPoint.UNANSWERED if is_there else KillPoint.INTENDED
        return KillPoint.BEFORE if _is_up(bot) else KillPoint.STARTING


def _killing(bot: Bot) -> Callable[[], None]:
    """A function that kills a process and waits for its end."""

    def kill() -> None:
        bot.process.kill()
        bot.process.wait(10)

    return kill


def _is_up(bot: Bot) -> bool:
    return "stop with Ctrl-C" in bot.output
