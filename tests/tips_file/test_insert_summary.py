"""Summaries put into a tips file: nothing else of it changes, and it is never half done."""

from __future__ import annotations

import codecs
import difflib
import errno
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bootstrap.edit_tips_file import write
from bot.core.errors import UsageError
from bot.platforms.catalogue import KINDS
from bot.scheduler.crontab import check_cron
from bot.tips_file.atomic_write import save
from bot.tips_file.insert_summary import with_summaries
from bot.tips_file.load import parse

ROOT = Path(__file__).parents[2]
OLD, NEW = "Old words: here", "Two words."

LAYOUTS = {
    "a block": "tips:\n  - id: a\n    title: T # c\n    text: x\n",
    "no indentation": "tips:\n- text: x\n  id: a\n  title: 'T\n    u'  # hi",
    "wide indentation": "tips:\n-   title: T\n    id: a\n    text: x\n",
    "a folded title": "tips:\n- title: >-\n    T\n    u\n\n  # about the id\n  id: a\n  text: x\n",
    "a kept title": "tips:\n- id: a\n  title: |2+\n    T\n\n\n  text: x\n",
    "line ends of Windows": "tips:\r\n- id: a\r\n  title: T\r\n  text: >\r\n    x\r\n\r\n",
    "line ends of old": "tips:\r- id: a\r  title: T\r  text: x\r",
    "several line ends": "tips:\n- id: a\r\n  title: T\r\n  text: x\n",
    "no line end at the end": "tips:\n- id: a\n  text: x\n  title: T",
    "a byte order mark": "\ufefftips:\n- id: a\n  title: T\n  text: x\n",
    "inline": "tips:\n- {id: a, title: T, text: x}  # c\n",
    "inline over lines": "tips: [\n  {id: a, # c\n   title: T, # d\n   text: x},\n]\n",
    "quoted names": '{"tips": [{"id": "a", "title": "T 🚀", "text": "x"}]}',
    "explicit names": "tips:\n- ? id\n  : a\n  ? title\n  : T\n  ? text\n  : x\n",
    "emoji before it": "# 🚀👩‍🚀\ntips:\n- id: a\n  title: '🚀: T'\n  text: 👩‍🚀\n",
    "a document's marks": "%YAML 1.1\n---\ntips:\n- id: a\n  title: T\n  text: x\n...\n# end\n",
    "old words": f"tips:\n- id: a\n  title: T\n  summary: '{OLD}' # c\n  text: x\n",
    "old words over lines": "tips:\n- id: a\n  title: T\n  summary: Old\n    words # c\n  text: x\n",
    "old words folded": "tips:\n- id: a\n  title: T\n  summary: >- # c\n    Old\n\n    w\n\n  # d\n  text: x",
    "old words below": "tips:\n- id: a\n  title: T\n  summary:\n    Old words\n  text: x\n",
    "old words inline": f"tips:\n- {{id: a, summary: '{OLD}', title: T, text: x}}\n",
    "an empty summary": "tips:\n- id: a\n  title: T\n  summary:   # later\n  text: x\n",
    "a null": "tips:\n- id: a\n  title: T\n  summary: ~\n  text: x\n",
}
HEAD = "bot: {name: A}"

summaries = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp", "Zs")) | st.just(" "),
    min_size=1,
).map(lambda text: " ".join(text.split()))


def whole(layout: str) -> bytes:
    """The layout as a whole tips file."""
    text = LAYOUTS[layout]
    if text.startswith("{"):
        return f'{{"bot": {{"name": "A"}}, {text[1:]}'.encode()
    found = text.find("tips:")
    line_end = "\r\n" if "\r\n" in text else "\r" if "\r" in text else "\n"
    return f"{text[:found]}{HEAD}{line_end}{text[found:]}".encode()


