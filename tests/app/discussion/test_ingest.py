"""Taking in: what people asked for holds, whoever heard them, and from the first word on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.app.discussion.ingest import take_in
from bot.core.model.entry import NOBODY, Author, Change, EntryKind, OptOut, Standing, Visibility
from bot.core.ports.people_store import PersonRule
from tests.app.harness import EIGHT, MASKS
from tests.clock import MONDAY
from tests.core.samples import MINUTE, account, config, entry, receipt

ADA = Author(name="Ada", handle="@ada@town.example", key="7", url="https://town.example/@ada")
SHY = replace(ADA, wishes=frozenset({OptOut.NO_LOG}))
GRACE = Author(name="Grace", handle="@grace@town.example", key="8")
WORDS = ("Ada", "@ada", "https://town.example/@ada", "disagree")


def take(harness, *entries, to_us=True):
    """Take these in, as a verb that listens does."""
    with harness.store.writing() as tx:
        return take_in(tx, entries, harness.clock.now(), pseudonyms=MASKS, to_us=to_us)


def kept(harness):
    """What is in the log, by remote id."""
    with harness.store.reading() as tx:
        return {one.remote_id: one for one in tx.log.entries()}


def everything(harness):
    """Every value in every table, as one text, once what was erased is tidied away."""
    harness.database.tidy()
    with harness.database.engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'")
        rows = [
            row
            for name in tables.scalars().all()
            for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()
        ]
    return repr(rows)


def post_a_tip(harness, remote_id="tip-1"):
    """A post of ours that stands on the network."""
    harness.put()
    harness.script(receipt(remote_id))
    harness.deliver()


def test_what_people_say_is_kept(harness):
    """Of whoever asked for nothing everything is kept, once."""
    one = entry(author=ADA)
    assert [take(harness, one), take(harness, one)] == [1, 0]
    assert kept(harness)["e1"].author == ADA


def test_nolog_in_a_profile(harness):
    """Of somebody whose profile says #nolog nothing is kept, and what there was is erased."""
    take(harness, entry("a", author=ADA), entry("b", author=ADA))
    take(harness, entry("c", author=GRACE, text="Another view."))
    assert take(harness, entry("d", author=SHY)) == 3
    assert [one.is_legible for one in kept(harness).values()] == [False, False, True, False]
    assert not any(word in everything(harness) for word in WORDS)


def test_a_wish_outlives_the_profile(harness):
    """Once asked for, nothing comes back: not by a profile without it, an edit, or a new name."""
    take(harness, entry("a", author=SHY))
    renamed = replace(ADA, name="Countess", handle="@countess@town.example")
    for author, text in ((ADA, "Again."), (renamed, "And again.")):
        take(harness, entry("a", author=author, text=text), entry(text, author=author, text=text))
    assert not any(one.is_legible for one in kept(harness).values())
    assert "Countess" not in everything(harness)


@pytest.mark.parametrize("text", ["@tips forget me", "Forget me!"])
def test_forget_me(harness, text):
    """A reply that says `forget me` erases all that its author said, itself included."""
    take(harness, entry("a", author=ADA), entry("b", author=ADA, text=text))
    take(harness, entry("c", author=ADA))
    assert not any(one.is_legible for one in kept(harness).values())
    assert not any(word in everything(harness) for word in (*WORDS, "orget me"))


def test_forget_me_comes_in_any_order(harness):
    """It holds for what comes in the same batch, before it and behind it."""
    said = entry("b", author=ADA, text="forget me")
    take(harness, entry("a", author=ADA), said, entry("c", author=ADA))
    assert not any(one.is_legible for one in kept(harness).values())


def test_forget_me_in_an_edit(harness):
    """Who changes what they said into `forget me` has asked for it, too."""
    take(harness, entry("a", author=ADA), entry("b", author=ADA))
    take(harness, entry("b", author=ADA, text="forget me", edited_at=MONDAY, version="2"))
    assert not any(one.is_legible for one in kept(harness).values())


def test_forget_me_has_to_be_said_to_the_bot(harness):
    """Below the bot's posts people say it to each other: it counts where it answers the bot."""
    post_a_tip(harness)
    to_another = entry("a", author=ADA, text="forget me", in_reply_to="somebody-elses")
    take(harness, to_another, to_us=False)
    assert kept(harness)["a"].is_legible
    to_us = entry("b", author=ADA, text="forget me", in_reply_to="tip-1")
    take(harness, to_us, to_us=False)
    assert not any(one.is_legible for one in kept(harness).values())


def test_a_line_stays_where_others_answered(harness):
    """What is left of somebody who is forgotten is a place in the thread, without words."""
    take(harness, entry("a", author=ADA), entry("b", author=GRACE, in_reply_to="a"))
    take(harness, entry("c", author=ADA, text="forget me"))
    line = kept(harness)["a"]
    assert (line.author, line.text, line.url, line.deleted_at) == (NOBODY, "", None, EIGHT)
    assert kept(harness)["b"].in_reply_to == "a"


