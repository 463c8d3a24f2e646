"""Which tips want a summary of the operator's own, and what is proposed for them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bot.app.posting.draft import Drafter
from bot.app.tips import propose
from bot.app.tips.propose import BY_MODEL, WeakSummary
from bot.core.errors import PlatformError, Refused, Unauthorised, UsageError
from bot.core.model.config import LinkRule, Tip
from bot.core.text.counting.measure import weighted_length
from tests.contract.memory import TRAITS
from tests.core.samples import account, config, tip

HERE = "https://tips.test.net/here"
GOOD = tip(
    "good",
    title="Ask the crowd",
    text="Ask the crowd at once, and thank them.",
    link=HERE,
)
DRAFTER = Drafter(capabilities_of=lambda _: TRAITS, posted=lambda *_: ())
DOUBTFUL = tip(
    "doubtful",
    title="Questions of style",
    text="They are asked too late. This is a pity, and it need not be so for any of your people.",
)


@dataclass
class Words:
    """A model that says what a test tells it."""

    said: tuple[str, ...] = ()
    fails: PlatformError | None = None
    asked: list[tuple[str, int]] = field(default_factory=list)

    def propose(self, tip: Tip, room: int) -> tuple[str, ...]:
        """The words, or the failure."""
        self.asked.append((tip.id, room))
        if self.fails is not None:
            raise self.fails
        return self.said


def cases(*tips, accounts=(), **more) -> list[WeakSummary]:
    """What is proposed for these tips."""
    whole = config(*tips, accounts=accounts or (account(),))
    return list(propose.weak_summaries(DRAFTER, whole, **more))


def texts(case: WeakSummary) -> list[str]:
    """The proposals of a case."""
    return [one.summary.text for one in case.proposals]


def test_only_doubtful_tips_are_asked_about():
    """A tip whose best summary is good is left in peace; a doubtful one comes with its reasons."""
    (case,) = cases(GOOD, DOUBTFUL)
    assert case.tip is DOUBTFUL
    assert case.doubts
    assert case.proposals


def test_every_tip_without_a_summary_by_hand():
    """On request each tip that has none of the operator's own is asked about, others are not."""
    own = tip("own", text="Ask the crowd.", summary="Ask them.")
    assert [case.tip.id for case in cases(GOOD, own, DOUBTFUL, every=True)] == ["good", "doubtful"]


def test_named_tips_and_no_others():
    """Tips that are named are asked about, however good; a name that is wrong is told."""
    assert [case.tip.id for case in cases(GOOD, DOUBTFUL, named=["good"])] == ["good"]
    with pytest.raises(UsageError, match="did you mean 'good'"):
        cases(GOOD, named=["goood"])


def test_a_summary_by_hand_that_does_not_fit():
    """The operator's words that are too long somewhere are a reason to ask."""
    own = tip("own", text="Ask the crowd.", summary="Ask the crowd, and " * 8)
    (case,) = cases(own)
    assert case.doubts[0] == "its own summary does not fit town"


def test_a_tip_of_which_nothing_fits():
    """Where the bot has nothing to say, the tip is named, and nothing is proposed."""
    (case,) = cases(tip("long", title="a" * 200, text="b" * 200))
    assert case.doubts == ("nothing of it fits town",)
    assert case.proposals == ()


def test_proposals_fit_everywhere():
    """What is proposed fits every account that the tip goes to, and names the tightest of them."""
    wide = account("wide", link=LinkRule.NEVER, limit=140)
    narrow = account("narrow", limit=70)
    (case,) = cases(GOOD, named=["good"], accounts=(wide, narrow))
    for one in case.proposals:
        assert one.tight.account == "narrow"
        assert one.tight.limit == 70
        assert weighted_length(one.summary.text) < one.tight.length <= 70


def test_a_model_is_told_the_least_room():
    """The room of the narrowest account is what a model has to keep to, link taken off."""
    model = Words()
    narrow = account("narrow", limit=70)
    cases(GOOD, named=["good"], accounts=(account(), narrow), proposer=model)
    (asked,) = model.asked
    assert asked == ("good", 70 - 24)


def test_a_models_words_are_verified():
    """What adds a word, turns a 'no' round, drops a number or does not fit is never shown."""
    source = tip("s", title="Wait", text="Do not wait 30 days for them. Ask at once, and by name.")
    model = Words(
        said=(
            "Ask at once.",
            "Do wait 30 days for them.",
            "Do not wait days for them.",
            "Always ask at once.",
            "**Ask at once**, and by name.",
        )
    )
    (case,) = cases(source, named=["s"], proposer=model)
    theirs = [one for one in case.proposals if one.by_model]
    assert all(BY_MODEL in one.summary.doubts for one in theirs)
    shown = [one.summary.text for one in theirs]
    assert shown == ["Ask at once.", "Ask at once, and by name."]
    assert case.left_out == ("'not' was lost", "'30' was lost", "'always' is not in the tip")
    assert len(set(texts(case))) == len(case.proposals)


def test_a_models_words_that_do_not_fit():
    """A model that does not keep to the room is not shown."""
    source = tip("s", title="Wait", text="Ask them at once. Ask all of them, each of them by name.")
    model = Words(said=("Ask all of them, each of them by name.",))
    (case,) = cases(source, named=["s"], proposer=model, accounts=(account(limit=30),))
    assert case.left_out == ("it does not fit",)


def test_nothing_of_a_model_is_taken_unseen():
    """However good a model's words are, they are never the ones that are sure."""
    source = tip("s", title="a" * 200, text="b" * 200 + ". Ask the crowd of many people by name.")
    model = Words(said=("Ask the crowd by name.",))
    (case,) = cases(source, named=["s"], proposer=model)
    assert case.proposals[-1].by_model
    assert not case.proposals[-1].is_sure
    assert case.sure is None or case.sure.text != "Ask the crowd by name."


def test_a_model_that_fails_for_one_tip_is_asked_about_the_next():
    """An answer that is no use concerns one tip, and is told there."""
    model = Words(fails=Refused("it answers with nonsense", "look at it"))
    found = cases(GOOD, DOUBTFUL, every=True, proposer=model)
    assert [case.trouble for case in found] == ["it answers with nonsense; look at it"] * 2
    assert all(case.proposals for case in found)


def test_a_model_that_fails_for_good_is_not_asked_again():
    """A wrong key or a server that is down is told once, and our own proposals go on."""
    model = Words(fails=Unauthorised("wrong key"))
    found = cases(GOOD, DOUBTFUL, every=True, proposer=model)
    assert [case.trouble for case in found] == ["wrong key", None]
    assert len(model.asked) == 1
    assert all(case.proposals for case in found)
