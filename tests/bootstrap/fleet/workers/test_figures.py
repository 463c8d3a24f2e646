"""The figures of a fleet: what is late, what is held, what failed, and what they cost to read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, text

from bot.core.fleet.bot import BotState
from bot.core.fleet.circuit_breaker import OPENS_AT
from bot.core.fleet.figures import LATEST
from bot.core.model.delivery import State
from bot.store.postgres.figures import FleetWatch, read_figures
from bot.store.postgres.host_health import FleetHosts
from bot.store.postgres.processes import FleetProcesses
from bot.store.postgres.tables import fleet_bots, fleet_processes, fleet_tasks
from bot.store.tables import deliveries
from tests.bootstrap.fleet.workers.samples import now
from tests.core.samples import HOUR, MINUTE

pytestmark = [pytest.mark.postgresql, pytest.mark.quick]


@pytest.fixture
def read(fleet):
    """Reads the figures now."""
    return lambda: read_figures(fleet.server.backend)


def minutes(late):
    """A lateness in whole minutes."""
    return round(late / MINUTE)


def test_an_empty_fleet(read):
    """Without bots nothing is due and nothing late, and each state has a number."""
    found = read()
    assert found.bots == {state.value: 0 for state in BotState}
    assert (found.due, found.late, found.is_late) == (0, timedelta(0), False)


def test_bots_and_processes_are_counted(fleet, read):
    """Bots are counted by state and processes by kind, without those that have ended."""
    fleet.bot("a")
    fleet.bot("b", state=BotState.PAUSED)
    for name, kind in (("w1", "worker"), ("w2", "worker"), ("web", "web")):
        FleetProcesses(backend=fleet.server.backend, name=name, kind=kind, slots=4).beat()
    none = {state.value: 0 for state in BotState}
    assert read().bots == none | {"running": 1, "paused": 1}
    assert read().processes == {"worker": 2, "web": 1}
    fleet.change(fleet_processes, seen_at=now() - HOUR)
    assert read().processes == {}


HELD = {
    "nobody looked at it": ({"handed_until": None}, True),
    "it is not due yet": ({"not_before": HOUR}, False),
    "it waits for a gap": ({"reason": "a gap", "held_until": MINUTE}, False),
    "a reason that nobody looked at again": ({"reason": "a gap"}, True),
    "the reason of long ago": ({"reason": "a gap", "held_until": -5 * MINUTE}, True),
    "handed out, and lost": ({"handed_until": -MINUTE}, True),
    "it is unsure": ({"state": State.UNSURE}, False),
    "it is posted": ({"state": State.POSTED}, False),
    "it is being sent": ({"state": State.SENDING, "lease_until": MINUTE}, False),
}
"""What is changed, moments as spans from now on, and whether the post is late then."""


@pytest.mark.parametrize(("changes", "is_late"), HELD.values(), ids=HELD)
def test_what_is_late(fleet, read, changes, is_late):
    """A post is late that could have been sent for two minutes and that nothing holds back."""
    fleet.bot("a", "town", due=now() + HOUR)
    fleet.post("a", late=3 * MINUTE)
    moments = {name: now() + one for name, one in changes.items() if isinstance(one, timedelta)}
    fleet.change(deliveries, **{**changes, **moments})
    found = read()
    assert (minutes(found.late), found.is_late) == ((3, True) if is_late else (0, False))


@pytest.mark.parametrize("state", [state for state in BotState if state is not BotState.RUNNING])
def test_a_bot_that_does_not_run_is_not_late(fleet, read, state):
    """What waits of a paused or stopped bot is nobody's fault."""
    fleet.bot("a", "town", state=state, due=now() - HOUR)
    fleet.post("a", late=HOUR)
    assert (read().due, read().late, read().overdue_tasks) == (0, timedelta(0), 0)


def test_a_server_that_rests_makes_nothing_late(fleet, read):
    """What waits for a server that is asked nothing is due and not late; the server is counted."""
    fleet.bot("a", "town", due=now() - HOUR)
    fleet.post("a", late=HOUR)
    hosts = FleetHosts(backend=fleet.server.backend)
    for _ in range(OPENS_AT):
        hosts.failed("town.example")
    fleet.change(fleet_tasks, due=now() - HOUR)
    with fleet.server.backend.engine.begin() as connection:
        connection.execute(text("DELETE FROM fleet_task WHERE job = 'plan'"))
    found = read()
    assert (found.due, found.late, found.open_hosts, found.overdue_tasks) == (1, timedelta(0), 1, 0)
    fleet.end_rest()
    assert (read().open_hosts, read().overdue_tasks, read().is_late) == (0, 1, True)


def test_a_slot_that_nobody_plans_is_late(fleet, read):
    """Without workers no post comes due, so a slot that is not planned counts like a late post."""
    fleet.bot("a", due=now() - 3 * MINUTE)
    assert (minutes(read().late), read().overdue_tasks, read().due) == (3, 1, 0)
    fleet.work.tasks(1, 8)
    assert (read().is_late, read().overdue_tasks) == (False, 0)


def test_what_was_posted_and_what_is_unsure(fleet, read):
    """Posts of the last hour and unsure posts are counted."""
    fleet.bot("a", "town")
    fleet.bot("b", "town")
    for slot in ("a/1", "a/2", "a/3"):
        fleet.post("a", slot=slot)
    fleet.change(deliveries, state=State.POSTED, posted_at=now() - MINUTE)
    fleet.post("b")
    with fleet.server.backend.engine.begin() as connection:
        connection.execute(
            text("UPDATE delivery SET posted_at = NULL, state = 'unsure' WHERE bot = 'b'")
        )
        connection.execute(
            text("UPDATE delivery SET posted_at = posted_at - interval '2 h' WHERE slot = 'a/1'")
        )
    assert (read().posted, read().unsure) == (2, 1)
    fleet.change(fleet_bots, state=BotState.STOPPED)
    assert read().unsure == 0


def test_they_are_read_once_for_all_who_ask(fleet):
    """However often a process is asked, the database is asked once in a while."""
    asked = []

    @event.listens_for(fleet.server.backend.engine, "before_cursor_execute")
    def note(*given):
        asked.append(given[2])

    watch = FleetWatch(backend=fleet.server.backend)
    first = watch.figures()
    number = len(asked)
    assert watch.figures() is first
    assert len(asked) == number
    assert (LATEST, first.is_late) == (2 * MINUTE, False)


def test_old_posts_cost_nothing(fleet):
    """No query reads the posts that are settled, however many there are."""
    asked = []

    @event.listens_for(fleet.server.backend.engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, parameters, *_):
        if "FROM delivery" in statement:
            asked.append((statement, parameters))

    read_figures(fleet.server.backend)
    plans = []
    with fleet.server.backend.engine.connect() as connection:
        connection.execute(text("SET enable_seqscan = off"))
        cursor = connection.connection.cursor()
        for statement, parameters in asked:
            cursor.execute(f"EXPLAIN {statement}", parameters)
            plans.append(str(cursor.fetchall()))
    assert ["ix_delivery_due" in plan for plan in plans] == [True, False]
    assert ["ix_delivery_posted" in plan for plan in plans] == [False, True]
