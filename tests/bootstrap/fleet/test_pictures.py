"""Pictures of the bots of a fleet: synced with their tips, a part of each version, and moved."""

from __future__ import annotations

import shutil
from contextlib import closing

import pytest

from bot.app.fleet.sync import Change
from bot.bootstrap.fleet.bot_folders import BotFolders
from bot.bootstrap.fleet.move import export_bot, import_bot
from bot.bootstrap.fleet.open_fleet import opened_fleet
from bot.core.errors import TipsError
from bot.core.model.named_file import MOST_BYTES
from bot.store import open_store
from bot.store.opening import open_file
from tests.bootstrap.fleet.conftest import tips
from tests.pictures.samples import file, quarters
from tests.recorded.copy import FIXTURE
from tests.tree import KEY_FILE

CAT, DOG = file(quarters()), file(quarters((20, 60)))
PICTURES = (
    "bot: {name: A}\nschedule: [{every: 1d}]\ntips:\n"
    "- {id: a, title: A, text: A., image: images/cat.png, alt: A cat}\n"
    "- {id: b, title: B, text: B.}\n"
)


@pytest.fixture
def fleet(postgres_url):
    """An empty fleet, whose accounts may be on this machine, as those of the fixture are."""
    variables = {
        "TIPSBOT_DATABASE_URL": postgres_url,
        "TIPSBOT_KEY_FILE": str(KEY_FILE),
        "TIPSBOT_OPERATOR": "op",
        "TIPSBOT_ALLOW_PRIVATE_SERVERS": "1",
    }
    with opened_fleet(variables) as opened:
        yield opened


@pytest.fixture
def picture(tmp_path):
    """A picture in the folder of a bot."""
    path = tmp_path / "bots" / "ada" / "images" / "cat.png"
    path.parent.mkdir(parents=True)
    path.write_bytes(CAT)
    (tmp_path / "bots" / "ada" / "tips.yaml").write_text(PICTURES)
    return path


def read(tmp_path):
    """The files of the bot."""
    return BotFolders(tmp_path / "bots").read("ada")


def test_what_the_file_names_is_read(tmp_path, picture):
    """The tips file and the pictures that it names are read, and no other file."""
    (picture.parent / "dog.png").write_bytes(DOG)
    assert read(tmp_path) == {"tips.yaml": PICTURES.encode(), "images/cat.png": CAT}


def test_a_missing_picture_is_left_out(tmp_path, picture):
    """A picture that is not there is left to the check of the tips."""
    picture.unlink()
    assert read(tmp_path).keys() == {"tips.yaml"}
    picture.parent.rmdir()
    assert read(tmp_path).keys() == {"tips.yaml"}


def link(path):
    """The picture as a symbolic link out of the folder."""
    (path.parents[3] / "secret.png").write_bytes(DOG)
    path.unlink()
    path.symlink_to(path.parents[3] / "secret.png")


def link_folder(path):
    """The folder of the picture as a symbolic link."""
    path.parent.rename(path.parents[3] / "elsewhere")
    path.parent.symlink_to(path.parents[3] / "elsewhere")


def huge(path):
    """More bytes than a file of a bot may have."""
    with path.open("wb") as made:
        made.truncate(MOST_BYTES + 1)


