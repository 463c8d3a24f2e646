"""`fleet status`: what needs a person over all bots, the worst first."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.app.fleet.attention import FleetStatus, Trouble, fleet_status
from bot.core.fleet.bot import Quotas
from bot.core.fleet.circuit_breaker import OPENS_AT
from bot.core.model.delivery import State
from bot.core.ports.account_store import Pause
from bot.store.postgres.host_health import FleetHosts
from bot.store.tables import deliveries
from tests.bootstrap.fleet.conftest import tips
from tests.core.samples import delivery, entry

pytestmark = pytest.mark.postgresql

MASTODON = (
    "platforms: {site: {}, town: {kind: mastodon, server: 'https://town.net', link: never}}\n"
)


def status_of(fleet) -> FleetStatus:
    """The status of all bots."""
    return fleet_status(fleet.store, fleet.missing_secrets, fleet.open_hosts)


def found(operated) -> list[tuple[str, Trouble]]:
    """What needs a person, in its order."""
    status = status_of(operated.fleet)
    return [(one.bot, one.trouble) for one in status.findings]


def writing(operated, bot: str):
    """A transaction of one bot."""
    return operated.fleet.server.database(bot).store.writing()


def test_nothing_needs_a_person(operated):
    """A fleet that is in order has no findings."""
    operated.write("ada")
    operated.sync()
    status = status_of(operated.fleet)
    assert (status.findings, status.needs_person) == ((), False)


def test_the_worst_comes_first(operated):
    """Refused files, then secrets, unsure posts, held accounts, late posts, stopped bots."""
    for bot in ("late", "held", "unsure", "refused", "stopped"):
        operated.write(bot)
    operated.write("keyless", tips("Ask.", more=MASTODON))
    operated.sync()
    operated.write("refused", "bot: 5")
    shutil.rmtree(operated.directory / "stopped")
    operated.sync()
    now = operated.fleet.server.backend.clock.now()
    before = now - timedelta(hours=30)
    waiting = replace(delivery(), due=before, deadline=now + timedelta(days=1), not_before=before)
    with writing(operated, "late") as tx:
        tx.ledger.plan(waiting)
    with writing(operated, "unsure") as tx:
        planned = tx.ledger.plan(waiting)
        tx.ledger.move(planned, replace(planned, state=State.UNSURE, sent_at=before), now)
    with writing(operated, "held") as tx:
        tx.accounts.pause(
            Pause(name="account:site", reason="refused", since=before, by_operator=False)
        )
    (operated.directory / "secrets").mkdir()
    variables = {"TIPSBOT_SECRETS": str(operated.directory / "secrets")}
    environ = replace(operated.fleet.environment, variables=variables)
    operated.fleet = replace(operated.fleet, environment=environ)
    assert found(operated) == [
        ("refused", Trouble.REFUSED_FILE),
        ("keyless", Trouble.MISSING_SECRETS),
        ("unsure", Trouble.UNSURE_POST),
        ("held", Trouble.HELD_ACCOUNT),
        ("late", Trouble.LATE_POST),
        ("stopped", Trouble.STOPPED),
    ]


def test_a_bot_without_secrets_is_told_which_file_is_missing(operated):
    """The message names the file below the folder of the secrets; with it nothing is missing."""
    operated.write("ada", tips("Ask.", more=MASTODON))
    operated.sync()
    folder = operated.directory.parent / "secrets"
    (folder / "ada").mkdir(parents=True)
    variables = {"TIPSBOT_SECRETS": str(folder), "TIPSBOT_TOWN_ACCESS_TOKEN": "of another"}
    environ = replace(operated.fleet.environment, variables=variables)
    operated.fleet = replace(operated.fleet, environment=environ)
    status = status_of(operated.fleet)
    (finding,) = status.findings
    assert finding.what == (
        "account town: ada/town_access_token is not in TIPSBOT_SECRETS; "
        "put it below the folder that it names"
    )
    (folder / "ada" / "town_access_token").write_text("token\n")
    assert found(operated) == []


@pytest.mark.parametrize("pause", ["account:site", None])
def test_posts_of_a_paused_account_are_not_late(operated, pause):
    """What waits because somebody paused it needs nobody."""
    operated.write("ada")
    operated.sync()
    now = operated.fleet.server.backend.clock.now()
    before = now - timedelta(hours=1)
    with writing(operated, "ada") as tx:
        tx.ledger.plan(
            replace(
                delivery(account="site"),
                due=before,
                deadline=now + timedelta(days=1),
                not_before=before,
            )
        )
        if pause:
            tx.accounts.pause(Pause(name=pause, reason="by hand", since=before))
    assert found(operated) == ([] if pause else [("ada", Trouble.LATE_POST)])


def plan_late(operated, account: str):
    """A bot with a post of this account that was due an hour ago; the present moment."""
    operated.write("ada", tips("Ask.", more=MASTODON))
    operated.sync()
    now = operated.fleet.server.backend.clock.now()
    before = now - timedelta(hours=1)
    late = replace(delivery(account=account), due=before, deadline=now + timedelta(days=1))
    with writing(operated, "ada") as tx:
        tx.ledger.plan(replace(late, not_before=before))
    return now


@pytest.mark.parametrize(
    ("seconds", "expected"), [(30, []), (-30, []), (-90, [("ada", Trouble.LATE_POST)])]
)
def test_a_held_post_is_not_late(operated, seconds, expected):
    """A post that keeps a gap needs nobody, unless no worker looked at it for a minute."""
    now = plan_late(operated, "site")
    with operated.fleet.server.backend.engine.begin() as connection:
        held = now + timedelta(seconds=seconds)
        connection.execute(update(deliveries).values(held_until=held))
    assert found(operated) == expected


@pytest.mark.parametrize("account", ["town", "site"])
def test_a_server_that_rests(operated, account):
    """It is told with its failures and needs nobody; only posts for it are not late meanwhile."""
    plan_late(operated, account)
    hosts = FleetHosts(backend=operated.fleet.server.backend)
    for _ in range(OPENS_AT):
        assert status_of(operated.fleet).open_hosts == ()
        hosts.failed("town.net")
    (host,) = status_of(operated.fleet).open_hosts
    assert (host.host, host.failures) == ("town.net", OPENS_AT)
    assert found(operated) == ([] if account == "town" else [("ada", Trouble.LATE_POST)])
    hosts.succeeded("town.net")
    assert status_of(operated.fleet).open_hosts == ()


def test_a_used_up_quota_of_entries_is_told(operated):
    """Who keeps as many entries as it may is told before anybody asks where replies are."""
    operated.write("ada")
    operated.sync()
    with writing(operated, "ada") as tx:
        tx.log.keep(entry(), operated.fleet.server.backend.clock.now())
    for most, expected in ((2, []), (1, [("ada", Trouble.FULL)])):
        with operated.fleet.store.writing() as tx:
            tx.bots.put(replace(tx.bots.get("ada"), quotas=Quotas(entries=most)))
        assert found(operated) == expected
