"""`summarise`: proposals, questions at a terminal, and changes of a carefully written file."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.servers.echo import echo_server
from tests.servers.model import KEY, NAME, ModelServer, model_server, proposing, saying
from tests.whole.operator import Operator, await_that
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
        They were asked too late 🚀. It was not so for any of those people.

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

NOTHING = "nothing to look at: no summary is missing or doubtful\n"


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
    first = operator.does("summarise", "--json").records[0]["proposals"][0]["text"]
    done = operator.types(["1", "w", "This works. 👩‍🚀", "s"], "summarise")
    assert done.code == 0, done.err
    assert "wrote 2 summaries into tips.yaml\n" in done.out
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
    skipped = operator.types(["s"], "summarise", "--tip", "own")
    assert "  yours: Whatever I say stands.\n" in skipped.out
    assert now(operator) == before
    done = operator.types(["w", "New words stand."], "summarise", "--tip", "own")
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
    done = operator.types(answers, "summarise", "--tip", "own")
    assert "there is room for 140 characters" in done.out
    assert "site, 13/140: Short enough.\n" in done.out
    assert b"summary: Short enough." in now(operator)


def test_what_was_accepted_before_stopping_is_kept(operator: Operator) -> None:
    """After a stop half-way the file has the accepted summaries, and nothing else."""
    before = kept(operator, CAREFUL)
    done = operator.types(["1", "q"], "summarise")
    assert done.code == 0
    assert done.out.endswith(
        "wrote 1 summary into tips.yaml\n"
        "tips that nobody has looked at: 2; `tipsbot summarise` shows them\n"
    )
    assert len(changes(before, now(operator))) == 1
    again = operator.types(["q"], "summarise")
    assert "flow: A matter of course  (1 of 2)" in again.out


def test_a_proposal_can_be_edited(operator: Operator) -> None:
    """A proposal stands in the line to be edited, and what is made of it is written."""
    kept(operator, CAREFUL)
    words = ("summarise", "--tip", "good")
    texts = [one["text"] for one in operator.does(*words, "--json").records[0]["proposals"]]
    done = operator.types(["e2", " Do it now."], *words)
    assert f"site, {len(texts[1]) + 11}/140: {texts[1]} Do it now.\n" in done.out
    assert f"summary: {texts[1]} Do it now.\n".encode() in now(operator)
    operator.types(["e7", "e", "\x15Do it now."], *words)
    assert b"summary: Do it now.\n" in now(operator)


def test_the_keys_are_shown_at_each_question(operator: Operator) -> None:
    """Each question names every key that does something there."""
    kept(operator, CAREFUL)
    done = operator.types(["x", "q"], "summarise", "--tip", "good")
    last = len(operator.does("summarise", "--tip", "good", "--json").records[0]["proposals"])
    keys = f"1-{last} to take one, e1-e{last} to edit one, w to write your own, s to skip, q to stop [s]:"
    assert done.out.count(keys) == 2
    assert "tips that nobody has looked at: 3; `tipsbot summarise` shows them\n" in done.out


def test_everything_is_looked_at(operator: Operator) -> None:
    """Once each tip has a summary of the operator's, there is nothing to look at."""
    kept(operator, CAREFUL)
    done = operator.types(["1", "1", "1"], "summarise")
    assert done.out.endswith("wrote 3 summaries into tips.yaml\n")
    assert operator.types([], "summarise").out == NOTHING
    assert operator.does("summarise").out == NOTHING
    assert operator.status()["unreviewed"] == 0


def test_end_of_input_stops(operator: Operator) -> None:
    """Ctrl-D at a question stops."""
    before = kept(operator, CAREFUL)
    done = operator.types(["\x04"], "summarise")
    assert done.code == 0
    assert "wrote 0 summaries" in done.out
    assert now(operator) == before


def test_without_write_nothing_changes(operator: Operator) -> None:
    """Proposals come as lines for people and as records for programs, and the file stays."""
    before = kept(operator, CAREFUL)
    shown = operator.does("summarise")
    assert shown.code == 0
    assert shown.out.startswith(
        "questions: Questions: a matter of style  (1 of 3)\n"
        "  text: They were asked too late 🚀. It was not so for any of those people.\n"
        "  doubtful: "
    )
    assert shown.out.endswith(
        "nothing was changed; to choose or write summaries, run this in a terminal\n"
    )
    records = operator.does("summarise", "--json").records
    assert [one["tip"] for one in records] == ["questions", "flow", "good"]
    assert [one["sure"] for one in records] == sorted(one["sure"] for one in records)
    (post,) = records[0]["proposals"][0]["posts"]
    assert post["accounts"] == ["site"]
    assert post["length"] <= post["limit"] == 140
    assert post["text"].startswith(records[0]["proposals"][0]["text"])
    doubtful = operator.does("summarise", "--doubtful", "--json").records
    assert [one["tip"] for one in doubtful] == ["questions", "flow"]
    assert now(operator) == before
    assert not (operator.home / "data").exists()


def test_a_running_bot_takes_it_up(operator: Operator) -> None:
    """A running bot posts summaries that were written meanwhile."""
    kept(operator, CAREFUL)
    with operator.runs() as bot:
        operator.types(["w", "This works."], "summarise", "--tip", "flow")
        await_that(lambda: "tips_file_taken_up" in bot.output)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--yes"], "there is no option '--yes'"),
        (["--tip", "questoins"], "there is no tip 'questoins'; did you mean 'questions'?"),
        (["absent.yaml"], "absent.yaml: not found"),
    ],
)
def test_a_wrong_word_gets_one_clear_line(operator: Operator, words: list[str], said: str) -> None:
    """Unknown names are refused at once, and there is no way to accept without looking."""
    before = kept(operator, CAREFUL)
    done = operator.does("summarise", *words)
    assert is_one_clear_line(done), done.err
    assert said in done.err
    assert now(operator) == before


