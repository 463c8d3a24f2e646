"""Which summary wins."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.model.config import Tip
from bot.core.summary import Summary, best, can_say, runners_up
from bot.core.summary.english.lexicon import found
from bot.core.summary.select import Ranked, in_turn, ranked
from bot.core.text.counting.measure import weighted_length

DATA = Path(__file__).parents[2] / "data" / "summary"
CASES = yaml.safe_load((DATA / "choices.yaml").read_text("utf-8"))

TALK = Tip(
    id="talk",
    title="Talk early",
    text=(
        "A short talk in the morning saves a long letter in the evening. People forgive a rough "
        "idea, if they hear it first. Teams that talk early rarely have to start again."
    ),
)


def within(room):
    """What has so much room."""
    return lambda text: weighted_length(text) <= room


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_the_best_summary(case):
    """Of all that fits, the one is chosen that a person would choose."""
    tip = Tip(
        id="case",
        title=case["title"],
        text=case["text"],
        summary=case.get("summary"),
        language=case.get("language"),
    )
    chosen = best(tip, within(case.get("room", 140))).chosen
    assert chosen is not None
    assert chosen.text == case["posted"]


def test_it_says_how_it_was_made():
    """Each summary tells the operator what it was made of and what was left out."""
    tip = Tip(id="a", title="Logs", text=f"Read the logs at once (there are few). {'B' * 200}.")
    chosen = best(tip, within(30)).chosen
    assert chosen is not None
    assert chosen.how == "first sentence without a remark in brackets"
    assert 0 < chosen.sure < 1


def test_the_same_is_chosen_again():
    """The same tip and room always have the same summary, and it is ranked once."""
    before = ranked.cache_info().misses
    first, second = best(TALK, within(116)), best(TALK, within(116))
    best(TALK, within(90))
    assert first == second
    assert ranked.cache_info().misses - before <= 1


def test_a_used_text_gives_way_to_another():
    """What was posted before is not posted again as long as there is another good one."""
    first = best(TALK, within(116)).chosen
    assert first is not None
    second = best(TALK, within(116), said=[first.text])
    assert second.chosen is not None
    assert second.chosen.text != first.text
    assert not second.exhausted


def test_words_of_another_language_give_way_too():
    """What nobody could check is as good as the best that nobody could check."""
    tip = Tip(
        id="de",
        title="Hört zu",
        text="Wer widerspricht, kennt vielleicht den Weg um das Hindernis. Frag alle Leute im Haus, "
        "bevor du dich entscheidest, und hör ihnen bis zum Ende zu, auch wenn es lange dauert.",
        language="de",
    )
    said: list[str] = []
    for _ in range(2):
        choice = best(tip, within(116), said=said)
        assert choice.chosen is not None
        assert not choice.exhausted
        said.append(choice.chosen.text)
    assert len(set(said)) == 2


def test_it_says_when_all_good_ones_are_used():
    """When nothing good is left that is new, the oldest is taken again, and the caller is told."""
    first = best(TALK, within(116)).chosen
    assert first is not None
    everything = [candidate.text for candidate, _ in ranked(TALK)]
    choice = best(TALK, within(116), said=everything)
    assert (choice.chosen, choice.exhausted) == (first, True)
    again = best(TALK, within(116), said=[*everything, first.text])
    assert again.exhausted
    assert again.chosen != first


def test_another_way_to_show_it_makes_it_new():
    """When all good words are used, they are shown in another way before any is repeated."""
    ways = (str, lambda text: f"{text} #tag")
    everything = [candidate.text for candidate, _ in ranked(TALK)]
    choice = best(TALK, within(116), said=everything, ways=ways)
    assert (choice.way, choice.exhausted) == (1, False)


TURNS = (
    ("one text in every way", [("a", 2.0, 0.9)], "a1 a2"),
    ("a worse one waits", [("a", 2.0, 0.9), ("b", 1.0, 0.9)], "a1 a2 b1 b2"),
    ("a surer one that is worse waits", [("a", 2.0, 0.5), ("b", 1.9, 0.9)], "a1 a2 b1 b2"),
    ("one that is as good takes turns", [("a", 2.0, 0.9), ("b", 2.0, 0.9)], "a1 b1 a2 b2"),
    ("so does one that is surer", [("a", 2.0, 0.5), ("b", 2.0, 0.9)], "a1 b1 a2 b2"),
    ("one that is less sure waits", [("a", 2.0, 0.9), ("b", 2.0, 0.8)], "a1 a2 b1 b2"),
    (
        "and lets one behind it pass",
        [("a", 2.0, 0.9), ("b", 2.0, 0.8), ("c", 2.0, 0.9)],
        "a1 c1 a2 c2 b1 b2",
    ),
    (
        "those that wait take turns, too",
        [("a", 2.0, 0.9), ("b", 1.0, 0.9), ("c", 1.0, 0.9)],
        "a1 a2 b1 c1 b2 c2",
    ),
    ("sums may differ in their last digit", [("a", 0.3, 1), ("b", 0.1 * 3, 1)], "a1 b1 a2 b2"),
    (
        "nothing is as good as the operator's own",
        [("own", None, 0.5), ("a", 9.0, 1), ("b", 9.0, 1)],
        "own1 own2 a1 b1 a2 b2",
    ),
    ("nothing", [], ""),
)


@pytest.mark.parametrize(("good", "turns"), [case[1:] for case in TURNS], ids=[c[0] for c in TURNS])
def test_whose_turn_it_is(good, turns):
    """Words stay until they were shown in each way, unless others are as good and as sure."""
    ranks = [
        Ranked(summary=Summary(text=text, how="", sure=sure), score=score)
        for text, score, sure in good
    ]
    assert [f"{one.text}{way + 1}" for one, way in in_turn(ranks, 2)] == turns.split()


def test_words_stay_while_another_way_makes_them_new():
    """A used text is first shown in another way, and only then gives way to other words."""
    ways = (str, lambda text: f"{text} #tag")
    first = best(TALK, within(116), ways=ways)
    assert first.chosen is not None
    said = [first.chosen.text]
    assert best(TALK, within(116), said=said, ways=ways) == replace(first, way=1)
    third = best(TALK, within(116), said=[*said, f"{said[0]} #tag"], ways=ways)
    assert third.chosen != first.chosen
    assert (third.way, third.exhausted) == (0, False)


def test_runners_up_are_others():
    """Those that would have been next are not the one that was chosen, and fit as it does."""
    chosen = best(TALK, within(60)).chosen
    assert chosen is not None
    others = runners_up(TALK, within(60), than=chosen)
    assert others
    assert chosen not in others
    assert all(weighted_length(one.text) <= 60 for one in others)


@pytest.mark.parametrize("room", [3, 9, 12, 40, 116])
def test_it_is_known_without_ranking_whether_anything_fits(room):
    """Whether there is anything to say is told as the full choice tells it."""
    for summary in (None, "Talk.", "Talk early, and talk again before you write it down."):
        tip = replace(TALK, summary=summary)
        assert can_say(tip, within(room)) is (best(tip, within(room)).chosen is not None)


def test_nothing_fits():
    """Where there is no room for anything, nothing is chosen, and no words are made up."""
    assert best(TALK, within(3)).chosen is None


PIECES = [
    *("We", "ask", "them", "however", "in this paper", "which", "is", "was", "shows", "not", "if"),
    *(",", ",", ".", ".", ";", ":", "(", ")", '"', "—", "`x_y()`", "3.5", "setup.py", "e\u0301"),
    *(
        "聞く。",
        "क्षि।",
        "👩‍⚕️",
        "https://example.org/a(b)",
        "and",
        "to",
        "by using",
        "such as",
        "\n",
        "\n- ",
    ),
    *("**", "[a](b)", "<b>", "``", "```\n", "node.js", ".NET", "don't", "O’Neil", "@ada", "#tag"),
]
prose = st.lists(st.sampled_from(PIECES), min_size=1, max_size=30).map(" ".join)
tips = st.builds(
    lambda title, text, summary, language: Tip(
        id="x", title=title, text=text, summary=summary, language=language
    ),
    prose,
    prose,
    st.one_of(st.none(), prose),
    st.sampled_from([None, "en", "de", "ja", "xx"]),
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(tips, st.integers(min_value=1, max_value=300))
def test_any_tip_is_within_its_room_and_made_of_its_own_words(tip, room):
    """Whatever a tip holds, its summaries fit, and no word, name or address in them was cut."""
    chosen = best(tip, within(room)).chosen
    assert can_say(tip, within(room)) is (chosen is not None)
    if chosen is None:
        return
    source = f"{tip.title} {tip.text} {tip.summary or ''}"
    have = set(found(source.replace("`", "").replace("*", "")))
    for summary in (chosen, *runners_up(tip, within(room), than=chosen)):
        assert weighted_length(summary.text) <= room
        assert set(found(summary.text)) <= have


@pytest.mark.parametrize(
    "part",
    ["as you know, ", "; ", "however, ", "(", "“a ", " – a", "- a\n", "<b>", "two ", "![", "~"],
)
def test_a_long_text_that_repeats_itself_is_summarised(part):
    """A long text that only repeats some signs has a summary as any other, or its title."""
    tip = Tip(id="a", title="Ask early", text=part * (60_000 // len(part)))
    chosen = best(tip, within(116)).chosen
    assert chosen is not None
    assert chosen.text.startswith("Ask early")
