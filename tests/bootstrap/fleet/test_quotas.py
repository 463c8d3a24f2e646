"""What a bot of a fleet may use at most: posts a day, and entries that are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from bot.app.discussion.ingest import take_in
from bot.bootstrap.fleet.bots import FleetContainers
from bot.core.fleet.bot import Quotas
from bot.core.model.schedule import Outcome
from tests.bootstrap.fleet.conftest import tips
from tests.core.samples import entry

pytestmark = pytest.mark.postgresql


@pytest.fixture
def ada(operated):
    """The parts of a bot that posts every six hours."""
    text = tips("One.", "Two.").replace("every: 1d", "every: 6h, late: 7d")
    operated.write("ada", text)
    operated.sync()
    containers = FleetContainers(
        server=operated.fleet.server,
        fleet=operated.fleet.store,
        environment=operated.fleet.environment,
    )
    return containers.require("ada").container


def limit(operated, **quotas: int) -> None:
    """Limit what the bot may use."""
    with operated.fleet.store.writing() as tx:
        tx.bots.put(replace(tx.bots.get("ada"), quotas=Quotas(**quotas)))


def outcomes(ada, slots: int) -> list[Outcome]:
    """What became of the slots of a day, one after another."""
    (schedule,) = ada.config.schedules
    midnight = ada.clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    ada.planner.work(ada.config, schedule, midnight - timedelta(seconds=1))
    for number in range(slots):
        ada.planner.work(ada.config, schedule, midnight + timedelta(hours=6 * number, minutes=1))
    with ada.store.reading() as tx:
        return [one.outcome for one in reversed(tx.slots.recent(100))]


@pytest.mark.parametrize(
    ("quotas", "expected"),
    [
        ({}, "pppp p"),
        ({"posts_per_day": 4}, "pppp p"),
        ({"posts_per_day": 2}, "ppss p"),
        ({"posts_per_day": 0}, "ssss s"),
        ({"tips": 2}, "pppp p"),
    ],
)
def test_posts_of_a_day_are_limited(operated, ada, quotas, expected):
    """What is over the limit is skipped, and the next day begins anew."""
    limit(operated, **quotas)
    letters = {Outcome.PLANNED: "p", Outcome.SKIPPED: "s"}
    found = "".join(letters[one] for one in outcomes(ada, 5))
    assert f"{found[:4]} {found[4:]}" == expected


def test_a_skipped_slot_says_why(operated, ada):
    """The quota is named beside the slot."""
    limit(operated, posts_per_day=0)
    outcomes(ada, 1)
    with ada.store.reading() as tx:
        (slot,) = tx.slots.recent(1)
    assert slot.why == "the bot's quota is 0 posts a day"


def hear(ada, *heard) -> list[str]:
    """Take in entries; the remote ids of those that are kept and legible."""
    with ada.store.writing() as tx:
        take_in(tx, heard, ada.clock.now(), pseudonyms=ada.pseudonyms, to_us=True)
        found = (tx.log.find("town", f"e{number}") for number in range(10))
        return [one.remote_id for one in found if one is not None and one.is_legible]


def test_entries_over_the_quota_are_not_kept(operated, ada):
    """The first come is kept, nothing older goes for it, and a larger quota lets others in."""
    limit(operated, entries=2)
    heard = [entry(f"e{number}") for number in range(4)]
    assert hear(ada, *heard[:1]) == ["e0"]
    assert hear(ada, *heard) == ["e0", "e1"]
    assert hear(ada, *heard) == ["e0", "e1"]
    limit(operated, entries=3)
    assert hear(ada, heard[3]) == ["e0", "e1", "e3"]
    limit(operated)
    assert hear(ada, *heard) == ["e0", "e1", "e2", "e3"]


def test_known_entries_are_followed_without_room(operated, ada):
    """An edit of a known entry is stored, and so are the bot's own, however full it is."""
    limit(operated, entries=1)
    hear(ada, entry("e0"))
    hear(ada, entry("e0", text="edited", version="2"), entry("e5", ours=True))
    with ada.store.reading() as tx:
        assert tx.log.find("town", "e0").text == "edited"
        assert tx.log.find("town", "e5") is not None


def test_the_same_entry_twice_takes_room_once(operated, ada):
    """A double in one batch is one entry."""
    limit(operated, entries=2)
    assert hear(ada, entry("e0"), entry("e0"), entry("e1")) == ["e0", "e1"]
