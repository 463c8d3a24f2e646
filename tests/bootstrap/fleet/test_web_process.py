"""Two web processes over one PostgreSQL: whichever of them a visitor is led to, a site is the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import replace

import feedparser
import httpx
import psycopg
import pytest
from playwright.sync_api import expect

from bot.bootstrap.fleet.open_fleet import opened_fleet
from bot.core.fleet.bot import BotState
from bot.store import migrate_postgres
from tests.bootstrap.fleet.conftest import Operated, tips
from tests.bootstrap.fleet.web_processes import PATIENCE, Visitor, publish, until, web_process
from tests.browser import running_browser
from tests.servers.postgres import NOT_INSTALLED, binaries, database_name, running_postgres
from tests.tree import KEY_FILE

pytestmark = pytest.mark.long

ADA = "https://shared.example/tips-of-ada"
BOB = "https://shared.example/bob"
EVE = "https://eve.example"
LIVE = "http://live.localhost/below"
"""The site that a browser opens: it finds every such name on this machine."""
SITES = {"ada": ADA, "bob": BOB, "eve": EVE, "live": LIVE}


@contextmanager
def fleet_of(url, folder, sites=SITES):
    """A fleet of these bots, each with a tip on its site."""
    variables = {
        "TIPSBOT_DATABASE_URL": url,
        "TIPSBOT_KEY_FILE": str(KEY_FILE),
        "TIPSBOT_OPERATOR": "op",
        "TIPSBOT_DATA": str(folder / "data"),
    }
    (folder / "data").mkdir()
    (folder / "bots").mkdir()
    with opened_fleet(variables) as opened:
        operated = Operated(fleet=opened, directory=folder / "bots")
        for bot, site in sites.items():
            operated.write(bot, tips("Ask.", bot=f"name: Bot {bot}, site: '{site}'"))
        operated.sync()
        for bot in sites:
            publish(operated, bot)
        yield operated


@pytest.fixture(scope="module")
def url(postgres, postgres_template):
    """A database for all tests of this file."""
    with postgres.database(postgres_template) as found:
        yield found


@pytest.fixture(scope="module")
def operated(url, tmp_path_factory):
    """A fleet with two bots on one host, and others on their own."""
    with fleet_of(url, tmp_path_factory.mktemp("fleet")) as found:
        yield found


@pytest.fixture(scope="module")
def first(operated, url):
    """A web process."""
    with web_process(url, operated.fleet.environment.data) as process:
        yield process


@pytest.fixture(scope="module")
def second(operated, url):
    """Another one over the same database."""
    with web_process(url, operated.fleet.environment.data) as process:
        yield process


@contextmanager
def migrated(url):
    """Make the tables of a new database."""
    yield migrate_postgres(url)


@pytest.fixture(scope="module")
def trusting(operated, url):
    """One that trusts proxies on this machine."""
    data = operated.fleet.environment.data
    with web_process(url, data, TIPSBOT_TRUSTED_PROXIES="127.0.0.0/8") as process:
        yield process


# -- which bot is chosen ----------------------------------------------------------------------


@pytest.mark.parametrize(("bot", "site"), SITES.items())
def test_host_and_path_choose_the_bot(first, second, bot, site):
    """Each process shows each site at its address: pages, feeds, search, style and health."""
    for process in (first, second):
        page = process.get(f"{site}/tips/t0")
        assert page.status_code == 200
        assert f"Tip of {bot}" in page.text
        style = re.search(r'href="([^"]+site\.css[^"]+)"', page.text)
        assert style
        assert process.get(str(httpx.URL(f"{site}/tips/t0").join(style[1]))).status_code == 200
        feed = feedparser.parse(process.get(f"{site}/feed.atom").content)
        assert [entry.link for entry in feed.entries] == [f"{site}/tips/t0"]
        assert process.get(f"{site}/search?q=barrier").status_code == 200
        health = process.get(f"{site}/healthz")
        assert (health.status_code, health.json()["bot"]) == (200, f"Bot {bot}")


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("shared.example", "/bob/", 200),
        ("SHARED.example", "/bob/", 200),
        ("shared.example.", "/bob/", 200),
        ("shared.example:443", "/bob/", 200),
        ("shared.example:8140", "/bob/tips/t0", 200),
        ("eve.example", "/", 200),
        ("eve.example", "/bob/", 404),
        ("shared.example", "/", 404),
        ("shared.example", "/bobby/", 404),
        ("shared.example", "/tips-of-ada.atom", 404),
        ("shared.example", "/BOB/", 404),
        ("other.example", "/bob/", 404),
        ("shared.example.other.example", "/bob/", 404),
        ("example", "/bob/", 404),
        ("127.0.0.1", "/", 404),
        ("[::1]:8140", "/", 404),
        ("localhost", "/healthz", 404),
        ("localhost", "/metrics", 404),
        ("localhost", "/tls?domain=eve.example", 404),
        ("%", "/", 404),
        ("eve.example, shared.example", "/", 404),
    ],
)
def test_only_the_address_of_a_site_leads_to_a_bot(first, host, path, status):
    """What is at no site's address gets 404, on a page that names no bot."""
    answer = httpx.get(first.public + path, headers={"Host": host})
    assert answer.status_code == status
    if status == 404 and "eve" not in host:
        assert "There is no site at this address" in answer.text
        assert not re.search("Bot|ada|bob|eve", answer.text)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["cache-control"] == "no-store"