def folder(path):
    """A folder in its place."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("change", [link, link_folder, huge, folder])
def test_what_is_no_file_of_the_bot(tmp_path, picture, change):
    """A link, a huge file or a folder in a picture's place refuses the bot, by the file's name."""
    change(picture)
    with pytest.raises(TipsError) as caught:
        read(tmp_path)
    assert str(caught.value).startswith("ada/images/cat.png: ")
    assert "\n" not in str(caught.value)


def version_file(operated, name="images/cat.png"):
    """A file of the version in use."""
    with operated.fleet.store.reading() as tx:
        return tx.versions.file("ada", operated.bot("ada").version or 0, name)


@pytest.fixture
def synced(operated):
    """A bot whose tip has a picture."""
    operated.write("ada", PICTURES)
    path = operated.directory / "ada" / "images" / "cat.png"
    path.parent.mkdir()
    path.write_bytes(CAT)
    assert operated.sync() == {"ada": Change.ADDED}
    return path


@pytest.mark.postgresql
def test_a_picture_is_synced_with_its_version(operated, synced):
    """The version has the picture; a sync of the same files changes nothing."""
    assert version_file(operated) == CAT
    assert operated.sync() == {"ada": Change.UNCHANGED}


@pytest.mark.postgresql
def test_a_picture_that_changed_is_a_new_version(operated, synced):
    """Another picture under the same tips file is another version, and the old one keeps its own."""
    synced.write_bytes(DOG)
    assert operated.sync() == {"ada": Change.UPDATED}
    assert (operated.bot("ada").version, version_file(operated)) == (2, DOG)
    with operated.fleet.store.reading() as tx:
        assert tx.versions.file("ada", 1, "images/cat.png") == CAT


@pytest.mark.postgresql
def test_a_missing_picture_refuses_the_version(operated, synced):
    """A tip whose picture is gone is told with its line, once, and the last version stays."""
    synced.unlink()
    (result,) = operated.results()
    assert (result.change, result.version) == (Change.REFUSED, 1)
    assert result.problem.startswith(
        "ada/tips.yaml:4:8: 'a' cannot be posted with its picture: images/cat.png is not there"
    )
    assert version_file(operated) == CAT


@pytest.mark.postgresql
def test_what_is_no_picture_refuses_the_version(operated, synced):
    """The same for a file that is no picture."""
    synced.write_bytes(b"%PDF-1.7")
    (result,) = operated.results()
    assert result.change is Change.REFUSED
    assert "images/cat.png: the picture is in the format PDF" in result.problem


@pytest.mark.postgresql
def test_a_link_refuses_the_version(operated, synced):
    """A picture that is a symbolic link is refused, though it leads to a picture."""
    synced.rename(synced.with_name("real.png"))
    synced.symlink_to("real.png")
    (result,) = operated.results()
    assert (result.change, result.version) == (Change.REFUSED, 1)
    assert "symbolic link" in result.problem


@pytest.mark.postgresql
def test_a_tip_that_loses_its_picture(operated, synced):
    """Without a picture in the tips file the next version has none."""
    operated.write("ada", tips("Ask."))
    assert operated.sync() == {"ada": Change.UPDATED}
    assert version_file(operated) is None


@pytest.mark.postgresql
def test_pictures_move_in_and_out(operated, tmp_path):
    """What posts have and what tips name is the same after a stay in the fleet."""
    alone, back = tmp_path / "alone", tmp_path / "back"
    shutil.copytree(FIXTURE, alone)
    text = (alone / "tips.yaml").read_text("utf-8")
    named = "\n  - {id: cat, title: A cat, text: It is one., image: images/cat.png, alt: A cat}\n"
    (alone / "tips.yaml").write_text(text.rstrip() + named, "utf-8")
    (alone / "images").mkdir()
    (alone / "images" / "cat.png").write_bytes(CAT)
    with closing(open_store(alone / "data", "bot")) as database, database.store.writing() as tx:
        tx.pictures.put("hash", DOG)
    moved = import_bot(operated.fleet, alone / "data", alone / "tips.yaml", "ada")
    assert version_file(operated) == CAT
    with operated.fleet.server.database("ada").store.reading() as tx:
        assert tx.pictures.get("hash") == DOG
    assert export_bot(operated.fleet, "ada", back).rows == moved.rows
    assert (back / "images" / "cat.png").read_bytes() == CAT
    with closing(open_file(back / "data", "bot")) as database, database.connect() as connection:
        found = connection.exec_driver_sql("SELECT name, data FROM picture").all()
    assert [tuple(one) for one in found] == [("hash", DOG)]


@pytest.mark.postgresql
def test_a_bot_whose_picture_is_not_there_does_not_move(operated, tmp_path):
    """A tips file whose picture is missing is refused, and the bot stays where it is."""
    alone = tmp_path / "alone"
    shutil.copytree(FIXTURE, alone)
    text = (alone / "tips.yaml").read_text("utf-8")
    named = "\n  - {id: cat, title: A cat, text: It is one., image: images/cat.png, alt: A cat}\n"
    (alone / "tips.yaml").write_text(text.rstrip() + named, "utf-8")
    with pytest.raises(TipsError, match=r"images/cat.png is not there"):
        import_bot(operated.fleet, alone / "data", alone / "tips.yaml", "ada")
    open_store(alone / "data", "bot").close()
