"""`fleet status`: what needs a person over all bots, the worst first."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from bot.app.alerts.stored_state import ALERTS
from bot.app.fleet.attention import FleetStatus, fleet_status
from bot.app.fleet.finding import Trouble
from bot.core.alerts.state import AlertState
from bot.core.alerts.trouble import KnownTrouble, TroubleKind
from bot.core.alerts.trouble import Trouble as OfOneBot
from bot.core.fleet.bot import Quotas
from bot.core.fleet.circuit_breaker import OPENS_AT
from bot.core.model.delivery import State
from bot.core.model.schedule import Outcome, Slot
from bot.core.ports.account_store import Pause
from bot.core.ports.posting_store import SlotRecord
from bot.store.postgres.host_health import FleetHosts
from bot.store.tables import deliveries
from tests.bootstrap.fleet.conftest import tips
from tests.core.samples import HOUR, delivery, entry, post

pytestmark = pytest.mark.postgresql

MASTODON = (
    "platforms: {site: {}, town: {kind: mastodon, server: 'https://town.net', link: never}}\n"
)


def status_of(fleet) -> FleetStatus:
    """The status of all bots."""
    return fleet_status(fleet.store, fleet.secrets, fleet.open_hosts)


def found(operated) -> list[tuple[str, Trouble]]:
    """What needs a person, in its order."""
    status = status_of(operated.fleet)
    return [(one.bot, one.trouble) for one in status.findings]


def writing(operated, bot: str):
    """A transaction of one bot."""
    return operated.fleet.server.database(bot).store.writing()


def have_secrets(operated, **variables: str):
    """Have a folder of secrets on this machine, with nothing in it."""
    folder = operated.directory.parent / "secrets"
    folder.mkdir()
    environ = operated.fleet.environment
    environ = replace(environ, variables=variables | {"TIPSBOT_SECRETS": str(folder)})
    operated.fleet = replace(operated.fleet, environment=environ)
    return folder


def refuse(operated, bot: str, age: timedelta, **values) -> None:
    """Have a post refused that was due so long ago."""
    now = operated.fleet.server.backend.clock.now()
    due = now - age
    waiting = delivery(due=due, deadline=now + HOUR, not_before=due, **values)
    with writing(operated, bot) as tx:
        planned = tx.ledger.plan(waiting)
        sending = replace(planned, state=State.SENDING, attempt=1)
        assert tx.ledger.move(planned, sending, now)
        refused = replace(sending, state=State.REFUSED, reason="too rude")
        assert tx.ledger.move(sending, refused, now)


def note(operated, bot: str, *kinds: TroubleKind, problem: str | None = None) -> None:
    """Note these troubles of a bot's account, as a worker does that looked."""
    now = operated.fleet.server.backend.clock.now()
    known = [
        KnownTrouble(trouble=OfOneBot(kind=kind, name="town", what="so", account="town"), since=now)
        for kind in kinds
    ]
    with writing(operated, bot) as tx:
        ALERTS.write(tx, AlertState(known=tuple(known), problem=problem), now)


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
    have_secrets(operated)
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
    folder = have_secrets(operated, TIPSBOT_TOWN_ACCESS_TOKEN="of another")
    status = status_of(operated.fleet)
    (finding,) = status.findings
    assert finding.what == (
        "account town: ada/town_access_token is not in TIPSBOT_SECRETS; "
        "put it below the folder that it names"
    )
    (folder / "ada").mkdir()
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


@pytest.mark.parametrize(
    ("age", "values", "is_told"),
    [
        (timedelta(days=6), {}, True),
        (timedelta(days=8), {}, False),
        (HOUR, {"post": post(in_reply_to="7"), "slot": "thanks/7", "tip": None}, False),
    ],
)
def test_a_refused_post_is_told_for_a_week(operated, age, values, is_told):
    """As for one bot: with its reason until a week after it was due, acknowledgements aside."""
    operated.write("ada")
    operated.sync()
    refuse(operated, "ada", age, account="site", **values)
    status = status_of(operated.fleet)
    told = [(one.trouble, one.what) for one in status.findings]
    expected = [(Trouble.REFUSED_POST, "delivery 1 on site: too rude")]
    assert (told, status.needs_person) == (expected if is_told else [], is_told)


