"""The script of the fixture: four days of a bot, its operator and the people around it.

The bot is the command, its readers are browsers, and the networks are the servers of the tests.
All times are those of the script. Numbers and tokens differ from run to run, what happens does not.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
import time_machine

from tests.recorded import linking
from tests.recorded.copy import BEHIND_A_PROXY, SITE
from tests.servers.elsewhere import elsewhere
from tests.servers.mastodon import BOT, MastodonServer, mastodon_server
from tests.servers.x import Trouble, XServer
from tests.whole.accounts import secrets
from tests.whole.books import Books
from tests.whole.operator import Operator, await_that, free_port
from tests.whole.visitor import visitor

BEGIN = datetime(2026, 3, 2, 8, 50, tzinfo=UTC)
"""A Monday, ten minutes before the first tip."""
PEOPLE = ("alice", "bob", "carol", "dave", "erin")
TIP = "listen"
NOWHERE = "http://127.0.0.1:9"
"""Where the fixture has its networks: a port on which nothing listens."""
TIPS = """\
bot:
  name: Recorded Tips
  timezone: Europe/London
  site: {site}
  contact: https://www.w3.org/Consortium/contact
platforms:
  site: {{}}
  mastodon: {{server: '{mastodon}', poll: 30s, gap: 0s, hashtags: 2}}
  x: {{api: '{x}', poll: 30s, gap: 0s, monthly_budget: 25.00}}
schedule:
  - {{name: mornings, at: "09:00", late: 2h}}
  - {{name: abroad, cron: "30 18 * * mon-fri", timezone: Australia/Sydney, platforms: [mastodon], tags: [writing]}}
  - {{name: often, every: 8h, from: 2026-03-01T05:00:00Z, platforms: [site], tags: [people]}}
tips:
  - id: listen
    title: Listen hardest to those who disagree
    text: >
      Look for other views to learn how a barrier might fall. Question and challenge, then sum up,
      bring together, simplify, and clear the clutter.
    summary: "Listen hardest to those who disagree: they show you how a barrier might fall."
    tags: [people, leadership]
    credit: "@somebody"
    language: en
  - id: sources
    title: Name your sources
    text: Say where you have it from. It earns trust, and others can go on from there.
    link: https://www.w3.org/Provider/Style/URI
    tags: [writing]
  - id: short
    title: Keep it short
    text: Whatever you know fits into a few sentences. Write those first, and only then the rest.
    tags: [writing]
    weight: 3
  - id: ask
    title: Ask the crowd
    text: >
      Somebody out there knows. Ask them, and thank them. Whoever asks in public finds out what
      nobody in the room could have said, and the answer helps the next one who looks for it.
    tags: [people]
  - id: test
    title: Try it on a small scale first
    text: A small trial tells you more than a long plan. Make it, look at it, and make the next one.
    language: en
  - id: mend
    title: Say it when you were wrong
    text: Say so in the same place, as early as you can. Nobody minds an error that was mended.
    tags: [people, writing]
    link: https://www.w3.org/QA/Tips/
"""


@dataclass(kw_only=True)
class Around:
    """The bot's operator, the networks, and the time of all of them."""

    operator: Operator
    mastodon: MastodonServer
    x: XServer
    clock: time_machine.Traveller
    known: dict[str, dict[str, object]] = field(default_factory=dict)
    _ahead: timedelta = timedelta(0)

    @property
    def books(self) -> Books:
        """What the bot has written down."""
        return Books(data=self.operator.home / "data")

    def later(self, **by: float) -> None:
        """Let time pass, for everybody."""
        self.clock.shift(timedelta(**by))
        self._ahead += timedelta(**by)
        self.set_clocks()

    def set_clocks(self, by: timedelta = timedelta(0)) -> None:
        """Tell the commands what time it is."""
        self._ahead += by
        assert self.operator.ahead is not None
        self.operator.ahead.write_text(str(self._ahead.total_seconds()))

    def does(self, *words: str) -> str:
        """Give a command; what it said, on both streams."""
        done = self.operator.does(*words)
        return done.out + done.err

    def hears(self, *texts: str) -> None:
        """Wait until these words are in the log."""
        await_that(lambda: all(text in self.does("log") for text in texts))

    def entry(self, text: str) -> str:
        """The number of the entry with these words."""
        query = "SELECT id FROM entry WHERE text LIKE ?"
        (row,) = self.books._rows(query, f"%{text}%")
        return str(row["id"])