def test_the_name_of_a_path_leads_into_the_site(first):
    """The path without the slash at its end leads to the site."""
    answer = first.get(f"{BOB}?before=x")
    assert (answer.status_code, answer.headers["location"]) == (308, "/bob/?before=x")


# -- several processes ------------------------------------------------------------------------


def test_a_comment_is_there_at_once_in_every_process(first, second):
    """A comment that one process took, with a form of the other, is on the other's next page."""
    visitor = Visitor()
    answer = visitor.write(first, f"{EVE}/tips/t0", "At once, please.", read=second)
    assert answer.status_code == 303
    assert "At once, please." in second.get(f"{EVE}/tips/t0").text
    (deletion,) = re.findall(
        r'action="([^"]*/delete)"', visitor._send(second, "GET", f"{EVE}/tips/t0").text
    )
    address = str(httpx.URL(f"{EVE}/tips/t0").join(deletion))
    token = re.search(r'name="token" value="(\w+)"', visitor._send(first, "GET", address).text)
    assert token
    assert visitor._send(second, "POST", address, data={"token": token[1]}).status_code == 303
    assert "At once, please." not in first.get(f"{EVE}/tips/t0").text


def test_two_bots_of_a_host_share_no_visitor(first):
    """A browser that writes on one site of a host is unknown on the other, and sends it no cookie."""
    visitor = Visitor()
    assert visitor.write(first, f"{BOB}/tips/t0", "Only here.").status_code == 303
    (name,) = visitor.cookies
    answer = visitor._send(first, "GET", f"{ADA}/tips/t0")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert not cookie.startswith(f"{name}=")
    assert "Path=/tips-of-ada/" in cookie
    assert "Only here." not in answer.text


def test_processes_share_the_limit_of_comments(operated, url, first, second):
    """However a load balancer spreads them, an address has no more comments than at one process."""
    answers = [
        Visitor().write(process, f"{ADA}/tips/t0", f"Number {number}.")
        for number in range(4)
        for process in (first, second)
    ]
    assert [answer.status_code for answer in answers] == [303] * 6 + [429] * 2
    assert 0 < int(answers[-1].headers["retry-after"]) <= 100
    assert "Number 3." in answers[-1].text


def test_processes_share_the_limit_of_webmentions(first, second):
    """The same holds for notices of links, which are limited by themselves."""
    form = {"source": "https://elsewhere.example/1", "target": f"{ADA}/tips/none"}
    codes = [
        process.send("POST", f"{ADA}/webmention", data=form).status_code
        for _ in range(11)
        for process in (first, second)
    ]
    assert codes == [400] * 20 + [429] * 2


# -- live pages -------------------------------------------------------------------------------


@contextmanager
def live(process, page):
    """The messages of an open page."""
    headers = {"Host": httpx.URL(page).netloc.decode()}
    address = process.public + httpx.URL(f"{page}/live").path
    with httpx.stream("GET", address, headers=headers, timeout=PATIENCE) as answer:
        assert answer.status_code == 200
        lines = answer.iter_lines()
        assert next(lines).startswith("retry")
        yield (json.loads(line[6:]) for line in lines if line.startswith("data: "))


def write_directly(operated, bot, text):
    """Store an entry as a process would whose notification is lost."""
    engine = operated.fleet.server.backend.engine
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TEMPORARY TABLE one ON COMMIT DROP AS SELECT * FROM entry WHERE bot = %s"
            " ORDER BY id DESC LIMIT 1",
            (bot,),
        )
        connection.exec_driver_sql(
            "UPDATE one SET id = id + 1, remote_id = remote_id || 'x', text = %s", (text,)
        )
        connection.exec_driver_sql("INSERT INTO entry SELECT * FROM one")
        connection.exec_driver_sql(
            "INSERT INTO entry_event (bot, id, entry, tip, at, change)"
            " SELECT bot, (SELECT max(id) + 1 FROM entry_event WHERE bot = %s), id, tip, at,"
            " 'created' FROM one",
            (bot,),
        )


