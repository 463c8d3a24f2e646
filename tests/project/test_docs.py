"""The documentation, held against the program: what is written there is so."""

from __future__ import annotations

import ast
import configparser
import enum
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from bot.cli.app import app
from bot.core.alerts.channel import ADDRESS_VARIABLE
from bot.core.alerts.trouble import TroubleKind
from bot.core.model.capabilities import Idempotency, variable
from bot.core.model.delivery import State
from bot.core.model.entry import EntryKind, Visibility
from bot.core.model.schedule import Outcome
from bot.platforms.catalogue import KINDS
from bot.scheduler.crontab import check_cron
from bot.tips_file.load import parse
from bot.tips_file.sections.json_schema import schema
from tests.whole.operator import Operator

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *DOCS.rglob("*.md"),
        *(ROOT / "bench").glob("*.md"),
        *(ROOT / "tests").rglob("README.md"),
    ]
)
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS_PAGE = (DOCS / "commands.md").read_text(encoding="utf-8")
INSTALL = (DOCS / "install.md").read_text(encoding="utf-8")
TROUBLESHOOTING = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
TO_TYPE = {
    "README.md",
    "commands.md",
    "fleet.md",
    "fleet-watching.md",
    "install.md",
    "run.md",
    "guarantees.md",
    "troubleshooting.md",
    "tips-file.md",
    "mastodon.md",
    "bluesky.md",
    "threads.md",
    "x.md",
    "site.md",
    "broadcast.md",
    "alerts.md",
}
"""The pages from which an operator takes commands."""


def leaves(group: Any, before: str = "") -> dict[str, Any]:
    """Every command by its words, those of a group in the group's place."""
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        words = f"{before}{name}"
        is_group = hasattr(command, "commands")
        found |= leaves(command, f"{words} ") if is_group else {words: command}
    return found


COMMANDS = leaves(typer.main.get_command(app))
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


def named(path: Path) -> str:
    """A page's name in the list of cases."""
    return str(path.relative_to(ROOT))


every_page = pytest.mark.parametrize("page", PAGES, ids=named)


