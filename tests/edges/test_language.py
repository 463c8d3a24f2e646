"""The parser of English that can be installed beside the bot: spaCy itself, and doing without."""

import re
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path

import pytest
import yaml
from structlog.testing import capture_logs

from bot.core.summary import best, parsed
from bot.core.summary.agreement import agree
from bot.core.summary.cuts import Cut, without
from bot.core.tip import Tip
from bot.language import parser
from bot.language.english import LONGEST, MODEL, English

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "summary"
CUTS = yaml.safe_load((DATA / "grammar.yaml").read_text("utf-8"))
AGREEMENTS = yaml.safe_load((DATA / "agreement.yaml").read_text("utf-8"))
SENTENCE = "The Get-Item cmdlet gets the item, such as a file, at a path."


def load():
    """The model, loaded by itself."""
    import spacy

    return spacy.load(MODEL, exclude=("ner", "senter", "attribute_ruler", "lemmatizer"))


@pytest.fixture(scope="module")
def english():
    """The parser that the bot uses."""
    found = parser()
    assert found is not None
    return found


@pytest.mark.parametrize("case", CUTS, ids=[case["case"] for case in CUTS])
def test_cuts_by_grammar(english, case):
    """What goes by grammar is a whole branch that the statement can do without, and nothing else."""
    sentence = case["sentence"]
    found = {without(sentence, [cut]) for cut in parsed.cuts(english.parse(sentence))}
    assert found == set(case["shorter"])


@pytest.mark.parametrize("case", AGREEMENTS, ids=[case["case"] for case in AGREEMENTS])
def test_agreement(english, case):
    """What is left must have the verb, subject, objects and negation that the sentence had."""
    marked = case["sentence"]
    sentence = re.sub(r"[][]", "", marked)
    cut = Cut(spans=((marked.index("["), marked.index("]") - 1),), what="a test", sure=1)
    rest = without(sentence, [cut])
    assert agree(english.parse(sentence), [cut], english.parse(rest)) is case["agrees"]


def test_tokens_cover_the_sentence(english):
    """Put together again, the tokens are the sentence, each at its place and on a head."""
    tokens = english.parse(SENTENCE)
    assert "".join(one.text + " " * one.space for one in tokens) == SENTENCE
    for at, token in enumerate(tokens):
        assert SENTENCE[token.start : token.end] == token.text
        assert token.index == at
        assert 0 <= token.head < len(tokens)


@pytest.mark.parametrize("sentence", ["", " ", "…", "\U0001f600", "¿", "a" * 900, "日本語です。"])
def test_any_sentence_is_read(english, sentence):
    """Whatever stands in a tip, the parser answers, and its cuts stay inside the text."""
    for cut in parsed.cuts(english.parse(sentence)):
        assert all(0 <= start < end <= len(sentence) for start, end in cut.spans)


def test_a_sentence_without_end_is_not_read(english):
    """What is too long for a sentence costs no time: it is not read at all."""
    assert english.parse("and " * LONGEST) == ()


def test_it_reads_alike(english):
    """Another parser, made anew and asked in another order, reads the same."""
    other = English(load)
    other.parse("Something else was read before.")
    assert other.parse(SENTENCE) == english.parse(SENTENCE)


def test_the_parser_is_one():
    """Everybody is given the same parser, so that what it read is remembered."""
    assert parser() is parser()


def test_the_model_is_loaded_once():
    """However many threads ask at once, the model is loaded one time."""
    loads = []

    def slowly():
        loads.append(1)
        return load()

    shared = English(slowly)
    threads = [threading.Thread(target=shared.parse, args=(SENTENCE,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == [1]


def test_a_broken_model_stops_nothing():
    """Where the model does not load, that is said once, and sentences are made without it."""
    loads = []

    def fail():
        loads.append(1)
        raise OSError("the model is not there")

    broken = English(fail)
    with capture_logs() as logs:
        assert broken.parse(SENTENCE) == broken.parse("Another one.") == ()
    assert [(log["event"], log["error"]) for log in logs] == [
        ("parser_broken", "the model is not there")
    ]
    assert loads == [1]
    tip = Tip(id="a", title="Get-Item", text="The Get-Item cmdlet gets the item (a thing).")
    fits = "Get-Item gets the item.".__eq__
    assert best(tip, fits, parser=broken).chosen == best(tip, fits).chosen is not None


def test_it_makes_a_sentence_fit(english):
    """A tip whose sentences are too long by wording alone has a summary by grammar."""
    text = "The old town council cleans the long river by moving the broken boats."
    tip = Tip(id="river", title="A river", text=text)

    def fits(summary):
        return len(summary) < 50

    chosen = best(tip, fits, parser=english).chosen
    assert chosen is not None
    assert chosen.text == "The old town council cleans the long river."
    assert chosen.how == "first sentence without how"


def child(code, **paths):
    """What a fresh interpreter prints, with the site's packages or with a folder in their place."""
    folder = paths.get("packages", sysconfig.get_path("purelib"))
    begin = f"import sys; sys.path[:0] = {[str(ROOT), str(folder)]!r}\n"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", begin + code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_nothing_is_loaded_before_it_is_needed():
    """The parser is made, and help is shown, without importing spaCy."""
    made = "from bot.language import parser\nparser()\nprint('spacy' in sys.modules)"
    helped = (
        "import bot.cli, bot.wiring.desk\nsys.argv = ['tipsbot', '--help']\ntry:\n    bot.cli.main()\n"
        "except SystemExit:\n    pass\nprint('spacy' in sys.modules)"
    )
    assert child(made) == ["False"]
    assert child(helped)[-1] == "False"


@pytest.mark.parametrize("missing", ["spacy", MODEL])
def test_without_the_extra_there_is_no_parser(tmp_path, missing):
    """Where spaCy or its model is not installed, there is no parser, and that is no error."""
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if entry.name != missing:
            (tmp_path / entry.name).symlink_to(entry)
    asked = "from bot.language import parser\nprint(parser())"
    assert child(asked, packages=tmp_path) == ["None"]
