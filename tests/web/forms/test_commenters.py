"""Who comments on the site is a person, too: a browser, known by its seal; a site that responds."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from bot.app.moderation.people import block, erase_person, unblock
from bot.core.discussion.people import Pseudonyms
from bot.core.errors import UsageError
from bot.core.model.entry import Author
from bot.core.model.site_page import Comment
from bot.store.tables import persons
from tests.site import KEY, NINE, TIP, config, running_site
from tests.web.forms.test_comment_form import Browser, logged


@pytest.fixture
def site(tmp_path):
    """A site that has posted one tip."""
    with running_site(tmp_path) as running:
        running.publish()
        yield running


@pytest.fixture
def ada(site):
    """One browser."""
    with Browser(site) as visitor:
        yield visitor


@pytest.fixture
def bob(site):
    """Another one."""
    with Browser(site) as visitor:
        yield visitor


def act(site, verb, *args):
    """Do as the operator says."""
    with site.database.store.writing() as tx:
        return verb(tx, Pseudonyms(KEY), *args)


def respond(site, name, source):
    """Have a page of another site say something under the tip."""
    said = Comment(id=f"response-{name}", tip=TIP, name="Eve", text=name, at=NINE, owner="")
    site.database.pages.write(replace(said, source=source))
    site.poll()


def standings(site):
    """How each entry stands: `gone` is one without words."""
    return [one.standing.value if one.is_legible else "gone" for one in logged(site)]


def page(site):
    """The tip's page as a stranger reads it."""
    return httpx.get(f"{site.url}/tips/{TIP}").text


def test_blocking_a_commenter(site, ada, bob):
    """By the number of one comment, all of that browser are hidden, under whatever name, then and later."""
    ada.send("First words.")
    bob.send("Other words.")
    ada.send("Second words.", name="Somebody Else")
    done = act(site, block, site.config, "1", None, NINE)
    assert (done.label, done.account, done.entries) == ("the author of entry 1", "site", 2)
    ada.send("Third words.", name="Yet Another")
    assert standings(site) == ["hidden", "shown", "hidden", "hidden"]
    assert [f"{which} words" in page(site) for which in ("First", "Other", "Third")] == [
        False,
        True,
        False,
    ]
    assert act(site, unblock, "3", None, NINE).entries == 3
    ada.send("Fourth words.")
    assert standings(site) == ["shown"] * 5


def test_who_is_blocked_waits_for_nobody(site, ada):
    """Held comments of who is blocked are hidden as well, and wait for the operator again later."""
    ada.send("See https://spam.example")
    act(site, block, site.config, "1", None, NINE)
    ada.send("And https://spam.example/2")
    assert standings(site) == ["hidden", "hidden"]
    assert act(site, unblock, "1", None, NINE).entries == 0
    assert standings(site) == ["held", "held"]


def test_forgetting_a_commenter(site, ada, bob):
    """All of that browser is erased in log and site; what it sends later is refused with the reason."""
    ada.send("First words.")
    bob.send("Other words.")
    done = act(site, erase_person, site.config, "1", None, NINE)
    assert (done.label, done.entries) == ("the author of entry 1", 1)
    answer = ada.send("Second words.")
    assert answer.status_code == 422
    assert "Nothing that is written in this browser is kept here" in answer.text
    assert standings(site) == ["gone", "shown"]
    assert [one.text for one in site.database.pages.changes(0, 9)] == ["Other words.", ""]


def test_forget_me_on_the_site(site, ada, bob):
    """A comment that says `forget me` erases all that this browser wrote, itself included."""
    ada.send("First words.")
    bob.send("Other words.")
    answer = ada.send("Forget me!")
    assert "Everything that you wrote here in this browser was erased" in answer.text
    assert standings(site) == ["gone", "shown", "gone"]
    kept = {one.text for one in site.database.pages.changes(0, 9)}
    assert kept == {"Other words.", ""}
    with site.database.store.reading() as tx:
        assert tx.log.erased_since(3)  # so that the last words leave the write-ahead log, too


def test_what_came_before_the_rule_was_known(site, ada):
    """What a site kept of somebody who is forgotten meanwhile is erased as soon as it is heard."""
    ada.send("First words.")
    [comment] = site.database.pages.changes(0, 9)
    act(site, erase_person, site.config, "1", None, NINE)
    site.database.pages.write(replace(comment, id="late"))
    site.poll()
    assert standings(site) == ["gone", "gone"]
    assert site.database.pages.comment("late").text == ""


def test_a_site_that_responds_is_one_person(site):
    """Responses of one host go together, those of another stay; the page's author does not matter."""
    respond(site, "one", "https://blog.example/1")
    respond(site, "two", "https://other.example/1")
    act(site, block, site.config, "1", None, NINE)
    respond(site, "three", "https://blog.example/2")
    assert standings(site) == ["hidden", "shown", "hidden"]
    act(site, erase_person, site.config, "1", None, NINE)
    respond(site, "four", "https://blog.example/3")
    assert standings(site) == ["gone", "shown", "gone", "gone"]


def test_a_response_speaks_for_no_site(site):
    """A page that says `forget me` asks nothing for all who write on its host."""
    respond(site, "one", "https://blog.example/1")
    respond(site, "forget me", "https://blog.example/2")
    assert standings(site) == ["shown", "shown"]


def test_only_a_mask_is_remembered(site, ada):
    """What tells a blocked browser again is neither its cookie nor the seal that the site has."""
    ada.send("First words.")
    act(site, block, site.config, "1", None, NINE)
    with site.database.engine.connect() as connection:
        (row,) = connection.execute(persons.select()).all()
    [comment] = site.database.pages.changes(0, 9)
    kept = " ".join(map(str, row))
    assert ada.client.cookies["tipsbot"] not in kept
    assert comment.owner not in kept
    assert "Ada" not in kept
    assert row.who in Pseudonyms(KEY).of("site", Author(name="", key=comment.owner))


@pytest.mark.parametrize(
    ("named", "on", "told"),
    [
        ("9", None, "there is no entry 9 with words"),
        ("1", "mastodon", "entry 1 is on site; leave out --on"),
        ("2", None, "entry 2 is the bot's own; `tipsbot hide` hides it"),
        ("3", None, "nothing tells who wrote entry 3; `tipsbot hide` hides it"),
    ],
)
def test_whom_no_number_names(site, ada, named, on, told):
    """A number that stands for nobody is one clear line that says what to do instead."""
    ada.send("First words.")
    plain = Comment(id="a", tip=TIP, name="Ten Tips", text="Hm.", at=NINE, owner="", ours=True)
    site.database.pages.write(plain)
    site.database.pages.write(replace(plain, id="b", ours=False))
    site.poll()
    with pytest.raises(UsageError) as caught:
        act(site, block, config(), named, on, NINE)
    assert str(caught.value).startswith(told)


def test_unblocking_whose_words_are_gone(site, ada):
    """The number by which somebody was blocked still names them when that comment is erased."""
    ada.send("First words.")
    act(site, block, site.config, "1", None, NINE)
    [comment] = site.database.pages.changes(0, 9)
    site.database.pages.erase(comment.id, NINE)
    site.poll()
    assert act(site, unblock, "1", None, NINE).entries == 0
    with pytest.raises(UsageError, match="the author of entry 1 is not blocked"):
        act(site, unblock, "1", None, NINE)
    ada.send("Second words.")
    assert standings(site) == ["gone", "shown"]
