"""The site as a platform: what only it does, beside the contract that all platforms keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.errors import Refused, TipsError
from bot.core.model.entry import NOBODY
from bot.core.model.site_page import Comment
from bot.platforms.catalogue import KINDS
from bot.platforms.site import KIND
from bot.platforms.site.adapter import STEP
from bot.scheduler.crontab import check_cron
from bot.tips_file.load import parse
from tests.site import NINE, TIP, post, running_site


@pytest.fixture
def site(tmp_path):
    """A site that has posted nothing yet."""
    with running_site(tmp_path) as running:
        yield running


def write(site, comment_id="c1", **changes):
    """Write a visitor's comment."""
    plain = Comment(id=comment_id, tip=TIP, name="Ada", text="Hm", at=NINE, owner="o")
    return site.database.pages.write(replace(plain, **changes))


def test_first_words_stay(site):
    """A second request with the same key changes nothing, and gives the first receipt."""
    first = site.publish()
    site.clock.move(timedelta(days=1))
    assert site.publish(title="Changed") == first
    assert site.database.pages.get(TIP).post.title != "Changed"


def test_second_turn_keeps_the_page(site):
    """A tip that is posted again keeps its page and its first date, and shows its newest words."""
    site.publish()
    site.clock.move(timedelta(days=30))
    receipt = site.publish(key="again", title="Said better")
    page = site.database.pages.get(TIP)
    assert (page.first_at, page.at) == (NINE, NINE + timedelta(days=30))
    assert page.post.title == "Said better"
    assert receipt.url == f"https://tips.example/tips/{TIP}"


def test_answers_stand_under_what_they_answer(site):
    """The bot's answer is a comment of its own, once, heard as ours."""
    write(site)
    answer = post(TIP, NINE, key="reply/1", tip=None, in_reply_to="c1", text="Thank you.")
    receipt = site.platform.publish(answer)
    assert site.platform.publish(answer) == receipt
    assert receipt.url == f"https://tips.example/tips/{TIP}?at=comment-reply%2F1#comment-reply%2F1"
    heard = site.platform.poll(None).entries
    assert [(e.in_reply_to, e.ours, e.text) for e in heard] == [
        (None, False, "Hm"),
        ("c1", True, "Thank you."),
    ]


def test_answer_to_what_is_gone(site):
    """An answer to a deleted or unknown comment is refused, and posts nothing."""
    write(site)
    site.database.pages.erase("c1", NINE)
    for parent in ("c1", "nowhere"):
        with pytest.raises(Refused, match="not on the site any more"):
            site.platform.publish(post(TIP, NINE, in_reply_to=parent))


def test_a_page_needs_a_tip(site):
    """A post that belongs to no tip and answers nothing has no place on the site."""
    with pytest.raises(Refused, match="has no page"):
        site.platform.publish(post(TIP, NINE, tip=None))


def test_bots_answer_is_taken_back(site):
    """Taking back an answer erases it, and never a visitor's comment."""
    write(site)
    site.platform.publish(post(TIP, NINE, key="mine", in_reply_to="c1"))
    site.platform.retract("mine")
    site.platform.retract("c1")
    site.platform.retract("unknown")
    assert site.database.pages.comment("mine").deleted_at is not None
    assert site.database.pages.comment("c1").deleted_at is None


def test_deletion_is_heard(site):
    """A comment that is deleted after it was heard is heard again, without name or words."""
    write(site)
    cursor = site.platform.poll(None).cursor
    site.database.pages.erase("c1", NINE)
    (entry,) = site.platform.poll(cursor).entries
    assert (entry.author, entry.text, entry.deleted_at) == (NOBODY, "", NINE)


def test_many_comments_are_heard_in_steps(site):
    """However many comments there are, each is heard once, in the order in which it came."""
    for number in range(STEP + 5):
        write(site, f"c{number}")
    first = site.platform.poll(None)
    rest = site.platform.poll(first.cursor)
    heard = [entry.remote_id for entry in first.entries + rest.entries]
    assert heard == [f"c{number}" for number in range(STEP + 5)]
    assert (first.more, rest.more) == (True, False)
    assert site.platform.poll(rest.cursor).cursor == rest.cursor


def test_rules_need_no_network(site):
    """The site's rules are its own, and it needs neither account nor secret."""
    assert site.platform.learn() == KIND.traits
    assert not KIND.secrets
    assert all(option.default is not None for option in KIND.options)


def test_responses_is_one_of_three_words():
    """A word that `responses` does not know is refused with its line, and with those it knows."""
    text = b"bot: {name: A}\nplatforms: {site: {responses: some}}\ntips: [{id: a, title: A, text: B}]\n"
    with pytest.raises(
        TipsError, match="'some' is not a valid rule; use one of all, webmention, none"
    ):
        parse(text, "tips.yaml", KINDS, check_cron)
