"""Whatever stands in a file, reading it gives a Config or lines in plain words, and nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import TipsError
from bot.scheduler.crontab import check_cron
from bot.tips_file.load import parse
from tests.kinds import KINDS

SIGNS = [*"-[]{},&*!?:|>#'\"%@`~\n \t\x85\u2028é", "\n  ", "\n- ", "<<", "---", "..."]
NAMES = [
    *("bot", "platforms", "schedule", "tips", "id", "name", "title", "text", "at", "days", "cron"),
    *("every", "from", "late", "tags", "timezone", "link", "credit", "summary", "language"),
    *("weight", "not_before", "expires", "site", "kind", "mastodon", "x", "server", "limit"),
    *("gap", "contact", "api_key", "monthly_budget", "poll", "unsure", "visibility", "hashtags"),
]
WORDS = [
    "a",
    "09:00",
    "1h",
    "0 9 * * *",
    "2026-01-01",
    "9999-12-31",
    "https://a.example",
    "mon",
    "5",
]

VALUES = st.recursive(
    st.none() | st.sampled_from(WORDS) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=30,
)
SECTIONS = dict.fromkeys(("bot", "platforms", "schedule", "tips"), VALUES)


def problems_in(data: bytes) -> tuple[str, ...]:
    """What the reader has to say of a file; nothing where it is valid."""
    try:
        parse(data, "tips.yaml", KINDS, check_cron)
    except TipsError as error:
        return tuple(map(str, error.problems)) or ("an error without a problem\n",)
    return ()


def as_yaml(value) -> str:
    """A value in YAML's flow style, with all text quoted."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {as_yaml(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_yaml, value)) + "]"
    if value is None:
        return "null"
    return '"' + "".join(f"\\U{ord(character):08x}" for character in value) + '"'


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes(data):
    """Random bytes are refused in lines that are safe to show."""
    assert all(line.isprintable() for line in problems_in(data))


@settings(deadline=None)
@given(st.lists(st.sampled_from([*SIGNS, *WORDS, *(f"{name}: " for name in NAMES)]), max_size=60))
def test_random_yaml(pieces):
    """A heap of YAML's signs and our own words loads, or is refused in lines that are safe to show."""
    assert all(line.isprintable() for line in problems_in("".join(pieces).encode()))


@settings(deadline=None)
@given(st.fixed_dictionaries(SECTIONS))
def test_random_sections(sections):
    """Anything in the right outline loads, or is refused in lines that are safe to show."""
    assert all(line.isprintable() for line in problems_in(as_yaml(sections).encode()))
