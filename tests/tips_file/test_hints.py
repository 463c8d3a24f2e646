"""What is said of common mistakes in a tips file: what is wrong, in which line, and what to write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.errors import Problem, TipsError
from bot.core.text import suggest
from bot.outbound.apprise.services import modules
from bot.platforms.catalogue import KINDS
from bot.scheduler.crontab import check_cron
from bot.tips_file.load import parse
from bot.tips_file.values.zone_hint import fixed_offset_advice
from bot.tips_file.yaml.yaml_errors import cut_off
from tests.whole.operator import Operator, free_port

FOLDER = Path(__file__).parents[1] / "data" / "tips_hints"


def cases(name: str) -> Any:
    """The mistakes of one sort: what is written, and what is said."""
    every = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return pytest.mark.parametrize("case", every, ids=lambda case: repr(case["write"]))


def problems(text: str) -> tuple[Problem, ...]:
    """All that is wrong with a file."""
    with pytest.raises(TipsError) as caught:
        parse(text.encode(), "tips.yaml", KINDS, check_cron)
    return caught.value.problems


def one_problem(text: str) -> Problem:
    """The only thing that is wrong with a file."""
    every = problems(text)
    assert len(every) == 1, every
    return every[0]


def with_bot(line: str) -> str:
    """A file with one more line about the bot, the third."""
    return f"bot:\n  name: A\n  {line}\ntips:\n  - {{id: a, title: T, text: Hello there.}}\n"


@cases("zones")
def test_a_time_zone(case: dict[str, Any]) -> None:
    """What is no zone is told by a city, since only a city knows when its clocks change."""
    found = one_problem(with_bot(f"timezone: {case['write']}"))
    assert found.line == 3
    assert case["says"] in str(found)
    assert "GMT" not in found.todo


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("EST", "'EST' is 5 hours behind UTC, in summer, too"),
        ("MST", "'MST' is 7 hours behind UTC, in summer, too"),
        ("Etc/GMT-1", "'Etc/GMT-1' is 1 hour ahead of UTC, in summer, too"),
        ("Etc/GMT+5", "'Etc/GMT+5' is 5 hours behind UTC, in summer, too"),
        ("Etc/GMT-14", "'Etc/GMT-14' is 14 hours ahead of UTC, in summer, too"),
    ],
)
def test_a_zone_without_summer_time_is_advised_against(name: str, says: str) -> None:
    """A zone that is one offset for ever says so, and that a city is better."""
    assert fixed_offset_advice(name) is not None
    what, todo = fixed_offset_advice(name) or ("", "")
    assert what == says
    assert todo.startswith("name a city in your zone, such as ")


@pytest.mark.parametrize("name", ["UTC", "GMT", "Etc/UTC", "CET", "EST5EDT", "Europe/Berlin"])
def test_another_zone_is_fine(name: str) -> None:
    """UTC is meant as it is, and what has a summer time needs no advice."""
    assert fixed_offset_advice(name) is None


def with_schedule(line: str, rule: str = 'at: "09:00"') -> str:
    """A file with one more line about its schedule, the sixth."""
    return (
        "bot: {name: A}\nplatforms: {site: {}, x: {}}\n"
        "tips:\n  - {id: a, title: T, text: Hello there.}\n"
        f"schedule:\n  - {line}\n" + (f"    {rule}\n" if rule else "")
    )


@cases("days")
def test_weekdays(case: dict[str, Any]) -> None:
    """A range or a group of days, or days in a text, are told with the list to write."""
    found = one_problem(with_schedule(f"days: {case['write']}"))
    assert found.line == 6
    assert case["says"] in str(found)


@cases("times")
def test_times(case: dict[str, Any]) -> None:
    """A time in another form, or several in one text, are told with what to write."""
    found = one_problem(with_schedule(f"at: {case['write']}", rule=""))
    assert found.line == 6
    assert case["says"] in str(found)


@cases("accounts")
def test_accounts(case: dict[str, Any]) -> None:
    """Several accounts in one text are told with the list to write, and only once."""
    found = one_problem(with_schedule(f"platforms: {case['write']}"))
    assert found.line == 6
    assert case["says"] in str(found)


@cases("platforms")
def test_a_platform(case: dict[str, Any]) -> None:
    """A platform by another name, or by its server, is told by the name that it has here."""
    found = one_problem(
        f"bot: {{name: A}}\nplatforms:\n  {case['write']}: {{}}\n"
        "tips:\n  - {id: a, title: T, text: Hello there.}\n"
    )
    assert found.line == 3
    assert case["says"] in str(found)


@cases("elsewhere")
def test_a_network_without_an_adapter(case: dict[str, Any]) -> None:
    """A network that is not supported is said to be so, with broadcast where that reaches it."""
    found = one_problem(
        f"bot: {{name: A}}\nplatforms:\n  {case['write']}: {{}}\n"
        "tips:\n  - {id: a, title: T, text: Hello there.}\n"
    )
    assert found.line == 3
    assert case["says"] in str(found)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("discord", "write `mine: {kind: broadcast}`, and set TIPSBOT_MINE_URL to an address such"),
        ("Telegram", "write `mine: {kind: broadcast}`"),
        ("linkedin", "LinkedIn is not supported, and `broadcast` has no service for it"),
        ("twitter", "did you mean 'x'?"),
    ],
)
def test_a_kind_without_an_adapter(kind: str, says: str) -> None:
    """So it is where such a network is an account's kind."""
    found = one_problem(
        f"bot: {{name: A}}\nplatforms:\n  mine: {{kind: {kind}}}\n"
        "tips:\n  - {id: a, title: T, text: Hello there.}\n"
    )
    assert says in str(found)


