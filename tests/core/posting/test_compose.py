"""A tip as a post: within the promise and the network's own rule, with nothing cut."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
import regex
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.capabilities import TextLimit, Unit
from bot.core.model.config import LinkRule
from bot.core.model.delivery import SpanKind
from bot.core.posting.compose import Fitted, Misfit, PostLayout, compose, layout_of
from bot.core.summary import Summary, best
from bot.core.summary.select import ranked
from bot.core.text.counting.links import links, unlinked
from bot.core.text.counting.measure import (
    NetworkLength,
    byte_length,
    grapheme_length,
    native_length,
    weighted_length,
)
from bot.core.text.hashtags import hashtags
from bot.core.text.mentions import unmentioned
from bot.platforms.x.normalize import is_same
from tests.core.samples import account, config, tip, traits

DATA = Path(__file__).parents[2] / "data" / "summary"
ROUNDS = yaml.safe_load((DATA / "rounds.yaml").read_text("utf-8"))

LINK = "https://town.example.org/a/rather/long/path/to/the/tip?with=a#fragment"

TEXTS = {
    "one": {"title": "Listen to those who disagree.", "text": "Listen to those who disagree."},
    "several": {
        "title": "Listen to everybody",
        "text": "Ask those who disagree what they see. They may know a way past your barrier.",
    },
    "many": {
        "title": "聞く",
        "text": "反対する人に聞く。公に感謝する。共に行く。",
        "language": "ja",
    },
    "own": {"summary": "Ask those who disagree what they see, and thank them in public."},
}
TAGS = (
    (),
    ("ai",),
    ("ai", "web"),
    ("ai", "digital-health", "健康"),
    ("ai", "a" * 50, "web", "b" * 90, "digital-health"),
)
NETWORKS = {
    "X": TextLimit(unit=Unit.WEIGHTED, limit=280, link_cost=23, links_bare_names=True),
    "Mastodon": TextLimit(unit=Unit.GRAPHEMES, limit=500, link_cost=23),
    "a small server": TextLimit(unit=Unit.GRAPHEMES, limit=100, link_cost=23),
}

WORDS = [
    "listen",
    "to",
    "naïve",
    "聞く",
    "👩‍🚀",
    "don’t",
    "setup.py",
    "example.io",
    "@ada",
    "नमस्ते",
    "e\u0301",
]
sentences = st.lists(st.sampled_from(WORDS), min_size=1, max_size=25).map(
    lambda w: f"{' '.join(w)}."
)
tips = st.builds(
    tip,
    title=st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join),
    text=st.lists(sentences, min_size=1, max_size=4).map(" ".join),
    summary=st.none() | sentences,
    tags=st.lists(st.sampled_from(["a", "digital-health", "健康", "long " * 9])).map(tuple),
    language=st.sampled_from([None, "en", "ja", "hi"]),
)
rules = st.builds(
    TextLimit,
    unit=st.sampled_from(Unit),
    limit=st.sampled_from([60, 140, 300, 500]),
    link_cost=st.sampled_from([None, 23]),
    max_bytes=st.sampled_from([None, 120, 3000]),
    links_bare_names=st.booleans(),
)


def one_fit(one=None, link=LINK, *, rule=None, **settings_):
    """The fit of a tip on an account with these settings."""
    known = traits() if rule is None else traits(text=rule)
    layout = PostLayout(account=account(**settings_), traits=known, link=link)
    return compose(one or tip(), layout)


def fitted(*args, **options):
    """The same, for a tip that fits."""
    found = one_fit(*args, **options)
    assert isinstance(found, Fitted)
    return found


def shown(summary, rule):
    """A summary as a network with this rule gets it."""
    text = unmentioned(summary)
    return unlinked(text) if rule.links_bare_names else text


@given(tips, rules, st.none() | st.just(LINK), st.integers(0, 3), st.sampled_from([60, 140]))
def test_never_over_and_never_cut(one, rule, link, most, limit):
    """Every post is one whole candidate, whole hashtags and the whole link, within every limit."""
    found = one_fit(one, link, rule=rule, hashtags=most, limit=limit)
    if isinstance(found, Misfit):
        return
    assert weighted_length(found.text) == found.length <= limit
    assert native_length(found.text, rule) == found.native.length <= rule.limit
    assert rule.max_bytes is None or byte_length(found.text) <= rule.max_bytes
    parts = [found.text[span.start : span.end] for span in found.spans]
    tags = parts if link is None else parts[:-1]
    assert link is None or parts[-1] == link
    assert len(tags) <= most
    assert set(tags) <= set(hashtags(one.tags))
    own = () if one.summary is None else (one.summary,)
    made = (candidate.text for candidate, _ in ranked(one))
    bodies = {shown(text, rule) for text in (*own, *made)}
    assert found.text in {" ".join([body, *parts]) for body in bodies}


@given(tips, rules)
def test_what_does_not_fit_says_so_truly(one, rule):
    """A tip is called unfit only where no good summary, bare of hashtags, has room by its link."""

    def has_room(summary):
        text = f"{shown(summary, rule)} {LINK}"
        few = rule.max_bytes is None or byte_length(text) <= rule.max_bytes
        return few and weighted_length(text) <= 140 and native_length(text, rule) <= rule.limit

    unfit = isinstance(one_fit(one, rule=rule), Misfit)
    assert unfit == (best(one, has_room).chosen is None)


def test_the_best_candidate_that_fits_wins():
    """Words come before hashtags: the best summary is taken, then tags as far as room is."""
    words = "Listen hardest to those who disagree, for they may see a way that you do not."
    one = tip(title="Listen", text=f"{words} {'B' * 100}.", tags=("abc", "def"))
    found = fitted(one, link=None)
    assert found.summary.how == "first sentence"
    assert found.text == f"{words} #Abc #Def"


def test_exactly_the_promise():
    """A text of exactly 140 fits, and one of 141 does not."""
    for length, kind in ((116, Fitted), (117, Misfit)):
        assert isinstance(one_fit(tip(title="a" * length, text="b" * 200)), kind)


@pytest.mark.parametrize(
    ("rule", "length"),
    [
        (TextLimit(unit=Unit.GRAPHEMES, limit=300), 6 + len(LINK)),
        (TextLimit(unit=Unit.GRAPHEMES, limit=300, link_cost=23), 29),
        (TextLimit(unit=Unit.WEIGHTED, limit=300, link_cost=23), 30),
    ],
)
def test_each_network_counts_by_itself(rule, length):
    """A link costs what the network says, and characters count as the network counts them."""
    assert native_length(f"a 👩‍🚀 e\u0301 {LINK}", rule) == length


def test_a_tight_network_takes_the_shorter_words():
    """The network's own limit chooses a shorter candidate where the promise had room."""
    one = tip(title="Listen", text="Listen to those who disagree.")
    short = TextLimit(unit=Unit.GRAPHEMES, limit=30)
    assert fitted(one, None, rule=short).text == "Listen to those who disagree."
    few_bytes = TextLimit(unit=Unit.GRAPHEMES, limit=300, max_bytes=26)
    assert fitted(one, None, rule=few_bytes).text == "Listen"