def test_nothing_is_doubtful(operator: Operator) -> None:
    """Without a doubtful summary, one line says so."""
    kept(operator, "bot: {name: A}\ntips: [{id: a, title: Ask, text: Ask the crowd at once.}]\n")
    assert operator.does("summarise", "--doubtful").out == NOTHING
    assert operator.does("summarise").out != NOTHING


def test_a_broken_file_is_not_written(operator: Operator) -> None:
    """A file with an error is refused with its line, even if the bot has a valid copy."""
    kept(operator, CAREFUL)
    with operator.runs():
        before = kept(operator, CAREFUL.replace("29 feb", "32 feb"))
        done = operator.does("summarise")
    assert is_one_clear_line(done), done.err
    assert "tips.yaml:7:" in done.err
    assert now(operator) == before


@dataclass
class Meddler:
    """A change of the file between the question and the answer."""

    operator: Operator
    old: str
    new: str

    def __str__(self) -> str:
        """Change the file when the answer is typed."""
        kept(self.operator, CAREFUL.replace(self.old, self.new))
        return "1"


def test_an_edit_meanwhile_is_kept(operator: Operator) -> None:
    """Where another tip was edited during the question, the answer goes into the new file."""
    kept(operator, CAREFUL)
    edit = Meddler(operator, "# inline", "# in one line")
    done = operator.types([edit, "s", "s"], "summarise")
    assert (done.code, done.err.strip()) == (0, "")
    assert "wrote 1 summary into tips.yaml\n" in done.out
    lines = changes(CAREFUL.replace("# inline", "# in one line").encode(), now(operator))
    assert [line.split()[:2] for line in lines] == [["+", "summary:"]]


def test_a_tip_that_was_edited_meanwhile_is_not_written(operator: Operator) -> None:
    """A summary of words that do not stand there any more is not written; the others are."""
    kept(operator, CAREFUL)
    edit = Meddler(operator, "asked too late", "asked too early")
    done = operator.types([edit, "1", "s"], "summarise")
    assert done.code == 0, done.err
    assert "'questions' was edited meanwhile: not written; look at it again later\n" in done.out
    assert "wrote 1 summary into tips.yaml\n" in done.out
    assert b"asked too early" in now(operator)
    assert "questions: Questions: a matter of style  (1 of 2)" in operator.does("summarise").out


def test_a_file_that_is_broken_meanwhile_is_not_written(operator: Operator) -> None:
    """What is wrong with the file by now is said on one line, and what was written before stays."""
    kept(operator, CAREFUL)
    done = operator.types([Meddler(operator, "29 feb", "32 feb")], "summarise")
    assert is_one_clear_line(done), done.err
    assert "tips.yaml:7:" in done.err
    assert "wrote 0 summaries into tips.yaml\n" in done.out
    assert now(operator) == CAREFUL.replace("29 feb", "32 feb").encode()


def test_a_read_only_file_is_one_line(operator: Operator) -> None:
    """A file that was protected is not written."""
    before = kept(operator, CAREFUL)
    (operator.home / "tips.yaml").chmod(0o444)
    done = operator.types(["1"], "summarise")
    assert is_one_clear_line(done), done.err
    assert "read-only" in done.err
    assert now(operator) == before


def test_a_full_disk_is_one_line(operator: Operator) -> None:
    """On a full disk the old file stays, without leftovers."""
    before = kept(operator, CAREFUL.replace("# the end\n", "# the end\n" * 1_000))
    small = ["sh", "-c", 'ulimit -f 18; exec "$@"', "sh"]  # files of at most 9 kB
    done = operator.types(["1"], "summarise", through=small)
    assert is_one_clear_line(done), done.err
    assert "tips.yaml cannot be written: File too large; it was not changed" in done.err
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
    done = operator.types([number], *words)
    shown = f"  {number}. a model wrote it, 50% sure\n     site, 19/140: Thank them by name.\n"
    assert shown in done.out
    assert b"  summary: Thank them by name.\n" in now(operator)


def test_a_models_words_are_never_posted_unseen(operator: Operator, model: ModelServer) -> None:
    """Proposals of a model that nobody accepted are in no file, no preview and no post."""
    before = kept(operator, CAREFUL)
    model.does(proposing("Ask the crowd at once.", "Thank them by name."))
    words = ("summarise", "--tip", "good")
    (record,) = operator.does(*words, "--json").records
    theirs = [one["text"] for one in record["proposals"] if one["by_model"]]
    assert theirs == ["Ask the crowd at once.", "Thank them by name."]
    assert theirs[1] in operator.does(*words).out
    for answer in ("", "s", "q", "\x04"):
        assert theirs[1] in operator.types([answer], *words).out
    assert len(model.asked) == 6
    assert now(operator) == before
    previews = operator.does("preview", "--all", "--why").out
    with operator.runs():
        operator.does("post", "good")
    posted = operator.does("posts", "--json").out
    data = b"".join(one.read_bytes() for one in (operator.home / "data").rglob("*.db*"))
    assert "Ask" in posted
    assert not any(one in previews + posted or one.encode() in data for one in theirs)


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
    answers = {200: [], 401: [], 429: ["--json"], 500: ["--doubtful"]}
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
