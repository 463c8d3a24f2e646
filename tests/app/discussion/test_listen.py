"""Listening: every entry once, the cursor with it or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from bot.app.discussion.listen import MOST_BATCHES, NOTED, listening_fails_since
from bot.core.errors import RetryLater, StoreError, Unauthorised
from bot.core.model.entry import Visibility
from bot.core.ports.platform import Batch
from tests.app.harness import EIGHT, Harness
from tests.contract.memory import STEP
from tests.core.samples import HOUR, MINUTE, account, config, entry

FEW = STEP // 2


class Voice:
    """A listener that says what a test gives it, and remembers with which cursor it was asked."""

    def __init__(self, *batches):
        self.batches = list(batches)
        self.asked = []
        self.began = []

    def poll(self, cursor, began):
        self.asked.append(cursor)
        self.began.append(began)
        batch = self.batches.pop(0) if len(self.batches) > 1 else self.batches[0]
        if isinstance(batch, Exception):
            raise batch
        return batch


def listen(harness):
    """One step of listening in town."""
    return harness.mention_poller.step(harness.account())


def voice(harness, *batches):
    """Put such a listener in town."""
    harness.platforms["town"] = made = Voice(*batches)
    return made


def heard(harness):
    """What is in the log."""
    with harness.store.reading() as tx:
        return [one.remote_id for one in tx.log.entries()]


def known(harness):
    """What is remembered of the account."""
    with harness.store.reading() as tx:
        return tx.accounts.get("town")


def test_everything_once(harness):
    """Whatever was said is taken in once, however many batches it takes and however often we listen."""
    said = [harness.networks["town"].say(f"Number {number}.") for number in range(2 * STEP + FEW)]
    assert [listen(harness), listen(harness)] == [len(said), 0]
    assert heard(harness) == said
    said.append(harness.networks["town"].say("One more."))
    assert (listen(harness), heard(harness)) == (1, said)


def test_edits_and_deletions_follow(harness):
    """What people change or take back changes in the log, in its place."""
    town = harness.networks["town"]
    for words in ("First.", "Second."):
        town.say(words)
    listen(harness)
    town.edit("m1", "Better.")
    town.delete("m2")
    assert listen(harness) == 2
    with harness.store.reading() as tx:
        assert [(one.text, one.deleted_at) for one in tx.log.entries()] == [
            ("Better.", None),
            ("", EIGHT),
        ]


def test_private_words_are_not_kept(harness):
    """What was said to few is known to exist, and nothing more."""
    harness.networks["town"].say("Between us.", visibility=Visibility.DIRECT)
    listen(harness)
    with harness.store.reading() as tx:
        (one,) = tx.log.entries()
    assert (one.text, one.author.name, one.is_legible) == ("", "", False)


def test_a_step_ends(harness):
    """A network that always has more is left after so many batches, and asked again later."""
    endless = voice(harness, Batch(entries=(entry(),), cursor="c", more=True))
    assert listen(harness) == 1
    assert len(endless.asked) == MOST_BATCHES


def test_a_failing_keep_leaves_the_cursor(harness):
    """When a batch cannot be written down whole its cursor stays, and it is heard again."""
    voice(harness, Batch(entries=(entry("a"),), cursor="c1"))
    listen(harness)
    with harness.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    batch = Batch(entries=(entry("b"), entry("c", text="x" * 200_000)), cursor="c2")
    again = voice(harness, batch)
    with pytest.raises(StoreError, match="full"):
        listen(harness)
    assert (heard(harness), known(harness).cursor) == (["a"], "c1")
    with harness.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=100000")
    assert listen(harness) == 2
    assert (again.asked, known(harness).cursor) == (["c1", "c1"], "c2")


def test_trouble_is_noted_once_and_cleared(harness):
    """What stands in the way is said once, and forgotten when listening works, even in silence."""
    town = harness.networks["town"]
    listen(harness)
    town.go_down()
    with capture_logs() as logs:
        assert [listen(harness), listen(harness)] == [0, 0]
    assert [line["event"] for line in logs] == ["cannot_listen"]
    assert known(harness).trouble == "Memory cannot be reached; it is tried again"
    town.come_back()
    listen(harness)
    assert known(harness).trouble is None


def test_what_was_heard_before_the_trouble_stays(harness):
    """A network that fails in the middle loses nothing of what it had said before."""
    broken = voice(
        harness, Batch(entries=(entry("a"),), cursor="c1", more=True), RetryLater("busy")
    )
    assert listen(harness) == 1
    assert (heard(harness), known(harness).cursor) == (["a"], "c1")
    assert known(harness).trouble == "busy"
    assert broken.asked == [None, "c1"]


def test_silence_is_noted_now_and_then(harness):
    """Where nothing new was said nothing is written, but now and then that listening works."""
    voice(harness, Batch(entries=(entry(),), cursor="c1"), Batch(cursor="c1"))
    for wait, noted in ((0 * MINUTE, EIGHT), (NOTED - MINUTE, EIGHT), (MINUTE, EIGHT + NOTED)):
        harness.clock.advance(wait)
        listen(harness)
        assert known(harness).heard_at == noted


def test_the_first_poll_knows_when_it_was_first_tried(harness):
    """A network that answers for the first time after days is read as if it had answered at once."""
    broken = voice(harness, RetryLater("busy"), RetryLater("busy"), Batch(cursor="c1"))
    for _ in range(3):
        listen(harness)
        harness.clock.advance(200 * HOUR)
    assert (broken.asked, broken.began) == ([None] * 3, [EIGHT] * 3)


def test_gaps_are_said_and_kept(harness):
    """What can no longer be heard is said to the operator and remembered."""
    voice(harness, Batch(cursor="c1", unheard=("a day of mentions is lost",)))
    with capture_logs() as logs:
        listen(harness)
    assert [line["event"] for line in logs] == ["unheard"]
    assert known(harness).unheard == ("2026-03-02: a day of mentions is lost",)


def test_listening_is_paid_for():
    """Reading costs, silence too, and stops for the month when its money is spent."""
    harness = Harness(config=config(accounts=(account(monthly_budget=Decimal("0.02")),)))
    dear = voice(harness, Batch(cursor=None, cost=Decimal("0.01")))
    for _ in range(3):
        listen(harness)
    assert len(dear.asked) == 2
    assert known(harness).trouble == "this month's budget of $0.02 is spent"


def test_an_account_that_cannot_hear(harness):
    """An account without a door for listening is left alone."""
    harness.platforms.clear()
    assert listen(harness) == 0


def test_a_revoked_token_holds_the_account(harness):
    """Secrets that no longer open the account for listening open it for nothing: it is held."""
    voice(harness, Unauthorised("the token is revoked"))
    assert listen(harness) == 0
    with harness.store.reading() as tx:
        (pause,) = tx.accounts.pauses(EIGHT).values()
    assert (pause.name, pause.by_operator) == ("account:town", False)
    assert known(harness).trouble == "the token is revoked"


def test_a_trouble_of_an_earlier_version_begins_now(harness):
    """A trouble that was noted without its time gets one, and is not said again."""
    with harness.store.writing() as tx:
        tx.accounts.set_trouble("town", "busy")

    class Busy:
        def poll(self, cursor, _began):
            raise RetryLater("busy")

    harness.platforms["town"] = Busy()
    with capture_logs() as logs:
        harness.mention_poller.step(harness.account())
    with harness.store.reading() as tx:
        assert listening_fails_since(tx, "town") == harness.clock.now()
    assert logs == []