@contextmanager
def _around(home: Path) -> Iterator[Around]:
    with ExitStack() as stack:
        real = datetime.now(UTC)
        clock = stack.enter_context(time_machine.travel(BEGIN, tick=True))
        mastodon = stack.enter_context(mastodon_server(users=(BOT, *PEOPLE)))
        x = stack.enter_context(XServer(username="tips"))
        ahead = home.parent / "ahead"
        operator = Operator(home=home, port=free_port(), ahead=ahead, secrets=secrets(mastodon, x))
        operator.secrets |= BEHIND_A_PROXY
        made = Around(operator=operator, mastodon=mastodon, x=x, clock=clock)
        made.set_clocks(BEGIN - real)
        operator.write(TIPS.format(site=SITE, mastodon=mastodon.url, x=x.url))
        yield made


def make(folder: Path) -> None:
    """Make the fixture in a folder that is new or holds an older one."""
    with TemporaryDirectory() as place:
        home = Path(place, "home")
        home.mkdir()
        with _around(home) as around:
            for day in (_first_day, _second_day, _third_day):
                day(around)
            moment = (datetime.now(UTC) + timedelta(minutes=1)).replace(second=0, microsecond=0)
            around.known["moment"] = {"at": moment.isoformat()}
            _place_nowhere(home, around.mastodon.url, around.x.url)
        known = json.dumps(around.known, indent=2) + "\n"
        (home / "known.json").write_text(known, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(home, folder, ignore=shutil.ignore_patterns("*lock"))


def _first_day(around: Around) -> None:
    """The first tip goes everywhere, and people say what they think of it."""
    with around.operator.runs() as bot:
        await_that(lambda: bot.output.count('"learned"') == 3)
    around.later(minutes=12)
    with around.operator.runs():
        await_that(lambda: len(around.books.posted()) == 3)
    around.later(minutes=3)
    _talk_on_networks(around)
    with around.operator.runs(), ExitStack() as stack:
        around.hears("harder than it sounds", "loudest voice", "quiet words", "on X I see")
        _comment(around, stack)
        _ask_for_a_response(around, "http://127.0.0.1/private")
        around.hears("held for its link", "blocked browser", "forgotten browser")
        _decide(around)
    _respond(around)


def _talk_on_networks(around: Around) -> None:
    mastodon, x = around.mastodon, around.x
    root = mastodon.posts()[0]["id"]
    first = mastodon.say("alice", "@tips That is harder than it sounds.", to=root)
    mastodon.say("dave", "@tips @alice Why? Every meeting needs it.", to=first, spoiler_text="work")
    mastodon.say("bob", "@tips The loudest voice wins anyway.", to=root)
    mastodon.say("carol", "@tips My private life, by mistake.", to=root)
    mastodon.say("erin", "@tips These are quiet words.", to=root, visibility="unlisted")
    around.known["entries"] = {"edited": first, "root": root}
    critic, fan = x.add_user("critic", "Critic"), x.add_user("fan", "Fan")
    said = x.say(critic, "What I read on X I see differently.", reply_to=x.posts[0])
    x.say(fan, "I agree with the critic https://www.w3.org/", reply_to=said)


def _comment(around: Around, stack: ExitStack) -> None:
    """Browsers that write under the tip; each cookie and comment stays known."""
    said = {
        "reader": "What I wrote, and may delete with this cookie.",
        "linked": "This is held for its link: https://spam.example/",
        "other": "Another that is held, https://good.example/",
        "gone": "A comment that its writer deletes.",
        "blocked": "Rude words of a blocked browser.",
        "forgotten": "Words of a forgotten browser.",
        "permit": "To be deleted by the link that I got.",
    }
    for number, (who, text) in enumerate(said.items()):
        browser = stack.enter_context(visitor(around.operator.site, TIP))
        browser.browser.headers["X-Forwarded-For"] = f"203.0.113.{number}"
        browser.open()
        comment = browser.send(who.title(), text)
        permit = re.search(r'permit=([0-9a-f]+)"', browser.seen)
        around.known[who] = {
            "cookie": browser.browser.cookies["tipsbot"],
            "comment": comment,
            "permit": permit[1] if permit else None,
        }
        if who == "gone":
            browser.delete(comment)


def _ask_for_a_response(around: Around, source: str) -> None:
    """A webmention of a page that the bot does not look at."""
    form = {"source": source, "target": f"{SITE}/tips/{TIP}"}
    sent = requests.post(f"{around.operator.site}/webmention", data=form, timeout=10)
    assert sent.status_code == 202
    await_that(lambda: around.books._rows("SELECT * FROM ping WHERE trouble IS NOT NULL"))


def _decide(around: Around) -> None:
    """What the operator does about it."""
    bob = f"@bob@{_domain(around)}"
    around.does("reply", around.entry("harder than it sounds"), "It is. Begin with one question.")
    around.does("hide", around.entry("Every meeting"))
    for what in (
        ("block", bob),
        ("block", around.entry("blocked browser")),
        ("forget", f"@carol@{_domain(around)}"),
        ("forget", around.entry("forgotten browser"), "--author"),
        ("approve", around.entry("good.example")),
    ):
        said = around.operator.does(*what)
        assert said.code == 0, (what, said)
    status = around.operator.status()["held"]
    assert [one["tip"] for one in status] == [TIP]
    around.known["linked"]["link"] = status[0]["link"].removeprefix(SITE)


def _domain(around: Around) -> str:
    found = re.search(r"@bob@([\w.]+)", around.does("log"))
    assert found
    return found[1]


def _respond(around: Around) -> None:
    """Two other sites write about the tip; one of them takes it back."""
    page = (
        '<div class="h-entry"><p class="p-author h-card"><a class="u-url" href="/">{who}</a></p>'
        '<p class="e-content">{text} <a class="u-in-reply-to" href="{target}">the tip</a></p></div>'
    )
    target = f"{SITE}/tips/{TIP}"
    file, variables = around.operator.home / "tips.yaml", around.operator.environment
    with elsewhere() as other:
        for who, text in (("Ada", "I wrote about this."), ("Ned", "Gone soon.")):
            other.put(f"/{who}", page.format(who=who, text=text, target=target))
            linking.link(file, variables, f"{other.url}/{who}", target)
        del other.pages["/Ned"]
        around.later(hours=1)
        linking.link(file, variables, f"{other.url}/Ned", target)


def _second_day(around: Around) -> None:
    """What was said is edited and deleted; a Mastodon account is favoured; tips go on."""
    edited = str(around.known["entries"]["edited"])
    around.later(hours=1)
    around.mastodon.edit("alice", edited, "@tips That is much harder than it sounds. (edited)")
    deleted = around.mastodon.say("dave", "@tips I take this back soon.")
    with around.operator.runs():
        around.hears("take this back")
    around.mastodon.delete("dave", deleted)
    around.later(hours=22)
    with around.operator.runs():
        around.hears("(edited)")
        await_that(
            lambda: around.books._rows(
                "SELECT * FROM entry WHERE remote_id = ? AND deleted_at IS NOT NULL", deleted
            )
        )
        await_that(lambda: len(around.books.posted()) >= 6)
    around.does("skip", "mornings")


def _third_day(around: Around) -> None:
    """Deliveries of every kind, and pauses."""
    around.later(hours=25)
    with around.operator.runs():
        await_that(
            lambda: (
                "skipped" in str([tuple(r) for r in around.books._rows("SELECT outcome FROM slot")])
            )
        )
    around.x.fail(403, method="POST", path="/2/tweets")
    around.does("post", "mend", "--to", "x")
    around.does("post", "ask", "--to", "site", "--to", "mastodon", "--again")
    newest = around.operator.does("posts", "--json").records[0]
    around.does("retract", str(newest["delivery"]))
    around.x.fail(Trouble.COMMIT_DROP, times=9)
    around.does("post", "test", "--to", "x")
    newest = around.operator.does("posts", "--json", "--account", "x").records[0]
    assert newest["state"] == "unsure", newest
    around.known["deliveries"] = {"unsure": newest["delivery"]}
    around.does("pause", "abroad")
    around.does("pause", "mastodon", "--until", "2026-03-20 09:00")
    around.does("post", "test", "--to", "mastodon")


def _place_nowhere(home: Path, *addresses: str) -> None:
    """Put the networks where nothing listens, in the file and in what the bot remembers of them."""
    for path in [home / "tips.yaml", *(home / "data").iterdir()]:
        if path.suffix in {".yaml", ".jsonl", ".json"}:
            text = path.read_text(encoding="utf-8")
            for one in addresses:
                text = text.replace(one, NOWHERE)
            path.write_text(text, encoding="utf-8")
    with closing(sqlite3.connect(home / "data" / "tipsbot.db")) as database, database:
        for table, column in (
            ("account", "learned_from"),
            ("account", "cursor"),
            ("note", "value"),
        ):
            for one in addresses:
                database.execute(
                    f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (one, NOWHERE)
                )
    with closing(sqlite3.connect(home / "data" / "tipsbot.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
