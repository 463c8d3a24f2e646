"""What `check` finds about the pictures of tips: each mistake once a tip."""

from __future__ import annotations

from dataclasses import replace

from bot.app.posting.draft import Drafter
from bot.app.tips.validate import tip_problems
from bot.core.model.capabilities import PlatformKind
from bot.pictures.card import Card
from bot.pictures.of_tips import FolderFiles, PicturesOfTips
from tests.contract.memory import TRAITS
from tests.core.samples import account, config, tip
from tests.pictures.samples import file, quarters

KINDS = {"town": PlatformKind(name="town", about="a network", traits=TRAITS)}
TOWNS = tuple(account(name) for name in ("town", "village", "city"))
LINK = "https://w3.org"


def card(one):
    """The card of a tip."""
    return Card(title=one.title, words=one.text, bot="Tips", host="", language=None)


def with_alt(most):
    """A network whose alt texts may have so many characters."""
    assert TRAITS.picture is not None
    return replace(TRAITS, picture=replace(TRAITS.picture, max_alt=most))


def found(folder, *tips, traits=TRAITS, accounts=TOWNS):
    """What is found in a file in this folder."""
    drafter = Drafter(
        capabilities_of=lambda _: traits,
        posted=lambda _: {},
        pictures=PicturesOfTips(files=FolderFiles(folder), card=card),
    )
    every = list(tip_problems(config(*tips, accounts=accounts), KINDS, drafter))
    assert all(one.todo for one in every)
    return [one.what for one in every]


def cat(**changes):
    """A tip with a picture."""
    return tip(**({"image": "cat.png", "alt": "A cat", "link": LINK} | changes))


def test_a_good_picture(tmp_path):
    """A picture that is there is no finding."""
    (tmp_path / "cat.png").write_bytes(file(quarters()))
    assert found(tmp_path, cat()) == []


def test_a_missing_file_is_told_once_a_tip(tmp_path):
    """One file that is not there is one line for each tip that names it, not one an account."""
    assert found(tmp_path, cat(tip_id="a"), cat(tip_id="b", platforms=("city",))) == [
        "'a' cannot be posted with its picture: cat.png is not there",
        "'b' cannot be posted with its picture: cat.png is not there",
    ]


def test_what_is_no_picture(tmp_path):
    """A file that is no picture is told with its name and its format."""
    (tmp_path / "cat.png").write_bytes(b"%PDF-1.7")
    assert found(tmp_path, cat()) == [
        "'listen' cannot be posted with its picture: cat.png: the picture is in the format PDF"
    ]


def test_another_mistake_beside_it(tmp_path):
    """That a tip's words do not fit an account is told as well."""
    long = cat(title="a" * 141, text="b" * 141, link=None)
    short = replace(account("wide"), limit=500)
    said = found(tmp_path, long, accounts=(*TOWNS, short))
    assert [one.partition(":")[0] for one in said] == [
        "'listen' does not fit town",
        "'listen' does not fit village",
        "'listen' does not fit city",
        "'listen' cannot be posted with its picture",
    ]


def test_where_no_pictures_are_taken(tmp_path):
    """For networks without pictures the file is not looked at."""
    assert found(tmp_path, cat(), traits=replace(TRAITS, picture=None)) == []


def test_a_long_alt_text_is_the_accounts_matter(tmp_path):
    """How long an alt text may be differs between networks, so that each account is named."""
    (tmp_path / "cat.png").write_bytes(file(quarters()))
    assert found(tmp_path, cat(), traits=with_alt(4), accounts=TOWNS[:2]) == [
        "'listen' does not fit town: its alt text has 5 characters and may have 4",
        "'listen' does not fit village: its alt text has 5 characters and may have 4",
    ]
