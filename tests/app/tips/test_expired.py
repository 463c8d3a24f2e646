"""Tips that are over are noted, and nothing that is wrong with them stops a bot."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.tips.validate import expired, without_expired
from tests.clock import MONDAY
from tests.core.samples import config, tip
from tests.whole.operator import Operator, free_port

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)

OVER = {
    "plain": "title: Ask, text: Ask the crowd.",
    "too long": f"title: {'Ask them ' * 20}, text: Ask the crowd.",
    "leads nowhere": 'title: Ask, text: Ask., link: "http://127.0.0.1/a"',
    "summary too long": f"title: Ask, text: Ask., summary: {'Ask ' * 90}",
    "never begun": "title: Ask, text: Ask the crowd., not_before: 2019-01-01",
    "the only one of its tag": "title: Ask, text: Ask the crowd., tags: [party]",
}


def test_the_end_itself_is_over():
    """A tip is over from the moment that it names, and not before."""
    whole = config(tip("a", expires=MONDAY), tip("b"), tip("c", expires=MONDAY + DAY))
    assert [one.tip for one in expired(whole, MONDAY - SECOND)] == []
    assert [one.tip for one in expired(whole, MONDAY)] == ["a"]
    assert [one.id for one in without_expired(whole, MONDAY).library] == ["b", "c"]
    assert [one.tip for one in expired(whole, MONDAY + DAY)] == ["a", "c"]


@pytest.mark.parametrize("written", OVER.values(), ids=OVER)
@pytest.mark.long
def test_it_is_a_note_and_no_error(tmp_path: Path, written: str):
    """`check` notes a tip that has expired, with its line, whatever else is wrong with it."""
    operator = Operator(home=tmp_path, port=free_port())
    operator.write(
        "bot: {name: A, timezone: Europe/Berlin, site: https://tips.town.org}\n"
        "platforms: {site: {}, mastodon: {server: https://mastodon.social}}\n"
        "schedule: [{every: 1d, tags: [party, all]}]\ntips:\n"
        f"  - {{id: over, {written}, expires: 2020-01-01}}\n"
        "  - {id: b, title: Listen, text: Listen., tags: [all, party], "
        "summary: Listen hardest to those who disagree.}\n"
    )
    done = operator.does("check")
    assert (done.code, done.err) == (0, "")
    note, good = done.out.splitlines()
    assert note == (
        "note: tips.yaml:5:10: 'over' expired at Thu 02 Jan 2020 00:00 CET and is not posted "
        "any more; leave it, or give it a later `expires`"
    )
    assert good.startswith("tips.yaml: good: 2 tips")
