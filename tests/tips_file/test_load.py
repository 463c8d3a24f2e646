"""A good tips.yaml means what the operator meant."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.core.errors import Problem, TipsError
from bot.core.model.config import Account, AcknowledgementStyle, Config, LinkRule, WhenUnsure
from bot.core.model.schedule import At, Cron, Every
from bot.core.text.counting.measure import weighted_length
from bot.platforms.catalogue import KINDS as REAL_KINDS
from bot.scheduler.crontab import check_cron
from bot.tips_file.load import parse
from bot.tips_file.read_file import read_bytes
from tests.kinds import KINDS

ROOT = Path(__file__).parent.parent.parent
LINK_AND_BLANK = 24


def config_of(text: str) -> Config:
    """The Config that a text means."""
    return parse(text.encode(), "tips.yaml", KINDS, check_cron)[0]


def tip_of(setting: str, zone: str = "UTC"):
    """A tip with one more setting."""
    text = f"bot: {{name: A, timezone: {zone}}}\ntips:\n- {{id: a, title: A, text: A., {setting}}}"
    return config_of(text).library.tips[0]


def schedule_of(settings: str, zone: str = "UTC"):
    """A schedule with these settings."""
    text = f"bot: {{name: A, timezone: {zone}}}\nschedule: [{{{settings}}}]\n"
    return config_of(text + "tips: [{id: a, title: A, text: A., tags: [x]}]").schedules[0]


def account_of(name: str, settings: str) -> Account:
    """An account with these settings."""
    text = f"bot: {{name: A}}\nplatforms:\n  {name}: {{{settings}}}\n"
    return config_of(text + "tips: [{id: a, title: A, text: A.}]").accounts[0]


def test_smallest_file():
    """A name and one tip are enough; everything else has a sensible default."""
    config = config_of("bot:\n  name: A\ntips:\n- id: a\n  title: A\n  text: A.\n")
    assert (config.bot.id, config.bot.timezone) == ("bot", "UTC")
    assert config.bot.site == "http://127.0.0.1:8140"
    assert [account.name for account in config.accounts] == ["site"]
    assert config.schedules == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30:45", "12:30:45"),
        ("1984", "1984"),
        ("1e3", "1e3"),
        ("0x10", "0x10"),
        ("2026-01-01", "2026-01-01"),
        ("'null'", "null"),
        (".inf", ".inf"),
        ('"#1: begin"', "#1: begin"),
        ('"two\\nlines"', "two lines"),
        ('"two\\r\\n lines"', "two lines"),
        ("Bonjour\u00a0!", "Bonjour\u00a0!"),
    ],
)
def test_text_is_text(written, meant):
    """Where text is wanted, what was written is taken as it stands, whatever YAML makes of it."""
    assert tip_of(f"credit: {written}").credit == meant


@pytest.mark.parametrize("written", ["", "~", "null"])
def test_empty_is_left_out(written):
    """A setting without a value is the same as no setting."""
    assert tip_of(f"credit: {written}").credit is None


@pytest.mark.parametrize("written", ["no", "en", "pt-BR", "zh-Hant-TW", "de-1996", "es-419"])
def test_language(written):
    """Languages are codes, Norwegian included."""
    assert tip_of(f"language: {written}").language == written


@pytest.mark.parametrize(
    ("zone", "written", "start", "end"),
    [
        ("UTC", "2026-03-01", "2026-03-01T00:00Z", "2026-03-02T00:00Z"),
        ("Europe/London", "2026-07-01", "2026-06-30T23:00Z", "2026-07-01T23:00Z"),
        ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00Z", "2026-03-29T21:00Z"),
        ("Europe/London", "2026-07-01 18:00", "2026-07-01T17:00Z", "2026-07-01T17:00Z"),
        ("UTC", "2026-07-01T18:00:30+02:00", "2026-07-01T16:00:30Z", "2026-07-01T16:00:30Z"),
        ("Asia/Tokyo", "2026-07-01 18:00Z", "2026-07-01T18:00Z", "2026-07-01T18:00Z"),
    ],
)
def test_dates(zone, written, start, end):
    """A tip's date is a whole day in the bot's zone: from its start, and up to its end."""
    assert tip_of(f"not_before: {written}", zone).not_before == datetime.fromisoformat(start)
    assert tip_of(f"expires: {written}", zone).expires == datetime.fromisoformat(end)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("60s", 60), ("15m", 900), ("2h", 7200), ("1d", 86400), ("1w", 604800), ("1h30m", 5400)],
)
def test_durations(written, seconds):
    """Lengths of time are numbers with s, m, h, d or w, alone or together."""
    assert schedule_of(f"at: 09:00, late: {written}").late == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("at: 09:00", At(times=(time(9),))),
        ("at: '9:05'", At(times=(time(9, 5),))),
        ("at: [18:00, 09:00, 18:00]", At(times=(time(9), time(18)))),
        ("at: 09:00, days: [Fri, monday]", At(times=(time(9),), days=(0, 4))),
        ("at: 09:00, days: sun", At(times=(time(9),), days=(6,))),
        ("cron: '0 9 * * 1-5'", Cron(line="0 9 * * 1-5")),
        ("every: 6h", Every(period=timedelta(hours=6), anchor=datetime(1970, 1, 1, tzinfo=UTC))),
        (
            "every: 1d, from: 2026-07-01",
            Every(period=timedelta(days=1), anchor=datetime(2026, 6, 30, 23, tzinfo=UTC)),
        ),
    ],
)
def test_rules(written, when):
    """A schedule's rule is one of three, and `every` counts from a fixed moment."""
    assert schedule_of(written, "Europe/London").when == when