# -- reading what is written ------------------------------------------------------------------


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, without their indentation."""
    found = [match for match in FENCE.finditer(text) if match[2] == language]
    return [re.sub(rf"^{match[1]}", "", match[3], flags=re.MULTILINE) for match in found]


def prose(text: str) -> str:
    """The text without its fenced blocks and its inline code."""
    return re.sub(r"(`+).+?\1", "", FENCE.sub("", text))


def sections(text: str) -> dict[str, str]:
    """What stands below each heading of the second level."""
    fences = [range(*match.span()) for match in FENCE.finditer(text)]
    heads = [
        head
        for head in re.finditer(r"^## (.+)\n", text, re.MULTILINE)
        if not any(head.start() in fence for fence in fences)
    ]
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return {head[1]: text[head.end() : end] for head, end in zip(heads, ends, strict=True)}


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every row of every table, heads and rules left out."""
    lines = text.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("|") and not line.startswith("|--") and not following.startswith("|--"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def anchors(text: str) -> set[str]:
    """The anchors that a page's headings get."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", title.lower()).strip() for title in titles]
    return {title.replace(" ", "-") for title in plain}


def command_lines(text: str) -> list[str]:
    """Every line that a page has somebody type, continued ones joined, without its remark."""
    typed = [block.replace("\\\n", " ") for block in blocks(text, "sh")]
    for block in blocks(text, "console"):
        typed += [line[2:] for line in block.splitlines() if line.startswith("$ ")]
    return [line for block in typed for line in block.splitlines() if line.strip()]


def calls(text: str, program: str) -> list[list[str]]:
    """The words of every call of a program that a page shows, from its name on.

    It stands first, or with its path behind `sudo`, or behind `docker exec` and a container.
    """
    found = []
    for line in command_lines(text):
        words = shlex.split(line.split(" > ")[0], comments=True)
        words = words[3:] if words[:2] == ["docker", "exec"] else words
        at = next((at for at, word in enumerate(words) if word.endswith(f"bin/{program}")), 0)
        found += [words[at:]] if words and words[at].rpartition("/")[2] == program else []
    return found


def examples(text: str) -> list[list[str]]:
    """The words of every command of ours that a page shows, without `tipsbot` itself.

    The first is the command, which may be of several words.
    """
    shown = [words[1:] for words in calls(text, "tipsbot")]
    return [
        [" ".join(words[:2]), *words[2:]] if " ".join(words[:2]) in COMMANDS else words
        for words in shown
    ]


# -- reading the program ----------------------------------------------------------------------


@cache
def trees() -> tuple[ast.Module, ...]:
    """The program's own source."""
    files = sorted((ROOT / "bot").rglob("*.py"))
    return tuple(ast.parse(file.read_text(encoding="utf-8")) for file in files)


@cache
def texts() -> tuple[str, ...]:
    """Every piece of text in the program; a formatted one is several."""
    nodes = [node for tree in trees() for node in ast.walk(tree)]
    found = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return tuple(text for text in found if isinstance(text, str))


def events() -> set[str]:
    """Every event that is logged under a name of its own."""
    levels = {"info", "warning", "error"}
    nodes = [node for tree in trees() for node in ast.walk(tree)]
    calls = [node for node in nodes if isinstance(node, ast.Call) and node.args]
    logged = [call.args[0] for call in calls if getattr(call.func, "attr", "") in levels]
    words = [word for event in logged for word in ast.walk(event)]
    return {str(word.value) for word in words if isinstance(word, ast.Constant)}


def settings(definition: str) -> dict[str, Any]:
    """The settings of a section, or of an account of a kind, in the JSON Schema."""
    return dict(schema(KINDS)["$defs"][definition]["properties"])


# -- all pages --------------------------------------------------------------------------------


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    """Every relative link, and the anchor behind it, is there."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{target} is not there"
        assert not anchor or anchor in anchors(there.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=named)
def test_every_file_that_is_named_exists(page: Path) -> None:
    """No page names a file or folder of the tree that is not there any more."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    found = re.findall(r"`((?:bot|tests|bench|deploy)/[\w/.-]+)(?:::\w+)?`", text)
    assert [path for path in found if not (ROOT / path).exists()] == []


@every_page
def test_every_command_that_is_shown_exists(page: Path) -> None:
    """No page shows a command or an option that the program does not know."""
    for name, *words in examples(page.read_text(encoding="utf-8")):
        assert name in COMMANDS, name
        if "-h" not in words and "--help" not in words:
            COMMANDS[name].make_context(name, list(words))


@every_page
def test_every_make_task_that_is_shown_exists(page: Path) -> None:
    """No page has somebody give make a task or a setting that the Makefile does not know."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for words in calls(page.read_text(encoding="utf-8"), "make"):
        for word in words[1:]:
            name, is_setting, _ = word.partition("=")
            known = rf"\$\({name}\)|\$\${name}\b" if is_setting else rf"^{name}:"
            assert re.search(known, text, re.MULTILINE), word


@every_page
def test_every_line_to_type_can_be_read_by_a_shell(page: Path) -> None:
    """What a page has somebody type is no mistake in the shell's own language."""
    lines = "\n".join(command_lines(page.read_text(encoding="utf-8")))
    subprocess.run(["sh", "-n"], input=lines, text=True, check=True)


@every_page
def test_a_bare_name_is_explained(page: Path) -> None:
    """A page that calls the program by its name alone says how that is found, or leads there."""
    text = page.read_text(encoding="utf-8")
    if re.search(r"`tipsbot [a-z]+|^\$? ?tipsbot ", text, re.MULTILINE) and page.name in TO_TYPE:
        assert ".venv/bin/activate" in text or "commands.md#calling-them)" in text


@every_page
def test_every_tips_file_that_is_shown_is_right(page: Path) -> None:
    """Whoever copies a whole tips file from a page has one without a mistake."""
    for block in blocks(page.read_text(encoding="utf-8"), "yaml"):
        if block.startswith("bot:") and "\ntips:" in block:
            parse(block.encode(), page.name, KINDS, check_cron)
        else:
            yaml.safe_load(block)


def test_every_page_is_listed() -> None:
    """Whoever reads the index of the documentation misses no page."""
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [str(page.relative_to(DOCS)) for page in PAGES if page.is_relative_to(DOCS)]
    assert [page for page in pages if f"({page})" not in index] == ["README.md"]


# -- the README -------------------------------------------------------------------------------


def test_the_ten_tips_are_posted_as_the_readme_shows(tmp_path: Path) -> None:
    """The README's table of the ten tips is what `preview --all` shows of the shipped file."""
    shutil.copy(ROOT / "tips.yaml", tmp_path)  # in the tree a bot may have posted some of them
    operator = Operator(home=tmp_path, port=8140)
    shown = operator.does("preview", "--all", "--json").records
    table = [row for row in rows(sections(README)["The ten tips"]) if len(row) == 2]
    assert table == [[record["text"], str(record["length"])] for record in shown]
    assert len(table) == 10


def test_the_commands_are_listed() -> None:
    """The table of commands has every command, in the order in which `--help` has them."""
    listed = [cells[0] for cells in rows(sections(COMMANDS_PAGE)["All commands"])]
    assert listed == [f"`tipsbot {name}`" for name in COMMANDS]


# -- the commands -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_an_example(name: str) -> None:
    """Each command has a section with a real example, and each of its options is in one.

    The option that nearly all have is explained once, before them.
    """
    text = sections(COMMANDS_PAGE)[name]
    shown = [words[1:] for words in examples(text) if words[0] == name]
    assert shown
    used = {word for words in shown for word in words}
    is_option = [one for one in COMMANDS[name].params if one.param_type_name == "option"]
    options = [one for one in is_option if one.name != "fleet_bot"]
    every = [names for one in options for names in (one.opts, one.secondary_opts) if names]
    assert [names for names in every if used.isdisjoint(names)] == []


# -- tips.yaml --------------------------------------------------------------------------------

TIPS_FILE = sections((DOCS / "tips-file.md").read_text(encoding="utf-8"))
SECTIONS = {
    "bot": "BotSection",
    "schedule": "ScheduleSection",
    "alerts": "AlertsSection",
    "tips": "TipSection",
}


def told(section: str) -> dict[str, list[str]]:
    """The rows of a section's table of settings, by setting, without that."""
    width = 6 if section == "platforms" else 5
    table = [cells for cells in rows(TIPS_FILE[section]) if len(cells) == width]
    return {cells[0].strip("`"): cells[1:] for cells in table}


def check_default(name: str, cell: str, setting: dict[str, Any], *, required: bool) -> None:
    """The default that is told is the one that holds."""
    default = setting.get("default")
    if required:
        assert cell == "required", name
    elif default not in (None, []):
        word = str(default).lower() if isinstance(default, bool) else default
        assert cell == f"`{word}`", name
    else:
        assert not cell.startswith("`"), name
        assert cell != "required", name


@pytest.mark.parametrize(("section", "definition"), SECTIONS.items())
def test_every_setting_of_a_section_is_told(section: str, definition: str) -> None:
    """No setting of bot, schedule or tips is missing or too many, and each default is right."""
    known, rules = settings(definition), schema(KINDS)["$defs"][definition]
    assert list(told(section)) == list(known)
    for name, (_, default, *_) in told(section).items():
        required = name in rules.get("required", [])
        check_default(name, default, known[name], required=required)


@pytest.mark.parametrize("kind", KINDS)
def test_every_setting_of_an_account_is_told(kind: str) -> None:
    """No setting of an account is missing or too many, for no kind, and each default is right."""
    known, rules = settings(kind), schema(KINDS)["$defs"][kind]
    table = told("platforms")
    assert {name for name, cells in table.items() if kind in cells[0].split(", ")} == set(known)
    for name in known.keys() - {"kind"}:
        required = name in rules.get("required", [])
        check_default(name, of_kind(kind, table[name][2]), known[name], required=required)


def of_kind(kind: str, cell: str) -> str:
    """The part of a cell that is for a kind, where it has several: `x: required; elsewhere: 2`."""
    parts = dict(part.split(": ", 1) for part in cell.split("; ") if ": " in part)
    return parts.get(kind, parts.get("elsewhere", cell))


def written(section: str, example: str) -> str:
    """A small tips file with a setting's example in it."""
    name = example.partition(":")[0]
    rule = {"days": 'at: "09:00"', "at": "", "cron": "", "every": ""}.get(name, "every: 6h")
    own = {
        "bot": ["name: Ten Tips"],
        "schedule": [rule] if rule else [],
        "alerts": ["digest: weekly"],
        "tips": ["id: one", "title: One", "text: One.", "tags: [leadership]"],
    }
    own["tips"] += {"image": ["alt: A map"], "alt": ["image: card"]}.get(name, [])
    own[section] = [line for line in own[section] if not line.startswith(f"{name}:")] + [example]
    tip, schedule = (
        "\n".join(f"{'- ' if first == 0 else '  '}{line}" for first, line in enumerate(own[part]))
        for part in ("tips", "schedule")
    )
    bot, alerts = ("\n".join(f"  {line}" for line in own[part]) for part in ("bot", "alerts"))
    accounts = "platforms: {site: {}, x: {}}"
    return f"bot:\n{bot}\n{accounts}\nschedule:\n{schedule}\nalerts:\n{alerts}\ntips:\n{tip}\n"


EXAMPLES = [
    (section, cells[-1].strip("`")) for section in SECTIONS for cells in told(section).values()
]


@pytest.mark.parametrize(("section", "example"), EXAMPLES)
def test_every_example_of_a_setting_is_right(section: str, example: str) -> None:
    """Whoever copies the example of a setting into their file has made no mistake."""
    parse(written(section, example).encode(), "tips.yaml", KINDS, check_cron)


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_of_an_accounts_setting_is_right(kind: str) -> None:
    """The examples of all settings of a kind together make a right account."""
    rows = {
        name: cells for name, cells in told("platforms").items() if kind in cells[0].split(", ")
    }
    lines = [f"    {cells[-1].strip('`')}" for name, cells in rows.items() if name != "kind"]
    account = "\n".join([f"    kind: {kind}", *lines])
    text = (
        f"bot: {{name: A}}\nplatforms:\n  one:\n{account}\ntips: [{{id: a, title: A, text: B}}]\n"
    )
    parse(text.encode(), "tips.yaml", KINDS, check_cron)


# -- installing, running, troubleshooting -----------------------------------------------------


def test_every_environment_variable_is_explained() -> None:
    """Each variable that the program reads is on the installation page, and each secret's name."""
    read = {name for text in texts() for name in re.findall(r"TIPSBOT_[A-Z_]*[A-Z]", text)}
    secrets = {variable(kind.name, one.name) for kind in KINDS.values() for one in kind.secrets}
    secrets.add(ADDRESS_VARIABLE)
    assert {"TIPSBOT_DATA", "TIPSBOT_BIND", "TIPSBOT_DEBUG"} <= read
    assert [name for name in sorted(read | secrets) if name not in INSTALL] == []


def test_every_state_is_explained() -> None:
    """The troubleshooting page says of each state what to do about it."""
    told = {cells[0] for cells in rows(sections(TROUBLESHOOTING)["The states of a post"])}
    assert {state.value for state in State} <= told


def test_every_event_of_the_log_is_explained() -> None:
    """Each event is on the troubleshooting page, and none there does not exist."""
    told = {
        name
        for cells in rows(sections(TROUBLESHOOTING)["The log"])
        for name in re.findall(r"`([a-z_.]+)`", cells[0])
    }
    made = {f"slot_{outcome.value}" for outcome in Outcome}
    made |= {f"delivery_{state.value}" for state in State}
    assert told == {event for event in events() if re.fullmatch(r"[a-z_.]+", event)} | made


def test_every_alert_is_explained() -> None:
    """Each kind of trouble has a row on the page about alerts, the worst first, and no other has."""
    page = (DOCS / "alerts.md").read_text(encoding="utf-8")
    told = [cells[0].strip("`") for cells in rows(sections(page)["What you are told"])]
    assert told == [kind.value for kind in TroubleKind]


def test_every_metric_is_explained() -> None:
    """Each metric has a row on the page about one bot or about a fleet, and each row is one."""
    pages = [(DOCS / name).read_text(encoding="utf-8") for name in ("run.md", "fleet-watching.md")]
    first = [cells[0] for page in pages for cells in rows(page) if cells]
    told = {name for cell in first for name in re.findall(r"`(tipsbot_\w+)`", cell)}
    made = {text for text in texts() if re.fullmatch(r"tipsbot_[a-z_]+[a-z]", text)}
    assert {name.removesuffix("_total") for name in told} == made


MESSAGES = [
    cells[0].strip("`")
    for section in ("What status says", "Messages and what to do")
    for cells in rows(sections(TROUBLESHOOTING)[section])
]


@pytest.mark.parametrize("message", MESSAGES)
def test_every_message_that_is_explained_exists(message: str) -> None:
    """Each message in the page's tables is one that the program still gives."""
    pieces = [piece for piece in re.split("…|; ", message) if piece.strip()]
    assert pieces
    assert [piece for piece in pieces if not any(piece in text for text in texts())] == []


# -- the glossary, the decisions, the unit ----------------------------------------------------


@pytest.mark.parametrize("words", [State, Outcome, EntryKind, Visibility, Idempotency])
def test_the_glossary_has_every_word(words: type[enum.Enum]) -> None:
    """Each state, outcome, kind of entry, visibility and idempotency is in the glossary."""
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    assert [word.value for word in words if f"| **{word.value}** |" not in text] == []


def test_the_glossary_has_every_word_once() -> None:
    """Within a table no word is explained twice."""
    for table in (DOCS / "glossary.md").read_text(encoding="utf-8").split("\n\n"):
        words = [cells[0] for cells in rows(table)]
        assert len(words) == len(set(words))


@pytest.mark.parametrize("record", sorted((DOCS / "adr").glob("*.md")), ids=named)
def test_every_decision_has_its_three_parts(record: Path) -> None:
    """A record says why, what, and what it costs, under the number of its file."""
    text = record.read_text(encoding="utf-8")
    assert text.startswith(f"# {int(record.name[:4])}. ")
    assert list(sections(text)) == ["Context", "Decision", "Consequences"]


def test_decisions_are_numbered_without_gaps() -> None:
    """The records' numbers run from 1, each once."""
    numbers = sorted(int(record.name[:4]) for record in (DOCS / "adr").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_unit_asks_for_secrets_by_their_names() -> None:
    """Each credential in the systemd unit is one that the program looks for, and none is missing."""
    unit = (ROOT / "deploy" / "tipsbot.service").read_text(encoding="utf-8")
    asked = re.findall(r"^#?LoadCredential=(\w+):\S*/(\w+)$", unit, re.MULTILINE)
    wanted = [variable(kind.name, one.name) for kind in KINDS.values() for one in kind.secrets]
    wanted.append(ADDRESS_VARIABLE)
    assert asked == [(name.lower(), name.lower()) for name in wanted]


def test_the_unit_is_one() -> None:
    """The systemd unit can be read, and keeps data where only the bot's user can write."""
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(ROOT / "deploy" / "tipsbot.service", encoding="utf-8")
    assert unit["Service"]["ExecStart"].split()[1:] == [
        "run",
        "--file",
        "/etc/tipsbot/tips.yaml",
    ]
    assert unit["Service"]["StateDirectory"] == "tipsbot"
    assert int(unit["Service"]["TimeoutStopSec"]) > 10
