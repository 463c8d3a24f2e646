"""`summarise`: proposals, questions at a terminal, and changes of a carefully written file."""

from __future__ import annotations

import difflib
import resource
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.servers.echo import echo_server
from tests.servers.model import KEY, NAME, ModelServer, model_server, proposing, saying
from tests.whole.operator import Operator, Outcome, await_that
from tests.whole.test_trouble import is_one_clear_line

CAREFUL = """\
# yaml-language-server: $schema=tips.schema.json
bot:
    name: 'Careful ''Tips'''   # quoted as I like it
    site: https://tips.tipsbot.dev
platforms: {site: {}}

schedule: [{name: yearly, cron: "0 9 29 feb *"}]   # hardly ever

tips:   # everything below is mine
# --- the first ----------------------------------------------------------
-   text: >+
        They are asked too late 🚀. It need not be so for any of your people.

    title: "Questions: a matter of style"   # not "manner"
    # about the id
    id:   'questions'
    tags: [ style ,asking ]
- {id: flow, title: A matter of course, 'text': "They come too late, as ever."}  # inline
-   id: own
    title: |-
        My own
    text: |
        Whatever I say stands.

    summary: >
        Whatever I say
        stands.{blanks}
    # the end of mine
- text: Ask the crowd at once, and thank them by name.
  id: good
  title: >-
    Ask
    the crowd
# the end
"""
CAREFUL = CAREFUL.replace("{blanks}", "   ")
"""A tips file with comments and different styles."""


@pytest.fixture(scope="module")
def _model() -> Iterator[ModelServer]:
    with model_server() as found:
        yield found


@pytest.fixture
def model(_model: ModelServer, operator: Operator) -> ModelServer:
    """A model that is set in the environment."""
    _model.reset()
    operator.secrets = {
        "TIPSBOT_MODEL_URL": _model.url,
        "TIPSBOT_MODEL": NAME,
        "TIPSBOT_MODEL_KEY": KEY,
    }
    return _model


def kept(operator: Operator, text: str) -> bytes:
    """Save the text as tips.yaml, with its own line ends, and return its bytes."""
    (operator.home / "tips.yaml").write_bytes(text.encode())
    return text.encode()


def now(operator: Operator) -> bytes:
    """The content of tips.yaml."""
    return (operator.home / "tips.yaml").read_bytes()