def test_schedule_defaults():
    """A schedule takes its zone from the bot, is at most an hour late and is for every tip."""
    schedule = schedule_of("at: 09:00", "Europe/London")
    assert schedule.name == "schedule 1"
    assert schedule.timezone == "Europe/London"
    assert schedule.late == timedelta(hours=1)
    assert (schedule.tags, schedule.platforms) == ((), None)


def test_schedule_names_differ():
    """A schedule without a name never takes the name of another."""
    items = "[{at: 09:00}, {at: 09:00, name: schedule 1}, {at: 09:00}]"
    config = config_of(
        f"bot: {{name: A}}\nschedule: {items}\ntips: [{{id: a, title: A, text: A.}}]"
    )
    names = [schedule.name for schedule in config.schedules]
    assert names == ["schedule 1'", "schedule 1", "schedule 3"]


def test_account_defaults():
    """An account is what its kind says where the file says nothing."""
    assert account_of("mastodon", "server: https://social.example/") == Account(
        name="mastodon",
        kind="mastodon",
        gap=timedelta(minutes=5),
        options={"server": "https://social.example"},
    )


def test_account_settings():
    """Every common setting of an account is taken over."""
    settings = (
        "kind: mastodon, server: https://a.example, limit: 500, hashtags: 0, gap: 0s, "
        "link: never, visibility: unlisted, unsure: resend, poll: 90s"
    )
    assert account_of("second", settings) == Account(
        name="second",
        kind="mastodon",
        link=LinkRule.NEVER,
        limit=500,
        hashtags=0,
        gap=timedelta(0),
        visibility="unlisted",
        unsure=WhenUnsure.RESEND,
        poll=timedelta(seconds=90),
        options={"server": "https://a.example"},
    )


def real(bot: str = "name: A", accounts: str = "site: {}") -> Config:
    """A file with these settings of the bot and these accounts, for the platforms that there are."""
    text = f"bot: {{{bot}}}\nplatforms: {{{accounts}}}\ntips: [{{id: a, title: A, text: A.}}]"
    return parse(text.encode(), "tips.yaml", REAL_KINDS, check_cron)[0]


@pytest.mark.parametrize(
    ("account", "courtesy"),
    [
        ("site: {}", AcknowledgementStyle.NONE),
        ("x: {}", AcknowledgementStyle.NONE),
        ("x: {acknowledge: thank}", AcknowledgementStyle.THANK),
        ("mastodon: {server: https://a.example}", AcknowledgementStyle.FAVOURITE),
        ("mastodon: {server: https://a.example, acknowledge: none}", AcknowledgementStyle.NONE),
        ("mastodon: {server: https://a.example, acknowledge: thank}", AcknowledgementStyle.THANK),
    ],
)
def test_acknowledging_is_the_kinds_way_unless_said(account, courtesy):
    """Left out, an account acknowledges as its network suits; what is said is taken over."""
    assert real(accounts=account).accounts[0].acknowledge is courtesy


@pytest.mark.parametrize(
    ("account", "trouble"),
    [
        (
            "x: {acknowledge: favourite}",
            "'favourite' is not a valid choice; use one of none, thank",
        ),
        ("site: {acknowledge: none}", "there is no setting 'acknowledge'"),
    ],
)
def test_only_what_a_network_offers(account, trouble):
    """A courtesy that a network does not offer is refused, with those that it does."""
    with pytest.raises(TipsError, match=trouble):
        real(accounts=account)


