"""The pictures that a tips file names: found, checked once, and read again when they change."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from hashlib import sha256

import pytest

from bot.core.errors import PictureError
from bot.core.model.picture import CARD, PICTURE_SIDE, Picture
from bot.pictures import read_picture
from bot.pictures.card import Card
from bot.pictures.facts import MAX_BYTES
from bot.pictures.of_tips import KEPT, FolderFiles, PicturesOfTips, VersionFiles
from tests.core.samples import tip
from tests.pictures.samples import file, noise, quarters

CAT = file(quarters())
DOG = file(quarters((20, 60)))
TIP = tip(image="images/cat.png", alt="A cat")


@dataclass
class CountedFiles:
    """Files in memory, which count how often one was read."""

    files: dict[str, bytes] = field(default_factory=lambda: {"images/cat.png": CAT})
    stamps: int = 0
    reads: int = 0

    def stamp(self, name):
        """The number that a test sets."""
        return self.stamps

    def read(self, name):
        """The bytes."""
        self.reads += 1
        if name not in self.files:
            raise PictureError(f"{name} is not there", "put it there")
        return self.files[name]


def card(one):
    """The card of a tip."""
    return Card(title=one.title, words=one.text, bot="Ten Tips", host="", language="en")


def pictures(files):
    """The pictures of tips with these files."""
    return PicturesOfTips(files=files, card=card)


@pytest.fixture
def folder(tmp_path):
    """A folder with a picture in a folder of its own."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "cat.png").write_bytes(CAT)
    return tmp_path


def test_a_picture_is_named_by_its_bytes(folder):
    """A post has the hash of the file, the operator's alt text, and the size in pixels."""
    assert pictures(FolderFiles(folder)).find(TIP) == Picture(
        name=sha256(CAT).hexdigest(), alt="A cat", width=80, height=40
    )


def test_a_tip_without_a_picture():
    """Nothing is read for a tip that names none."""
    files = CountedFiles()
    assert pictures(files).find(tip()) is None
    assert files.reads == 0


def test_a_file_is_decoded_once():
    """A thousand looks at a file that stays the same read it once; one that changed is read again."""
    files = CountedFiles()
    found = pictures(files)
    names = {found.find(TIP).name for _ in range(3)}
    assert (len(names), files.reads) == (1, 1)
    files.stamps, files.files = 1, {"images/cat.png": DOG}
    assert (found.find(TIP).name, files.reads) == (sha256(DOG).hexdigest(), 2)


def test_the_alt_text_is_the_tips_own():
    """Two tips with one file have each their own alt text."""
    found = pictures(CountedFiles())
    assert [found.find(tip(image=TIP.image, alt=alt)).alt for alt in ("A", "B")] == ["A", "B"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"hello", "images/cat.png: this is no picture"),
        (CAT[:-30], "images/cat.png: the PNG is cut off or damaged"),
        (b"BM" + bytes(40), "images/cat.png: the picture is in the format BMP"),
        (b"", "images/cat.png: this is no picture"),
    ],
)
def test_what_is_no_picture_is_told_with_its_name(data, why):
    """Each mistake is one line with the file's name and what to do, and is looked for once."""
    files = CountedFiles(files={"images/cat.png": data})
    found = pictures(files)
    for _ in range(2):
        with pytest.raises(PictureError) as caught:
            found.find(TIP)
        assert caught.value.problem == why
        assert caught.value.todo
    assert files.reads == 1


def test_what_could_not_be_read_is_tried_again():
    """A file that could not be read, and is the same, is read as soon as it can be."""
    files = CountedFiles(files={})
    found = pictures(files)
    with pytest.raises(PictureError):
        found.find(TIP)
    files.files = {"images/cat.png": CAT}
    assert found.find(TIP) is not None


def test_what_is_kept_is_scaled_down_and_plain():
    """What the database keeps of a large file is what any network is sent at most."""
    large = file(noise((3000, 40)), "JPEG", comment=b"Baker Street")
    found = pictures(CountedFiles(files={"images/cat.png": large}))
    kept = found.content(TIP, found.find(TIP))
    facts = read_picture(kept)
    assert facts.width == PICTURE_SIDE
    assert len(kept) <= KEPT.max_bytes
    assert b"Baker Street" not in kept
    assert found.find(TIP).width == 3000


