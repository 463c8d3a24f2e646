"""Taking in: what people asked for holds, whoever heard them, and from the first word on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.app.discussion.ingest import take_in
from bot.core.model.entry import NOBODY, Author, Change, EntryKind, Standing, Visibility, Wish
from bot.core.ports.unit_of_work import PersonRule
from tests.app.harness import EIGHT, MASKS
from tests.clock import MONDAY
from tests.core.samples import MINUTE, account, config, entry, receipt

ADA = Author(name="Ada", handle="@ada@town.example", key="7", url="https://town.example/@ada")
SHY = replace(ADA, wishes=frozenset({Wish.NO_LOG}))
GRACE = Author(name="Grace", handle="@grace@town.example", key="8")
WORDS = ("Ada", "@ada", "https://town.example/@ada", "disagree")


def take(house, *entries, to_us=True):
    """Take these in, as a verb that listens does."""
    with house.store.writing() as tx:
        return take_in(tx, entries, house.clock.now(), masks=MASKS, to_us=to_us)


def kept(house):
    """What is in the log, by remote id."""
    with house.store.reading() as tx:
        return {one.remote_id: one for one in tx.log.entries()}


def everything(house):
    """Every value in every table, as one text, once what was erased is tidied away."""
    house.database.tidy()
    with house.database.engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'")
        rows = [
            row
            for name in tables.scalars().all()
            for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()
        ]
    return repr(rows)


def post_a_tip(house, remote_id="tip-1"):
    """A post of ours that stands on the network."""
    house.put()
    house.script(receipt(remote_id))
    house.deliver()


def test_what_people_say_is_kept(house):
    """Of whoever asked for nothing everything is kept, once."""
    one = entry(author=ADA)
    assert [take(house, one), take(house, one)] == [1, 0]
    assert kept(house)["e1"].author == ADA


def test_nolog_in_a_profile(house):
    """Of somebody whose profile says #nolog nothing is kept, and what there was is erased."""
    take(house, entry("a", author=ADA), entry("b", author=ADA))
    take(house, entry("c", author=GRACE, text="Another view."))
    assert take(house, entry("d", author=SHY)) == 3
    assert [one.is_legible for one in kept(house).values()] == [False, False, True, False]
    assert not any(word in everything(house) for word in WORDS)


def test_a_wish_outlives_the_profile(house):
    """Once asked for, nothing comes back: not by a profile without it, an edit, or a new name."""
    take(house, entry("a", author=SHY))
    renamed = replace(ADA, name="Countess", handle="@countess@town.example")
    for author, text in ((ADA, "Again."), (renamed, "And again.")):
        take(house, entry("a", author=author, text=text), entry(text, author=author, text=text))
    assert not any(one.is_legible for one in kept(house).values())
    assert "Countess" not in everything(house)


@pytest.mark.parametrize("text", ["@tips forget me", "Forget me!"])
def test_forget_me(house, text):
    """A reply that says `forget me` erases all that its author said, itself included."""
    take(house, entry("a", author=ADA), entry("b", author=ADA, text=text))
    take(house, entry("c", author=ADA))
    assert not any(one.is_legible for one in kept(house).values())
    assert not any(word in everything(house) for word in (*WORDS, "orget me"))


def test_forget_me_comes_in_any_order(house):
    """It holds for what comes in the same batch, before it and behind it."""
    said = entry("b", author=ADA, text="forget me")
    take(house, entry("a", author=ADA), said, entry("c", author=ADA))
    assert not any(one.is_legible for one in kept(house).values())


def test_forget_me_in_an_edit(house):
    """Who changes what they said into `forget me` has asked for it, too."""
    take(house, entry("a", author=ADA), entry("b", author=ADA))
    take(house, entry("b", author=ADA, text="forget me", edited_at=MONDAY, version="2"))
    assert not any(one.is_legible for one in kept(house).values())


def test_forget_me_has_to_be_said_to_the_bot(house):
    """Below the bot's posts people say it to each other: it counts where it answers the bot."""
    post_a_tip(house)
    to_another = entry("a", author=ADA, text="forget me", in_reply_to="somebody-elses")
    take(house, to_another, to_us=False)
    assert kept(house)["a"].is_legible
    to_us = entry("b", author=ADA, text="forget me", in_reply_to="tip-1")
    take(house, to_us, to_us=False)
    assert not any(one.is_legible for one in kept(house).values())


def test_a_line_stays_where_others_answered(house):
    """What is left of somebody who is forgotten is a place in the thread, without words."""
    take(house, entry("a", author=ADA), entry("b", author=GRACE, in_reply_to="a"))
    take(house, entry("c", author=ADA, text="forget me"))
    line = kept(house)["a"]
    assert (line.author, line.text, line.url, line.deleted_at) == (NOBODY, "", None, EIGHT)
    assert kept(house)["b"].in_reply_to == "a"


