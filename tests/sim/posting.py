"""The posting half: a bot posts for some days, and everything goes wrong."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from bot.app.posting.by_hand.resolve import give_up, mark_posted, named, send_again
from bot.core.errors import BotError
from bot.core.ports.platform import PermalinkParser
from bot.scheduler.timetable import ZonedTimetable
from tests.servers.x.messages import Answer, End, Request
from tests.sim.bluesky import SimulatedBluesky
from tests.sim.bot_process import BotProcess
from tests.sim.database_faults import DatabaseFaults, Killed
from tests.sim.fault_choice import FaultChooser, PostFaults, ShuffledCycle
from tests.sim.faults import (
    SESSION_FAULTS,
    ClockChange,
    ContainerFault,
    FaultyRequest,
    HostFault,
    RequestFault,
    Server,
    ServerFault,
    UploadFault,
)
from tests.sim.invariants import InvariantError, PostHistory, PostingInvariants, Sending
from tests.sim.mastodon import KEY_MEMORY, Mastodon, Software
from tests.sim.settings import ACCOUNTS, PICTURE, PICTURED, PLATFORMS, picture, settings
from tests.sim.simulation import Simulation
from tests.sim.threads import SimulatedThreads
from tests.sim.timeline import NOTHING, Timeline
from tests.sim.x import SimulatedX

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BEGINNINGS = {
    ClockChange.FORWARD: datetime(2026, 3, 28, 0, 10, tzinfo=UTC),
    ClockChange.BACK: datetime(2026, 10, 24, 0, 10, tzinfo=UTC),
}
"""The days before the nights in which the clocks of London change."""
CLOCK_BEHIND = timedelta(seconds=295)
"""How far ServerFault.KEY_3599 puts the host's clock back."""
RECHECK_EVERY = timedelta(minutes=7)
"""The interval of checks of a delivery that waits for something other than a time."""
CALM = 6 * HOUR
"""How long after the last fault everything has to work again."""
BUDGETS = (0.60, 5.00, 5.00, 5.00)
"""Monthly budgets for X in dollars; the first is used up."""
HOST_FAULT_EVERY = timedelta(minutes=45)
DOWN = (HostFault.DOWN_MINUTES, HostFault.DOWN_HOURS, HostFault.DOWN_WEEKS)
KILL_POINTS = {
    HostFault.KILLED_BEFORE_COMMIT: "before commit",
    HostFault.KILLED_AFTER_COMMIT: "after commit",
    HostFault.KILLED_BEFORE_CALL: "before call",
    HostFault.KILLED_AFTER_CALL: "after call",
}


@dataclass
class PlannedKill:
    """A kill at a later crash point: after `left` more of its kind."""

    fault: HostFault
    left: int

    def is_due(self, point: str) -> bool:
        """Whether the process is killed at this crash point."""
        if KILL_POINTS.get(self.fault, point) != point:
            return False
        self.left -= 1
        return self.left < 0


