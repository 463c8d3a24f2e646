"""Which tips want a summary of the operator's own, and what is proposed for them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from bot.app.posting.draft import Draft, Drafter
from bot.app.tips import propose
from bot.app.tips.propose import BY_MODEL, Review
from bot.core.errors import PlatformError, Refused, Unauthorised, UsageError
from bot.core.model.config import LinkRule, Tip
from bot.core.text.counting.measure import weighted_length
from tests.clock import MONDAY
from tests.contract.memory import TRAITS
from tests.core.samples import account, config, tip

HERE = "https://tips.test.net/here"
GOOD = tip(
    "good",
    title="Ask the crowd",
    text="Ask the crowd at once, and thank them.",
    link=HERE,
)
DRAFTER = Drafter(capabilities_of=lambda _: TRAITS, posted=lambda _: {})
DOUBTFUL = tip(
    "doubtful",
    title="Questions of style",
    text="They are asked too late. This is a pity. So it was with those who came before them: "
    "it had been so for years, and it was thought that nothing could be done about any of it.",
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


def cases(*tips, accounts=(), **more) -> list[Review]:
    """What is proposed for these tips."""
    whole = config(*tips, accounts=accounts or (account(),))
    return list(propose.reviews(DRAFTER, whole, MONDAY, **more))


def texts(case: Review) -> list[str]:
    """The proposals of a case."""
    return [one.summary.text for one in case.proposals]


OWN = tip("own", text="Ask the crowd.", summary="Ask them.")


def test_every_tip_without_a_summary_by_hand():
    """Each tip that has none of the operator's own is asked about, the others are not."""
    assert [one.tip.id for one in cases(GOOD, OWN, DOUBTFUL)] == ["doubtful", "good"]


def test_the_least_sure_come_first():
    """The order is how sure the worst post of a tip is, then that of the file, with its place."""
    silent = tip("silent", title="a" * 200, text="b" * 200)
    twin = replace(DOUBTFUL, id="twin")
    found = cases(GOOD, DOUBTFUL, silent, twin, replace(GOOD, id="good-too"))
    assert [one.tip.id for one in found] == ["silent", "doubtful", "twin", "good", "good-too"]
    sure = [one.current.sure for one in found]
    assert (sure, sure[0]) == (sorted(sure), 0)
    assert [(one.number, one.total) for one in found] == [(at, 5) for at in range(1, 6)]


def test_only_doubtful_tips():
    """On request only tips whose summary is doubtful are asked about, with the reasons."""
    (case,) = cases(GOOD, OWN, DOUBTFUL, doubtful=True)
    assert case.tip is DOUBTFUL
    assert case.current.doubts
    assert case.proposals


def test_an_expired_tip_only_by_name():
    """A tip that is not posted any more is asked about only if it is named."""
    over = replace(GOOD, id="over", expires=MONDAY)
    assert [one.tip.id for one in cases(over, DOUBTFUL)] == ["doubtful"]
    assert [one.tip.id for one in cases(over, DOUBTFUL, named=["over"])] == ["over"]


def test_a_tip_for_no_account():
    """A tip that goes nowhere has no posts, and is not asked about."""
    assert cases(replace(GOOD, platforms=("village",)), named=["good"]) == []


def test_named_tips_and_no_others():
    """Tips that are named are asked about, however good; a name that is wrong is told."""
    assert [case.tip.id for case in cases(GOOD, DOUBTFUL, named=["good"])] == ["good"]
    with pytest.raises(UsageError, match="did you mean 'good'"):
        cases(GOOD, named=["goood"])


def test_a_summary_by_hand_that_does_not_fit():
    """The operator's words that are too long somewhere are a reason to ask."""
    own = tip("own", text="Ask the crowd.", summary="Ask the crowd, and " * 8)
    (case,) = cases(own)
    assert case.current.doubts[0] == "its own summary does not fit town"


def test_a_tip_of_which_nothing_fits():
    """Where the bot has nothing to say, the tip is named, and nothing is proposed."""
    (case,) = cases(tip("long", title="a" * 200, text="b" * 200))
    assert case.current.doubts == ("nothing of it fits town",)
    assert case.proposals == ()


def test_proposals_fit_everywhere():
    """A proposal fits every account that the tip goes to, and comes with its post on each."""
    wide = account("wide", link=LinkRule.NEVER, limit=140)
    narrow = account("narrow", limit=70)
    (case,) = cases(GOOD, named=["good"], accounts=(wide, narrow, account("thin", limit=70)))
    for one in case.proposals:
        plain, linked = one.posts
        assert (plain.accounts, linked.accounts) == (("wide",), ("narrow", "thin"))
        assert (plain.text, linked.text) == (one.summary.text, f"{one.summary.text} {HERE}")
        assert weighted_length(linked.text) == linked.length <= linked.limit == 70


def test_the_posts_are_those_of_the_bot():
    """What is shown as posted now is what the drafter makes, hashtags included."""
    tagged = replace(GOOD, tags=("asking", "thanks"))
    whole = config(tagged)
    draft = DRAFTER.draft(tagged, whole.accounts[0], whole)
    (case,) = cases(tagged)
    (post,) = case.current.posts
    assert isinstance(draft, Draft)
    assert (post.text, post.length) == (draft.fitted.text, draft.fitted.length)
    assert post in case.proposals[0].posts


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
    """However good a model's words are, they are doubtful, and not what is posted."""
    source = tip("s", title="a" * 200, text="b" * 200 + ". Ask the crowd of many people by name.")
    theirs = "Ask the crowd by name."
    (case,) = cases(source, named=["s"], proposer=Words(said=(theirs,)))
    assert case.proposals[-1].by_model
    assert case.proposals[-1].summary.doubts == (BY_MODEL,)
    assert all(theirs not in post.text for post in case.current.posts)


def test_a_model_that_fails_for_one_tip_is_asked_about_the_next():
    """An answer that is no use concerns one tip, and is told there."""
    model = Words(fails=Refused("it answers with nonsense", "look at it"))
    found = cases(GOOD, DOUBTFUL, proposer=model)
    assert [case.trouble for case in found] == ["it answers with nonsense; look at it"] * 2
    assert all(case.proposals for case in found)


def test_a_model_that_fails_for_good_is_not_asked_again():
    """A wrong key or a server that is down is told once, and our own proposals go on."""
    model = Words(fails=Unauthorised("wrong key"))
    found = cases(GOOD, DOUBTFUL, proposer=model)
    assert [case.trouble for case in found] == ["wrong key", None]
    assert len(model.asked) == 1
    assert all(case.proposals for case in found)