def test_the_bots_answers_name_them_no_more(harness):
    """What the bot answered stays, without the name of whom it answered."""
    take(harness, entry("a", author=ADA))
    for name, text in (
        ("b", "@ada@town.example Thank you!"),
        ("c", "Is it, @Ada@Town.Example? Ask @ada@town.example.org."),
    ):
        with harness.store.writing() as tx:
            tx.log.keep(entry(name, text=text, in_reply_to="a", ours=True), EIGHT)
    take(harness, entry("d", author=SHY))
    assert kept(harness)["b"].text == "Thank you!"
    assert kept(harness)["c"].text == "Is it, ? Ask @ada@town.example.org."


def test_who_takes_over_a_handle_is_somebody_else(harness):
    """A wish is a person's, not a name's: who has the handle next is heard."""
    take(harness, entry("a", author=SHY), entry("b", author=replace(ADA, key="99")))
    assert [one.is_legible for one in kept(harness).values()] == [False, True]


def test_a_wish_holds_on_its_account(harness):
    """What was asked for on one account says nothing about the same name on another."""
    take(harness, entry("a", author=SHY), entry("b", author=ADA, account="sea"))
    assert [one.is_legible for one in kept(harness).values()] == [False, True]


def test_the_table_of_persons_names_nobody(harness):
    """What is remembered of a wish is a mask, which cannot be read."""
    take(harness, entry(author=SHY))
    with harness.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM person").all()
    assert len(rows) == 1
    assert not any(word in repr(rows) for word in ("ada", "Ada", "'7'"))


def test_a_person_without_any_name(harness):
    """On a network that tells neither key nor handle, a wish erases nobody else's words."""
    nameless = Author(name="Ada")
    take(harness, entry("a", author=nameless), entry("b", author=nameless, text="forget me"))
    assert all(one.is_legible for one in kept(harness).values())


def test_older_entries_without_a_key(harness):
    """What was kept before networks told their ids is found by its handle, and erased as well."""
    take(
        harness, entry("a", author=replace(ADA, key="")), entry("b", author=replace(GRACE, key=""))
    )
    take(harness, entry("c", author=SHY))
    assert [one.is_legible for one in kept(harness).values()] == [False, True, False]


def test_our_own_words_ask_for_nothing(harness):
    """What the bot itself says is kept, whatever it says."""
    take(harness, entry("a", author=ADA, text="forget me", ours=True))
    assert kept(harness)["a"].is_legible


def test_private_words_stay_private(harness):
    """What is for few stays a line without words, and asks for nothing that could be read."""
    hidden = entry("a", author=NOBODY, text="", url=None, visibility=Visibility.DIRECT)
    assert take(harness, hidden) == 1
    assert kept(harness)["a"].visibility is Visibility.DIRECT


def test_who_is_blocked_is_kept_and_hidden(harness):
    """What somebody says who is blocked is in the log, and hidden from its first moment."""
    with harness.store.writing() as tx:
        mask = MASKS.of("town", ADA)[0]
        tx.people.add_rule("town", mask, PersonRule.BLOCKED, EIGHT, "@ada")
    take(harness, entry("a", author=ADA), entry("b", author=GRACE))
    assert [one.standing for one in kept(harness).values()] == [Standing.HIDDEN, Standing.SHOWN]
    take(harness, entry("a", author=ADA, text="Edited.", edited_at=MONDAY, version="2"))
    assert (kept(harness)["a"].text, kept(harness)["a"].standing) == ("Edited.", Standing.HIDDEN)


def test_the_history_tells_of_it(harness):
    """Each erasure is a line of the history, and one event without a name is logged."""
    with capture_logs() as logs:
        take(harness, entry("a", author=ADA), entry("b", author=ADA, text="forget me"))
    assert logs == [
        {"event": "person_forgotten", "account": "town", "entries": 1, "log_level": "info"}
    ]
    with harness.store.reading() as tx:
        changes = [one.change for one in tx.log.events()]
    assert changes == [Change.CREATED, Change.DELETED, Change.CREATED]


def test_many_people_at_once(harness):
    """A batch of any size is looked up, and everybody in it has their own."""
    people = [
        Author(name=f"P{number}", handle=f"@p{number}", key=f"{number}") for number in range(1200)
    ]
    with harness.store.writing() as tx:
        for one in people[::100]:
            tx.people.add_rule("town", MASKS.of("town", one)[0], PersonRule.NO_LOG, EIGHT)
    take(harness, *(entry(one.key, author=one) for one in people))
    gone = [name for name, one in kept(harness).items() if not one.is_legible]
    assert gone == [one.key for one in people[::100]]


def test_the_ear_keeps_the_rules(harness):
    """Listening itself takes in by these rules, wish and cursor in one transaction."""
    town = harness.networks["town"]
    town.say("First.", by=ADA)
    harness.mention_poller.step(harness.account())
    town.say("Second.", by=SHY)
    town.say("Third.", by=ADA)
    harness.clock.advance(MINUTE)
    harness.mention_poller.step(harness.account())
    assert not any(one.is_legible for one in kept(harness).values())


def test_a_comment_of_nobody_asks_for_nothing(harness):
    """A comment of whom one could not know again is kept, whatever it says."""
    shop = config(accounts=(account(), account("site", kind="site")))
    assert shop.site is not None
    said = entry(
        "a", kind=EntryKind.COMMENT, account="site", author=Author(name="Ada"), text="forget me"
    )
    take(harness, said)
    assert kept(harness)["a"].text == "forget me"