@dataclass
class PostingSimulation(Simulation):
    """One bot that posts over some days, with the networks around it."""

    days: float = 3
    #: whether anything goes wrong with the host
    host_faults: bool = True
    #: whether anything goes wrong with requests
    request_faults: bool = True
    #: the accounts in tips.yaml
    accounts: tuple[str, ...] = tuple(PLATFORMS)
    #: every so many tips one has a picture; 0: none has
    pictured: int = PICTURED
    option = ""
    unit = "faulted slots"
    pragmas = ("synchronous=OFF", "secure_delete=OFF")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.clock_change = tuple(ClockChange)[self.seed % 2]
        self.time = Timeline(BEGINNINGS[self.clock_change])
        self.begin, self.end = self.time.true, self.time.true + timedelta(days=self.days)
        self.chooser = FaultChooser(self.chance)
        self._host_faults = ShuffledCycle(HostFault, self.chance)
        self.mastodon = Mastodon("mastodon.test", self.time.now)
        self.networks = {
            "mastodon": self.mastodon,
            "island": Mastodon("island.test", self.time.now, Software.GOTOSOCIAL),
            "bluesky": SimulatedBluesky("bluesky.test", self.time.now),
            "threads": SimulatedThreads("threads.test", self.time.now),
            "x": SimulatedX("x.test", self.time.now),
        }
        self.mastodon.on_replay = self._key_replayed
        self.invariants = PostingInvariants(self.networks, self.time, self.database)
        self.disk = DatabaseFaults(self.time.now, self._crash_point, self.database)
        self.disk.on_failure = self._database_failed
        self.budget = self.chance.choice(BUDGETS)
        self.post_faults: dict[tuple[str, str], PostFaults] = {}
        self.faulted: set[tuple[str, str]] = set()
        self.points = 0
        self.points_seen: list[str] = []
        self.kill_at: frozenset[int] = frozenset()
        self.second_bot: BotProcess | None = None
        self._kills: list[PlannedKill] = []
        self._due: list[HostFault] = []
        self._backups: list[tuple[datetime, int]] = []
        self._blind: dict[str, datetime] = {}
        self._nested = 0
        self._edits = 0
        self._freeze: bool | None = None
        self._freezing: str | None = None
        self._edit_soon = False
        self._ahead_until = self._exact_until = self.begin
        self._learned_at = self._planned_at = self.begin
        self._restored_at = datetime.min.replace(tzinfo=UTC)

    @property
    def amount(self) -> int:
        """How many slots met a fault."""
        return len(self.faulted)

    # The run.

    def run(self) -> Counter[str]:
        """Simulate all days; how often each fault fired. Raises InvariantError."""
        gc.disable()
        with self._environment():
            self._write_file()
            self._start()
            if self.host_faults:
                self._plan_host_faults()
            self._run_until(lambda: self.end)
            self._end_faults()
            calm_since, before = self.time.true, self.invariants.recorded_slots()
            self._run_until(lambda: calm_since + CALM)
            self._check_calm(calm_since, before)
            self._count_nights()
            self._stop()
        return self.chooser.fired

    def _run_until(self, until: Callable[[], datetime]) -> None:
        while self.time.true < until():
            try:
                while self._due:
                    self._apply(self._due.pop(0))
                self._run_round()
            except Killed:
                self._restart()
            self.time.to(min(until(), self._next_moment()))

    def _run_round(self) -> None:
        for bot in (self.bot, self.second_bot):
            if bot is not None:
                self._run_bot(bot)

    def _run_bot(self, bot: BotProcess) -> None:
        """One round of a bot, and a check of the invariants."""
        listen = self.time.true - self._learned_at >= HOUR
        if listen:
            self._learned_at = self.time.true
            self._act_as_owner()
        moment = _last_slot_time(self.time.host)
        plan, self._planned_at = moment != self._planned_at, moment
        bot.round(self._due_accounts, plan=plan, listen=listen)
        self.invariants.check()

    def _due_accounts(self) -> frozenset[str]:
        """The accounts with a delivery that is due now."""
        now = self.time.host
        far = now + timedelta(days=1)
        return frozenset(
            account
            for account, when in self.invariants.due_by_account().items()
            if when <= now or when > far
        )

    def _next_moment(self) -> datetime:
        """The next time, in true time, at which something is due."""
        host = self.time.host
        moments = [host.replace(minute=0, second=1, microsecond=0) + HOUR]
        moments.append(_last_slot_time(host) + (4 * MINUTE if _is_night(host) else HOUR))
        moments += [
            due if host < due < host + HOUR else host + RECHECK_EVERY
            for due in self.invariants.due_by_account().values()
        ]
        if self.second_bot is not None:
            moments.append(host + 5 * MINUTE)
        least = host + timedelta(seconds=2)
        soonest = max(least, min(one for one in moments if one > host)) - self.time.error
        coming = self.time.next()
        return soonest if coming is None else max(min(soonest, coming), least - self.time.error)

    # Requests.

    def _answer(self, host: str, request: Request) -> Answer:
        account = self._account(host)
        server = self.networks[account]
        creates, left = server.creates(request), self.time.true
        if creates:
            self._before_post(account, request)
        self._crash_point("before call")
        self.time.sleep(0.2)
        if creates:
            answer = self._post(account, server, request, left)
        else:
            answer = self._read(account, server, request)
            if isinstance(server, SimulatedThreads) and server.prepares(request):
                self._container_made(server, answer)
            if server.uploads_picture(request):
                self._picture_uploaded(server, answer)
        self._crash_point("after call", has_effect=request.method != "GET")
        return answer

    def _post(self, account: str, server: Server, request: Request, left: datetime) -> Answer:
        history = self.invariants.request_leaves(
            account, server.text_of(request), left, self._request_fault
        )
        if isinstance(server, SimulatedThreads):
            self.invariants.check_prepared(history, server.key_of(request))
        faults, sending = self._faults_of(history), history.sendings[-1]
        if faults.server_fault is not None and faults.requests == 1:
            self._server_fault_before(account, server, request, faults.server_fault)
        elif faults.server_fault is ServerFault.KEY_3599 and isinstance(server, Mastodon):
            rest = self._time_left(server.key_of(request), timedelta(seconds=3599))
            if rest > MINUTE:
                wait = rest - CLOCK_BEHIND - timedelta(seconds=30)
                return self._rate_limited(account, server, int(wait.total_seconds()))
            self.time.to(self.time.true + max(NOTHING, rest))
        serve = partial(self._serve, server, history, sending)
        try:
            answer = self._send(account, server, request, sending.request_fault, serve, history)
        finally:
            if faults.server_fault is not None and faults.requests == 1 and sending.post_id:
                self._server_fault_after(
                    account, server, request, faults.server_fault, sending.post_id
                )
        return answer

    def _request_fault(self, history: PostHistory) -> RequestFault | None:
        """The fault of the next request for this post."""
        return self.chooser.for_request(self._faults_of(history)) if self.request_faults else None

    def _faults_of(self, history: PostHistory) -> PostFaults:
        key, lost = (history.slot, history.account), PostFaults(request_fault=RequestFault.RESET)
        if key not in self.post_faults:
            faults = (
                self.chooser.for_post(history.account)
                if self.request_faults
                else PostFaults(request_fault=None)
            )
            exact = self.time.true < self._exact_until or self.time.error != NOTHING
            if faults.server_fault in {ServerFault.KEY_3599, ServerFault.KEY_3601} and exact:
                faults = lost  # one at a time: neither would come to its exact second
            keyless = {ServerFault.FORGETS, ServerFault.IGNORES, ServerFault.STATUS_LATE}
            if faults.server_fault in keyless and self.time.error > NOTHING:
                faults = lost  # a large correction of the clock is a second server fault
            if history.account == self._freezing and faults.server_fault is not None:
                faults = lost  # the frozen process may send as well
            self.post_faults[key] = faults
            history.server_fault = faults.server_fault
        return self.post_faults[key]

    def _read(self, account: str, server: Server, request: Request) -> Answer:
        is_exact = account == "mastodon" and self.time.true < self._exact_until
        may_fail = self.request_faults and not is_exact
        request_fault = self._reading_fault(server, request) if may_fail else None
        if server.lists_own(request) and self.time.true < self._blind.get(account, self.time.true):
            left = int((self._blind[account] - self.time.true).total_seconds()) + 1
            return self._rate_limited(account, server, left)
        answer = self._send(account, server, request, request_fault, server.answer, None)
        is_sound = request_fault is None or request_fault in SESSION_FAULTS
        if server.lists_own(request) and is_sound and _is_told(server, answer):
            self.invariants.own_posts_read(account)
        return answer

    def _reading_fault(self, server: Server, request: Request) -> RequestFault | None:
        has_session = isinstance(server, SimulatedBluesky) and server.has_session(request)
        return self.chooser.for_reading(has_session=has_session)

    def _rate_limited(self, account: str, server: Server, left: int) -> Answer:
        """A rate limit that ends after `left` seconds."""
        assert isinstance(server, Mastodon)
        self.log(f"{account} has to wait for {left} s")
        return server.json_answer(429, {"error": "Too many requests"}, {"Retry-After": str(left)})

    def _send(
        self,
        account: str,
        server: Server,
        request: Request,
        request_fault: RequestFault | None,
        serve: Any,
        history: PostHistory | None,
    ) -> Answer:
        what = f"{account} {request.method} {request.path}"
        if history is not None:
            what = f"{what} for {history.slot}"
        if request_fault is not None:
            self.chooser.count(request_fault, "" if history else "reading")
            if server.uploads_picture(request):
                self.chooser.count(UploadFault.NOT_ANSWERED)
            if history is not None:
                self.faulted.add((history.slot, account))
            what = f"{what} {request_fault.name}"
        sent = FaultyRequest(
            server=server, request=request, serve=serve, time=self.time, chance=self.chance
        )
        try:
            answer = sent.send(request_fault)
        except Exception as error:
            self.log(f"{what}: {type(error).__name__}")
            raise
        self.log(f"{what}: {answer.status} {answer.end.name}")
        return answer

    def _serve(
        self, server: Server, history: PostHistory, sending: Sending, request: Request
    ) -> Answer:
        """Let the server carry a request out, and record the posts that it creates."""
        before = len(server.ids())
        answer = server.answer(request)
        sending.pending = False
        for post_id in server.ids()[before:]:
            self.log(f"{history.account} has {post_id} for {history.slot}")
            self.invariants.post_created(history, sending, post_id)
            self.invariants.check_picture(history, has_picture=server.has_picture(post_id))
            self._check_budget(server)
        return answer

    def _check_budget(self, server: Server) -> None:
        if not isinstance(server, SimulatedX) or self.invariants.was_restored:
            return
        month = self.time.true.month
        paid = [one for one in server.posts if one.author_id == server.bot.id]
        spent = 0.015 * sum(one.at.month == month for one in paid)
        if spent > self.budget + 1e-9:
            raise InvariantError(f"X was paid ${spent:.3f} of ${self.budget:.2f}")

    # Server faults.

    def _container_made(self, server: SimulatedThreads, answer: Answer) -> None:
        """Let something become of the container that was just made, now or in a while."""
        is_made = answer.status == 200 and self.request_faults
        fault = self.chooser.for_container() if is_made else None
        if fault is None:
            return
        made = server.newest_container()
        self.chooser.count(fault)
        self.log(f"the container {made.id} {fault.name}")
        now = self.time.true
        soon = now + timedelta(seconds=self.chance.choice((0, 0, 20, 140)))
        match fault:
            case ContainerFault.IN_PROGRESS:
                made.ready_at = now + timedelta(seconds=self.chance.choice((10, 50, 200, 2000)))
            case ContainerFault.FAILED:
                self.time.at(soon, partial(setattr, made, "error", "FAILED_PROCESSING"))
            case ContainerFault.EXPIRED:
                self.time.at(soon, partial(setattr, made, "is_expired", True))
            case ContainerFault.FORGOTTEN:
                self.time.at(soon, partial(server.forget, made))
            case ContainerFault.QUOTA:
                lasts = timedelta(minutes=self.chance.choice((2, 20, 50)))
                self.time.at(soon, partial(server.use_up_quota, now + lasts))

    def _picture_uploaded(self, server: Server, answer: Answer) -> None:
        """Let the server drop the picture that was just uploaded, now or in a while."""
        is_made = answer.status == 200 and self.request_faults
        if is_made and self.chooser.drops_upload():
            self.chooser.count(UploadFault.DROPPED)
            self.log(f"{server.host} drops the upload")
            soon = timedelta(seconds=self.chance.choice((0, 0, 20, 140)))
            self.time.at(self.time.true + soon, server.drop_uploads)

    def _server_fault_before(
        self, account: str, server: Server, request: Request, server_fault: ServerFault
    ) -> None:
        if isinstance(server, Mastodon) and server_fault in {
            ServerFault.IGNORES,
            ServerFault.FORGETS,
        }:
            server.forgotten_keys.add(server.key_of(request))
            self.chooser.count(server_fault)

    def _server_fault_after(
        self,
        account: str,
        server: Server,
        request: Request,
        server_fault: ServerFault,
        post_id: str,
    ) -> None:
        now, key = self.time.true, server.key_of(request)
        if server_fault in {ServerFault.KEY_3599, ServerFault.KEY_3601}:
            self._exact_until = now + 62 * MINUTE
        match server_fault:
            case ServerFault.STALE:
                delay = self.chance.choice((30, 90, 170, 600, 1800))
                server.hide(post_id, now + timedelta(seconds=delay))
                self.chooser.count(server_fault)
            case ServerFault.STATUS_LATE:
                assert isinstance(server, SimulatedThreads)
                late = timedelta(seconds=self.chance.choice((20, 60, 90)))
                server.delay_status(request, now + late)
                server.hide(post_id, now + timedelta(minutes=20))
                self.chooser.count(server_fault)
            case ServerFault.BROKEN_REPLAY:
                server.hide(post_id, now + timedelta(minutes=20))
                self.mastodon.broken_replays.add(key)
            case ServerFault.KEY_3599:
                server.hide(post_id, now + 2 * HOUR)
                # So late that the sending is not ahead of the host's clock.
                self.time.at(
                    now + CLOCK_BEHIND - timedelta(seconds=20),
                    partial(self._set_clock, -CLOCK_BEHIND),
                )
                self.time.at(now + timedelta(minutes=61), partial(self._set_clock, NOTHING))
            case ServerFault.KEY_3601:
                self._blind[account] = now + timedelta(seconds=3601)
                self.time.at(
                    now + timedelta(seconds=3601), partial(self.chooser.count, server_fault)
                )

    def _key_replayed(self, key: str, age: timedelta) -> None:
        """Count the faults that a repeat with a known key completes; `age` is the key's."""
        if key in self.mastodon.broken_replays:
            self.chooser.count(ServerFault.BROKEN_REPLAY)
        if KEY_MEMORY - age == timedelta(seconds=1):
            self.chooser.count(ServerFault.KEY_3599)

    def _time_left(self, key: str, age: timedelta) -> timedelta:
        """How long until a key has this age; negative if the server does not know it."""
        known = self.mastodon.keys.get(key)
        return -MINUTE if known is None else known.at + age - self.time.true

    # The process.

    def _start(self) -> None:
        """Start the bot; while it cannot start, try again as a service manager does."""
        while self.bot is None:
            try:
                self.invariants.process_started()
                self.bot = self._new_bot()
                self._planned_at = self.begin
            except Killed:
                self.log("killed while it starts")
                self.database.close()
            except BotError as error:
                self.log(f"cannot start: {error}")
                self.time.sleep(60)
        self.invariants.check()

    def _second_bot(self) -> BotProcess | None:
        """A second copy of the bot, on a lock that does not hold; None if it cannot start."""
        with suppress(BotError):
            return self._new_bot(holds_lock=False)
        return None

    def _stop(self) -> None:
        self._nested = 0
        for bot in (self.bot, self.second_bot):
            if bot is not None:
                bot.close()
        self.bot = self.second_bot = None
        self.database.close()

    def _crash_point(self, what: str, *, has_effect: bool = True) -> None:
        """A point at which the process can be killed: before or after a commit or a request."""
        self.points += 1
        self.points_seen.append(what if has_effect else "")
        if self.points in self.kill_at:
            self.log(f"killed {what}")
            raise Killed
        for kill in self._kills:
            if kill.is_due(what):
                self._kills.remove(kill)
                self.chooser.count(kill.fault)
                self.log(f"killed {what}")
                if kill.fault is not HostFault.KILLED_RECOVERING:
                    self._plan_kill_in_recovery()
                raise Killed

    def _plan_kill_in_recovery(self) -> None:
        if self.chance.random() < 0.6:
            self._kills.append(PlannedKill(HostFault.KILLED_RECOVERING, self.chance.randrange(12)))

    def _before_post(self, account: str, request: Request) -> None:
        """Let faults happen just before a request that posts leaves."""
        if self._nested:
            return
        self._nested += 1
        try:
            if self._edit_soon:
                self._edit_soon = False
                self._edit()
            if self._freeze is not None and self._may_freeze(account):
                self._freeze_process(account, with_another=self._freeze)
                server = self.networks[account]
                if isinstance(server, SimulatedThreads):
                    server.arrives_late(request)
            elif self.second_bot is not None and self.chance.random() < 0.3:
                self._run_bot(
                    self.second_bot if self.chance.random() < 0.5 else self._running_bot()
                )
        finally:
            self._nested -= 1

    def _may_freeze(self, account: str) -> bool:
        """Two senders at once are one fault too many where a server has a fault of its own."""
        post_faults = [faults for (_, name), faults in self.post_faults.items() if name == account]
        return all(faults.server_fault is None for faults in post_faults[-5:])

    def _freeze_process(self, account: str, *, with_another: bool) -> None:
        """Let time pass while this process is frozen; another may run meanwhile."""
        self._freeze, self._freezing = None, account
        self.chooser.count(HostFault.FROZEN)
        until = self.time.true + timedelta(seconds=self.chance.choice((240, 600, 1200)))
        another = self._second_bot() if with_another else None
        try:
            while self.time.true < until:
                if another is not None:
                    self._run_bot(another)
                self.time.sleep(40)
        finally:
            self._freezing = None
            if another is not None:
                another.close()

    # Host faults.

    def _plan_host_faults(self) -> None:
        when = self.begin + HOUR
        while when < self.end:
            self.time.at(when, partial(self._due.append, self._host_faults.next()), waits=True)
            when += HOST_FAULT_EVERY * self.chance.uniform(0.5, 1.5)
        for hour in range(int(self.days * 24)):
            self.time.at(self.begin + hour * HOUR, self._back_up, waits=True)

    def _apply(self, fault: HostFault) -> None:
        self.log(f"host fault {fault.name}")
        if fault in KILL_POINTS:
            self._kills.append(PlannedKill(fault, self.chance.randrange(6)))
        elif fault in DOWN:
            self._go_down(fault)
        elif fault in {HostFault.CLOCK_FORWARD, HostFault.CLOCK_BACK}:
            self._disturb_clock(fault)
        else:
            others: dict[HostFault, Callable[[], None]] = {
                HostFault.KILLED_RECOVERING: self._kill_twice,
                HostFault.DISK_FULL: self._fill_disk,
                HostFault.LOCKED: self._lock,
                HostFault.TWO_COPIES: self._start_second,
                HostFault.FROZEN: self._freeze_soon,
                HostFault.FILE_EDITED: self._edit_at_next,
                HostFault.FILE_HALF_WRITTEN: self._write_half,
                HostFault.TOKEN_REVOKED: self._revoke,
                HostFault.RESTORED: self._restore,
            }
            others[fault]()

    def _kill_twice(self) -> None:
        self._kills.append(PlannedKill(HostFault.KILLED_BEFORE_COMMIT, self.chance.randrange(6)))
        self._kills.append(PlannedKill(HostFault.KILLED_RECOVERING, 6 + self.chance.randrange(12)))

    def _fill_disk(self) -> None:
        self.disk.full_until = self._until_soon()

    def _lock(self) -> None:
        self.disk.locked_until = self._until_soon()

    def _start_second(self) -> None:
        if self.second_bot is None and (second_bot := self._second_bot()) is not None:
            self.second_bot = second_bot
            self.chooser.count(HostFault.TWO_COPIES)
            self.time.at(self.time.true + 2 * HOUR, self._end_second)

    def _freeze_soon(self) -> None:
        self._freeze = self.chance.random() < 0.5

    def _edit_at_next(self) -> None:
        self._edit_soon = True

    def _until_soon(self) -> datetime:
        """Go to the next slot; the end of a fault that begins there."""
        slot = self.time.true.replace(minute=0, second=0, microsecond=0) + HOUR
        self.time.to(slot)
        return slot + timedelta(seconds=self.chance.choice((2, 20, 90, 400)))

    def _database_failed(self, what: str) -> None:
        fault = HostFault.DISK_FULL if what == "full" else HostFault.LOCKED
        self.chooser.count(fault)
        self.log(f"the database is {what}")

    def _go_down(self, fault: HostFault) -> None:
        spans = {
            HostFault.DOWN_MINUTES: timedelta(minutes=self.chance.randint(2, 59)),
            HostFault.DOWN_HOURS: timedelta(hours=self.chance.randint(1, 20)),
            HostFault.DOWN_WEEKS: timedelta(weeks=self.chance.randint(1, 3)),
        }
        if fault is not HostFault.DOWN_MINUTES:
            self.end += spans[fault]
            self.time.put_off(spans[fault])
        self.chooser.count(fault)
        self._stop()
        self.time.to(self.time.true + spans[fault])
        self._start()

    def _disturb_clock(self, fault: HostFault) -> None:
        if self.time.error != NOTHING:
            return
        error = timedelta(minutes=self.chance.choice((2, 11, 45, 130, 1500)))
        if fault is HostFault.CLOCK_BACK and self.time.true - error - 2 * HOUR < self._restored_at:
            self._host_faults.return_item(
                fault
            )  # slots that the old database does not know would be due again
            return
        self.chooser.count(fault)
        self._set_clock(error if fault is HostFault.CLOCK_FORWARD else -error)
        lasts = timedelta(minutes=self.chance.choice((3, 20, 90)))
        self.time.at(self.time.true + lasts, partial(self._set_clock, NOTHING))

    def _set_clock(self, error: timedelta) -> None:
        self.invariants.clock_set_at = self.time.true
        if max(error, self.time.error) > NOTHING:
            self._ahead_until = self.time.true
        for server in self.networks.values():
            if isinstance(server, SimulatedThreads):
                server.settle()  # what is late, and a clock that jumps, are two faults at once
        self.time.set_clock(error)
        self.log(f"the host's clock is {error} ahead")

    def _revoke(self) -> None:
        account = self.chance.choice(("island", "island", *ACCOUNTS))
        server = self.networks[account]
        server.revoked = True
        self.chooser.count(HostFault.TOKEN_REVOKED)
        self.time.at(self.time.true + 24 * HOUR, partial(setattr, server, "revoked", False))

    def _back_up(self) -> None:
        self._backups.append((self.time.true, self.database.back_up()))

    def _restore(self) -> None:
        if not self._backups:
            return
        # A post that was sent while the clock was ahead is dated before its slot, and one that the
        # owner deleted since the backup cannot be found.
        since = max(self._ahead_until, self.time.true - 9 * HOUR)
        fit = [copy for made, copy in self._backups[-4:] if made > since]
        if not fit or self.time.error > NOTHING:
            self._host_faults.return_item(HostFault.RESTORED)
            return
        backup = self.chance.choice(fit)
        self.chooser.count(HostFault.RESTORED)
        self._stop()
        # Late requests have arrived by now, and every list shows their posts.
        self.time.sleep(self.chance.choice((1000, 3000)))
        self._show_all()
        self.database.restore(backup)
        self._restored_at = self.time.true
        self.invariants.restored()
        self._start()

    def _show_all(self) -> None:
        for name, server in self.networks.items():
            for post_id in server.ids():
                server.hide(post_id, self.time.true)
            if isinstance(server, SimulatedThreads):
                server.settle()
            self.log(f"{name} shows all")

    def _end_second(self) -> None:
        if self.second_bot is not None and not self._nested:
            self.second_bot.close()
            self.second_bot = None

    def _act_as_owner(self) -> None:
        """Delete old posts, and decide about deliveries that wait for a person, as the owner does."""
        for account, server in self.networks.items():
            for history in self.invariants.posted_before(account, self.time.true - 10 * HOUR):
                for post_id in history.post_ids:
                    server.remove(post_id)
        with suppress(BotError):
            for delivery, history in self.invariants.awaiting_person():
                if history.account != self._freezing:  # an earlier request may still leave
                    self._resolve(delivery, history)

    def _resolve(self, delivery: int, history: PostHistory) -> None:
        """Decide about an unsure delivery by what is true of it."""
        container = self._running_bot().running.container
        there = (
            named(history.post_ids[0], container.adapters.port(PermalinkParser, history.account))
            if history.post_ids
            else None
        )
        with container.database.store.writing() as tx:
            if there is not None:
                mark_posted(tx, delivery, *there, self.time.host)
            elif self.chance.random() < 0.5:
                history.by_hand = True
                send_again(tx, delivery, self.time.host)
            else:
                give_up(tx, delivery, self.time.host)
        self.log(f"the owner resolves {history.slot} on {history.account}")

    # tips.yaml.

    def _write_file(self, whole: bool = True) -> None:
        text = settings(self.budget, self._edits, self.accounts, self.pictured)
        if not (there := self.home / PICTURE).exists():
            there.write_bytes(picture())
        file = self.home / "tips.yaml"
        file.write_text(text if whole else text[: int(len(text) * self.chance.random())])
        # The modification time is in simulated time.
        moment = self.time.true.timestamp()
        os.utime(file, (moment, moment))

    def _write_half(self) -> None:
        self._write_file(whole=False)
        self.chooser.count(HostFault.FILE_HALF_WRITTEN)
        self.time.at(
            self.time.true + timedelta(seconds=self.chance.choice((5, 90, 900))), self._write_file
        )
        if self.bot is not None:
            self.bot.watch_file()

    def _edit(self) -> None:
        self._edits += 1
        self.chooser.count(HostFault.FILE_EDITED)
        self._write_file()
        self._running_bot().watch_file()

    # The end.

    def _end_faults(self) -> None:
        """Let nothing go wrong from now on."""
        self.log("no more faults")
        self.request_faults = False
        self._kills, self._due, self._freeze, self._edit_soon = [], [], None, False
        self._end_second()
        self.time.to(self.time.last())
        if self.time.error != NOTHING:
            self._set_clock(NOTHING)
        self._blind.clear()
        self.disk.full_until = self.disk.locked_until = self.time.true
        for server in self.networks.values():
            server.revoked = False
        self._write_file()

    def _check_calm(self, since: datetime, before: set[str]) -> None:
        """Every slot has an outcome; `before` had theirs when the faults ended, some by a wrong clock."""
        bot = self._running_bot()
        status = bot.running.status()
        self.invariants.check()
        self.invariants.check_end(status.waiting, status.needs_person)
        recorded_slots = self.invariants.recorded_slots()
        accounts = [name for name in (*ACCOUNTS, "site") if name != "x" or self.budget > 1]
        for schedule in bot.config.schedules:
            for slot in ZonedTimetable().slots(
                schedule, self.begin + HOUR, self.time.true - RECHECK_EVERY
            ):
                if slot.name not in recorded_slots and not self.invariants.was_restored:
                    raise InvariantError(f"{slot.name} has no outcome")
                is_calm = since + 3 * HOUR < slot.due < self.time.true - HOUR
                if slot.schedule == "hourly" and is_calm and slot.name not in before:
                    self.invariants.check_posted(slot.name, accounts)

    def _count_nights(self) -> None:
        """Count the slots in the hour that the clocks left out, or had twice."""
        day = "2026-03-29T01:" if self.clock_change is ClockChange.FORWARD else "2026-10-25T01:"
        for name in self.invariants.recorded_slots():
            if name.startswith(f"night/{day}"):
                self.chooser.count(self.clock_change)

    def _note_event(self, what: str, event: MutableMapping[str, Any]) -> None:
        """The invariants compare each change of a delivery with its log line."""
        where = (str(event.get("slot", "")), str(event.get("account", "")))
        self.invariants.logged.add((what, *where, int(event.get("attempt", 0))))


def _is_told(server: Server, answer: Answer) -> bool:
    """Whether an answer to a search tells all that the server knows."""
    tells = answer.status == 200
    if isinstance(server, SimulatedBluesky):
        tells = server.tells(answer)
    return tells and answer.end is End.WHOLE


def _is_night(host: datetime) -> bool:
    """Whether the schedule `night` may have a slot: early on a Sunday."""
    return host.weekday() == 6 and host.hour < 3


def _last_slot_time(host: datetime) -> datetime:
    """A second after the last time at which any schedule can have a slot."""
    minute = host.minute - host.minute % 4 if _is_night(host) else 0
    return host.replace(minute=minute, second=1, microsecond=0)