@pytest.mark.parametrize(
    ("written", "meant"), [("true", True), ("no", False), ("Yes", True), ("FALSE", False)]
)
def test_yes_and_no(written, meant):
    """True and false are read as they are written in YAML, capitals or not."""
    assert real(f"name: A, show_unlisted: {written}").bot.show_unlisted is meant
    assert not real().bot.show_unlisted


def test_neither_yes_nor_no():
    """Anything else is refused."""
    with pytest.raises(TipsError, match="'maybe' is neither true nor false; write true or false"):
        real("name: A, show_unlisted: maybe")


def test_money_is_exact():
    """A budget is what is written, to the cent."""
    account = account_of("x", "monthly_budget: 10.10, label: no")
    assert account.monthly_budget == Decimal("10.10")
    assert account.options == {"api": "https://api.example", "label": "no"}


@pytest.mark.parametrize(
    "link",
    [
        "https://bücher.example/straße?q=1#teil",
        "http://[2001:db8::1]:8080/",
        "HTTPS://EXAMPLE.ORG",
        "https://xn--bcher-kva.example/",
        "http://localhost:8140/tips/a",
        "https://en.wikipedia.org/wiki/Leadership_(disambiguation)",
    ],
)
def test_links(link):
    """A link is posted as it is written, in any script."""
    assert tip_of(f"link: '{link}'").link == link


@pytest.mark.parametrize(
    "link",
    [
        "https://-a.example",
        "https://a..example",
        "http://[::1",
        "https://a.example:99999/",
        "javascript:alert(1)",
        "//a.example",
        "https://" + "a" * 64 + ".example",
        "https://a.example/" + "x" * 2048,
        "https://a@b",
    ],
)
def test_no_links(link):
    """What no network would make a link of is refused."""
    with pytest.raises(TipsError):
        tip_of(f"link: '{link}'")


def test_byte_order_mark_and_line_ends():
    """A file from a Windows editor is read like any other."""
    text = (
        "\ufeffbot: {name: A}\r\ntips:\r\n- id: a\r\n  title: A\r\n  text: >\r\n    A\r\n    b.\r\n"
    )
    assert config_of(text).library.tips[0].text == "A b."


def test_places(tmp_path):
    """Whoever has something to say of a tip, account or schedule later can name its line."""
    path = tmp_path / "tips.yaml"
    path.write_text(
        "bot: {name: A}\nplatforms:\n  site:\nschedule:\n  - at: 09:00\n"
        "tips:\n  - title: A\n    id: a\n    text: A.\n"
    )
    _, places = parse(read_bytes(path), str(path), KINDS, check_cron)
    assert places.account("site") == (3, 3)
    assert places.schedule("schedule 1") == (5, 5)
    assert places.tip("a") == (8, 9)
    assert places.tip("gone") == (0, 0)
    assert places.problem((8, 9), "too long", "cut it") == Problem(
        file=str(path), line=8, column=9, what="too long", todo="cut it"
    )


@pytest.mark.parametrize("name", ["tips.yaml", "bot/cli/tips_file/starter.yaml"])
def test_shipped_files(name):
    """The files that we ship are valid for the platforms that there are."""
    config = parse(read_bytes(ROOT / name), "tips.yaml", REAL_KINDS, check_cron)[0]
    assert len(config.library) >= 2
    assert config.site is not None


@pytest.mark.parametrize(
    ("summary", "read"),
    [("'**Be** brave &amp; <b>kind</b>'", "Be brave & kind"), ("'\\*Be\\* `*b*`'", "*Be* *b*")],
)
def test_a_summary_is_read_without_marks(summary, read):
    """A summary is posted as Markdown and HTML show it."""
    assert tip_of(f"summary: {summary}").summary == read


def test_shipped_tips_fit():
    """Each of the ten tips has its credit, and a hand-written summary leaves room for a link."""
    library = parse(read_bytes(ROOT / "tips.yaml"), "tips.yaml", REAL_KINDS, check_cron)[0].library
    assert len(library) == 10
    for tip in library:
        assert tip.credit == "@clarkmike"
        assert weighted_length(tip.summary or "") + LINK_AND_BLANK <= 140
        assert 2 <= tip.text.count(". ") + 1 <= 4


def test_commented_accounts_of_the_shipped_file():
    """Whoever takes the '#' off the accounts in the shipped file has a valid file."""
    text = (ROOT / "tips.yaml").read_text("utf-8")
    for line in ("mastodon:", "  server:", "  visibility:", "x:", "  link:", "  monthly_budget:"):
        assert f"  # {line}" in text
        text = text.replace(f"  # {line}", f"  {line}", 1)
    config = parse(text.encode(), "tips.yaml", REAL_KINDS, check_cron)[0]
    assert [account.name for account in config.accounts] == ["site", "mastodon", "x"]
