"""When an acknowledgement is in place, and when it would be a nuisance."""

from datetime import timedelta

import pytest

from bot.core.discussion.acknowledgement_policy import (
    FRESH,
    MOST_A_DAY,
    MOST_AN_HOUR,
    REFUSALS,
    THANKS,
    Acknowledgement,
    AcknowledgementState,
    breaks_off,
    deserves_thanks,
    has_had_one,
    is_only_thanks,
    thanks_for,
)
from bot.core.model.entry import NOBODY, Author, EntryKind, OptOut, Standing, Visibility
from tests.clock import MONDAY
from tests.core.samples import HOUR, MINUTE, entry

SECOND = timedelta(seconds=1)


def given(count, gap=MINUTE, state=AcknowledgementState.GIVEN):
    """So many acknowledgements, the newest a gap before Monday's nine."""
    return [
        Acknowledgement(entry=number, who=f"w{number}", at=MONDAY - number * gap, state=state)
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("kind", [EntryKind.REPLY, EntryKind.MENTION, EntryKind.QUOTE])
def test_what_is_said_to_the_bot_deserves_thanks(kind):
    """Whoever answers, calls or quotes the bot in the last day may be acknowledged."""
    assert deserves_thanks(entry(kind=kind, at=MONDAY - FRESH), MONDAY)


@pytest.mark.parametrize(
    "changes",
    [
        {"at": MONDAY - FRESH - SECOND},
        {"ours": True},
        {"kind": EntryKind.COMMENT},
        {"standing": Standing.HIDDEN},
        {"standing": Standing.HELD},
        {"visibility": Visibility.DIRECT, "author": NOBODY, "text": "", "url": None},
        {"deleted_at": MONDAY, "author": NOBODY, "text": "", "url": None},
        {"author": Author(name="Bot", handle="b", wishes=frozenset({OptOut.NO_BOT}))},
        {"author": Author(name="Shy", handle="s", wishes=frozenset({OptOut.NO_LOG}))},
    ],
    ids=" ".join,
)
def test_what_is_better_left_alone(changes):
    """What is old, ours, private, gone, hidden, held, or of somebody who wants none, gets none."""
    assert not deserves_thanks(entry(**changes), MONDAY)


@pytest.mark.parametrize(
    "text", ["Thanks!", "@tips thank you so much 🙏", "🎉🎉", "Merci", "@tips", *THANKS]
)
def test_thanks_are_known_as_thanks(text):
    """A text of nothing but thanks, names and emoji is an acknowledgement, as is each of ours."""
    assert is_only_thanks(text)


@pytest.mark.parametrize("text", ["Thanks, but why?", "No.", "ありがとう、でもなぜ", "Great tip"])
def test_words_are_no_thanks(text):
    """A text that says anything else is none."""
    assert not is_only_thanks(text)


def test_a_person_has_one_a_day():
    """Within a day of one there is none for the same person, and after it there may be."""
    one = Acknowledgement(entry=1, who="ada", at=MONDAY, state=AcknowledgementState.FAILED)
    assert has_had_one("ada", [one], MONDAY + FRESH - SECOND)
    assert not has_had_one("ada", [one], MONDAY + FRESH)
    assert not has_had_one("grace", [one], MONDAY)


def test_an_hour_has_its_bound():
    """So many in an hour, and no more until the first of them is an hour old."""
    full = given(MOST_AN_HOUR)
    assert breaks_off(full[1:], MONDAY) is None
    assert breaks_off(full, MONDAY) == "there were 30 within an hour"
    assert breaks_off(full, MONDAY + HOUR - MOST_AN_HOUR * MINUTE) is None


def test_a_day_has_its_bound():
    """So many in a day, however they are spread."""
    assert breaks_off(given(MOST_A_DAY, 7 * MINUTE), MONDAY) == "there were 200 within a day"
    assert breaks_off(given(MOST_A_DAY, 8 * MINUTE), MONDAY) is None


def test_who_refuses_is_left_alone_for_a_day():
    """After so many refusals in a row there is none for a day; one that went well breaks the row."""
    refused = given(REFUSALS, state=AcknowledgementState.REFUSED)
    assert breaks_off(refused, MONDAY) == "3 in a row were refused"
    assert breaks_off(refused, MONDAY + FRESH) is None
    assert breaks_off(refused[1:] + given(1), MONDAY) is None


def test_words_take_turns():
    """One entry has always the same words, and the next one others."""
    first, second = entry(id=1), entry(id=2)
    assert thanks_for(first) == thanks_for(first) != thanks_for(second)
