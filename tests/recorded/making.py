"""The script of the fixture: three days of a bot, its operator and the people around it.

The bot is the command, its readers are browsers, and the networks are the servers of the tests.
All times are those of the script. Numbers and tokens differ from run to run, what happens does not.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from tests.recorded import linking
from tests.recorded.around import Around, beginning
from tests.recorded.copy import SITE
from tests.servers.elsewhere import elsewhere
from tests.servers.x import Trouble
from tests.whole.operator import await_that
from tests.whole.visitor import visitor

TIP = "listen"
"""The tip that is talked about."""
NOWHERE = "http://127.0.0.1:9"
"""Where the fixture has its networks: a port on which nothing listens."""


def make(folder: Path) -> None:
    """Make the fixture in a folder that is new or holds an older one."""
    with TemporaryDirectory() as place:
        home = Path(place, "home")
        home.mkdir()
        with beginning(home) as around:
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
    """Five people on Mastodon and two on X."""
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
    await_that(lambda: around.books.rows("SELECT * FROM ping WHERE trouble IS NOT NULL"))


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
    """What handles on the Mastodon server end in."""
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
    """What was said is edited and deleted, and the next tip goes everywhere."""
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
            lambda: around.books.rows(
                "SELECT * FROM entry WHERE remote_id = ? AND deleted_at IS NOT NULL", deleted
            )
        )
        await_that(lambda: len(around.books.posted()) >= 6)
    around.does("skip", "mornings")


def _third_day(around: Around) -> None:
    """Deliveries of every kind, and pauses."""
    around.later(hours=25)
    with around.operator.runs():
        await_that(lambda: around.books.rows("SELECT * FROM slot WHERE outcome = 'skipped'"))
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
