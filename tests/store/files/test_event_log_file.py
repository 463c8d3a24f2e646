"""The log file of the discussion: only ever added to, and no erased word in it."""

from __future__ import annotations

import json
import os

import pytest

from bot.core.errors import StoreError
from bot.store import EventLogFile
from bot.store.files.event_log_file import NAME

WORDS = 'She said "no", \\ twice; "text": "'


def line(number, **changes):
    """A line with words."""
    plain = {"event": number, "entry": number, "account": "town", "remote_id": f"e{number}"}
    return plain | {"author": "Ada", "text": f"{WORDS} {number}", "url": None} | changes


@pytest.fixture
def book(tmp_path):
    """A book whose files hold about three lines, two of them beside the newest."""
    return EventLogFile(tmp_path, full=500, kept=2)


def numbers(book):
    """The numbers of the lines that are there, the oldest first."""
    return [fields["event"] for fields in book.newest()][::-1]


def files(data):
    """The content of every file, by name."""
    return {path.name: path.read_bytes() for path in data.iterdir()}


def test_lines_come_back(book):
    """What was written is read again, whatever its words hold, the newest first."""
    assert list(book.newest()) == []
    lines = [line(1, text="\x1b[31m\x7f\u202e\n👩‍🚀"), line(2)]
    book.append(lines)
    assert list(book.newest()) == lines[::-1]


def test_lines_are_harmless(book, tmp_path):
    """A line shown in a terminal is printable ASCII, its end apart."""
    book.append([line(1, text="".join(map(chr, range(0x300))) + "\u202e\u2028\ud800")])
    (content,) = files(tmp_path).values()
    assert content.endswith(b"\n")
    assert set(content[:-1]) <= set(range(0x20, 0x7F))


def test_file_is_its_owners(book, tmp_path):
    """Nobody else on the machine can read the file."""
    book.append([line(1)])
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_full_files_move_up(book, tmp_path):
    """A full file gets a number, no line is lost or split, and of many the oldest goes."""
    for number in range(1, 7):
        book.append([line(number)])
    assert numbers(book) == [1, 2, 3, 4, 5, 6]
    book.append([line(number) for number in range(7, 31)])
    assert sorted(files(tmp_path)) == [NAME, f"{NAME}.1", f"{NAME}.2"]
    assert numbers(book)[-1] == 30
    assert numbers(book) == list(range(numbers(book)[0], 31))
    assert all(len(content) <= 500 for content in files(tmp_path).values())


@pytest.mark.parametrize("free", [1, 2])
def test_a_move_that_broke_off_goes_on(book, tmp_path, free):
    """After a kill between two moves the files keep their order, and none is written over."""
    book.append([line(number) for number in range(1, 10)])
    before = numbers(book)
    names = {1: [NAME, f"{NAME}.2"], 2: [NAME, f"{NAME}.1"]}[free]
    (tmp_path / f"{NAME}.{free}").unlink()
    there = numbers(book)
    kept = files(tmp_path)
    book.append([line(10), line(11), line(12)])
    assert set(names) <= set(files(tmp_path))
    assert numbers(book) == [*there, 10, 11, 12]
    assert kept[NAME] in files(tmp_path).values()
    assert before[-3:] == there[-3:]


@pytest.mark.parametrize("lost", range(1, 60, 7))
def test_half_a_line_is_mended(book, tmp_path, lost):
    """What a line left that broke off is overwritten where it stands, and nothing else moves."""
    book.append([line(1), line(2)])
    path = tmp_path / NAME
    os.truncate(path, path.stat().st_size - lost)
    torn = path.read_bytes()
    assert numbers(book) == [1]
    book.append([line(2)])
    mended = path.read_bytes()
    whole = torn.index(b"\n") + 1
    assert mended[:whole] == torn[:whole]
    assert mended[whole : len(torn)].strip() == b""
    assert numbers(book) == [1, 2]


