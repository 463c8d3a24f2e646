"""One seed from its first to its last day: the bot at work, and everything that goes wrong."""

from __future__ import annotations

import gc
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import structlog

from bot.app.posting.by_hand.resolve import give_up, mark_posted, named, send_again
from bot.core.errors import BotError
from bot.core.ports.platform import PermalinkParser
from bot.scheduler.timetable import ZonedTimetable
from tests.servers.x.exchange import Answer, End, Request
from tests.sim import memory
from tests.sim.decks import Dealer, Deck, Fate
from tests.sim.faults import Blow, Harm, Lie, Night, Server, Way
from tests.sim.host import Host
from tests.sim.line import carrier
from tests.sim.mastodon import KEY_MEMORY, Mastodon, Software
from tests.sim.memory import Disk, Killed
from tests.sim.settings import ACCOUNTS, PLATFORMS, settings
from tests.sim.timeline import NOTHING, Timeline
from tests.sim.truth import Broken, Sending, Story, Truth
from tests.sim.x import SimX

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BEGINNINGS = {
    Night.FORWARD: datetime(2026, 3, 28, 0, 10, tzinfo=UTC),
    Night.BACK: datetime(2026, 10, 24, 0, 10, tzinfo=UTC),
}
"""The mornings before the nights on which the clocks of London are changed."""
SLOW = timedelta(seconds=295)
"""So far is the host's clock put back in the case of the key of 3,599 seconds."""
HELD = timedelta(minutes=7)
"""How often to look again at what waits for something else than a moment."""
CALM = 6 * HOUR
"""How long after the last fault all has to be well again."""
BUDGETS = (0.60, 5.00, 5.00, 5.00)
"""What X may cost in a month, in dollars; the first is used up."""
HARM_EVERY = timedelta(minutes=45)
DOWN = (Harm.DOWN_MINUTES, Harm.DOWN_HOURS, Harm.DOWN_WEEKS)
TRAPS = {
    Harm.KILLED_BEFORE_COMMIT: "before commit",
    Harm.KILLED_AFTER_COMMIT: "after commit",
    Harm.KILLED_BEFORE_CALL: "before call",
    Harm.KILLED_AFTER_CALL: "after call",
}


@dataclass
class Trap:
    """A kill that waits for its moment: after so many more hooks of its kind."""

    harm: Harm
    left: int

    def springs(self, hook: str) -> bool:
        """Whether it goes off at this hook."""
        if TRAPS.get(self.harm, hook) != hook:
            return False
        self.left -= 1
        return self.left < 0


