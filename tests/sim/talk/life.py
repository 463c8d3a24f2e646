"""One seed from its first to its last day: people talk, the bot listens, and all goes wrong."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import structlog

from bot.core.errors import BotError, PlatformError
from bot.core.ports.platform import PushHints
from tests.servers.x.exchange import Answer, End, Request
from tests.sim.decks import Dealer, Deck
from tests.sim.faults import Way
from tests.sim.host import Host
from tests.sim.line import carrier
from tests.sim.mastodon import Software
from tests.sim.memory import Disk, Killed
from tests.sim.settings import tip
from tests.sim.talk.exchange import Exchange
from tests.sim.talk.instance import STREAM, Instance
from tests.sim.talk.mischief import HOUR, MINUTE, Mischief
from tests.sim.talk.oddities import ONLY_MASTODON, SELDOM, Oddity
from tests.sim.talk.people import Network, People
from tests.sim.talk.truth import Truth
from tests.sim.timeline import Timeline
from tests.sim.truth import Broken

BEGINNING = datetime(2026, 5, 4, 6, 55, tzinfo=UTC)
PAUSES = (timedelta(seconds=30), 2 * MINUTE, 7 * MINUTE, 20 * MINUTE)
"""How long the clock can be between two rounds; it stands for many that find nothing."""
CALM = timedelta(hours=60)
"""How long after the last oddity all has to be known: two looks of the rarest kind."""
HIDDEN = 830
"""More mentions than X shows."""
SETTINGS = """\
bot: {id: sim, name: Sim, timezone: UTC, site: "https://tips.test.net"}
platforms:
  site: {}
  mastodon: {server: "https://mastodon.test"}
  island: {kind: mastodon, server: "https://island.test"}
  x: {api: "https://x.test", link: never, listening_budget: 900}
schedule:
  - {name: often, cron: "0 7,11,19 * * *", late: 90m}