def summary_of(data: bytes) -> str | None:
    """The summary that the program's own reader finds."""
    return next(iter(parse(data, "tips.yaml", KINDS, check_cron)[0].library)).summary


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A tips file in a folder of its own."""
    path = tmp_path / "tips.yaml"
    path.write_bytes(whole("a block"))
    return path


@pytest.mark.parametrize("layout", LAYOUTS)
def test_only_the_summary_changes(tmp_path, layout):
    """Whatever the file looks like, the summary is in it, and every other line is as it was."""
    file, data = tmp_path / "tips.yaml", whole(layout)
    file.write_bytes(data)
    written = write(file, data, {"a": NEW})
    assert file.read_bytes() == written
    assert summary_of(written) == NEW
    kept = [line.split(b"#")[-1] for line in data.splitlines() if b"#" in line]
    assert all(comment in written for comment in kept)
    if "old" not in layout and "null" not in layout and "empty" not in layout:
        assert taken_out(written, data)


def taken_out(written: bytes, data: bytes) -> bool:
    """Whether the file is the old one to the byte, but for one piece that was put in."""
    blocks = difflib.SequenceMatcher(None, data, written, autojunk=False).get_opcodes()
    return {kind for kind, *_ in blocks} == {"equal", "insert"} and len(blocks) <= 3


def test_a_new_summary_stands_below_the_title():
    """It is a line of its own, right behind the title, indented and ended as the lines beside it."""
    text = "tips:\r\n  - id: a\r\n    title: T # c\r\n    text: x\r\n"
    made = text.replace("# c\r\n", "# c\r\n    summary: Two words.\r\n")
    assert with_summaries(text, {"a": NEW}) == made


def test_an_old_summary_is_replaced_where_it_stands():
    """A folded summary becomes one line, and comments around it stay."""
    text = LAYOUTS["old words folded"]
    made = text.replace(">- # c\n    Old\n\n    w\n", "Two words. # c\n")
    assert with_summaries(text, {"a": NEW}) == made


def test_several_at_once(tmp_path):
    """All summaries of one answer are written at one stroke, each at its own tip."""
    file = tmp_path / "tips.yaml"
    shipped = (ROOT / "tips.yaml").read_bytes()
    file.write_bytes(shipped)
    tips = parse(shipped, "tips.yaml", KINDS, check_cron)[0].library
    wanted = {tip.id: f"Summary: of {tip.id}" for tip in tips if tip.summary is None}
    written = write(file, shipped, wanted)
    added = set(written.splitlines()) - set(shipped.splitlines())
    assert [line for line in written.splitlines() if line not in added] == shipped.splitlines()
    assert len(added) == len(wanted) == 3


@settings(deadline=None)
@given(summary=summaries.filter(bool), layout=st.sampled_from(sorted(LAYOUTS)))
def test_any_words_come_back_as_they_were(summary, layout):
    """Quotes, colons, hashes, signs of YAML, any script: what is written is what is read."""
    data = whole(layout)
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    text = with_summaries(data.decode("utf-8-sig"), {"a": summary})
    assert summary_of(mark + text.encode()) == summary


@pytest.mark.parametrize(
    "word", ["no", "null", "12", "2026-01-01", "on off", "- a b", "a: b", "a #b"]
)
def test_words_that_mean_something_to_yaml(word):
    """What another reader of YAML could take for a number, a date or a switch stands in quotes."""
    from ruamel.yaml import YAML

    text = with_summaries(LAYOUTS["a block"], {"a": word})
    assert YAML(typ="safe").load(text)["tips"][0]["summary"] == word


@pytest.mark.parametrize("summary", ["Use __init__ and **x**.", "Write &amp; and <b>x</b>.", NEW])
def test_words_that_mean_something_to_markdown(file, summary):
    """A summary that has marks in its words is posted with them after it was written."""
    written = write(file, file.read_bytes(), {"a": summary})
    assert parse(written, "tips.yaml", KINDS, check_cron)[0].library.tips[0].summary == summary


def test_a_changed_file_is_left_alone(file):
    """What somebody else wrote meanwhile is not overwritten."""
    known = file.read_bytes()
    file.write_bytes(known + b"# mine\n")
    with pytest.raises(UsageError, match="was changed meanwhile; run the command again"):
        write(file, known, {"a": NEW})
    assert file.read_bytes() == known + b"# mine\n"
    assert names(file.parent) == ["tips.yaml"]


def test_a_file_in_which_there_is_no_place_is_left_alone(file):
    """Where the result would not say what was wanted, nothing is written."""
    known = f"{HEAD}\ntips:\n- {{id: a, title: T, text: x, summary}}\n".encode()
    file.write_bytes(known)
    with pytest.raises(UsageError, match="write it in yourself, below the title of a"):
        write(file, known, {"a": NEW})
    assert file.read_bytes() == known


def test_control_characters_are_refused(file):
    """A summary with a control character never reaches the file."""
    known = file.read_bytes()
    for bad in ("a\x1b[2J", "a\u2028b", "a\ud800"):
        with pytest.raises(UsageError, match="control character"):
            write(file, known, {"a": bad})
    assert file.read_bytes() == known


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_mode_and_owner_stay(file, mode):
    """A file that only some may read stays so, under the same owner."""
    file.chmod(mode)
    if os.geteuid() == 0:
        os.chown(file, 12345, 12346)
    before = file.stat()
    write(file, file.read_bytes(), {"a": NEW})
    after = file.stat()
    assert stat.S_IMODE(after.st_mode) == mode
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_a_link_stays_a_link(file, tmp_path):
    """A file that is reached by a link is written where it is."""
    link = tmp_path / "elsewhere" / "link.yaml"
    link.parent.mkdir()
    link.symlink_to(file)
    written = write(link, file.read_bytes(), {"a": NEW})
    assert link.is_symlink()
    assert file.read_bytes() == written
    assert names(link.parent) == ["link.yaml"]


def test_a_read_only_file_is_left_alone(file):
    """What is write-protected is not replaced, though the folder would allow it."""
    file.chmod(0o444)
    with pytest.raises(UsageError, match="is read-only; make it writable"):
        write(file, file.read_bytes(), {"a": NEW})


def test_a_full_disk_leaves_the_file_as_it_was(file):
    """Where there is no room for the new file, one line says so, and nothing is left behind."""
    known = file.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        with pytest.raises(UsageError) as caught:
            save(file, known, known + b"# more\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    reason = os.strerror(errno.EFBIG)
    assert str(caught.value) == f"{file} cannot be written: {reason}; it was not changed"
    assert file.read_bytes() == known
    assert names(file.parent) == ["tips.yaml"]


WRITER = """
import sys
from pathlib import Path
from bot.tips_file.atomic_write import save
file = Path(sys.argv[1])
one = file.read_bytes()
two = one.replace(b"x", b"y")
print("ready", flush=True)
while True:
    save(file, one, two)
    one, two = two, one
"""


def test_killed_at_any_moment_it_is_whole(file):
    """A writer that is killed leaves the old file or the new one, never anything between."""
    one = file.read_bytes() + b"# x" * 200_000
    for wait in (0.0, 0.003, 0.011, 0.027):
        file.write_bytes(one)
        words = [sys.executable, "-c", WRITER, str(file)]
        with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            try:
                writer.wait(wait)
            except subprocess.TimeoutExpired:
                writer.kill()
        assert file.read_bytes() in {one, one.replace(b"x", b"y")}
