"""What is remembered of people: rules by pseudonyms, and the acknowledgements that they had."""

from __future__ import annotations

from datetime import timedelta

from bot.core.discussion.acknowledgement_policy import AcknowledgementState
from bot.core.ports.people_store import Person, PersonRule
from tests.clock import MONDAY
from tests.core.samples import MINUTE

BLOCKED, NO_LOG = PersonRule.BLOCKED, PersonRule.NO_LOG


def test_a_rule_is_laid_down_once(tx):
    """A rule holds from the first time on; the second says that it did already."""
    assert tx.people.add_rule("town", "a", BLOCKED, MONDAY, "@ada")
    assert not tx.people.add_rule("town", "a", BLOCKED, MONDAY, "@eve")
    assert tx.people.blocked() == [Person(account="town", who="a", label="@ada")]


def test_rules_are_looked_up_by_account(tx):
    """Each mask has its own rules, on its own account; who has none is not among them."""
    tx.people.add_rule("town", "a", BLOCKED, MONDAY)
    tx.people.add_rule("town", "a", NO_LOG, MONDAY)
    tx.people.add_rule("town", "b", NO_LOG, MONDAY)
    tx.people.add_rule("sea", "c", BLOCKED, MONDAY)
    found = tx.people.rules("town", ["a", "b", "c", "d"])
    assert found == {"a": {BLOCKED, NO_LOG}, "b": {NO_LOG}}
    assert tx.people.rules("town", []) == {}


def test_a_rule_is_lifted(tx):
    """A rule that was lifted holds no more, and the others go on."""
    tx.people.add_rule("town", "a", BLOCKED, MONDAY)
    tx.people.add_rule("town", "a", NO_LOG, MONDAY)
    assert tx.people.remove_rule("town", "a", BLOCKED)
    assert not tx.people.remove_rule("town", "a", BLOCKED)
    assert tx.people.rules("town", ["a"]) == {"a": {NO_LOG}}


def test_many_masks_at_once(tx):
    """More pseudonyms than a database takes in one query are looked up all the same."""
    pseudonyms = [f"m{number}" for number in range(1201)]
    tx.people.add_rule("town", pseudonyms[-1], NO_LOG, MONDAY)
    assert tx.people.rules("town", pseudonyms) == {pseudonyms[-1]: {NO_LOG}}


def test_an_entry_is_acknowledged_once(tx):
    """The intent is written once, whatever became of it; only what was never sent is free again."""
    assert tx.acknowledgements.begin("town", 1, "a", MONDAY)
    assert not tx.acknowledgements.begin("town", 1, "a", MONDAY)
    tx.acknowledgements.end(1, AcknowledgementState.REFUSED)
    assert not tx.acknowledgements.begin("town", 1, "a", MONDAY)
    tx.acknowledgements.withdraw(1)
    assert tx.acknowledgements.begin("town", 1, "a", MONDAY)


def test_the_newest_come_first(tx):
    """What was acknowledged lately on an account is told, the newest first, up to a limit."""
    for number in range(4):
        tx.acknowledgements.begin("town", number, f"w{number}", MONDAY + number * MINUTE)
    tx.acknowledgements.begin("sea", 9, "w9", MONDAY + timedelta(days=1))
    tx.acknowledgements.end(3, AcknowledgementState.GIVEN)
    found = tx.acknowledgements.recent("town", 2)
    assert [(one.entry, one.who, one.state) for one in found] == [
        (3, "w3", AcknowledgementState.GIVEN),
        (2, "w2", AcknowledgementState.SENT),
    ]
    assert found[0].at == MONDAY + 3 * MINUTE


def test_bots_do_not_share_people(open_database):
    """Two bots in one database know nothing of each other's people."""
    one, two = (open_database(name) for name in ("one", "two"))
    with one.store.writing() as tx:
        tx.people.add_rule("town", "a", BLOCKED, MONDAY)
        tx.acknowledgements.begin("town", 1, "a", MONDAY)
    with two.store.writing() as tx:
        assert tx.people.rules("town", ["a"]) == {}
        assert tx.people.blocked() == []
        assert tx.acknowledgements.recent("town", 9) == []
        assert tx.acknowledgements.begin("town", 1, "a", MONDAY)