def test_alerts_without_an_address_are_told(operated):
    """A bot with `alerts:` needs the file with their address; one without needs none."""
    operated.write("ada", tips("Ask.", more="alerts: {}\n"))
    operated.write("bob")
    operated.sync()
    folder = have_secrets(operated)
    note(operated, "ada", problem="alerts: ada/alerts_url is not in TIPSBOT_SECRETS")
    (finding,) = status_of(operated.fleet).findings
    assert (finding.bot, finding.trouble) == ("ada", Trouble.MISSING_SECRETS)
    assert finding.what.startswith("alerts: ada/alerts_url is not in TIPSBOT_SECRETS; put it")
    (folder / "ada").mkdir()
    (folder / "ada" / "alerts_url").write_text("ntfy://topic")
    assert found(operated) == [("ada", Trouble.NO_ALERTS)]
    note(operated, "ada")
    assert found(operated) == []


def test_what_workers_noted_is_told(operated):
    """What only a bot's settings show is told as it was noted, and nothing that is told already."""
    operated.write("ada", tips("Ask.", more=MASTODON))
    operated.write("old")
    operated.sync()
    note(operated, "ada", *TroubleKind)
    note(operated, "old", TroubleKind.DRY)
    shutil.rmtree(operated.directory / "old")
    operated.sync()
    noted = [
        ("ada", Trouble.MISSING_SECRETS),
        ("ada", Trouble.HELD_ACCOUNT),
        ("ada", Trouble.UNREACHABLE),
        ("ada", Trouble.BUDGET),
        ("ada", Trouble.DRY),
        ("old", Trouble.STOPPED),
    ]
    assert found(operated) == noted
    assert status_of(operated.fleet).findings[2].what == "town: so"
    now = operated.fleet.server.backend.clock.now()
    with writing(operated, "ada") as tx:
        tx.accounts.pause(
            Pause(name="account:town", reason="refused", since=now, by_operator=False)
        )
    folder = have_secrets(operated)
    (folder / "ada").mkdir()
    (folder / "ada" / "town_access_token").write_text("token\n")
    assert found(operated) == noted[1:]


def test_a_used_up_quota_of_posts_is_told(operated):
    """Slots that were skipped for it are told for a day; those that an operator skipped are not."""
    operated.write("ada")
    operated.sync()
    with operated.fleet.store.writing() as tx:
        tx.bots.put(replace(tx.bots.get("ada"), quotas=Quotas(posts_per_day=1)))
    now = operated.fleet.server.backend.clock.now()
    for hours, why in ((30, "the bot's quota is 1 posts a day"), (2, "by hand")):
        slot = Slot(schedule="s", key=str(hours), due=now - hours * HOUR)
        with writing(operated, "ada") as tx:
            tx.slots.record(SlotRecord(slot=slot, outcome=Outcome.SKIPPED, tip=None, why=why))
    assert found(operated) == []
    slot = Slot(schedule="s", key="1", due=now - HOUR)
    why = "the bot's quota is 1 posts a day"
    with writing(operated, "ada") as tx:
        tx.slots.record(SlotRecord(slot=slot, outcome=Outcome.SKIPPED, tip=None, why=why))
    (finding,) = status_of(operated.fleet).findings
    assert (finding.trouble, finding.what) == (
        Trouble.POSTS_FULL,
        f"slots without a post within a day: 1; {why}",
    )


def test_many_bots_cost_no_more_queries(operated):
    """The number of queries is the same for one bot in need and for several."""
    numbers = set()
    for bots in (("b0",), ("b1", "b2", "b3")):
        for bot in bots:
            operated.write(bot, tips("Ask.", more="alerts: {}\n"))
        operated.sync()
        for bot in bots:
            note(operated, bot, *TroubleKind)
            refuse(operated, bot, HOUR, account="site")
            with operated.fleet.store.writing() as tx:
                quotas = Quotas(entries=1, posts_per_day=1)
                tx.bots.put(replace(tx.bots.get(bot), quotas=quotas))
        numbers.add(queries_of_a_status(operated))
    assert len(numbers) == 1


def queries_of_a_status(operated) -> int:
    """How many statements the status of all bots costs."""
    statements: list[str] = []

    def count(*given: Any) -> None:
        statements.append(given[2])

    engine = operated.fleet.server.backend.engine
    event.listen(engine, "before_cursor_execute", count)
    status_of(operated.fleet)
    event.remove(engine, "before_cursor_execute", count)
    return len(statements)
