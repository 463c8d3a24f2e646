"""Pictures of tips when a post is planned: found, kept with the post, and never another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

import pytest

from bot.core.errors import UsageError
from bot.core.model.capabilities import Capabilities
from bot.core.model.delivery import State
from bot.core.model.picture import CARD
from bot.core.model.schedule import Outcome
from bot.pictures import read_picture
from bot.pictures.card import Card
from bot.pictures.of_tips import FolderFiles, PicturesOfTips
from tests.app.harness import HOME, Harness
from tests.contract.memory import TRAITS, MemoryPlatform
from tests.core.samples import HOUR, account, config, tip
from tests.pictures.given import GivenPictures
from tests.pictures.samples import file, quarters

CAT, DOG = file(quarters()), file(quarters((20, 60)))
NO_PICTURES: Capabilities = replace(TRAITS, picture=None)


@dataclass
class Touched:
    """The pictures of tips, of which a test changes a file after it was chosen."""

    pictures: PicturesOfTips
    changes: list[Callable[[], object]]

    def find(self, tip):
        """What is found."""
        return self.pictures.find(tip)

    def content(self, tip, picture):
        """Change the file, once, before it is read."""
        if self.changes:
            self.changes.pop()()
        return self.pictures.content(tip, picture)


def card(one):
    """The card of a tip."""
    return Card(title=one.title, words=one.text, bot="Tips", host="", language="en")


@pytest.fixture
def folder(tmp_path):
    """The folder of a tips file, with a picture."""
    (tmp_path / "cat.png").write_bytes(CAT)
    return tmp_path


@pytest.fixture
def harness(folder):
    """A bot with a tip that has a picture, and another that has none."""
    return bot(folder, tip("cat", image="cat.png", alt="A cat"), tip("plain"))


def bot(folder, *tips, changes=(), **more):
    """A bot with these tips; `changes` are made between the choice of a picture and its reading."""
    pictures = PicturesOfTips(files=FolderFiles(folder), card=card)
    return Harness(config=config(*tips, **more), pictures=Touched(pictures, list(changes)))


def planned(harness):
    """The deliveries of the next slot."""
    harness.plan()
    harness.plan(HOUR)
    return harness.deliveries()


def kept(harness, picture):
    """What the database keeps of a picture."""
    with harness.store.reading() as tx:
        return tx.pictures.get(picture.name)


def test_a_post_is_planned_with_its_picture(harness):
    """Name, alt text and size are frozen with the post, and the picture is kept with it."""
    (one,) = planned(harness)
    picture = one.post.picture
    assert (picture.name, picture.alt) == (sha256(CAT).hexdigest(), "A cat")
    assert (picture.width, picture.height) == (80, 40)
    assert read_picture(kept(harness, picture)).width == 80


def test_a_network_without_pictures(folder):
    """A tip with a picture goes without it where the network takes none, and nothing is kept."""
    harness = bot(folder, tip("cat", image="cat.png", alt="A cat"))
    harness.join("town", NO_PICTURES)
    (one,) = planned(harness)
    assert one.post.picture is None


def test_each_account_has_what_it_takes(folder):
    """Of two accounts only that whose network takes pictures has one."""
    harness = bot(
        folder,
        tip("cat", image="cat.png", alt="A cat"),
        accounts=(account("town"), account("village")),
    )
    harness.join("village", NO_PICTURES)
    found = {one.account: one.post.picture for one in planned(harness)}
    assert found["village"] is None
    assert found["town"] is not None


def test_a_card_is_kept_as_its_words(folder):
    """A card is drawn when it is sent: no picture is kept, and its alt text is what it says."""
    harness = bot(folder, tip("cat", image=CARD))
    (one,) = planned(harness)
    assert one.post.picture.is_card
    assert one.post.picture.alt == "The tip cat. What cat means. And more."
    assert kept(harness, one.post.picture) is None


def test_a_card_with_an_alt_text_of_its_own(folder):
    """The operator's alt text of a card is used as it is."""
    (one,) = planned(bot(folder, tip("cat", image=CARD, alt="A card")))
    assert one.post.picture.alt == "A card"


def test_a_picture_that_vanished_after_the_check(harness, folder):
    """A tip whose picture is gone is passed over with the reason, and another is posted."""
    (folder / "cat.png").unlink()
    (one,) = planned(harness)
    assert (one.tip, one.post.picture) == ("plain", None)


