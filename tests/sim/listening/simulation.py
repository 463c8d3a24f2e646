"""The listening half: people post, the bot listens, and everything goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from bot.core.errors import BotError, PlatformError
from bot.core.ports.platform import PushHints
from tests.servers.x.messages import Answer, End, Request
from tests.sim.bot_process import BotProcess
from tests.sim.database_faults import DatabaseFaults, Killed
from tests.sim.fault_choice import FaultChooser, ShuffledCycle
from tests.sim.faults import FaultyRequest
from tests.sim.listening.bluesky import BlueskyWithPeople
from tests.sim.listening.disturbances import NOT_ON, ONCE_A_RUN, Disturbance
from tests.sim.listening.disturber import HOUR, MINUTE, Disturber
from tests.sim.listening.invariants import LogInvariants
from tests.sim.listening.mastodon import STREAM, MastodonWithPeople
from tests.sim.listening.people import Network, People
from tests.sim.listening.threads import ThreadsWithPeople
from tests.sim.listening.x import XWithPeople
from tests.sim.mastodon import Software
from tests.sim.settings import tip
from tests.sim.simulation import Simulation
from tests.sim.timeline import Timeline

BEGINNING = datetime(2026, 5, 4, 6, 55, tzinfo=UTC)
PAUSES = (timedelta(seconds=30), 2 * MINUTE, 7 * MINUTE, 20 * MINUTE)
"""Times between two rounds; a long one stands for many rounds that find nothing."""
CALM = timedelta(hours=60)
"""How long after the last disturbance everything has to be known: two of the rarest checks."""
HIDDEN = 830
"""More mentions than X lists."""
SETTINGS = """\
bot: {id: sim, name: Sim, timezone: UTC, site: "https://tips.test.net"}
platforms:
  site: {}
  mastodon: {server: "https://mastodon.test"}
  island: {kind: mastodon, server: "https://island.test"}
  bluesky: {server: "https://bluesky.test", handle: tips.bluesky.test}
  threads: {server: "https://threads.test"}
  x: {api: "https://x.test", link: never, listening_budget: 900}
schedule:
  - {name: often, cron: "0 7,11,19 * * *", late: 90m}
