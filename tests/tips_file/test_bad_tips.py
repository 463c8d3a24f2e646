"""Every bad file in data/bad_tips gets exactly the lines that stand beside it."""

from pathlib import Path

import pytest

from bot.core.errors import TipsError
from bot.scheduler.crontab import check_cron
from bot.tips_file.load import parse
from bot.tips_file.read_file import read_bytes
from tests.kinds import KINDS

FOLDER = Path(__file__).parent.parent / "data" / "bad_tips"
FILES = sorted(FOLDER.glob("*.yaml"))


def problems_of(file: Path) -> str:
    """What the reader says of a bad file, as lines."""
    with pytest.raises(TipsError) as caught:
        parse(file.read_bytes(), file.name, KINDS, check_cron)
    return f"{caught.value}\n"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_problems(file):
    """Every mistake in a file is told at once: its line and column, what is wrong, what to do."""
    assert problems_of(file) == file.with_suffix(".txt").read_text("utf-8")


def test_every_file_has_its_lines():
    """No bad file is without its expected lines, and no lines are without their file."""
    assert {file.stem for file in FILES} == {file.stem for file in FOLDER.glob("*.txt")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_problems_are_safe_to_show(file):
    """What a message repeats of the file holds no control character and no credential."""
    for line in problems_of(file).splitlines():
        assert line.isprintable()
        assert "hunter2" not in line


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "not found; run `tipsbot init` to make one, or name yours with --file"),
        (lambda path: path.mkdir(), "a folder, not a file; name the file that holds your tips"),
        (lambda path: path.symlink_to(path), "cannot be read: Too many levels of symbolic links"),
        (lambda path: path.symlink_to("/dev/null"), "not an ordinary file; name the file"),
        (lambda path: path.write_bytes(b" " * (16 * 2**20 + 1)), "larger than 16 MiB; split it"),
    ],
)
def test_no_file(tmp_path, monkeypatch, make, said):
    """A path without a usable file behind it gets one line that says so."""
    monkeypatch.chdir(tmp_path)
    make(Path("tips.yaml"))
    with pytest.raises(TipsError) as caught:
        parse(read_bytes(Path("tips.yaml")), "tips.yaml", KINDS, check_cron)
    assert str(caught.value).startswith(f"tips.yaml: {said}")


@pytest.mark.parametrize("path", ["a\x00b", "x" * 5000, "tips.yaml/tips.yaml", "\x1b[31m"])
def test_impossible_path(tmp_path, monkeypatch, path):
    """A path that cannot be is one harmless line, too."""
    monkeypatch.chdir(tmp_path)
    Path("tips.yaml").write_text("bot: {name: A}")
    with pytest.raises(TipsError) as caught:
        parse(read_bytes(Path(path)), path, KINDS, check_cron)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(b"[" * 1_000_000, id="deep brackets"),
        pytest.param(b"- " * 1_000_000, id="deep dashes"),
        pytest.param(b"? " * 1_000_000, id="deep names"),
        pytest.param(b"[" + b"*a," * 1_000_000, id="aliases without end"),
        pytest.param(b"[" + b"a," * 3_000_000, id="values without end"),
        pytest.param(b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", id="billion laughs"),
    ],
)
def test_hostile_files_end_soon(hostile):
    """A file made to exhaust the reader is refused, and the refusal is short."""
    with pytest.raises(TipsError) as caught:
        parse(hostile, "tips.yaml", KINDS, check_cron)
    assert len(caught.value.problems) <= 1000