def changes(before: bytes, after: bytes) -> list[str]:
    """The changed lines, as `diff` shows them."""
    old, new = (data.decode().splitlines(keepends=True) for data in (before, after))
    return [line for line in difflib.ndiff(old, new) if line[0] in "+-"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_what_is_accepted_is_one_more_line(operator: Operator, line_end: str) -> None:
    """A summary, accepted by number or typed, adds one line at its place."""
    before = kept(operator, CAREFUL.replace("\n", line_end))
    done = operator.types(["1", "w", "This works. 👩‍🚀"], "summarise", "--write")
    assert done.code == 0, done.err
    assert done.out.endswith("wrote 2 summaries into tips.yaml\n")
    first = done.out.partition("  1. ")[2].splitlines()[1].strip()
    inline = "- {id: flow, title: A matter of course, 'text': \"They come too late, as ever.\"}"
    wanted = inline.replace("course,", 'course, summary: "This works. 👩‍🚀",')
    quote = '"' if ": " in first else ""
    lines = (
        f"+     summary: {quote}{first}{quote}",
        f"- {inline}  # inline",
        f"+ {wanted}  # inline",
    )
    assert changes(before, now(operator)) == [f"{line}{line_end}" for line in lines]
    shown = {one["tip"]: one for one in operator.does("preview", "--all", "--json").records}
    assert first in shown["questions"]["text"]
    assert shown["flow"]["text"].startswith("This works. 👩‍🚀")


def test_the_operators_own_is_shown_before_it_is_replaced(operator: Operator) -> None:
    """The file's own summary is shown, and replaced only by the operator's answer."""
    before = kept(operator, CAREFUL)
    skipped = operator.types(["s"], "summarise", "--write", "--tip", "own")
    assert "  now: Whatever I say stands.\n" in skipped.out
    assert now(operator) == before
    done = operator.types(["w", "New words stand."], "summarise", "--write", "--tip", "own")
    assert done.code == 0
    old = ["    summary: >", "        Whatever I say", "        stands.   "]
    lines = changes(before, now(operator))
    assert sorted(lines) == sorted(
        [*(f"- {line}\n" for line in old), "+     summary: New words stand.\n"]
    )


def test_words_that_do_not_fit_are_asked_for_again(operator: Operator) -> None:
    """A summary that is too long is reported with the limit, and a wrong answer is asked again."""
    kept(operator, CAREFUL)
    answers = ["9", "w", "too long " * 20, "w", "Short enough."]
    done = operator.types(answers, "summarise", "--write", "--tip", "own")
    assert "there is room for 140 characters" in done.out
    assert "13/140 on site" in done.out
    assert b"summary: Short enough." in now(operator)


def test_what_was_accepted_before_stopping_is_kept(operator: Operator) -> None:
    """After a stop half-way the file has the accepted summaries, and nothing else."""
    before = kept(operator, CAREFUL)
    done = operator.types(["1", "q"], "summarise", "--write")
    assert done.code == 0
    assert "wrote 1 summary into tips.yaml" in done.out
    assert len(changes(before, now(operator))) == 1


def test_end_of_input_stops(operator: Operator) -> None:
    """Ctrl-D at a question stops."""
    before = kept(operator, CAREFUL)
    done = operator.types(["\x04"], "summarise", "--write")
    assert done.code == 0
    assert "wrote 0 summaries" in done.out
    assert now(operator) == before


def test_without_write_nothing_changes(operator: Operator) -> None:
    """Proposals come as lines for people and as records for programs, and the file stays."""
    before = kept(operator, CAREFUL)
    shown = operator.does("summarise")
    assert shown.code == 0
    assert shown.out.startswith("questions: Questions: a matter of style\n  doubtful: ")
    records = operator.does("summarise", "--json").records
    assert [one["tip"] for one in records] == ["questions", "flow"]
    proposal = records[0]["proposals"][0]
    assert proposal["length"] <= proposal["limit"] == 140
    assert now(operator) == before
    assert not (operator.home / "data").exists()


def test_yes_takes_only_what_is_sure(operator: Operator) -> None:
    """`--yes` takes only proposals without doubts, and never replaces the operator's own."""
    before = kept(operator, CAREFUL)
    named = [word for tip in ("questions", "own", "good") for word in ("--tip", tip)]
    records = operator.does("summarise", "--write", "--yes", "--json", *named).records
    for one in records:
        sure = [text["text"] for text in one["proposals"] if not text["doubts"]]
        assert one["written"] == (sure[0] if sure and one["summary"] is None else None)
    written = {one["tip"]: one["written"] for one in records}
    assert written["own"] is None
    assert written["good"] is not None
    assert f"+   summary: {written['good']}\n" in changes(before, now(operator))
    assert all(line.startswith("+") for line in changes(before, now(operator)))


def test_a_running_bot_takes_it_up(operator: Operator) -> None:
    """A running bot posts summaries that were written meanwhile."""
    kept(operator, CAREFUL)
    with operator.runs() as bot:
        operator.types(["w", "This works."], "summarise", "--write", "--tip", "flow")
        await_that(lambda: "tips_file_taken_up" in bot.output)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--write"], "standard input is not a terminal; run it in one, or add --yes"),
        (["--yes"], "--yes needs --write"),
        (["--write", "--json"], "--json cannot ask; add --yes, or omit --json"),
        (["--tip", "questoins"], "there is no tip 'questoins'; did you mean 'questions'?"),
        (["absent.yaml"], "absent.yaml: not found"),
    ],
)
def test_a_wrong_word_gets_one_clear_line(operator: Operator, words: list[str], said: str) -> None:
    """Conflicting options and unknown names are refused at once."""
    before = kept(operator, CAREFUL)
    done = operator.does("summarise", *words)
    assert is_one_clear_line(done), done.err
    assert said in done.err
    assert now(operator) == before


def test_nothing_is_doubtful(operator: Operator) -> None:
    """Without anything to propose, one line says so."""
    kept(operator, "bot: {name: A}\ntips: [{id: a, title: Ask, text: Ask the crowd at once.}]\n")
    assert operator.does("summarise").out.startswith("no summary is doubtful; --all proposes")


def test_a_broken_file_is_not_written(operator: Operator) -> None:
    """A file with an error is refused with its line, even if the bot has a valid copy."""
    kept(operator, CAREFUL)
    with operator.runs():
        before = kept(operator, CAREFUL.replace("29 feb", "32 feb"))
        done = operator.does("summarise", "--write", "--yes")
    assert is_one_clear_line(done), done.err
    assert "tips.yaml:7:" in done.err
    assert now(operator) == before


class Meddler:
    """A change of the file between the question and the answer."""

    def __init__(self, operator: Operator, what: str) -> None:
        self._file, self._what = operator.home / "tips.yaml", what

    def __str__(self) -> str:
        """Change the file when the answer is typed."""
        if self._what == "changed":
            self._file.write_text(self._file.read_text() + "# another line\n")
        else:
            self._file.chmod(0o444)
        return "1"


@pytest.mark.parametrize(
    ("what", "said"), [("changed", "was changed meanwhile"), ("", "read-only")]
)
def test_what_happens_meanwhile(operator: Operator, what: str, said: str) -> None:
    """A file that was changed or protected meanwhile is not written, with one line."""
    kept(operator, CAREFUL)
    done = operator.types([Meddler(operator, what)], "summarise", "--write")
    assert is_one_clear_line(done), done.err
    assert said in done.err
    assert b'style"   # not "manner"\n    # about the id' in now(operator)