def test_what_is_proposed_works() -> None:
    """Each address that is proposed is one of a service that broadcast has."""
    for address, _ in suggest._HEARING.values():
        assert address.partition("://")[0] in modules()


@cases("kinds")
def test_a_kind(case: dict[str, Any]) -> None:
    """What people call a platform is understood as the kind of an account, too."""
    found = one_problem(
        f"bot: {{name: A}}\nplatforms:\n  mine: {{kind: {case['write']}}}\n"
        "tips:\n  - {id: a, title: T, text: Hello there.}\n"
    )
    assert found.line == 3
    assert case["says"] in str(found)


@cases("kinds")
def test_an_account_by_another_name(case: dict[str, Any]) -> None:
    """Where a schedule names an account by what people call its platform, it hears the name."""
    line = f"platforms: [{case['write']}]"
    accounts = "site: {}, x: {}, mastodon: {server: https://toot.wales}"
    found = one_problem(with_schedule(line).replace("site: {}, x: {}", accounts))
    assert found.line == 6
    assert case["says"] in str(found)


TIP = "bot:\n  name: A\n\ntips:\n  - id: a\n    title: T\n    text: Hello there.\n"
"""A file with one tip, which goes on in its eighth line."""

GOOD = """\
bot:
  name: A
schedule:
  - at: 09:00
    days: [mon]
tips:
  - id: a
    title: T
    text: Hello there.
  - id: b
    title: U
    text: >
      Folded text
      here.
"""


def changed(changes: dict[int, str]) -> str:
    """The good file with some of its lines, which count from 1, written in another way."""
    lines = GOOD.splitlines()
    return "\n".join(changes.get(at, line) for at, line in enumerate(lines, 1)) + "\n"


def at_line(found: tuple[Problem, ...], line: int) -> str:
    """What is said of one line; something has to be."""
    told = [str(one) for one in found if one.line == line]
    assert told, found
    return "\n".join(told)


@cases("signs")
def test_a_sign_that_means_something(case: dict[str, Any]) -> None:
    """A value that begins with a sign of YAML's is told with its line, and to put it in quotes."""
    rule = "" if case["write"].startswith("cron") else 'at: "09:00"'
    found = one_problem(with_schedule(case["write"], rule))
    assert found.line == 6
    assert case["says"] in str(found)


@cases("comments")
def test_a_comment_that_was_none(case: dict[str, Any]) -> None:
    """Where a `#` leaves nothing of a value, or no end of a list, it is named as what it is."""
    found = one_problem(f"{TIP}    {case['write']}\n    weight: 1\n")
    assert found.line == case.get("line", 8)
    assert case["says"] in str(found)


@pytest.mark.parametrize("written", ["text: #1 tip", "title: #1 tip", "id: #1", "text:  #a #b"])
def test_a_comment_for_what_is_required(written: str) -> None:
    """A tip whose title or text begins with `#` has none, and is told to put it in quotes."""
    name = written.partition(":")[0]
    at = {"id": 7, "title": 8, "text": 9}[name]
    line = f"  - {written}" if name == "id" else f"    {written}"
    found = one_problem(changed({at: line}))
    assert found.line == at
    assert found.what.endswith("has no value, since '#' begins a comment here")
    assert found.todo == "put the text in double quotes"


@cases("cut_off")
def test_words_that_a_comment_takes(case: dict[str, Any]) -> None:
    """Where a file is right although `#` takes a part of a text, that part is noted."""
    text = f"{TIP}    {case['write']}\n    weight: 1\n"
    parse(text.encode(), "tips.yaml", KINDS, check_cron)
    told = cut_off(text)
    assert [what for what, _, _ in told if case["says"] not in what] == []
    assert [place[0] for _, _, place in told] == ([case.get("line", 8)] if case["says"] else [])


