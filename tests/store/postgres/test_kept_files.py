"""Small files that a bot keeps: in its data directory, in memory, and on PostgreSQL."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import psycopg
import pytest

from bot.bootstrap.key_rotation import new_key, rotate
from bot.bootstrap.settings.site_key import site_key
from bot.core.errors import BotError, SecretError, StoreError, UsageError
from bot.store import open_memory, open_store, read_kept

CONTENT = bytes(range(256))


@pytest.fixture
def key_file(tmp_path):
    """A file with one key."""
    path = tmp_path / "keys"
    path.write_text(f"{new_key()}\n")
    return path


def kept(url, column="data"):
    """What the table has."""
    with psycopg.connect(url) as connection:
        query = f"SELECT bot, name, {column} FROM kept_file ORDER BY bot, name"
        return connection.execute(query).fetchall()


@pytest.fixture(params=["directory", "memory", "in the clear", "encrypted"])
def opened(request, tmp_path):
    """A database, with the files of its bot."""
    url = key_file = None
    if request.param in {"in the clear", "encrypted"}:
        url = request.getfixturevalue("postgres_url")
    if request.param == "encrypted":
        key_file = request.getfixturevalue("key_file")
    if request.param == "memory":
        database = open_memory()
    else:
        database = open_store(tmp_path, "bot", url, key_file)
    with closing(database):
        yield database


def test_what_is_written_is_read(opened):
    """A file has the content that was written last, byte for byte."""
    files = opened.files
    assert files.read("site.key") is None
    files.write("site.key", b"")
    assert files.read("site.key") == b""
    files.write("site.key", CONTENT)
    assert files.read("site.key") == CONTENT
    assert files.read("last-good.yaml") is None


def test_a_file_is_made_once(opened):
    """Who makes a file that is there is given its content, and changes nothing."""
    assert opened.files.make("site.key", b"first") == b"first"
    assert opened.files.make("site.key", b"second") == b"first"
    assert opened.files.read("site.key") == b"first"


def test_a_file_is_made_in_the_middle_of_a_transaction(opened):
    """A command that needs the key while it writes does not wait for itself."""
    with opened.store.writing():
        assert len(site_key(opened.files)) == 32


@pytest.mark.parametrize("is_on_postgres", [False, True])
def test_processes_that_make_the_key_at_once_agree(request, tmp_path, key_file, is_on_postgres):
    """Whoever comes first makes the key, and everybody uses that one."""
    url = request.getfixturevalue("postgres_url") if is_on_postgres else None
    keys = key_file if is_on_postgres else None
    ready = Barrier(6)

    def make(_):
        with closing(open_store(tmp_path, "bot", url, keys)) as database:
            ready.wait()
            return site_key(database.files)

    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(make, range(6)))) == 1


def test_a_damaged_key_is_replaced(opened):
    """A key that is too short to be one is no key."""
    opened.files.write("site.key", b"short")
    made = site_key(opened.files)
    assert len(made) == 32
    assert site_key(opened.files) == made


def test_bots_have_files_of_their_own(tmp_path, postgres_url):
    """No bot reads or replaces a file of another one in the same database."""
    with (
        closing(open_store(tmp_path, "ada", postgres_url)) as ada,
        closing(open_store(tmp_path, "bob", postgres_url)) as bob,
    ):
        ada.files.write("site.key", b"a")
        assert bob.files.read("site.key") is None
        bob.files.write("site.key", b"b")
        assert ada.files.read("site.key") == b"a"
        assert read_kept("site.key", tmp_path, None, postgres_url) is None
        assert read_kept("site.key", tmp_path, "bob", postgres_url) == b"b"
        bob.files.write("last-good.yaml", b"tips")
        assert read_kept("last-good.yaml", tmp_path, None, postgres_url) == b"tips"
        assert read_kept("last-good.yaml", tmp_path, "ada", postgres_url) is None


def test_nothing_in_the_database_shows_what_is_encrypted(tmp_path, postgres_url, key_file):
    """With a file of keys no byte of the content is in the table, and equal files look different."""
    with closing(open_store(tmp_path, "bot", postgres_url, key_file)) as database:
        database.files.write("site.key", CONTENT)
        database.files.write("last-good.yaml", CONTENT)
    rows = [data for _, _, data in kept(postgres_url)]
    assert not any(CONTENT[:8] in data for data in rows)
    assert len(set(rows)) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("", "has no key"),
        ("\n \n", "has no key"),
        ("secret\n", "line 1 of"),
        ("GOOD\n\nGOODx\n", "line 3 of"),
        ("GOOD\nMDEyMzQ1Njc4OWFiY2RlZg==\n", "line 2 of"),
        (b"\xff\xfe\x00", "is no text file"),
    ],
)
def test_a_file_of_keys_that_is_wrong(tmp_path, postgres_url, text, said):
    """One line says what is wrong with it and what to do, and repeats no key."""
    path, good = tmp_path / "keys", new_key()
    if isinstance(text, str):
        text = text.replace("GOOD", good).encode()
    if text is not None:
        path.write_bytes(text)
    with (
        closing(open_store(tmp_path, "bot", postgres_url, path)) as database,
        pytest.raises(SecretError, match=re.escape(said)) as raised,
    ):
        database.files.write("site.key", CONTENT)
    told = str(raised.value)
    assert told.startswith("TIPSBOT_KEY_FILE: ")
    assert "`tipsbot keys new`" in told
    assert "\n" not in told
    assert good not in told


def refusal(url, tmp_path, keys):
    """Why the key of the bot cannot be read with this file."""
    with (
        closing(open_store(tmp_path, "bot", url, keys)) as database,
        pytest.raises(StoreError) as raised,
    ):
        site_key(database.files)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_what_cannot_be_decrypted_is_never_made_anew(tmp_path, postgres_url, key_file):
    """Without the right key the bot says so, and its secret stays as it is."""
    with closing(open_store(tmp_path, "bot", postgres_url, key_file)) as database:
        made = site_key(database.files)
    before = kept(postgres_url)
    other = tmp_path / "other"
    other.write_text(new_key())
    assert "site.key of bot bot was encrypted with a key" in refusal(postgres_url, tmp_path, other)
    assert "set TIPSBOT_KEY_FILE" in refusal(postgres_url, tmp_path, None)
    assert kept(postgres_url) == before
    with closing(open_store(tmp_path, "bot", postgres_url, key_file)) as database:
        assert site_key(database.files) == made


def done(url, key_file, tmp_path):
    """Rotate; what could not be decrypted."""
    variables = {"TIPSBOT_DATABASE_URL": url, "TIPSBOT_KEY_FILE": str(key_file)}
    return list(rotate(tmp_path / "tips.yaml", variables))


def test_keys_are_exchanged_while_bots_run(tmp_path, postgres_url, key_file):
    """An open database goes on through each step, and the old key is not needed in the end."""
    with closing(open_store(tmp_path, "clear", postgres_url)) as clear:
        clear.files.write("site.key", b"was in the clear")
    with closing(open_store(tmp_path, "bot", postgres_url, key_file)) as database:
        made = site_key(database.files)
        old, new = key_file.read_text().strip(), new_key()
        for lines in ([old, new], [new, old]):
            key_file.write_text("\n".join(lines))
            assert site_key(database.files) == made
        assert done(postgres_url, key_file, tmp_path) == [None, None]
        assert [row[2] for row in kept(postgres_url, "is_encrypted")] == [True, True]
        key_file.write_text(new)
        assert site_key(database.files) == made
    with closing(open_store(tmp_path, "clear", postgres_url, key_file)) as database:
        assert database.files.read("site.key") == b"was in the clear"
    assert done(postgres_url, key_file, tmp_path) == [None, None]


def test_one_that_cannot_be_decrypted_stops_no_other(tmp_path, postgres_url, key_file):
    """The others are encrypted anew, and the error says which one is left."""
    for bot in ("ada", "bob", "eve"):
        key_file.write_text(new_key() if bot == "bob" else key_file.read_text())
        with closing(open_store(tmp_path, bot, postgres_url, key_file)) as database:
            database.files.write("site.key", CONTENT)
    first, *others = done(postgres_url, key_file, tmp_path)
    assert "site.key of bot ada was encrypted with a key" in str(first)
    assert others == [None, None]


@pytest.mark.parametrize("missing", ["TIPSBOT_DATABASE_URL", "TIPSBOT_KEY_FILE"])
def test_there_is_nothing_to_rotate(tmp_path, postgres_url, key_file, missing):
    """Without a database or without keys the command says what to set."""
    variables = {"TIPSBOT_DATABASE_URL": postgres_url, "TIPSBOT_KEY_FILE": str(key_file)}
    with pytest.raises(UsageError, match=missing):
        next(rotate(tmp_path / "tips.yaml", {**variables, missing: ""}))


def test_a_broken_directory_is_one_line(tmp_path):
    """What cannot be read or written in the data directory is said with its path."""
    with closing(open_store(tmp_path)) as database:
        (tmp_path / "site.key").mkdir()
        for act in (lambda: database.files.read("site.key"), lambda: site_key(database.files)):
            with pytest.raises(BotError, match=r"site\.key cannot be used: a folder"):
                act()
        with pytest.raises(BotError, match=r"site\.key cannot be written"):
            database.files.write("site.key", b"")
