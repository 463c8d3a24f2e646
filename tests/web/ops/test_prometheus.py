"""The figures for Prometheus, read as it reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.core.model.schedule import Outcome, Slot
from bot.core.model.site_page import Comment
from bot.core.ports.posting_store import SlotRecord
from tests.site import NINE, TIP, running_site


@pytest.fixture
def site(tmp_path):
    """A site that has posted nothing yet."""
    with running_site(tmp_path) as running:
        yield running


def samples(site):
    """Every figure, by its name and labels."""
    answer = httpx.get(f"{site.url}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_what_was_done_is_counted(site):
    """Outcomes, lateness, reads, spending and lag are figures, each with its account."""
    site.clock.move(timedelta(minutes=1))
    site.posted("mastodon", "https://town.example/1")
    site.keep("1", "I disagree")
    with site.database.store.writing() as tx:
        missed = Slot(schedule="mornings", key="k", due=NINE)
        tx.slots.record(SlotRecord(slot=missed, outcome=Outcome.MISSED, tip=None, why="late"))
        tx.accounts.spend("mastodon", "post", Decimal("0.25"), site.clock.now())
    site.clock.move(timedelta(minutes=2))
    told = samples(site)
    assert told["tipsbot_slots_total", "missed"] == 1
    assert told["tipsbot_deliveries", "mastodon", "posted"] == 1
    assert told["tipsbot_deliveries", "mastodon", "unsure"] == 0
    assert told["tipsbot_entries_total", "mastodon", "reply"] == 1
    assert told["tipsbot_lateness_seconds", "0.99", "mastodon"] == 0
    assert told["tipsbot_spent_dollars", "mastodon"] == 0.25
    assert told["tipsbot_listened_dollars", "mastodon"] == 0
    assert told["tipsbot_last_post_timestamp_seconds", "mastodon"] == NINE.timestamp() + 60
    assert told["tipsbot_waiting_seconds", "mastodon"] == 0
    assert told["tipsbot_needs_person",] == 0


def test_what_listening_cost(site):
    """What reading cost this month, and what it may cost, are figures of their own."""
    plain = site.config
    bound = replace(plain.accounts[1], listening_budget=Decimal("2.50"))
    site.config = replace(plain, accounts=(plain.accounts[0], bound))
    with site.database.store.writing() as tx:
        tx.accounts.spend("mastodon", "post", Decimal("0.25"), site.clock.now())
        tx.accounts.spend("mastodon", "listen", Decimal("0.03"), site.clock.now())
    told = samples(site)
    assert told["tipsbot_spent_dollars", "mastodon"] == 0.28
    assert told["tipsbot_listened_dollars", "mastodon"] == 0.03
    assert told["tipsbot_listening_budget_dollars", "mastodon"] == 2.5
    assert ("tipsbot_listening_budget_dollars", "site") not in told


def test_what_waits_for_the_operator(site):
    """How many comments are held and how long the first waits are figures, and no alarm."""
    site.publish()
    assert samples(site)["tipsbot_held_seconds",] == 0
    for name in ("c1", "c2"):
        held = Comment(id=name, tip=TIP, name="Ada", text="Hm.", at=site.clock.now(), owner="o")
        site.database.pages.write(replace(held, held=True))
        site.clock.move(timedelta(minutes=5))
    site.poll()
    told = samples(site)
    assert (told["tipsbot_held_comments",], told["tipsbot_held_seconds",]) == (2, 600)
    assert told["tipsbot_needs_person",] == 0
    assert httpx.get(f"{site.url}/healthz").status_code == 200


def test_how_long_replies_were_not_read(site):
    """The lag of listening grows while nothing is read; before the first time there is none."""
    assert ("tipsbot_listening_lag_seconds", "site") not in samples(site)
    with site.database.store.writing() as tx:
        tx.accounts.heard("site", site.platform.poll(None), site.clock.now())
    site.clock.move(timedelta(minutes=5))
    assert samples(site)["tipsbot_listening_lag_seconds", "site"] == 300


def test_figures_are_for_near_machines_only(tmp_path):
    """A visitor from elsewhere is told nothing: what the bot spends is the operator's."""
    with running_site(tmp_path, trusted_proxies=("127.0.0.1",)) as site:
        for visitor, code in (("10.1.2.3", 200), ("::1", 200), ("8.8.8.8", 404), ("2a00::1", 404)):
            headers = {"X-Forwarded-For": visitor}
            assert httpx.get(f"{site.url}/metrics", headers=headers).status_code == code