def test_a_file_that_changed_is_found_anew():
    """A file that is another one by now gives nothing, and is found as it is, whatever its times say."""
    files = CountedFiles()
    found = pictures(files)
    before = found.find(TIP)
    files.files = {"images/cat.png": DOG}
    assert found.content(TIP, before) is None
    now = found.find(TIP)
    assert now.name == sha256(DOG).hexdigest()
    assert found.content(TIP, now) is not None


def test_a_file_that_can_no_longer_be_read_is_no_picture():
    """A file that vanished after it was found is an error at once, and whenever it is looked for."""
    files = CountedFiles()
    found = pictures(files)
    before = found.find(TIP)
    files.files = {}
    for look in (lambda: found.content(TIP, before), lambda: found.find(TIP)):
        with pytest.raises(PictureError, match="not there"):
            look()


def test_content_before_find():
    """Another process than the one that found a picture can keep it."""
    before = pictures(CountedFiles()).find(TIP)
    assert before is not None
    assert pictures(CountedFiles()).content(TIP, before) is not None


def test_what_cannot_be_kept_is_told_by_find():
    """A file of which nothing can be kept is an error from then on, and no tip waits for it."""
    nothing = replace(KEPT, max_bytes=10)
    found = PicturesOfTips(files=CountedFiles(), card=card, kept=nothing)
    before = found.find(TIP)
    assert before is not None
    for look in (lambda: found.content(TIP, before), lambda: found.find(TIP)):
        with pytest.raises(PictureError, match="no picture fits in 10 bytes"):
            look()


def test_a_card_has_its_title_for_alt_text():
    """A tip with `card` needs no file; it is checked that the machine can draw it."""
    files = CountedFiles()
    found = pictures(files).find(tip(image=CARD))
    assert (found.name, found.alt, found.is_card) == (CARD, "The tip listen", True)
    assert files.reads == 0


def test_a_card_that_cannot_be_drawn():
    """Characters that no font here shows are told with what to install."""
    with pytest.raises(PictureError, match="no card can be drawn: ") as caught:
        pictures(CountedFiles()).find(tip(image=CARD, text="So \ue123 be it."))
    assert caught.value.todo


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: None, "images/dog.png is not there"),
        (lambda path: path.mkdir(), "images/dog.png cannot be read: a folder, not a file"),
        (os.mkfifo, "images/dog.png cannot be read: not an ordinary file"),
        (lambda path: path.symlink_to(path), "images/dog.png cannot be read: Too many levels"),
        (lambda path: path.symlink_to("nowhere"), "images/dog.png is not there"),
        (lambda path: path.write_bytes(bytes(MAX_BYTES + 1)), "the picture has more than 20 MB"),
    ],
)
def test_what_is_no_file(folder, make, why):
    """Whatever stands in a picture's place is told in one line, and nothing is waited for."""
    make(folder / "images" / "dog.png")
    with pytest.raises(PictureError) as caught:
        pictures(FolderFiles(folder)).find(tip(image="images/dog.png", alt="A dog"))
    assert why in caught.value.problem


def test_a_file_in_place_of_a_folder(folder):
    """A name whose folder is a file is not there."""
    with pytest.raises(PictureError, match="is not there"):
        FolderFiles(folder).read("images/cat.png/cat.png")


def test_a_link_is_followed_for_a_bot_alone(folder):
    """One who runs a bot alone may keep pictures elsewhere."""
    (folder / "cat.png").symlink_to("images/cat.png")
    assert pictures(FolderFiles(folder)).find(tip(image="cat.png", alt="A cat")) is not None


def test_a_stamp_differs_once_the_file_changed(folder):
    """Another content of the same size, written in place and dated back, is another stamp."""
    files, path = FolderFiles(folder), folder / "images" / "cat.png"
    before, times = files.stamp("images/cat.png"), path.stat()
    assert files.stamp("images/cat.png") == before
    path.write_bytes(CAT[::-1])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert files.stamp("images/cat.png") != before


def test_files_of_a_version():
    """A version of a bot of a fleet has its own files, and no others."""
    files = VersionFiles({"images/cat.png": CAT}.get)
    assert files.stamp("images/cat.png") == files.stamp("images/cat.png")
    assert files.read("images/cat.png") == CAT
    with pytest.raises(PictureError, match=r"images/dog.png is not there"):
        files.read("images/dog.png")
