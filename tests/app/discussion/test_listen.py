"""Listening: every entry once, the cursor with it or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from bot.app.discussion.listen import MOST_BATCHES, NOTED, deaf_since
from bot.core.errors import RetryLater, StoreError, Unauthorised
from bot.core.model.entry import Visibility
from bot.core.ports.platform import Batch
from tests.app.harness import EIGHT, House
from tests.contract.memory import STEP
from tests.core.samples import MINUTE, account, config, entry

FEW = STEP // 2


class Voice:
    """A listener that says what a test gives it, and remembers with which cursor it was asked."""

    def __init__(self, *batches):
        self.batches = list(batches)
        self.asked = []

    def hear(self, cursor):
        self.asked.append(cursor)
        batch = self.batches.pop(0) if len(self.batches) > 1 else self.batches[0]
        if isinstance(batch, Exception):
            raise batch
        return batch


def listen(house):
    """One step of listening in town."""
    return house.ear.step(house.account())


def voice(house, *batches):
    """Put such a listener in town."""
    house.platforms["town"] = made = Voice(*batches)
    return made


def heard(house):
    """What is in the log."""
    with house.store.reading() as tx:
        return [one.remote_id for one in tx.log.entries()]


def known(house):
    """What is remembered of the account."""
    with house.store.reading() as tx:
        return tx.accounts.get("town")


def test_everything_once(house):
    """Whatever was said is taken in once, however many batches it takes and however often we listen."""
    said = [house.networks["town"].say(f"Number {number}.") for number in range(2 * STEP + FEW)]
    assert [listen(house), listen(house)] == [len(said), 0]
    assert heard(house) == said
    said.append(house.networks["town"].say("One more."))
    assert (listen(house), heard(house)) == (1, said)


def test_edits_and_deletions_follow(house):
    """What people change or take back changes in the log, in its place."""
    town = house.networks["town"]
    for words in ("First.", "Second."):
        town.say(words)
    listen(house)
    town.edit("m1", "Better.")
    town.delete("m2")
    assert listen(house) == 2
    with house.store.reading() as tx:
        assert [(one.text, one.deleted_at) for one in tx.log.entries()] == [
            ("Better.", None),
            ("", EIGHT),
        ]


def test_private_words_are_not_kept(house):
    """What was said to few is known to exist, and nothing more."""
    house.networks["town"].say("Between us.", visibility=Visibility.DIRECT)
    listen(house)
    with house.store.reading() as tx:
        (one,) = tx.log.entries()
    assert (one.text, one.author.name, one.is_legible) == ("", "", False)


def test_a_step_ends(house):
    """A network that always has more is left after so many batches, and asked again later."""
    endless = voice(house, Batch(entries=(entry(),), cursor="c", more=True))
    assert listen(house) == 1
    assert len(endless.asked) == MOST_BATCHES


def test_a_failing_keep_leaves_the_cursor(house):
    """When a batch cannot be written down whole its cursor stays, and it is heard again."""
    voice(house, Batch(entries=(entry("a"),), cursor="c1"))
    listen(house)
    with house.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    batch = Batch(entries=(entry("b"), entry("c", text="x" * 200_000)), cursor="c2")
    again = voice(house, batch)
    with pytest.raises(StoreError, match="full"):
        listen(house)
    assert (heard(house), known(house).cursor) == (["a"], "c1")
    with house.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=100000")
    assert listen(house) == 2
    assert (again.asked, known(house).cursor) == (["c1", "c1"], "c2")


def test_trouble_is_noted_once_and_cleared(house):
    """What stands in the way is said once, and forgotten when listening works, even in silence."""
    town = house.networks["town"]
    listen(house)
    town.go_down()
    with capture_logs() as logs:
        assert [listen(house), listen(house)] == [0, 0]
    assert [line["event"] for line in logs] == ["cannot_listen"]
    assert known(house).trouble == "Memory cannot be reached; it is tried again"
    town.come_back()
    listen(house)
    assert known(house).trouble is None


def test_what_was_heard_before_the_trouble_stays(house):
    """A network that fails in the middle loses nothing of what it had said before."""
    broken = voice(house, Batch(entries=(entry("a"),), cursor="c1", more=True), RetryLater("busy"))
    assert listen(house) == 1
    assert (heard(house), known(house).cursor) == (["a"], "c1")
    assert known(house).trouble == "busy"
    assert broken.asked == [None, "c1"]


def test_silence_is_noted_now_and_then(house):
    """Where nothing new was said nothing is written, but now and then that listening works."""
    voice(house, Batch(entries=(entry(),), cursor="c1"), Batch(cursor="c1"))
    for wait, noted in ((0 * MINUTE, EIGHT), (NOTED - MINUTE, EIGHT), (MINUTE, EIGHT + NOTED)):
        house.clock.advance(wait)
        listen(house)
        assert known(house).heard_at == noted


def test_gaps_are_said_and_kept(house):
    """What can no longer be heard is said to the operator and remembered."""
    voice(house, Batch(cursor="c1", unheard=("a day of mentions is lost",)))
    with capture_logs() as logs:
        listen(house)
    assert [line["event"] for line in logs] == ["unheard"]
    assert known(house).unheard == ("2026-03-02: a day of mentions is lost",)


def test_listening_is_paid_for():
    """Reading costs, silence too, and stops for the month when its money is spent."""
    house = House(config=config(accounts=(account(monthly_budget=Decimal("0.02")),)))
    dear = voice(house, Batch(cursor=None, cost=Decimal("0.01")))
    for _ in range(3):
        listen(house)
    assert len(dear.asked) == 2
    assert known(house).trouble == "this month's $0.02 are spent"


def test_an_account_that_cannot_hear(house):
    """An account without a door for listening is left alone."""
    house.platforms.clear()
    assert listen(house) == 0


def test_a_revoked_token_holds_the_account(house):
    """Secrets that no longer open the account for listening open it for nothing: it is held."""
    voice(house, Unauthorised("the token is revoked"))
    assert listen(house) == 0
    with house.store.reading() as tx:
        (pause,) = tx.accounts.pauses(EIGHT).values()
    assert (pause.name, pause.by_operator) == ("account:town", False)
    assert known(house).trouble == "the token is revoked"


def test_a_trouble_of_an_earlier_version_begins_now(house):
    """A trouble that was noted without its time gets one, and is not said again."""
    with house.store.writing() as tx:
        tx.accounts.troubled("town", "busy")

    class Busy:
        def hear(self, cursor):
            raise RetryLater("busy")

    house.platforms["town"] = Busy()
    with capture_logs() as logs:
        house.ear.step(house.account())
    with house.store.reading() as tx:
        assert deaf_since(tx, "town") == house.clock.now()
    assert logs == []