def test_the_bots_answers_name_them_no_more(house):
    """What the bot answered stays, without the name of whom it answered."""
    take(house, entry("a", author=ADA))
    for name, text in (
        ("b", "@ada@town.example Thank you!"),
        ("c", "Is it, @Ada@Town.Example? Ask @ada@town.example.org."),
    ):
        with house.store.writing() as tx:
            tx.log.keep(entry(name, text=text, in_reply_to="a", ours=True), EIGHT)
    take(house, entry("d", author=SHY))
    assert kept(house)["b"].text == "Thank you!"
    assert kept(house)["c"].text == "Is it, ? Ask @ada@town.example.org."


def test_who_takes_over_a_handle_is_somebody_else(house):
    """A wish is a person's, not a name's: who has the handle next is heard."""
    take(house, entry("a", author=SHY), entry("b", author=replace(ADA, key="99")))
    assert [one.is_legible for one in kept(house).values()] == [False, True]


def test_a_wish_holds_on_its_account(house):
    """What was asked for on one account says nothing about the same name on another."""
    take(house, entry("a", author=SHY), entry("b", author=ADA, account="sea"))
    assert [one.is_legible for one in kept(house).values()] == [False, True]


def test_the_table_of_persons_names_nobody(house):
    """What is remembered of a wish is a mask, which cannot be read."""
    take(house, entry(author=SHY))
    with house.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM person").all()
    assert len(rows) == 1
    assert not any(word in repr(rows) for word in ("ada", "Ada", "'7'"))


def test_a_person_without_any_name(house):
    """On a network that tells neither key nor handle, a wish erases nobody else's words."""
    nameless = Author(name="Ada")
    take(house, entry("a", author=nameless), entry("b", author=nameless, text="forget me"))
    assert all(one.is_legible for one in kept(house).values())


def test_older_entries_without_a_key(house):
    """What was kept before networks told their ids is found by its handle, and erased as well."""
    take(house, entry("a", author=replace(ADA, key="")), entry("b", author=replace(GRACE, key="")))
    take(house, entry("c", author=SHY))
    assert [one.is_legible for one in kept(house).values()] == [False, True, False]


def test_our_own_words_ask_for_nothing(house):
    """What the bot itself says is kept, whatever it says."""
    take(house, entry("a", author=ADA, text="forget me", ours=True))
    assert kept(house)["a"].is_legible


def test_private_words_stay_private(house):
    """What is for few stays a line without words, and asks for nothing that could be read."""
    hidden = entry("a", author=NOBODY, text="", url=None, visibility=Visibility.DIRECT)
    assert take(house, hidden) == 1
    assert kept(house)["a"].visibility is Visibility.DIRECT


def test_who_is_blocked_is_kept_and_hidden(house):
    """What somebody says who is blocked is in the log, and hidden from its first moment."""
    with house.store.writing() as tx:
        mask = MASKS.of("town", ADA)[0]
        tx.persons.lay_down("town", mask, PersonRule.BLOCKED, EIGHT, "@ada")
    take(house, entry("a", author=ADA), entry("b", author=GRACE))
    assert [one.standing for one in kept(house).values()] == [Standing.HIDDEN, Standing.SHOWN]
    take(house, entry("a", author=ADA, text="Edited.", edited_at=MONDAY, version="2"))
    assert (kept(house)["a"].text, kept(house)["a"].standing) == ("Edited.", Standing.HIDDEN)


def test_the_history_tells_of_it(house):
    """Each erasure is a line of the history, and one event without a name is logged."""
    with capture_logs() as logs:
        take(house, entry("a", author=ADA), entry("b", author=ADA, text="forget me"))
    assert logs == [
        {"event": "person_forgotten", "account": "town", "entries": 1, "log_level": "info"}
    ]
    with house.store.reading() as tx:
        changes = [one.change for one in tx.log.events()]
    assert changes == [Change.CREATED, Change.DELETED, Change.CREATED]


def test_many_people_at_once(house):
    """A batch of any size is looked up, and everybody in it has their own."""
    people = [
        Author(name=f"P{number}", handle=f"@p{number}", key=f"{number}") for number in range(1200)
    ]
    with house.store.writing() as tx:
        for one in people[::100]:
            tx.persons.lay_down("town", MASKS.of("town", one)[0], PersonRule.NO_LOG, EIGHT)
    take(house, *(entry(one.key, author=one) for one in people))
    gone = [name for name, one in kept(house).items() if not one.is_legible]
    assert gone == [one.key for one in people[::100]]


def test_the_ear_keeps_the_rules(house):
    """Listening itself takes in by these rules, wish and cursor in one transaction."""
    town = house.networks["town"]
    town.say("First.", by=ADA)
    house.ear.step(house.account())
    town.say("Second.", by=SHY)
    town.say("Third.", by=ADA)
    house.clock.advance(MINUTE)
    house.ear.step(house.account())
    assert not any(one.is_legible for one in kept(house).values())


def test_a_comment_of_nobody_asks_for_nothing(house):
    """A comment of whom one could not know again is kept, whatever it says."""
    shop = config(accounts=(account(), account("site", kind="site")))
    assert shop.site is not None
    said = entry(
        "a", kind=EntryKind.COMMENT, account="site", author=Author(name="Ada"), text="forget me"
    )
    take(house, said)
    assert kept(house)["a"].text == "forget me"