tips:
"""
TIPS = 40


@dataclass
class Life:
    """One bot over some days among talking people. Without `odd` nothing goes wrong."""

    seed: int
    home: Path
    days: float = 0.5
    odd: bool = True
    trace: list[str] = field(default_factory=list)
    half = "--talk"
    what = "things said"

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.time = Timeline(BEGINNING)
        self.end = self.time.true + timedelta(days=self.days)
        self.dealer = Dealer(self.chance)
        self.networks: dict[str, Network] = {
            "mastodon": Instance("mastodon.test", self.time.now),
            "island": Instance("island.test", self.time.now, Software.GOTOSOCIAL),
            "x": Exchange("x.test", self.time.now),
        }
        self._named = {network.host: name for name, network in self.networks.items()}
        self.people = People(self.networks, self.time, self.chance)
        self.mischief = Mischief(
            networks=self.networks,
            people=self.people,
            time=self.time,
            chance=self.chance,
            note=self.dealer.note,
        )
        self.truth = Truth(self.people, self.networks, self.time, self.home / "data")
        self.disk = Disk(self.time.now, self._hook, speed=("synchronous=OFF",))
        self.disk.struck = self._struck
        self._deck = Deck([one for one in Oddity if one not in SELDOM], self.chance)
        self._traps: list[int] = []
        self._learnt_at = self.time.true
        self._arrived: list[str | None] = []
        self._is_calm = False
        self._took_back = False
        self._asked = 0
        self.blows = self.odd
        self.host: Host | None = None

    @property
    def much(self) -> int:
        """How much people said."""
        return len(self.people.said)

    # The life.

    def run(self) -> Counter[str]:
        """Live it to its end; how often everything odd happened. Raises Broken."""
        with self._world():
            self._write_file()
            self._start()
            self._live(self._next_odd)
            self._heal()
            self._live(self._take_back)
            self.truth.check_end()
            self._stop()
            self.truth.check_files()
        return self.dealer.fired

    def run_flood(self, many: int) -> None:
        """So much is said at once on Mastodon and on X; nothing else happens."""
        with self._world():
            self._write_file()
            self._start()
            self.time.to(self.time.true + HOUR)
            for account in self.networks:
                self.people.say(account)
            self._work()
            for account in ("mastodon", "x"):
                for _ in range(many):
                    self.people.say(account)
            before = -1
            while before < sum(map(self.truth.heard, self.networks)):
                before = sum(map(self.truth.heard, self.networks))
                self.time.to(self.time.true + MINUTE)
                self._must().talk()
            self.truth.check()
            self.truth.check_end()

    @contextmanager
    def _world(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(self.time)
            stack.enter_context(self.disk)
            structlog.configure(processors=[self._logged], cache_logger_on_first_use=False)
            stack.callback(structlog.reset_defaults)
            stack.callback(self._stop)
            yield

    def _live(self, happen: Callable[[], None]) -> None:
        """Round after round, and what happens between them, up to the end."""
        while self.time.true < self.end:
            try:
                happen()
                self._work()
            except Killed:
                self._restart()
            pause = self.chance.choice(PAUSES) if not self._is_calm else 3 * HOUR
            self.time.to(self.time.true + pause)

    def _next_odd(self) -> None:
        """People talk; now and then something odd happens."""
        for account in self.networks:
            for _ in range(self.chance.randrange(3)):
                self.people.act(account)
        if self.odd and self.chance.random() < 0.7:
            self._suffer(self._deck.deal())

    def _heal(self) -> None:
        """From now on nobody says anything, and nothing goes wrong any more."""
        for seldom in SELDOM if self.odd else ():
            self._suffer(seldom)
        self.say("all heals")
        self.blows, self._is_calm = False, True
        self._traps.clear()
        self.mischief.end()
        self.disk.full_until = self.disk.locked_until = self.time.true
        self.end = self.time.true + CALM

    def _take_back(self) -> None:
        """Once, when all that was said is known, people delete some of it."""
        if self._took_back or self.time.true < self.end - CALM + 6 * HOUR:
            return
        self._took_back = True
        for account in self.networks:
            there = self.people.of(account)[-100:]
            for one in self.chance.sample(there, len(there) // 8):
                self.people.delete(one)

    # A round of the bot.

    def _work(self) -> None:
        host = self._must()
        if self.time.true - self._learnt_at > 6 * HOUR:
            self._learnt_at = self.time.true
            host.learn()
        host.round(lambda: frozenset({"site", *self.networks}), plan=True, listen=False)
        host.talk()
        if self._is_calm:
            self._recheck_all(host)
            host.compact()
        self.truth.check()

    def _recheck_all(self, host: Host) -> None:
        """All that is due: a round stands for hours, in which there are many of these steps."""
        for account in self.networks:
            before = -1
            while before < self._asked:
                before = self._asked
                host.recheck(account)

    def _stream(self, account: str) -> None:
        """The stream of an account until it ends; whatever it tells of is listened to."""
        host = self._must()
        door, hints = host.running.container.port(PushHints, account), [0]

        def hint() -> None:
            hints[0] += 1

        if door is None:
            return
        with suppress(PlatformError):
            door.hints(hint, lambda: False)
        if hints[0]:
            host.listen(account)

    # The line.

    def _carry(self, host: str, request: Request) -> Answer:
        account = self._named[host]
        network = self.networks[account]
        if network.lists(request) and network.goes_on(request):
            self.mischief.act_between(account)
        self._asked += 1
        self._hook("before call")
        self.time.sleep(0.2)
        answer = self._fare(account, network, request)
        self._hook("after call")
        return answer

    def _fare(self, account: str, network: Network, request: Request) -> Answer:
        may_fail = self.blows and request.method == "GET" and request.path != STREAM
        blow = self.dealer.reading() if may_fail else None
        spoils = blow is None and network.lists(request)
        if request.path == STREAM and self.mischief.takes(account, Oddity.STREAM_DROPPED):
            return replace(network.answer(request), end=End.TRUNCATED)
        way = Way(
            server=network,
            request=request,
            serve=partial(self.mischief.spoilt, account) if spoils else network.answer,
            time=self.time,
            chance=self.chance,
        )
        what = f"{account} {request.method} {request.path} {dict(request.query)}"
        if blow is not None:
            self.dealer.note(blow, "reading")
            what = f"{what} {blow.name}"
        try:
            answer = way.fare(blow)
        except Exception as error:
            self.say(f"{what}: {type(error).__name__}")
            raise
        self.say(f"{what}: {answer.status} {answer.end.name} {len(answer.body)}")
        if blow is None and isinstance(network, Exchange) and network.lists(request):
            self._arrived.append(network.searches_below(request))
        return answer

    # What is odd.

    def _suffer(self, what: Oddity) -> None:
        names = [name for name in self.networks if what not in ONLY_MASTODON or name != "x"]
        account = self.chance.choice(names)
        self.say(f"odd: {what.name} on {account}")
        harms = {
            Oddity.BACKLOG: self._backlog,
            Oddity.OUTAGE: self._outage,
            Oddity.STREAM_DROPPED: self._drop_stream,
            Oddity.KILLED: self._trap,
            Oddity.DISK_FULL: self._fill_disk,
            Oddity.LOCKED: self._lock,
        }
        (self.mischief.does(what) or harms[what])(account)
        if what not in LATER:
            self.dealer.note(what)

    def _backlog(self, _account: str) -> None:
        """On X more than it shows."""
        self._away(self.chance.uniform(0.2, 1.5) * timedelta(days=1), many=HIDDEN)

    def _outage(self, _account: str) -> None:
        self._away(timedelta(days=self.chance.uniform(7.2, 9)), many=0)

    def _away(self, span: timedelta, many: int) -> None:
        """The bot is down, and the talk goes on."""
        self._stop()
        until = self.time.true + span
        self.end += span
        for _ in range(many):
            self.time.to(self.time.true + span / many)
            self.people.say("x")
        for _ in range(40):
            self.time.to(min(until, self.time.true + span / 40))
            for account in self.networks:
                self.people.act(account)
                self.people.say(account, names_us=False)
        self.time.to(until)
        self._start()

    def _drop_stream(self, _account: str) -> None:
        """A stream tells of something, then breaks off."""
        self.people.say("mastodon")
        self.mischief.wait_for("mastodon", Oddity.STREAM_DROPPED)
        self._stream("mastodon")
        self.people.say("mastodon")
        self._stream("island")
        self._stream("mastodon")

    def _trap(self, _account: str) -> None:
        self._traps.append(self.chance.randrange(40))

    def _fill_disk(self, _account: str) -> None:
        self.disk.full_until = self._soon()

    def _lock(self, _account: str) -> None:
        self.disk.locked_until = self._soon()

    def _soon(self) -> datetime:
        """The end of a disturbance that begins now; there is something to write meanwhile."""
        for account in self.networks:
            self.people.say(account)
        return self.time.true + timedelta(seconds=self.chance.choice((2, 90, 400)))

    def _struck(self, what: str) -> None:
        self._arrived.clear()
        self.dealer.note(Oddity.DISK_FULL if what == "full" else Oddity.LOCKED)
        self.say(f"the database is {what}")

    def _hook(self, what: str) -> None:
        """A moment at which the process can end."""
        if what == "after commit":
            for below in self._arrived:
                self.truth.listed.setdefault(below, []).append(self.time.true)
            self._arrived.clear()
        self._traps = [left - 1 for left in self._traps]
        if any(left < 0 for left in self._traps):
            self._traps = [left for left in self._traps if left >= 0]
            self.dealer.note(Oddity.KILLED)
            self.say(f"killed {what}")
            raise Killed

    # The host.

    def _write_file(self) -> None:
        tips = map(tip, range(TIPS))
        (self.home / "tips.yaml").write_text(SETTINGS + "".join(tips))

    def _start(self) -> None:
        while self.host is None:
            try:
                self.host = Host(self.home, self._variables(), carrier(self._carry), self._odd)
            except (Killed, BotError) as error:
                self.say(f"it does not start: {error!r}")
                self.time.sleep(60)
        self.say("started")

    def _variables(self) -> dict[str, str]:
        """The environment: every account's secrets."""
        found: dict[str, str] = {}
        for name, network in self.networks.items():
            if isinstance(network, Instance):
                found[f"TIPSBOT_{name.upper()}_ACCESS_TOKEN"] = network.token
            else:
                found |= network.variables
        return found

    def _restart(self) -> None:
        self._stop()
        self.time.sleep(self.chance.choice((1, 5, 60, 200)))
        self._start()

    def _stop(self) -> None:
        if self.host is not None:
            self.host.close()
        self.host = None
        self._arrived.clear()
        self.truth.close()

    def _must(self) -> Host:
        assert self.host is not None
        return self.host

    # What is seen.

    def say(self, what: str) -> None:
        """A line of the trace."""
        what = what.replace(str(self.home), "home")
        self.trace.append(f"{self.time.true:%Y-%m-%d %H:%M:%S.%f} {what}")

    def _odd(self, step: str, error: Exception) -> NoReturn:
        raise Broken(f"the step {step} failed oddly: {error!r}") from error

    def _logged(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> NoReturn:
        what = str(event["event"])
        if what.endswith("_oddly"):
            raise Broken(f"{event}")
        if what == "unheard":
            self.truth.told.append((self.time.true, str(event["account"])))
        facts = " ".join(f"{name}={value}" for name, value in event.items() if name != "event")
        self.say(f"log {what} {facts}")
        raise structlog.DropEvent


LATER = frozenset(
    {
        Oddity.INSERTED,
        Oddity.REMOVED,
        Oddity.REORDERED,
        Oddity.REPEATED,
        Oddity.STREAM_DROPPED,
        Oddity.KILLED,
        Oddity.DISK_FULL,
        Oddity.LOCKED,
    }
)
"""What counts only when its moment has come."""
