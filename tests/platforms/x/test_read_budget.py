"""The bound on what listening costs on X, from the tips file to the bill and to what status says."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.app.posting.by_hand.post_now import post
from bot.app.posting.by_hand.retract import retract
from bot.app.status.status import status
from bot.bootstrap.container import open_container
from bot.cli.status.status_record import record
from bot.cli.status.status_text import lines as status_lines
from bot.core.errors import OutcomeUnknown
from bot.core.ports.platform import PostRemover
from bot.platforms.catalogue import KINDS
from bot.platforms.x import PRICES
from bot.scheduler.crontab import check_cron
from bot.tips_file.load import parse
from tests.servers.x import Trouble, XServer

TIPS = """\
bot: {{name: Tips}}
platforms:
  site: {{}}
  x: {{api: "{api}", {settings}}}
tips: [{{id: a, title: A tip, text: What it means.}}]
"""
DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture
def x():
    """A strict X on which many people talk to the bot."""
    with XServer() as server:
        for number in range(60):
            who = server.add_user(f"u{number}")
            server.say(who, f"@{server.bot.username} hello {number}")
        yield server


def opened(x, tmp_path, settings):
    """The parts of a bot with these settings on that X."""
    file = tmp_path / "tips.yaml"
    file.write_text(TIPS.format(api=x.url, settings=settings), encoding="utf-8")
    return open_container(file, variables=x.variables)


def listen(container):
    """Listen on X until nothing more is heard; everything that `status` says of it then."""
    account = container.config.account("x")
    while container.mention_poller.step(account):
        pass
    found = status(
        container.database.store, container.timetable, container.config, container.clock.now()
    )
    lines = "\n".join(status_lines(found, ZoneInfo("UTC"), {}, running=True))
    [account] = [one for one in record(found, {}, running=True)["accounts"] if one["name"] == "x"]
    return lines, account


@pytest.mark.parametrize("cap", ["0.30", "0.50"])
def test_the_bound_holds(x, tmp_path, cap):
    """What X bills for listening stays within the bound in the file, and status shows both."""
    container = opened(x, tmp_path, f"listening_budget: {cap}")
    lines, record = listen(container)
    assert Decimal("0.1") < x.billed <= Decimal(cap)
    assert f"reading cost this month: ${x.billed:.2f} of ${cap}" in lines
    assert "cannot read replies: what is left of this month's money for listening" in lines
    assert (record["listened"], record["listening_budget"]) == (float(x.billed), float(cap))
    container.close()


def test_the_accounts_bound_holds_too(x, tmp_path):
    """Listening never costs more than the account may cost in all."""
    container = opened(x, tmp_path, "monthly_budget: 0.40")
    lines, record = listen(container)
    assert x.billed <= Decimal("0.40")
    assert record["listening_budget"] == 5
    assert "cannot read replies" in lines
    container.close()


def test_raising_it(x, tmp_path):
    """Once the operator has raised the bound the rest is heard, where the bot stood."""
    container = opened(x, tmp_path, "listening_budget: 0.30")
    listen(container)
    with container.database.store.reading() as tx:
        assert len(tx.log.entries()) < 60
    container.close()
    container = opened(x, tmp_path, "listening_budget: 9")
    lines, record = listen(container)
    with container.database.store.reading() as tx:
        assert len(tx.log.entries()) == 60
    assert "cannot read replies" not in lines
    assert record["unheard"] == []
    container.close()


@pytest.mark.parametrize("trouble", [None, Trouble.COMMIT_DROP, Trouble.COMMIT_500])
def test_a_deletion_is_paid_for(x, tmp_path, trouble):
    """Taking a post back counts in what the month cost, but not in what listening cost."""
    container = opened(x, tmp_path, "monthly_budget: 9, link: never")
    account = container.config.account("x")
    store, now = container.database.store, container.clock.now()
    [planned] = post(store, container.drafter, container.config, "a", ["x"], now, again=False)
    container.deliverer.step(container.config, account)
    with container.database.store.reading() as tx:
        before = tx.accounts.spent("x", container.clock.now())
    if trouble is not None:
        x.fail(trouble, method="DELETE")
    with suppress(OutcomeUnknown):
        retract(store, planned.id, container.adapters.port(PostRemover, "x"), container.clock.now())
    with container.database.store.reading() as tx:
        spent = tx.accounts.spent("x", container.clock.now())
        listened = tx.accounts.listened("x", container.clock.now())
    assert (spent - before, listened) == (PRICES.delete, 0)
    assert x.billed == spent
    container.close()


def settings(text):
    """The account on X that this file describes."""
    file = TIPS.format(api="https://x.example.org", settings=text).encode()
    return parse(file, "tips.yaml", KINDS, check_cron)[0].account("x")


def test_unless_set():
    """Unless the file says otherwise a flood costs five dollars at most, and a reply a week's looks."""
    account = settings("")
    assert (account.listening_budget, account.fresh_days) == (Decimal(5), 7)


def test_the_prices_in_the_documentation():
    """What the documentation says that fresh words cost is what they cost."""
    text = (DOCS / "platforms" / "x.md").read_text(encoding="utf-8")
    table = text.partition("| `fresh_days` |")[2].partition("\n\n")[0]
    rows = [line.split("|") for line in table.splitlines()[2:]]
    assert rows
    for _, days, _, price, *_ in rows:
        cost = int(days.split(",")[0]) * PRICES.read_other
        assert price.strip() == (f"${cost:.3f}" if cost else "nothing more")


def test_a_year():
    """The longest that words can be kept fresh is a leap year."""
    assert settings("fresh_days: 366").fresh_days == timedelta(days=366).days
