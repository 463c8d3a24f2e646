"""Learning: what each network says of its own rules, without planning ever waiting for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.app.accounts.refresh_limits import STALE, KnownCapabilities, LimitsRefresher
from bot.core.model.capabilities import TextLimit, Unit
from tests.app.harness import EIGHT
from tests.contract.memory import KIND, TRAITS
from tests.core.samples import HOUR, account

WIDE = replace(TRAITS, text=TextLimit(unit=Unit.GRAPHEMES, limit=5000))
TOWN = account(kind="memory")


def refresher(harness, rules):
    """What asks networks for their rules."""
    return LimitsRefresher(
        store=harness.store,
        clock=harness.clock,
        rules=rules,
        platform=lambda one: harness.platforms[one.name],
    )


@pytest.fixture
def rules(harness):
    """What is known of networks' rules."""
    return KnownCapabilities(store=harness.store, kinds={"memory": KIND})


@pytest.fixture
def ask(harness, rules):
    """One step of learning in town."""
    learner = refresher(harness, rules)
    return lambda: learner.step(TOWN)


def test_until_it_is_asked_the_kind_decides(harness, rules, ask):
    """Before a network was ever reached its kind's rules hold, and planning waits for nothing."""
    harness.networks["town"].go_down()
    assert not ask()
    assert rules.of(TOWN) == TRAITS


def test_what_it_says_holds(harness, rules, ask):
    """A network's own rules hold from the moment it is asked, and after a restart."""
    harness.networks["town"].traits = WIDE
    assert rules.of(TOWN) == TRAITS
    assert ask()
    assert rules.of(TOWN) == WIDE
    assert KnownCapabilities(store=harness.store, kinds={"memory": KIND}).of(TOWN) == WIDE


def test_what_another_process_learned_holds(harness, rules, ask):
    """A process goes by what another one learned: at first, and when the rules change later."""
    elsewhere = KnownCapabilities(store=harness.store, kinds={"memory": KIND})
    learner = refresher(harness, elsewhere)
    assert elsewhere.of(TOWN) == TRAITS
    harness.networks["town"].traits = WIDE
    assert ask()
    assert elsewhere.of(TOWN) == WIDE
    harness.networks["town"].traits = TRAITS
    harness.clock.advance(STALE)
    assert ask()
    assert learner.step(TOWN)
    assert elsewhere.of(TOWN) == TRAITS


def test_it_is_asked_now_and_then(harness, rules, ask):
    """A network is asked again when what we know is half a day old, and not before."""
    assert ask()
    harness.networks["town"].traits = WIDE
    harness.clock.advance(STALE - HOUR)
    assert ask()
    assert rules.of(TOWN) == TRAITS
    harness.clock.advance(HOUR)
    assert ask()
    assert rules.of(TOWN) == WIDE


def test_old_rules_are_better_than_none(harness, rules, ask):
    """A network that cannot be asked again keeps its rules, and each time it is said."""
    harness.networks["town"].traits = WIDE
    ask()
    harness.clock.advance(STALE)
    harness.networks["town"].revoke()
    with capture_logs() as logs:
        assert [ask(), ask()] == [False, False]
    assert [line["event"] for line in logs] == ["cannot_learn"] * 2
    assert rules.of(TOWN) == WIDE
    with harness.store.reading() as tx:
        assert tx.accounts.get("town").learned_at == EIGHT