def test_erased_words_are_blanked(book, tmp_path):
    """In all files the words of a line go, its other fields and every other line stay."""
    book.append([line(number) for number in range(1, 8)])
    before = files(tmp_path)
    for number in (2, 7):
        book.blank([{"account": "town", "remote_id": f"e{number}"}])
    after = files(tmp_path)
    assert {name: len(content) for name, content in after.items()} == {
        name: len(content) for name, content in before.items()
    }
    for fields in book.newest():
        gone = fields["event"] in {2, 7}
        assert not str(fields["text"]).strip() if gone else fields == line(fields["event"])
        assert (str(fields["author"]).strip() == "") is gone
        assert fields["remote_id"] == f"e{fields['event']}"


def test_blanking_knows_the_place_exactly(book):
    """An id that begins or ends like another, or words that look like a field, are not taken for it."""
    like = json.dumps({"account": "town", "remote_id": "e1"})[1:-1]
    lines = [line(11), line(5, text=like), line(6, account="to", remote_id="e1")]
    book.append(lines)
    book.blank([{"account": "town", "remote_id": "e1"}])
    book.blank([{"entry": 1}])
    assert list(book.newest()) == lines[::-1]


def test_blanking_parses_lines(book, tmp_path):
    """A line is found by its fields, whatever their order, the blanks between them and its spelling."""
    lines = [
        '{"text":"café \\"here\\"", "remote_id" :"e1","url":null, "account":"town"}',
        '{ "remote_id": "\\u0065\\u0031", "event": 2, "account": "town", "text": "a, b: c" }',
        '{"remote_id": "e1", "account": "hamlet", "text": "another"}',
        '{"account": "town", "text": "without an id"}',
        '[{"account": "town", "remote_id": "e1", "text": "no line of ours"}]',
    ]
    path = tmp_path / NAME
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    before = path.read_bytes()
    book.blank([{"account": "town", "remote_id": "e1"}])
    after = path.read_bytes()
    assert [len(line) for line in after.split(b"\n")] == [len(line) for line in before.split(b"\n")]
    assert after.split(b"\n")[2:] == before.split(b"\n")[2:]
    first, second, *_ = map(json.loads, after.decode().splitlines())
    assert first | {"text": ""} == {"text": "", "remote_id": "e1", "url": None, "account": "town"}
    assert second | {"text": ""} == {"remote_id": "e1", "event": 2, "account": "town", "text": ""}
    assert not first["text"].strip()
    assert not second["text"].strip()


@pytest.mark.parametrize(
    "damaged",
    [
        b'{"event": 1, "account": "town", "remote_id": "e1", "text": "her words',
        b'"town", "remote_id": "e1", "text": "her words"}',
        b'{"account": "town", {"event": 3, "remote_id": "e1", "text": "her words"}',
        b'{"account": "town", "remote_id": "e1", "text": "her words\xff"}',
    ],
)
def test_no_word_stays_in_a_damaged_line(book, tmp_path, damaged):
    """A line that cannot be read any more and names the entry is overwritten as a whole."""
    other = damaged.replace(b"e1", b"e2")
    (tmp_path / NAME).write_bytes(damaged + b"\n" + other + b"\n")
    book.blank([{"account": "town", "remote_id": "e1"}])
    assert (tmp_path / NAME).read_bytes() == b" " * len(damaged) + b"\n" + other + b"\n"


def test_blanking_with_nothing_there(book, tmp_path):
    """Nothing to blank is no mistake, with no file and with an empty one."""
    book.blank([{"entry": 1}])
    (tmp_path / NAME).touch()
    book.blank([{"entry": 1}])
    assert numbers(book) == []


def test_foreign_lines_are_passed_over(book, tmp_path):
    """A line that is none of ours stops nothing."""
    (tmp_path / NAME).write_bytes(b"[1]\nhello\n\xff\n\n")
    book.append([line(1)])
    assert numbers(book) == [1]


def test_a_file_that_cannot_be_used_is_said(tmp_path):
    """Where the file cannot be written the operator reads which, why, and what to do."""
    (tmp_path / NAME).mkdir()
    with pytest.raises(StoreError, match=rf"{NAME} cannot be used: .*; free some space"):
        EventLogFile(tmp_path).append([line(1)])