def test_a_picture_that_vanishes_while_it_is_chosen(folder):
    """The same where it vanishes between the choice and the plan."""
    harness = bot(
        folder,
        tip("cat", image="cat.png", alt="A cat"),
        tip("plain"),
        changes=[(folder / "cat.png").unlink],
    )
    (one,) = planned(harness)
    assert one.tip == "plain"


def test_no_tip_can_be_posted(harness, folder):
    """Where no other tip is left the slot is empty, and says why."""
    harness.config = config(tip("cat", image="cat.png", alt="A cat"))
    (folder / "cat.png").unlink()
    assert planned(harness) == []
    assert [one.outcome for one in harness.slots()] == [Outcome.EMPTY]


def test_a_picture_that_changes_while_it_is_chosen(folder):
    """A file that is another one when the plan is written is chosen again: the new one is frozen."""
    path = folder / "cat.png"
    harness = bot(
        folder, tip("cat", image="cat.png", alt="A cat"), changes=[lambda: path.write_bytes(DOG)]
    )
    (one,) = planned(harness)
    assert one.post.picture.name == sha256(DOG).hexdigest()
    assert read_picture(kept(harness, one.post.picture)).height == 60


def test_the_frozen_picture_is_posted(harness, folder):
    """A file that is edited, or removed, after the plan changes nothing of what is posted."""
    (one,) = planned(harness)
    (folder / "cat.png").write_bytes(DOG)
    given = GivenPictures(files={one.post.picture.name: kept(harness, one.post.picture)})
    network = harness.networks["town"]
    harness.platforms["town"] = MemoryPlatform(network, "town", clock=harness.clock, pictures=given)
    harness.deliver()
    (said,) = network.posts
    ((alt, data),) = said.pictures
    assert alt == "A cat"
    assert read_picture(data).width == 80
    assert harness.states() == [State.POSTED]


def test_pictures_are_kept_once(harness):
    """The same file in many posts is one row, and every post has it."""
    for _ in range(3):
        harness.post("cat", (), harness.clock.now(), again=True)
        harness.clock.advance(HOUR)
    assert len({one.post.picture for one in harness.deliveries()}) == 1


def test_by_hand(harness, folder):
    """A post by hand keeps its picture as one by the schedule does."""
    (one,) = harness.post("cat", (), harness.clock.now(), again=False)
    assert kept(harness, one.post.picture) is not None


def test_by_hand_without_the_file(folder):
    """A post by hand of a tip whose picture is not there is one line, however many accounts."""
    harness = bot(
        folder,
        tip("cat", image="dog.png", alt="A dog"),
        accounts=(account("town"), account("village")),
    )
    with pytest.raises(UsageError) as caught:
        harness.post("cat", (), harness.clock.now(), again=False)
    assert caught.value.problem == ("'cat' cannot be posted with its picture: dog.png is not there")


def test_by_hand_while_it_changes(folder):
    """A post by hand of a picture that is being changed asks to be repeated, and plans nothing."""
    path = folder / "cat.png"
    harness = bot(
        folder, tip("cat", image="cat.png", alt="A cat"), changes=[lambda: path.write_bytes(DOG)]
    )
    with pytest.raises(UsageError, match=r"cat.png is being changed"):
        harness.post("cat", (), harness.clock.now(), again=False)
    assert harness.deliveries() == []
    assert harness.post("cat", (), harness.clock.now(), again=False)


def test_an_alt_text_that_is_too_long(folder):
    """A network whose alt texts are shorter does not get the tip, the others do."""
    assert TRAITS.picture is not None
    long = tip("cat", image="cat.png", alt="a" * (TRAITS.picture.max_alt + 1))
    harness = bot(folder, long, accounts=(account("town"), account("village")))
    harness.join("village", replace(TRAITS, picture=replace(TRAITS.picture, max_alt=2000)))
    (one,) = planned(harness)
    assert one.account == "village"
    (slot,) = harness.slots()
    assert "; not on town: its alt text has 1001 characters and may have 1000" in slot.why


def test_the_site_joins_with_the_picture(folder):
    """The page to which a post links has the picture, too."""
    harness = bot(
        folder,
        tip("cat", image="cat.png", alt="A cat"),
        accounts=(account("town"), account("site", kind="site")),
    )
    harness.join("site", replace(HOME, picture=TRAITS.picture))
    assert [one.post.picture.alt for one in planned(harness)] == ["A cat", "A cat"]