def test_a_full_disk_is_one_line(operator: Operator) -> None:
    """On a full disk the old file stays, without leftovers."""
    before = kept(operator, CAREFUL.replace("# the end\n", "# the end\n" * 1_000))
    done = subprocess.run(
        [sys.executable, "-m", "bot", "summarise", "--all", "--write", "--yes"],
        cwd=operator.home,
        env=operator.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000)),
    )
    outcome = Outcome(done.returncode, done.stdout, done.stderr)
    assert is_one_clear_line(outcome), outcome.err
    assert "tips.yaml cannot be written: File too large; it was not changed" in outcome.err
    assert now(operator) == before
    assert [path.name for path in operator.home.iterdir()] == ["tips.yaml"]


# -- with a model -----------------------------------------------------------------------------


def test_a_models_proposal_is_for_the_operator_to_accept(
    operator: Operator, model: ModelServer
) -> None:
    """A model's proposal is marked, comes last, and is written only when accepted."""
    kept(operator, CAREFUL)
    model.does(proposing("Thank them by name.", "Ask the crowd to buy.", "Always ask the crowd."))
    words = ("summarise", "--tip", "good")
    (record,) = operator.does(*words, "--json").records
    theirs = [one for one in record["proposals"] if one["by_model"]]
    assert [(one["text"], one["doubts"]) for one in theirs] == [
        ("Thank them by name.", ["a model wrote it"])
    ]
    assert record["left_out"] == ["'to' is not in the tip", "'always' is not in the tip"]
    number = str(len(record["proposals"]))
    done = operator.types([number], *words, "--write")
    assert f"  {number}. 19/140 on site, a model wrote it, 50% sure\n" in done.out
    assert b"  summary: Thank them by name.\n" in now(operator)


def test_yes_never_takes_a_models(operator: Operator, model: ModelServer) -> None:
    """`--yes` never takes a model's proposal."""
    kept(operator, CAREFUL)
    model.does(proposing("Ask the crowd at once.", "Thank them by name."))
    words = ("summarise", "--write", "--yes", "--json", "--tip", "good")
    (record,) = operator.does(*words).records
    theirs = [one["text"] for one in record["proposals"] if one["by_model"]]
    assert theirs == ["Ask the crowd at once.", "Thank them by name."]
    assert record["written"] not in theirs
    assert all(f"summary: {one}".encode() not in now(operator) for one in theirs)


@pytest.mark.parametrize("what", ["down", "nonsense", "wrong key", "wrong name"])
def test_a_model_that_fails_is_one_line(operator: Operator, model: ModelServer, what: str) -> None:
    """A failing model costs one line; the bot's own proposals are complete."""
    kept(operator, CAREFUL)
    settings = {
        "down": {"TIPSBOT_MODEL_URL": "http://127.0.0.1:9/v1"},
        "nonsense": {},
        "wrong key": {"TIPSBOT_MODEL_KEY": "sk-another-key"},
        "wrong name": {"TIPSBOT_MODEL": "large-model"},
    }
    operator.secrets |= settings[what]
    model.does(saying("I would rather not."))
    done = operator.does("summarise", "--tip", "questions")
    assert done.code == 0
    assert done.err.startswith("tipsbot: the model made no proposals for 'questions': ")
    assert done.err.count("\n") == 1
    operator.secrets = {}
    assert done.out == operator.does("summarise", "--tip", "questions").out


def test_only_summarise_asks_a_model(operator: Operator, model: ModelServer) -> None:
    """Checking, previewing and posting send no request to the model."""
    kept(operator, CAREFUL)
    for words in (["check"], ["preview"], ["post", "own"], ["status"]):
        operator.does(*words)
    with operator.runs("--now"):
        await_that(lambda: operator.status()["accounts"][0]["last_post"])
    assert model.asked == []


def test_the_models_key_reaches_no_sink(operator: Operator) -> None:
    """A server that repeats the request with its key brings the key into no output and no file."""
    kept(operator, CAREFUL)
    operator.secrets = {"TIPSBOT_MODEL": NAME, "TIPSBOT_MODEL_KEY": KEY}
    answers = {200: [], 401: [], 429: ["--json"], 500: ["--write", "--yes", "--all"]}
    done = []
    for status, words in answers.items():
        with echo_server(status) as operator.secrets["TIPSBOT_MODEL_URL"]:
            done.append(operator.does("summarise", *words))
    files = [path.read_bytes() for path in operator.home.rglob("*") if path.is_file()]
    assert all("the model made no proposals" in one.err for one in done)
    assert not any(KEY.lower() in (one.out + one.err).lower() for one in done)
    assert not any(KEY.encode() in file for file in files)


def test_a_key_in_a_models_own_words_reaches_no_sink(
    operator: Operator, model: ModelServer
) -> None:
    """A proposal that contains the key, in any case of letters, is not shown."""
    kept(operator, CAREFUL)
    model.does(proposing(f"Whatever {KEY} stands."))
    done = operator.does("summarise", "--tip", "own")
    assert "rejected a proposal of the model" in done.out
    assert KEY.lower() not in (done.out + done.err).lower()