def test_a_bare_name_makes_no_paid_link():
    """Where a network links bare names, a file is written as a path; elsewhere it stays."""
    one = tip(title="Read it", text="Read readme.md before you ask anybody for help.")
    for bare, text in ((True, "./readme.md"), (False, "readme.md")):
        rule = TextLimit(unit=Unit.WEIGHTED, limit=280, links_bare_names=bare)
        assert f" {text} " in fitted(one, None, rule=rule).text


def rounds(one, count, *, rule=None, **account_changes):
    """The posts of a tip that comes round so many times."""
    known = traits() if rule is None else traits(text=rule)
    layout = PostLayout(account=account(**account_changes), traits=known, link=LINK)
    said: list[str] = []
    made = []
    for _ in range(count):
        found = compose(one, layout, posted=said)
        assert isinstance(found, Fitted)
        said.append(found.text)
        made.append(found)
    return made


@pytest.mark.parametrize("case", ROUNDS, ids=[case["case"] for case in ROUNDS])
def test_a_tip_that_comes_round_again(case):
    """A tip keeps its words and turns its hashtags, and has other words after that."""
    own, tags = case.get("summary"), tuple(case.get("tags", ()))
    one = tip(**TEXTS["several"], summary=own, tags=tags)
    bare = iter(post.summary.text for post in rounds(replace(one, tags=()), 3))
    words = {which: next(bare) for which in (["own"] if own else []) + ["first", "second"]}
    made = rounds(one, len(case["posts"]), hashtags=case.get("hashtags", 2))
    expected = [which.partition(" ") for which in case["posts"]]
    assert [post.text.removesuffix(f" {LINK}") for post in made] == [
        f"{words[which]}{blank}{shown_tags}" for which, blank, shown_tags in expected
    ]