def test_an_open_page_shows_what_another_process_took(tmp_path, first, second):
    """A browser with a page of one process shows a comment that another one took."""
    address = second.public.replace("127.0.0.1", "live.localhost")
    with running_browser(tmp_path) as browser:
        page = browser.new_page()
        page.goto(f"{address}/below/tips/t0")
        Visitor().write(first, f"{LIVE}/tips/t0", "Seen in the other one.")
        expect(page.get_by_text("Seen in the other one.")).to_be_visible(timeout=PATIENCE * 1000)
        expect(page.get_by_role("link", name="1 new reply")).to_be_visible()
        page.get_by_label("Your name").fill("Bea")
        page.get_by_label("Your reply").fill("Written in a browser.")
        page.get_by_role("button", name="Send reply").click()
        expect(page.get_by_text("Written in a browser.")).to_be_visible()
    assert "Written in a browser." in first.get(f"{LIVE}/tips/t0").text


def test_a_lost_notification_loses_no_message(operated, first, second):
    """What is stored without a notification is shown by every process all the same."""
    Visitor().write(first, f"{EVE}/tips/t0", "The first.")
    with live(first, f"{EVE}/tips/t0") as here, live(second, f"{EVE}/tips/t0") as there:
        write_directly(operated, "eve", "Nobody was told.")
        assert "Nobody was told." in next(here)["html"]
        assert "Nobody was told." in next(there)["html"]


def test_a_lost_listening_connection_loses_no_message(operated, postgres, url, first, second):
    """When the database ends every connection, open pages stay open and show what comes."""
    with live(second, f"{BOB}/tips/t0") as messages:
        postgres.cut(database_name(url))
        until("the processes are back", lambda: first.get(f"{BOB}/tips/t0").status_code == 200)
        Visitor().write(first, f"{BOB}/tips/t0", "After the cut.")
        assert "After the cut." in next(messages)["html"]


# -- changes of the fleet ---------------------------------------------------------------------


def test_a_new_version_is_served(operated, first, second):
    """When a bot uses another version, its site is made anew in every process."""
    operated.write("bob", tips("Ask.", bot=f"name: Robert, site: '{BOB}'"))
    operated.sync()
    for process in (first, second):
        until("the new name", lambda process=process: "Robert" in process.get(f"{BOB}/").text)


@pytest.mark.parametrize("state", [BotState.STOPPED, BotState.EXPORTED])
def test_a_bot_that_left_is_served_no_more(operated, first, state):
    """The site of a stopped or exported bot gets 404, its open pages end, and the others stay."""
    with operated.fleet.store.writing() as tx:
        bob = tx.bots.get("bob")
        tx.bots.put(replace(bob, state=BotState.PAUSED))
    assert first.get(f"{BOB}/").status_code == 200
    with live(first, f"{BOB}/tips/t0") as messages:
        with operated.fleet.store.writing() as tx:
            tx.bots.put(replace(bob, state=state))
        assert list(messages) == []
    until("it is gone", lambda: first.get(f"{BOB}/").status_code == 404)
    assert first.ask("/tls?domain=shared.example").status_code == 200
    assert first.get(f"{ADA}/").status_code == 200
    with operated.fleet.store.writing() as tx:
        tx.bots.put(bob)
    until("it is back", lambda: first.get(f"{BOB}/").status_code == 200)


# -- the internal end point -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("eve.example", 200),
        ("EVE.example", 200),
        ("eve.example.", 200),
        ("shared.example", 200),
        ("other.example", 404),
        ("example", 404),
        ("%", 404),
        ("eve_example", 404),
        ("", 404),
        ("127.0.0.1", 404),
    ],
)
def test_certificates_are_for_hosts_of_bots(first, name, status):
    """Caddy may obtain a certificate for the host of a bot, and for no other name."""
    answer = httpx.get(f"{first.internal}/tls", params={"domain": name})
    assert answer.status_code == status


def test_the_internal_end_point_tells_of_this_process(first, second):
    """Health and metrics are those of the process that is asked."""
    assert first.ask("/healthz").json() == {"ok": True}
    with live(first, f"{EVE}/tips/t0"):
        told = first.ask("/metrics").text
        assert re.search(r"^tipsbot_web_live_pages [1-9]", told, re.MULTILINE)
    assert re.search(r"^tipsbot_web_sites [1-9]", told, re.MULTILINE)
    assert re.search(r'^tipsbot_web_answers_total\{status="2xx"\} [1-9]', told, re.MULTILINE)
    assert "tipsbot_web_sites" in second.ask("/metrics").text
    assert first.ask("/").status_code == 404