tips:
"""
TIPS = 20
"""More than are posted in two days: X refuses the same post again."""


@dataclass
class ListeningSimulation(Simulation):
    """One bot that listens over some days, and people who talk on five networks."""

    days: float = 0.5
    #: whether anything goes wrong
    disturbed: bool = True
    option = "--talk"
    pragmas = ("synchronous=OFF",)
    unit = "messages"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.time = Timeline(BEGINNING)
        self.end = self.time.true + timedelta(days=self.days)
        self.chooser = FaultChooser(self.chance)
        self.networks: dict[str, Network] = {
            "mastodon": MastodonWithPeople("mastodon.test", self.time.now),
            "island": MastodonWithPeople("island.test", self.time.now, Software.GOTOSOCIAL),
            "bluesky": BlueskyWithPeople("bluesky.test", self.time.now),
            "threads": ThreadsWithPeople(
                "threads.test", self.time.now, is_approved=self.seed % 2 == 0
            ),
            "x": XWithPeople("x.test", self.time.now),
        }
        self.people = People(self.networks, self.time, self.chance)
        self.disturber = Disturber(
            networks=self.networks,
            people=self.people,
            time=self.time,
            chance=self.chance,
            note=self.chooser.count,
        )
        self.invariants = LogInvariants(
            self.people, self.networks, self.time, self.home / "data", self.database
        )
        self.disk = DatabaseFaults(self.time.now, self._crash_point, self.database)
        self.disk.on_failure = self._database_failed
        self._disturbances = ShuffledCycle(
            [one for one in Disturbance if one not in ONCE_A_RUN], self.chance
        )
        self._kills: list[int] = []
        self._learnt_at = self.time.true
        self._lists_read: list[str | None] = []
        self._is_calm = False
        self._has_deleted = False
        self._asked = 0
        self.request_faults = self.disturbed

    @property
    def amount(self) -> int:
        """How many messages people posted."""
        return len(self.people.message)

    # The run.

    def run(self) -> Counter[str]:
        """Simulate all days; how often each disturbance happened. Raises InvariantError."""
        with self._environment():
            self._write_file()
            self._start()
            self._run_until(self._people_act)
            self._end_faults()
            self._run_until(self._delete_some)
            self.invariants.check_end()
            self._stop()
            self.invariants.check_files()
        return self.chooser.fired

    def run_flood(self, many: int) -> None:
        """Let `many` messages come at once on Mastodon and on X, and nothing else."""
        with self._environment():
            self._write_file()
            self._start()
            self.time.to(self.time.true + HOUR)
            for account in self.networks:
                self.people.post(account)
            self._run_bot()
            for account in ("mastodon", "x"):
                for _ in range(many):
                    self.people.post(account)
            before = -1
            while before < sum(map(self.invariants.entry_count, self.networks)):
                before = sum(map(self.invariants.entry_count, self.networks))
                self.time.to(self.time.true + MINUTE)
                self._running_bot().discussion_round()
            self.invariants.check()
            self.invariants.check_end()

    def _run_until(self, happen: Callable[[], None]) -> None:
        """Run rounds to the end; `happen` is called before each."""
        while self.time.true < self.end:
            try:
                happen()
                self._run_bot()
            except Killed:
                self._restart()
            pause = self.chance.choice(PAUSES) if not self._is_calm else 3 * HOUR
            self.time.to(self.time.true + pause)

    def _people_act(self) -> None:
        """Let people act, and now and then a disturbance happen."""
        for account in self.networks:
            for _ in range(self.chance.randrange(3)):
                self.people.act(account)
        if self.disturbed and self.chance.random() < 0.7:
            self._apply(self._disturbances.next())

    def _end_faults(self) -> None:
        """Let nobody post and nothing go wrong from now on."""
        for seldom in ONCE_A_RUN if self.disturbed else ():
            self._apply(seldom)
        self.log("no more disturbances")
        self.request_faults, self._is_calm = False, True
        self._kills.clear()
        self.disturber.end()
        self.disk.full_until = self.disk.locked_until = self.time.true
        self.end = self.time.true + CALM

    def _delete_some(self) -> None:
        """Once, when every message is known, let people delete some."""
        if self._has_deleted or self.time.true < self.end - CALM + 6 * HOUR:
            return
        self._has_deleted = True
        for account in self.networks:
            there = self.people.of(account)[-100:]
            for one in self.chance.sample(there, len(there) // 8):
                self.people.delete(one)

    # A round of the bot.

    def _run_bot(self) -> None:
        host = self._running_bot()
        if self.time.true - self._learnt_at > 6 * HOUR:
            self._learnt_at = self.time.true
            host.learn()
        host.round(lambda: frozenset({"site", *self.networks}), plan=True, listen=False)
        host.discussion_round()
        if self._is_calm:
            self._recheck_all(host)
            host.compact()
        self.invariants.check()

    def _recheck_all(self, host: BotProcess) -> None:
        """Check everything that is due: a round stands for hours with many of these steps."""
        for account in self.networks:
            before = -1
            while before < self._asked:
                before = self._asked
                host.recheck(account)

    def _stream(self, account: str) -> None:
        """Follow an account's stream to its end, and poll if it gave a hint."""
        host = self._running_bot()
        port, hints = host.running.container.adapters.port(PushHints, account), [0]

        def hint() -> None:
            hints[0] += 1

        if port is None:
            return
        with suppress(PlatformError):
            port.hints(hint, lambda: False)
        if hints[0]:
            host.listen(account)

    # Requests.

    def _answer(self, host: str, request: Request) -> Answer:
        account = self._account(host)
        network = self.networks[account]
        if network.lists_messages(request) and network.is_next_page(request):
            self.disturber.act_between(account)
        self._asked += 1
        self._crash_point("before call")
        self.time.sleep(0.2)
        answer = self._send(account, network, request)
        self._crash_point("after call")
        return answer

    def _send(self, account: str, network: Network, request: Request) -> Answer:
        may_fail = self.request_faults and request.method == "GET" and request.path != STREAM
        has_session = isinstance(network, BlueskyWithPeople) and network.has_session(request)
        request_fault = self.chooser.for_reading(has_session=has_session) if may_fail else None
        may_disturb = request_fault is None and network.lists_messages(request)
        if request.path == STREAM and self.disturber.takes(account, Disturbance.STREAM_DROPPED):
            return replace(network.answer(request), end=End.TRUNCATED)
        sent = FaultyRequest(
            server=network,
            request=request,
            serve=partial(self.disturber.answer_disturbed, account)
            if may_disturb
            else network.answer,
            time=self.time,
            chance=self.chance,
        )
        what = f"{account} {request.method} {request.path} {dict(request.query)}"
        if request_fault is not None:
            self.chooser.count(request_fault, "reading")
            what = f"{what} {request_fault.name}"
        try:
            answer = sent.send(request_fault)
        except Exception as error:
            self.log(f"{what}: {type(error).__name__}")
            raise
        self.log(f"{what}: {answer.status} {answer.end.name} {len(answer.body)}")
        if (
            request_fault is None
            and isinstance(network, XWithPeople)
            and network.lists_messages(request)
            and not network.is_next_page(request)  # which shows nothing that came meanwhile
        ):
            self._lists_read.append(network.searches_below(request))
        return answer

    # Disturbances.

    def _apply(self, what: Disturbance) -> None:
        names = [name for name in self.networks if what not in NOT_ON[name]]
        account = self.chance.choice(names)
        self.log(f"disturbance {what.name} on {account}")
        host_faults = {
            Disturbance.BACKLOG: self._backlog,
            Disturbance.OUTAGE: self._outage,
            Disturbance.STREAM_DROPPED: self._break_stream,
            Disturbance.KILLED: self._plan_kill,
            Disturbance.DISK_FULL: self._fill_disk,
            Disturbance.LOCKED: self._lock,
        }
        (self.disturber.action(what) or host_faults[what])(account)
        if what not in COUNTED_LATER:
            self.chooser.count(what)

    def _backlog(self, _account: str) -> None:
        """Let more mentions come on X than it lists."""
        self._stay_down(self.chance.uniform(0.2, 1.5) * timedelta(days=1), many=HIDDEN)

    def _outage(self, _account: str) -> None:
        self._stay_down(timedelta(days=self.chance.uniform(7.2, 9)), many=0)

    def _stay_down(self, span: timedelta, many: int) -> None:
        """Let people post while the bot is down."""
        self._stop()
        until = self.time.true + span
        self.end += span
        for _ in range(many):
            self.time.to(self.time.true + span / many)
            self.people.post("x")
        for _ in range(40):
            self.time.to(min(until, self.time.true + span / 40))
            for account in self.networks:
                self.people.act(account)
                self.people.post(account, mentions_bot=False)
        self.time.to(until)
        self._start()

    def _break_stream(self, _account: str) -> None:
        """Let a stream give a hint, then break off."""
        self.people.post("mastodon")
        self.disturber.wait_for("mastodon", Disturbance.STREAM_DROPPED)
        self._stream("mastodon")
        self.people.post("mastodon")
        self._stream("island")
        self._stream("mastodon")

    def _plan_kill(self, _account: str) -> None:
        self._kills.append(self.chance.randrange(40))

    def _fill_disk(self, _account: str) -> None:
        self.disk.full_until = self._until_soon()

    def _lock(self, _account: str) -> None:
        self.disk.locked_until = self._until_soon()

    def _until_soon(self) -> datetime:
        """The end of a disturbance that begins now; messages come meanwhile."""
        for account in self.networks:
            self.people.post(account)
        return self.time.true + timedelta(seconds=self.chance.choice((2, 90, 400)))

    def _database_failed(self, what: str) -> None:
        self._lists_read.clear()
        self.chooser.count(Disturbance.DISK_FULL if what == "full" else Disturbance.LOCKED)
        self.log(f"the database is {what}")

    def _crash_point(self, what: str) -> None:
        """A point at which the process can be killed: before or after a commit or a request."""
        if what == "after commit":
            self._note_lists_stored()
        self._kills = [left - 1 for left in self._kills]
        if any(left < 0 for left in self._kills):
            self._kills = [left for left in self._kills if left >= 0]
            self.chooser.count(Disturbance.KILLED)
            self.log(f"killed {what}")
            raise Killed

    def _note_lists_stored(self) -> None:
        """Note which of X's lists are stored now: a poll can fail after it has read one."""
        for below in self._lists_read:
            if below is not None or self.invariants.is_heard_now("x"):
                self.invariants.listed.setdefault(below, []).append(self.time.true)
        self._lists_read.clear()

    # The process.

    def _write_file(self) -> None:
        tips = map(tip, range(TIPS))
        (self.home / "tips.yaml").write_text(SETTINGS + "".join(tips))

    def _start(self) -> None:
        while self.bot is None:
            try:
                self.bot = self._new_bot()
            except (Killed, BotError) as error:
                self.log(f"it does not start: {error!r}")
                self.time.sleep(60)
        self.log("started")

    def _stop(self) -> None:
        if self.bot is not None:
            self.bot.close()
        self.bot = None
        self._lists_read.clear()
        self.database.close()

    def _note_event(self, what: str, event: MutableMapping[str, Any]) -> None:
        """The invariants know which losses the bot reported, and which reading failed."""
        if what == "cannot_look" and event["account"] == "x":
            self._lists_read.clear()
        if what == "unheard":
            self.invariants.losses_reported.append((self.time.true, str(event["account"])))


COUNTED_LATER = frozenset(
    {
        Disturbance.INSERTED,
        Disturbance.REMOVED,
        Disturbance.REORDERED,
        Disturbance.REPEATED,
        Disturbance.STREAM_DROPPED,
        Disturbance.KILLED,
        Disturbance.DISK_FULL,
        Disturbance.LOCKED,
    }
)
"""Disturbances that count when they happen, not when they are chosen."""
