"""What `check` advises on a file that is right."""

from __future__ import annotations

from dataclasses import replace

from bot.app.tips import advise
from bot.app.tips.advise import MOST
from bot.core.model.capabilities import TextLimit, Unit
from tests.app.harness import Harness
from tests.contract.memory import TRAITS
from tests.core.samples import HOUR, config, tip

GOOD = "Listen hardest to those who disagree with you."


def advice(harness):
    """What is advised; each piece says what to do, too."""
    every = list(advise.advice(harness.config, harness.drafter, harness.store))
    assert all(one.todo for one in every)
    return [(one.tip, one.what) for one in every]


def test_nothing_to_say():
    """A tip with a summary that fits needs no advice."""
    assert advice(Harness(config=config(tip(summary=GOOD)))) == []


def test_a_summary_that_is_not_used_is_noted():
    """The operator's own words that do not fit are not passed over in silence."""
    whole = config(tip("short", summary="Listen."), tip("long", summary="a " * 100 + "b."))
    said = [(one, what) for one, what in advice(Harness(config=whole)) if "not used" in what]
    assert said == [("long", "the summary of 'long' is not used on town")]


def test_a_doubtful_summary_is_named_with_its_reason():
    """Where the best summary may not read well, the operator hears why, and reads it."""
    ((name, what),) = advice(
        Harness(config=config(tip("thin", title="Barriers", text="So it is.")))
    )
    assert name == "thin"
    assert what == (
        "the summary of 'thin' on town is doubtful: it is short, and leaves room that more could "
        'fill; it says hardly anything: "Barriers: So it is."'
    )


def test_a_name_that_would_be_a_paid_link_is_noted():
    """A file name that X would charge as a link is named, with how it is written instead."""
    rule = TextLimit(unit=Unit.WEIGHTED, limit=280, links_bare_names=True)
    harness = Harness(config=config(tip(summary="Read readme.md before you ask anybody for help.")))
    assert advice(harness) == []
    harness.join("town", replace(TRAITS, text=rule))
    (note,) = advise.advice(harness.config, harness.drafter, harness.store)
    assert note.what == "town would make a link of 'readme.md' in 'listen'"
    assert "'./readme.md'" in note.todo


def test_a_long_file_is_looked_at_in_part_and_says_so():
    """Of very many tips only the first are looked at, unless all are asked for."""
    tips = [tip(str(number), title="Barriers", text="So it is.") for number in range(MOST + 2)]
    harness = Harness(config=config(*tips, tip("own", summary="a " * 100 + "b.")))
    *some, last = advise.advice(harness.config, harness.drafter, harness.store)
    assert [one.tip for one in some] == [*map(str, range(MOST)), "own", "own"]
    assert last.what == "2 more tips without a summary of their own were not examined"
    every = list(advise.advice(harness.config, harness.drafter, harness.store, every=True))
    assert len(every) == MOST + 4


def test_it_says_when_good_words_have_run_out():
    """A tip that has been posted in every good wording is noted, as its oldest comes again."""
    harness = Harness(config=config(tip(summary=GOOD, title="Listen", text="They may know.")))
    said = []
    for _ in range(10):
        harness.post("listen", (), harness.clock.now(), again=True)
        harness.clock.advance(HOUR)
        said = said or advice(harness)
    texts = [one.post.text for one in harness.deliveries()]
    assert len(set(texts)) < len(texts)
    assert said == [
        ("listen", "every good wording of 'listen' was posted on town: the oldest comes again")
    ]