@dataclass
class Life:
    """One bot over some days, with the networks around it.

    `harms` and `blows` say whether anything goes wrong with the host and on the line.
    """

    seed: int
    home: Path
    days: float = 3
    harms: bool = True
    blows: bool = True
    accounts: tuple[str, ...] = tuple(PLATFORMS)
    trace: list[str] = field(default_factory=list)
    half = ""
    what = "faulted slots"

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.night = tuple(Night)[self.seed % 2]
        self.time = Timeline(BEGINNINGS[self.night])
        self.begin, self.end = self.time.true, self.time.true + timedelta(days=self.days)
        self.dealer = Dealer(self.chance)
        self._harms = Deck(Harm, self.chance)
        self.mastodon = Mastodon("mastodon.test", self.time.now)
        self.servers: dict[str, Server] = {
            "mastodon": self.mastodon,
            "island": Mastodon("island.test", self.time.now, Software.GOTOSOCIAL),
            "x": SimX("x.test", self.time.now),
        }
        self._named = {server.host: name for name, server in self.servers.items()}
        self.mastodon.on_replay = self._replayed
        self.truth = Truth(self.servers, self.time, self.home / "data")
        self.disk = Disk(self.time.now, self._hook)
        self.disk.struck = self._disk_struck
        self.budget = self.chance.choice(BUDGETS)
        self.fates: dict[tuple[str, str], Fate] = {}
        self.faulted: set[tuple[str, str]] = set()
        self.hooks = 0
        self.hooks_seen: list[str] = []
        self.kill_at: frozenset[int] = frozenset()
        self.host: Host | None = None
        self.second: Host | None = None
        self._traps: list[Trap] = []
        self._due: list[Harm] = []
        self._backups: list[tuple[datetime, Path]] = []
        self._blind: dict[str, datetime] = {}
        self._inside = 0
        self._edits = 0
        self._freeze: bool | None = None
        self._freezing: str | None = None
        self._edit_soon = False
        self._ahead_until = self._exact_until = self.begin
        self._heard_at = self._planned_at = self.begin
        self._restored_at = datetime.min.replace(tzinfo=UTC)

    @property
    def much(self) -> int:
        """How many slots met a fault."""
        return len(self.faulted)

    # The life.

    def run(self) -> Counter[str]:
        """Live it to its end; how often each fault fired. Raises Broken."""
        gc.disable()
        with self._world():
            self._write_file()
            self._start()
            if self.harms:
                self._plan_harms()
            self._live(lambda: self.end)
            self._heal()
            calm_since, before = self.time.true, self.truth.recorded()
            self._live(lambda: calm_since + CALM)
            self._check_calm(calm_since, before)
            self._count_nights()
            self._stop()
        return self.dealer.fired

    @contextmanager
    def _world(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(self.time)
            stack.enter_context(self.disk)
            structlog.configure(processors=[self._logged], cache_logger_on_first_use=False)
            stack.callback(structlog.reset_defaults)
            stack.callback(gc.enable)
            stack.callback(self._end)
            yield

    def _live(self, until: Callable[[], datetime]) -> None:
        while self.time.true < until():
            try:
                while self._due:
                    self._suffer(self._due.pop(0))
                self._round()
            except Killed:
                self._restart()
            self.time.to(min(until(), self._next()))

    def _round(self) -> None:
        for host in (self.host, self.second):
            if host is not None:
                self._work(host)

    def _work(self, host: Host) -> None:
        """One round of a bot, and a look at what it did."""
        listen = self.time.true - self._heard_at >= HOUR
        if listen:
            self._heard_at = self.time.true
            self._chores()
        moment = _slot_like(self.time.host)
        plan, self._planned_at = moment != self._planned_at, moment
        host.round(self._busy, plan=plan, listen=listen)
        self.truth.check()

    def _busy(self) -> frozenset[str]:
        """The accounts that have something to do now."""
        now = self.time.host
        far = now + timedelta(days=1)
        return frozenset(
            account for account, when in self.truth.busy().items() if when <= now or when > far
        )

    def _next(self) -> datetime:
        """The next moment, in true time, at which there is something to do."""
        host = self.time.host
        moments = [host.replace(minute=0, second=1, microsecond=0) + HOUR]
        moments.append(_slot_like(host) + (4 * MINUTE if _is_night(host) else HOUR))
        moments += [
            wish if host < wish < host + HOUR else host + HELD
            for wish in self.truth.busy().values()
        ]
        if self.second is not None:
            moments.append(host + 5 * MINUTE)
        least = host + timedelta(seconds=2)
        soonest = max(least, min(one for one in moments if one > host)) - self.time.error
        coming = self.time.next()
        return soonest if coming is None else max(min(soonest, coming), least - self.time.error)

    # The line.

    def _carry(self, host: str, request: Request) -> Answer:
        account = self._named[host]
        server = self.servers[account]
        creates, left = server.creates(request), self.time.true
        if creates:
            self._meanwhile(account)
        self._hook("before call")
        self.time.sleep(0.2)
        if creates:
            answer = self._post(account, server, request, left)
        else:
            answer = self._read(account, server, request)
        self._hook("after call")
        return answer

    def _post(self, account: str, server: Server, request: Request, left: datetime) -> Answer:
        story = self.truth.arrives(account, server.text_of(request), left, self._blow)
        fate, sending = self._fate(story), story.sendings[-1]
        if fate.lie is not None and fate.requests == 1:
            self._lie_before(account, server, request, fate.lie)
        elif fate.lie is Lie.KEY_3599 and isinstance(server, Mastodon):
            rest = self._left(server.key_of(request), timedelta(seconds=3599))
            if rest > MINUTE:
                wait = rest - SLOW - timedelta(seconds=30)
                return self._told_to_wait(account, server, int(wait.total_seconds()))
            self.time.to(self.time.true + max(NOTHING, rest))
        serve = partial(self._serve, server, story, sending)
        try:
            answer = self._fare(account, server, request, sending.blow, serve, story)
        finally:
            if fate.lie is not None and fate.requests == 1 and sending.made:
                self._lie_after(account, server, request, fate.lie, sending.made)
        return answer

    def _blow(self, story: Story) -> Blow | None:
        """What befalls this request."""
        return self.dealer.posting(self._fate(story)) if self.blows else None

    def _fate(self, story: Story) -> Fate:
        key = (story.slot, story.account)
        if key not in self.fates:
            fate = self.dealer.fate(story.account) if self.blows else Fate(blow=None)
            exact = self.time.true < self._exact_until or self.time.error != NOTHING
            if fate.lie in {Lie.KEY_3599, Lie.KEY_3601} and exact:
                fate = Fate(blow=Blow.RESET)  # one at a time, or neither would come to its second
            if fate.lie in {Lie.FORGETS, Lie.IGNORES} and self.time.error > NOTHING:
                fate = Fate(blow=Blow.RESET)  # put right by much, the clock would be a second lie
            if story.account == self._freezing and fate.lie is not None:
                fate = Fate(blow=Blow.RESET)  # one that is frozen may send as well
            self.fates[key] = fate
            story.lie = fate.lie
        return self.fates[key]

    def _read(self, account: str, server: Server, request: Request) -> Answer:
        is_exact = account == "mastodon" and self.time.true < self._exact_until
        blow = self.dealer.reading() if self.blows and not is_exact else None
        if server.lists_own(request) and self.time.true < self._blind.get(account, self.time.true):
            left = int((self._blind[account] - self.time.true).total_seconds()) + 1
            return self._told_to_wait(account, server, left)
        answer = self._fare(account, server, request, blow, server.answer, None)
        whole = answer.status == 200 and answer.end is End.WHOLE and blow is None
        if server.lists_own(request) and whole:
            self.truth.looked(account)
        return answer

    def _told_to_wait(self, account: str, server: Server, left: int) -> Answer:
        """Nothing is answered for a while, and the server says for how long."""
        assert isinstance(server, Mastodon)
        self.say(f"{account} has to wait for {left} s")
        return server.told(429, {"error": "Too many requests"}, {"Retry-After": str(left)})

    def _fare(
        self,
        account: str,
        server: Server,
        request: Request,
        blow: Blow | None,
        serve: Any,
        story: Story | None,
    ) -> Answer:
        what = f"{account} {request.method} {request.path}"
        if story is not None:
            what = f"{what} for {story.slot}"
        if blow is not None:
            self.dealer.note(blow, "" if story else "reading")
            if story is not None:
                self.faulted.add((story.slot, account))
            what = f"{what} {blow.name}"
        way = Way(server=server, request=request, serve=serve, time=self.time, chance=self.chance)
        try:
            answer = way.fare(blow)
        except Exception as error:
            self.say(f"{what}: {type(error).__name__}")
            raise
        self.say(f"{what}: {answer.status} {answer.end.name}")
        return answer

    def _serve(self, server: Server, story: Story, sending: Sending, request: Request) -> Answer:
        """The server carries it out; what it makes is the truth."""
        before = len(server.ids())
        answer = server.answer(request)
        sending.pending = False
        for post_id in server.ids()[before:]:
            self.say(f"{story.account} has {post_id} for {story.slot}")
            self.truth.made(story, sending, post_id)
            self._check_budget(server)
        return answer

    def _check_budget(self, server: Server) -> None:
        if not isinstance(server, SimX) or self.truth.was_restored:
            return
        month = self.time.true.month
        dear = [one for one in server.posts if one.author_id == server.bot.id]
        spent = 0.015 * sum(one.at.month == month for one in dear)
        if spent > self.budget + 1e-9:
            raise Broken(f"X was paid ${spent:.3f} of ${self.budget:.2f}")

    # Lies.

    def _lie_before(self, account: str, server: Server, request: Request, lie: Lie) -> None:
        if isinstance(server, Mastodon) and lie in {Lie.IGNORES, Lie.FORGETS}:
            server.unkept.add(server.key_of(request))
            self.dealer.note(lie)

    def _lie_after(
        self, account: str, server: Server, request: Request, lie: Lie, post_id: str
    ) -> None:
        now, key = self.time.true, server.key_of(request)
        if lie in {Lie.KEY_3599, Lie.KEY_3601}:
            self._exact_until = now + 62 * MINUTE
        match lie:
            case Lie.STALE:
                delay = self.chance.choice((30, 90, 170, 600, 1800))
                server.hide(post_id, now + timedelta(seconds=delay))
                self.dealer.note(lie)
            case Lie.BROKEN_REPLAY:
                server.hide(post_id, now + timedelta(minutes=20))
                self.mastodon.broken_replays.add(key)
            case Lie.KEY_3599:
                server.hide(post_id, now + 2 * HOUR)
                # Put back so late that the sending does not lie ahead of the host's clock.
                self.time.at(now + SLOW - timedelta(seconds=20), partial(self._set_clock, -SLOW))
                self.time.at(now + timedelta(minutes=61), partial(self._set_clock, NOTHING))
            case Lie.KEY_3601:
                self._blind[account] = now + timedelta(seconds=3601)
                self.time.at(now + timedelta(seconds=3601), partial(self.dealer.note, lie))

    def _replayed(self, key: str, age: timedelta) -> None:
        """A repeat came with a key that the server knows, and perhaps has just not forgotten."""
        if key in self.mastodon.broken_replays:
            self.dealer.note(Lie.BROKEN_REPLAY)
        if KEY_MEMORY - age == timedelta(seconds=1):
            self.dealer.note(Lie.KEY_3599)

    def _left(self, key: str, age: timedelta) -> timedelta:
        """How long until a key is of this age; negative where it is not known."""
        known = self.mastodon.keys.get(key)
        return -MINUTE if known is None else known.at + age - self.time.true

    # The host.

    def _start(self) -> None:
        """Start the bot; while it cannot start, whoever watches over it tries again."""
        while self.host is None:
            try:
                self.truth.began()
                self.host = self._made()
                self._planned_at = self.begin
            except Killed:
                self.say("killed while it starts")
                self.truth.close()
            except BotError as error:
                self.say(f"cannot start: {error}")
                self.time.sleep(60)
        self.truth.check()

    def _made(self, *, holds_lock: bool = True) -> Host:
        return Host(
            self.home, self._variables(), carrier(self._carry), self._odd, holds_lock=holds_lock
        )

    def _another(self) -> Host | None:
        """A second copy of the bot, on a lock that does not hold, where one can be started now."""
        with suppress(BotError):
            return self._made(holds_lock=False)
        return None

    def _variables(self) -> dict[str, str]:
        """The environment: every account's secrets."""
        x = self.servers["x"]
        assert isinstance(x, SimX)
        tokens = {
            f"TIPSBOT_{name.upper()}_ACCESS_TOKEN": server.token
            for name, server in self.servers.items()
            if isinstance(server, Mastodon)
        }
        return x.variables | tokens

    def _restart(self) -> None:
        """After a kill: all that was in memory is gone."""
        self._stop()
        self.time.sleep(self.chance.choice((1, 5, 60, 200)))
        self._start()

    def _stop(self) -> None:
        self._inside = 0
        for host in (self.host, self.second):
            if host is not None:
                host.close()
        self.host = self.second = None
        self.truth.close()

    def _end(self) -> None:
        self._stop()

    def _hook(self, what: str) -> None:
        """A moment at which the process can end."""
        self.hooks += 1
        self.hooks_seen.append(what)
        if self.hooks in self.kill_at:
            self.say(f"killed {what}")
            raise Killed
        for trap in self._traps:
            if trap.springs(what):
                self._traps.remove(trap)
                self._note(trap.harm)
                self.say(f"killed {what}")
                if trap.harm is not Harm.KILLED_RECOVERING:
                    self._lay_another()
                raise Killed

    def _lay_another(self) -> None:
        if self.chance.random() < 0.6:
            self._traps.append(Trap(Harm.KILLED_RECOVERING, self.chance.randrange(12)))

    def _meanwhile(self, account: str) -> None:
        """What happens while a request is about to leave."""
        if self._inside:
            return
        self._inside += 1
        try:
            if self._edit_soon:
                self._edit_soon = False
                self._edit()
            if self._freeze is not None and self._may_freeze(account):
                self._frozen(account, with_another=self._freeze)
            elif self.second is not None and self.chance.random() < 0.3:
                self._work(self.second if self.chance.random() < 0.5 else self._must())
        finally:
            self._inside -= 1

    def _may_freeze(self, account: str) -> bool:
        """Where a server lies about a post, two senders at once are one lie too many."""
        fates = [fate for (_, name), fate in self.fates.items() if name == account]
        return all(fate.lie is None for fate in fates[-5:])

    def _frozen(self, account: str, *, with_another: bool) -> None:
        """Time passes, and this process sleeps; another may do its work meanwhile."""
        self._freeze, self._freezing = None, account
        self._note(Harm.FROZEN)
        until = self.time.true + timedelta(seconds=self.chance.choice((240, 600, 1200)))
        another = self._another() if with_another else None
        try:
            while self.time.true < until:
                if another is not None:
                    self._work(another)
                self.time.sleep(40)
        finally:
            self._freezing = None
            if another is not None:
                another.close()

    # Harms.

    def _plan_harms(self) -> None:
        when = self.begin + HOUR
        while when < self.end:
            self.time.at(when, partial(self._due.append, self._harms.deal()), waits=True)
            when += HARM_EVERY * self.chance.uniform(0.5, 1.5)
        for hour in range(int(self.days * 24)):
            self.time.at(self.begin + hour * HOUR, self._back_up, waits=True)

    def _suffer(self, harm: Harm) -> None:
        self.say(f"harm {harm.name}")
        if harm in TRAPS:
            self._traps.append(Trap(harm, self.chance.randrange(6)))
        elif harm in DOWN:
            self._go_down(harm)
        elif harm in {Harm.CLOCK_FORWARD, Harm.CLOCK_BACK}:
            self._disturb_clock(harm)
        else:
            others: dict[Harm, Callable[[], None]] = {
                Harm.KILLED_RECOVERING: self._die_twice,
                Harm.DISK_FULL: self._fill_disk,
                Harm.LOCKED: self._lock,
                Harm.TWO_COPIES: self._start_second,
                Harm.FROZEN: self._freeze_soon,
                Harm.FILE_EDITED: self._edit_at_next,
                Harm.FILE_HALF_WRITTEN: self._write_half,
                Harm.TOKEN_REVOKED: self._revoke,
                Harm.RESTORED: self._restore,
            }
            others[harm]()

    def _die_twice(self) -> None:
        self._traps.append(Trap(Harm.KILLED_BEFORE_COMMIT, self.chance.randrange(6)))
        self._traps.append(Trap(Harm.KILLED_RECOVERING, 6 + self.chance.randrange(12)))

    def _fill_disk(self) -> None:
        self.disk.full_until = self._soon()

    def _lock(self) -> None:
        self.disk.locked_until = self._soon()

    def _start_second(self) -> None:
        if self.second is None and (second := self._another()) is not None:
            self.second = second
            self._note(Harm.TWO_COPIES)
            self.time.at(self.time.true + 2 * HOUR, self._end_second)

    def _freeze_soon(self) -> None:
        self._freeze = self.chance.random() < 0.5

    def _edit_at_next(self) -> None:
        self._edit_soon = True

    def _soon(self) -> datetime:
        """The end of a disturbance that begins at the next slot."""
        slot = self.time.true.replace(minute=0, second=0, microsecond=0) + HOUR
        self.time.to(slot)
        return slot + timedelta(seconds=self.chance.choice((2, 20, 90, 400)))

    def _disk_struck(self, what: str) -> None:
        harm = Harm.DISK_FULL if what == "full" else Harm.LOCKED
        self._note(harm)
        self.say(f"the database is {what}")

    def _go_down(self, harm: Harm) -> None:
        spans = {
            Harm.DOWN_MINUTES: timedelta(minutes=self.chance.randint(2, 59)),
            Harm.DOWN_HOURS: timedelta(hours=self.chance.randint(1, 20)),
            Harm.DOWN_WEEKS: timedelta(weeks=self.chance.randint(1, 3)),
        }
        if harm is not Harm.DOWN_MINUTES:
            self.end += spans[harm]
            self.time.put_off(spans[harm])
        self._note(harm)
        self._stop()
        self.time.to(self.time.true + spans[harm])
        self._start()

    def _disturb_clock(self, harm: Harm) -> None:
        if self.time.error != NOTHING:
            return
        error = timedelta(minutes=self.chance.choice((2, 11, 45, 130, 1500)))
        if harm is Harm.CLOCK_BACK and self.time.true - error - 2 * HOUR < self._restored_at:
            self._harms.put_back(harm)  # what nobody remembers would come due again
            return
        self._note(harm)
        self._set_clock(error if harm is Harm.CLOCK_FORWARD else -error)
        lasts = timedelta(minutes=self.chance.choice((3, 20, 90)))
        self.time.at(self.time.true + lasts, partial(self._set_clock, NOTHING))

    def _set_clock(self, error: timedelta) -> None:
        self.truth.clock_set_at = self.time.true
        if max(error, self.time.error) > NOTHING:
            self._ahead_until = self.time.true
        self.time.set_clock(error)
        self.say(f"the host's clock is {error} ahead")

    def _revoke(self) -> None:
        account = self.chance.choice(("island", "island", *ACCOUNTS))
        server = self.servers[account]
        server.revoked = True
        self._note(Harm.TOKEN_REVOKED)
        self.time.at(self.time.true + 24 * HOUR, partial(setattr, server, "revoked", False))

    def _back_up(self) -> None:
        backup = self.home / f"backup-{len(self._backups)}.db"
        memory.copy(self.home / "data", backup)
        self._backups.append((self.time.true, backup))

    def _restore(self) -> None:
        if not self._backups:
            return
        # What was sent while the clock was ahead stands at an earlier time than that of its slot,
        # and what the owner has deleted meanwhile nobody can find.
        since = max(self._ahead_until, self.time.true - 9 * HOUR)
        fit = [copy for made, copy in self._backups[-4:] if made > since]
        if not fit or self.time.error > NOTHING:
            self._harms.put_back(Harm.RESTORED)
            return
        backup = self.chance.choice(fit)
        self._note(Harm.RESTORED)
        self._stop()
        # What was on its way has arrived by now, and every list shows it.
        self.time.sleep(self.chance.choice((1000, 3000)))
        self._show_all()
        memory.put_back(self.home / "data", backup)
        self._restored_at = self.time.true
        self.truth.restored()
        self._start()

    def _show_all(self) -> None:
        for name, server in self.servers.items():
            for post_id in server.ids():
                server.hide(post_id, self.time.true)
            self.say(f"{name} shows all")

    def _end_second(self) -> None:
        if self.second is not None and not self._inside:
            self.second.close()
            self.second = None

    def _chores(self) -> None:
        """What the owner does now and then: old posts are deleted, what is asked is answered."""
        for account, server in self.servers.items():
            for story in self.truth.older(account, self.time.true - 10 * HOUR):
                for post_id in story.made:
                    server.remove(post_id)
        with suppress(BotError):
            for delivery, story in self.truth.asking():
                if story.account != self._freezing:  # or a request of before may still leave
                    self._resolve(delivery, story)

    def _resolve(self, delivery: int, story: Story) -> None:
        """The owner has looked, and says what is true."""
        container = self._must().running.container
        there = (
            named(story.made[0], container.port(PermalinkParser, story.account))
            if story.made
            else None
        )
        with container.database.store.writing() as tx:
            if there is not None:
                mark_posted(tx, delivery, *there, self.time.host)
            elif self.chance.random() < 0.5:
                story.by_hand = True
                send_again(tx, delivery, self.time.host)
            else:
                give_up(tx, delivery, self.time.host)
        self.say(f"the owner settles {story.slot} on {story.account}")

    # The file.

    def _write_file(self, whole: bool = True) -> None:
        text = settings(self.budget, self._edits, self.accounts)
        file = self.home / "tips.yaml"
        file.write_text(text if whole else text[: int(len(text) * self.chance.random())])
        # The file system's own clock is not ours: the time of this change is.
        moment = self.time.true.timestamp()
        os.utime(file, (moment, moment))

    def _write_half(self) -> None:
        self._write_file(whole=False)
        self._note(Harm.FILE_HALF_WRITTEN)
        self.time.at(
            self.time.true + timedelta(seconds=self.chance.choice((5, 90, 900))), self._write_file
        )
        if self.host is not None:
            self.host.look_at_file()

    def _edit(self) -> None:
        self._edits += 1
        self._note(Harm.FILE_EDITED)
        self._write_file()
        self._must().look_at_file()

    # The end.

    def _heal(self) -> None:
        """From now on nothing goes wrong any more."""
        self.say("all heals")
        self.blows = False
        self._traps, self._due, self._freeze, self._edit_soon = [], [], None, False
        self._end_second()
        self.time.to(self.time.last())
        if self.time.error != NOTHING:
            self._set_clock(NOTHING)
        self._blind.clear()
        self.disk.full_until = self.disk.locked_until = self.time.true
        for server in self.servers.values():
            server.revoked = False
        self._write_file()

    def _check_calm(self, since: datetime, before: set[str]) -> None:
        """All is well; `before` are slots that had an outcome by then, some by a wrong clock."""
        host = self._must()
        status = host.running.status()
        self.truth.check()
        self.truth.check_end(status.waiting, status.needs_person)
        recorded = self.truth.recorded()
        accounts = [name for name in (*ACCOUNTS, "site") if name != "x" or self.budget > 1]
        for schedule in host.config.schedules:
            for slot in ZonedTimetable().slots(schedule, self.begin + HOUR, self.time.true - HELD):
                if slot.name not in recorded and not self.truth.was_restored:
                    raise Broken(f"{slot.name} has no outcome")
                is_calm = since + 3 * HOUR < slot.due < self.time.true - HOUR
                if slot.schedule == "hourly" and is_calm and slot.name not in before:
                    self.truth.check_lives(slot.name, accounts)

    def _count_nights(self) -> None:
        """The slots that fell into the hour that was left out, or shown twice."""
        day = "2026-03-29T01:" if self.night is Night.FORWARD else "2026-10-25T01:"
        for name in self.truth.recorded():
            if name.startswith(f"night/{day}"):
                self.dealer.note(self.night)

    # What is seen.

    def say(self, what: str) -> None:
        """A line of the trace."""
        what = what.replace(str(self.home), "home")
        self.trace.append(f"{self.time.true:%Y-%m-%d %H:%M:%S.%f} {what}")

    def _note(self, harm: Harm) -> None:
        self.dealer.note(harm)

    def _odd(self, step: str, error: Exception) -> NoReturn:
        raise Broken(f"the step {step} failed oddly: {error!r}") from error

    def _must(self) -> Host:
        assert self.host is not None
        return self.host

    def _logged(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> NoReturn:
        what = str(event["event"])
        if what.endswith("_oddly"):
            raise Broken(f"{event}")
        where = (str(event.get("slot", "")), str(event.get("account", "")))
        self.truth.logged.add((what, *where, int(event.get("attempt", 0))))
        facts = " ".join(f"{name}={value}" for name, value in event.items() if name != "event")
        self.say(f"log {what} {facts}")
        raise structlog.DropEvent


def _is_night(host: datetime) -> bool:
    """Whether the schedule of the nights may be at work: in the hours before dawn on a Sunday."""
    return host.weekday() == 6 and host.hour < 3


def _slot_like(host: datetime) -> datetime:
    """The last moment that any schedule may have meant, and a second."""
    minute = host.minute - host.minute % 4 if _is_night(host) else 0
    return host.replace(minute=minute, second=1, microsecond=0)