@cases("indentation")
def test_indentation(case: dict[str, Any]) -> None:
    """A line that begins in a wrong column is told, in its line, as wrong indentation."""
    found = problems(changed({case["line"]: case["write"]}))
    assert "wrong indentation" in at_line(found, case.get("told", case["line"]))


BLANKS = {
    "tab": "\t",
    "no-break space": "\u00a0",
    "ideographic space": "\u3000",
    "em space": "\u2003",
    "thin space": "\u2009",
    "narrow no-break space": "\u202f",
    "zero width space": "\u200b",
    "ogham space mark": "\u1680",
    "zero width no-break space": "\ufeff",
    "hangul filler": "\u3164",
}


@pytest.mark.parametrize("name", BLANKS)
@cases("layout")
def test_a_blank_that_is_no_space(case: dict[str, Any], name: str) -> None:
    """Whatever looks like a space and is none is named in the line whose indentation has it."""
    text = changed({case["line"]: case["write"].replace("_", BLANKS[name])})
    found = one_problem(text)
    assert found.line == case["line"]
    assert "wrong indentation: there is a" in found.what
    assert name in found.what
    assert found.todo == "indent with spaces"


@pytest.mark.parametrize("blank", [blank for blank in BLANKS.values() if blank != "\t"])
def test_a_blank_behind_a_name(blank: str) -> None:
    """A blank behind a colon that is no space is named, too."""
    found = one_problem(changed({2: f"  name:{blank}A"}))
    assert (found.line, found.column) == (2, 8)
    assert found.todo == "put a space in its place"


@pytest.mark.parametrize("blank", [blank for blank in BLANKS.values() if blank != "\t"])
def test_such_blanks_in_texts_are_fine(blank: str) -> None:
    """What somebody writes in a text, and at its beginning, is theirs."""
    text = changed({13: f"      {blank}Folded{blank}text", 8: f"    title: T{blank}T"})
    parse(text.encode(), "tips.yaml", KINDS, check_cron)


@cases("quotes")
def test_an_open_quote(case: dict[str, Any]) -> None:
    """A quote that is not closed is told where it opens, whatever closes it by chance."""
    found = problems(changed({case["line"]: case["write"], **case.get("other", {})}))
    assert "a quote is opened" in at_line(found, case["line"])


@pytest.mark.parametrize(
    ("line", "write", "says"),
    [
        (8, "    title:T", "a space is missing after 'title:'; write `title: ...`"),
        (8, "    title：T", "a space is missing after 'title:'; write `title: ...`"),
        (10, "  -id: b", "a space is missing after '-'; write `- ` before the item"),
        (5, "    days:[mon]", "a space is missing after 'days:'; write `days: ...`"),
        (2, "  name:A", "a space is missing after 'name:'; write `name: ...`"),
    ],
)
def test_a_blank_that_is_missing(line: int, write: str, says: str) -> None:
    """A name or a dash without a blank behind it is told as that."""
    assert says in at_line(problems(changed({line: write})), line)


def test_check_notes_what_is_right_and_not_meant(tmp_path: Path) -> None:
    """`check` notes cut-off words and a zone without summer time, each with its place."""
    operator = Operator(home=tmp_path, port=free_port())
    operator.write(
        "bot:\n  name: A\n  timezone: EST\ntips:\n  - id: a\n    title: We are #1\n"
        "    text: Hello there.\n    summary: Hello there, and be welcome to our town.\n"
    )
    done = operator.does("check")
    assert done.code == 0
    assert [line.partition("; ")[0] for line in done.out.splitlines()[:2]] == [
        "note: tips.yaml:6:19: '#1' and what follows is a comment, which nobody sees",
        "note: tips.yaml:3:13: 'EST' is 5 hours behind UTC, in summer, too",
    ]


@pytest.mark.parametrize(
    "text", ["]", "}", "a: ]", "- ]\n- }", "[}", "{]", "\t", "#", "'", "* ", "&"]
)
def test_a_scrap_is_a_problem_like_any_other(text: str) -> None:
    """However little there is of a file, it is refused with one line and never breaks the reader."""
    assert str(problems(text)[0]).isprintable()


@pytest.mark.parametrize(("tag", "name"), [("c#", "c"), ("F#", "f"), ("g#", "g"), ("j#", "j")])
def test_a_tag_with_a_sharp_sign(tag: str, name: str) -> None:
    """A language or a note with `#` in its name is told how to write it."""
    found = one_problem(f"{TIP}    tags: [{tag}]\n")
    assert str(found).endswith(f"'{tag}' has '#' in it; write it as a word, such as {name}-sharp")
