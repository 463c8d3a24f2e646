"""The JSON Schema that editors use agrees with the reader."""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.platforms.catalogue import KINDS as REAL_KINDS
from bot.tips_file.sections.json_schema import schema
from tests.kinds import KINDS

ROOT = Path(__file__).parent.parent.parent


def described(definition: dict[str, Any], path: str):
    """Every setting in a schema with its path and what is said of it."""
    for name, setting in definition.get("properties", {}).items():
        yield f"{path}.{name}", setting


def validator(kinds):
    """A real JSON Schema validator; where none is installed, the test is skipped."""
    jsonschema = pytest.importorskip("jsonschema")
    made = schema(kinds)
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


def test_committed_schema_is_ours():
    """docs/tips.schema.json is what `tipsbot schema` prints."""
    committed = json.loads((ROOT / "docs" / "tips.schema.json").read_text("utf-8"))
    assert committed == schema(REAL_KINDS)


def test_shipped_file_points_at_it():
    """The first line of tips.yaml tells editors where the schema is."""
    first = (ROOT / "tips.yaml").read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=docs/tips.schema.json"


def test_every_setting_is_described():
    """An editor can say of every setting what it is for."""
    definitions = schema(KINDS)["$defs"]
    settings = [
        (path, setting)
        for name, definition in definitions.items()
        if name != "account"
        for path, setting in described(definition, name)
    ]
    assert len(settings) > 30
    assert [path for path, setting in settings if not setting.get("description")] == []


def test_defaults_are_in_the_words_of_the_file():
    """A default is shown as an operator would write it."""
    definitions = schema(KINDS)["$defs"]
    assert definitions["ScheduleSection"]["properties"]["late"]["default"] == "1h"
    assert definitions["mastodon"]["properties"]["gap"]["default"] == "5m"
    assert definitions["mastodon"]["properties"]["link"]["default"] == "always"


@pytest.mark.parametrize("name", ["tips.yaml", "bot/cli/tips_file/starter.yaml"])
def test_shipped_files_are_valid(name):
    """A real validator has nothing to say against the files that we ship."""
    data = YAML(typ="safe").load(ROOT / name)
    assert [error.message for error in validator(REAL_KINDS).iter_errors(data)] == []


@pytest.mark.parametrize(
    ("section", "value", "valid"),
    [
        ("platforms", {"site": None}, True),
        (
            "platforms",
            {"site": {}, "two": {"kind": "mastodon", "server": "https://a.example"}},
            True,
        ),
        ("platforms", {"x": {"kind": "mastodon", "server": "https://a.example"}}, True),
        ("platforms", {"mastodon": {}}, False),
        ("platforms", {"mastodon": None}, False),
        ("platforms", {"two": {}}, False),
        ("platforms", {"x": {"api_key": "k"}}, False),
        ("schedule", [{"at": "09:00", "days": "mon"}], True),
        ("schedule", [{"at": "09:00", "every": "1h"}], False),
        ("schedule", [{"name": "never"}], False),
        ("tips", [], False),
        ("bot", {"name": "A", "nmae": "B"}, False),
    ],
)
def test_what_it_accepts(section, value, valid):
    """The schema accepts and refuses the same shapes as the reader."""
    tips = [{"id": "a", "title": "A", "text": "A."}]
    data = {"bot": {"name": "A"}, "tips": tips, section: value}
    assert validator(KINDS).is_valid(data) is valid