# -- trouble ----------------------------------------------------------------------------------


def test_a_lost_database_is_outlived(tmp_path):
    """While the database is down visitors are told to come again; then all goes on by itself."""
    if (found := binaries()) is None:
        pytest.skip(NOT_INSTALLED)
    with (
        running_postgres(found) as server,
        server.database() as url,
        migrated(url),
        fleet_of(url, tmp_path, {"eve": EVE}),
        web_process(url, tmp_path / "data") as web,
    ):
        assert web.get(f"{EVE}/").status_code == 200
        server.stop()
        until(
            "the site is known to be lost",
            lambda: web.get("https://new.example/").status_code == 503,
        )
        until("the page is plain", lambda: "Bot eve" not in web.get(f"{EVE}/").text)
        answer = web.get(f"{EVE}/tips/t0")
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert "Try again soon" in answer.text
        assert web.ask("/healthz").status_code == 503
        assert web.ask("/tls?domain=eve.example").status_code == 503
        assert web.ask("/metrics").status_code == 200
        server.start()
        until("the site is back", lambda: web.get(f"{EVE}/tips/t0").status_code == 200)
        assert web.ask("/healthz").json() == {"ok": True}
        assert web.stop() == 0
    assert "postgresql://" not in (tmp_path / "data" / "log").read_text()


@pytest.mark.parametrize(
    ("visitor", "status"), [("10.1.2.3", 200), ("127.0.0.1", 200), ("8.8.8.8", 404), ("", 404)]
)
def test_a_trusted_proxy_says_who_came(trusting, visitor, status):
    """Through a proxy that is named visitors are where it says, by the protocol that it says."""
    headers = {"X-Forwarded-For": visitor, "X-Forwarded-Proto": "https"}
    assert trusting.get(f"{EVE}/metrics", headers=headers).status_code == status
    cookie = trusting.get(f"{LIVE}/tips/t0", headers=headers).headers["set-cookie"]
    assert "; Secure" in cookie


def test_a_signal_stops_it_in_order(operated, url):
    """On SIGTERM open pages are ended, and the process exits with 0."""
    with web_process(url, operated.fleet.environment.data) as web:
        with live(web, f"{EVE}/tips/t0") as messages:
            web.process.terminate()
            with suppress(httpx.RemoteProtocolError):
                assert list(messages) == []
        assert web.process.wait(PATIENCE) == 0
        with pytest.raises(httpx.ConnectError):
            web.get(f"{EVE}/")


def test_one_that_a_newer_version_left_behind_ends(postgres, postgres_template, tmp_path):
    """Once it cannot work with the tables, the process ends in order with one line that says why."""
    with postgres.database(postgres_template) as url, web_process(url, tmp_path) as web:
        with psycopg.connect(url) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
            connection.execute("UPDATE compatibility SET oldest = '9999'")
        assert web.process.wait(PATIENCE) == 2
    *_, last = (tmp_path / "log").read_text().splitlines()
    assert last.startswith("tipsbot: the PostgreSQL database was written by a newer tipsbot")


NOWHERE = {"TIPSBOT_DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x"}


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "TIPSBOT_DATABASE_URL is not set"),
        (NOWHERE | {"TIPSBOT_KEY_FILE": str(KEY_FILE)}, "it cannot be reached"),
        (NOWHERE, "TIPSBOT_KEY_FILE is not set"),
        (NOWHERE | {"TIPSBOT_KEY_FILE": "none"}, "none cannot be read"),
        (
            {"TIPSBOT_DATABASE_URL": "mysql://u:p@127.0.0.1/x", "TIPSBOT_KEY_FILE": str(KEY_FILE)},
            "no address of a PostgreSQL",
        ),
        ({"TIPSBOT_INTERNAL_BIND": "8141"}, "TIPSBOT_INTERNAL_BIND='8141' is no address"),
        ({"TIPSBOT_INTERNAL_BIN": "127.0.0.1:8141"}, "did you mean TIPSBOT_INTERNAL_BIND?"),
    ],
)
def test_what_it_needs_is_said_in_one_line(variables, told):
    """Without what it needs the command ends with one line that says what to set."""
    given = {name: value for name, value in os.environ.items() if "TIPSBOT" not in name}
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "web"],
        check=False,
        env=given | variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ended.returncode not in (0, 70)
    (line,) = ended.stderr.splitlines()
    assert told in line
    assert "u:p" not in line