@pytest.mark.parametrize("tags", TAGS, ids=map(str, map(len, TAGS)))
@pytest.mark.parametrize("words", TEXTS)
@pytest.mark.parametrize("network", NETWORKS)
def test_no_text_comes_again_before_every_other(network, words, tags):
    """X gets no text that it has while there is a new one, and then that of the longest ago."""
    one, rule = tip(tags=tags, **TEXTS[words]), NETWORKS[network]
    made = rounds(one, 100, rule=rule)
    number = [post.exhausted for post in made].index(True)
    texts = [post.text for post in made]
    assert not any(is_same(a, b, is_reply=False) for a, b in combinations(texts[:number], 2))
    assert texts[number:] == texts[:-number]
    same_words = [post for post in made[:number] if post.summary == made[0].summary]
    assert same_words == made[: len(same_words)]
    assert len(same_words) >= len(made[0].spans)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    ("summary", "tags"),
    [
        ("反対する人に聞く。\u3000", ("健康", "ai")),
        ("问问不同意的人！", ("健康",)),
        ("اسأل من يخالفك عما يراه.\u200f", ("صحة", "web")),
        ("שאל את מי שחולק עליך. \u200f", ("בריאות",)),
        ("असहमत लोगों से पूछो।", ("स्वास्थ्य",)),
        ("ถามคนที่ไม่เห็นด้วย\u200b ", ("สุขภาพ",)),
        ("반대하는\u00a0사람에게 물어라.", ("건강",)),
        ("Ask those who disagree \u2009\u2060 \n", ()),
    ],
)
def test_one_blank_stands_between_words_hashtags_and_link(network, summary, tags):
    """In every script exactly one blank stands before each hashtag and the link, and none at an end."""
    found = fitted(tip(summary=summary, tags=tags), rule=NETWORKS[network])
    assert found.summary.how == "written by hand"
    assert [span.kind for span in found.spans] == [SpanKind.TAG] * len(tags) + [SpanKind.LINK]
    for span in found.spans:
        assert regex.search(r"[^\s\p{Z}]\p{Cf}*\Z", found.text[: span.start - 1])
        assert found.text[span.start - 1] == " "
    assert not regex.search(r"\s\p{Cf}*\s|\A\s|\s\Z", found.text)


def test_hashtags_are_for_everyone():
    """Tags are written in CamelCase, which screen readers read, and only where they are tags."""
    tags = ("digital-health", "nhs england", "ai", "2024", "健康", "e\u0301tude", "--", "mRNA")
    assert list(hashtags(tags)) == [
        *("#DigitalHealth", "#NhsEngland", "#Ai", "#健康", "#E\u0301tude", "#MRNA"),
    ]


def test_hashtags_only_where_room_is_left():
    """A tag that has no room is left out for a later one that has, up to the account's number."""
    one = tip(title="Listen", text="a" * 200, tags=("b" * 140, "one", "two", "three"))
    found = fitted(one, None, hashtags=2)
    assert found.text == "Listen #One #Two"
    assert [(span.kind, span.target) for span in found.spans] == [
        (SpanKind.TAG, "One"),
        (SpanKind.TAG, "Two"),
    ]
    assert fitted(one, None, hashtags=0).text == "Listen"


def test_nobody_is_mentioned():
    """An `@` in a tip is written so that it calls nobody, and is measured as it is written."""
    found = fitted(tip(summary=f"@ada {'a' * 110}"), LINK)
    assert not regex.search(r"@\w", found.text)
    assert found.length == weighted_length(found.text) == 140


def test_unfit_says_what_is_too_long():
    """The operator reads in numbers what has to become shorter."""
    long_title = one_fit(tip(title="a" * 141, text="b" * 200))
    assert isinstance(long_title, Misfit)
    assert long_title.why == "its title is 141 long and the limit is 140"
    no_room = one_fit(tip(title="a" * 120, text="b" * 200))
    assert isinstance(no_room, Misfit)
    room = "beside its link there is room for 116 characters; no candidate is that short"
    assert no_room.why == room


SAID = Summary(text="a", how="title", sure=1.0)


def test_over_a_limit_cannot_exist():
    """A fitted text over the promise, or over the network's limit, cannot be made at all."""
    fine = NetworkLength(unit=Unit.GRAPHEMES, length=1, limit=1)
    over = NetworkLength(unit=Unit.GRAPHEMES, length=2, limit=1)
    for length, native in ((141, fine), (140, over)):
        with pytest.raises(ValueError, match="over its limit"):
            Fitted(text="a", spans=(), length=length, limit=140, native=native, summary=SAID)


def test_what_a_post_points_at():
    """A post points at the tip's own link, else at its page, and at nothing where that is asked."""
    own, none = tip(link=LINK), tip()
    home = config(accounts=(account(), account("site", kind="site")))
    page = "https://tips.test.net/tips/listen"
    for one, where, rules, bot, link in (
        (own, account(), traits(), home, LINK),
        (none, account(), traits(), home, page),
        (none, account(), traits(), config(), None),
        (none, account("site"), traits(is_home=True), home, None),
        (own, account(link=LinkRule.NEVER), traits(), home, None),
    ):
        layout = layout_of(one, where, rules, bot)
        assert (layout.link, layout.needs_page) == (link, link == page)


def test_a_link_is_seen_as_one():
    """The link of a fitted post is found again by X's rules: nothing is glued to it."""
    found = fitted(tip(summary="Read example.org."), LINK)
    assert [link.text for link in links(found.text)] == ["example.org", LINK]
    assert grapheme_length(found.text) > found.native.length
