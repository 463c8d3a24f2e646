"""The sections of tips.yaml as models: the fields of each, with their types.

The line under a field is its description, in the JSON Schema too.
"""

from datetime import time, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.tips_file.values import field_types

SITE = "http://127.0.0.1:8140"
"""The address of the site unless one is set: on this machine only."""


class Section(BaseModel):
    """A block of the file; an unknown name in it is an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


class BotSection(Section):
    """Who the bot is."""

    id: field_types.Id = "bot"
    """The bot's permanent name in its ledger; never change it."""
    name: field_types.Title
    """What the bot is called, on its pages and in its feed."""
    timezone: field_types.Zone = "UTC"
    """The time zone of schedules and dates that name none, such as Europe/London."""
    site: field_types.Address = SITE
    """The address at which the bot's own pages can be reached."""
    contact: field_types.Contact | None = None
    """The person behind the bot: a web address, or mailto: and a mail address."""
    show_unlisted: field_types.YesOrNo = False
    """Whether pages, feeds and exports show unlisted replies, as they show public ones."""


class ScheduleSection(Section):
    """When to post, and from which tips. It has exactly one of `at`, `cron` and `every`."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [rule]} for rule in ("at", "cron", "every")]}
    )

    name: field_types.Name | None = None
    """The schedule's permanent name; left out, it is named by its position."""
    at: field_types.Times | None = None
    """One time of day or a list of them, such as "09:00"."""
    days: field_types.Weekdays | None = None
    """The weekdays for `at`, such as [mon, wed]; left out, every day."""
    cron: field_types.CronLine | None = None
    """A crontab line: minute, hour, day of the month, month, weekday."""
    every: field_types.Period | None = None
    """A length of time from one post to the next, such as 6h."""
    start: field_types.Moment | None = Field(default=None, alias="from")
    """The moment from which `every` counts; left out, the start of 1970 in UTC."""
    timezone: field_types.Zone | None = None
    """The schedule's time zone; left out, the bot's."""
    late: field_types.Period = timedelta(hours=1)
    """How late a post may be; later than this it is missed, not posted."""
    tags: field_types.Tags = []
    """Only tips with one of these tags; left out, all tips."""
    platforms: field_types.Accounts | None = None
    """Only these accounts; left out, all accounts."""


class AlertsSection(Section):
    """That you are alerted when a person is needed; your channel's address is a secret."""

    digest: field_types.DigestRule | None = None
    """How often a digest comes: daily or weekly; left out, none comes."""
    at: field_types.TimeOfDay = time(8)
    """The digest's time of day, in the bot's time zone."""
    day: field_types.Weekday | None = None
    """The weekday of a weekly digest; left out, Monday."""


class TipSection(Section):
    """One thing worth knowing."""

    id: field_types.Id
    """The tip's permanent name, and the end of its page's address; never change it."""
    title: field_types.Title
    """The tip in a few words."""
    text: field_types.Text
    """The whole tip, in a few sentences."""
    link: field_types.Link | None = None
    """The link in the posts; left out, the tip's own page on the site."""
    tags: field_types.Tags = []
    """The subjects of the tip; hashtags are made from these where there is room."""
    credit: field_types.Title | None = None
    """Whose idea it is; the post notifies nobody of it."""
    summary: field_types.Summary | None = None
    """The post's own words, used as they are if they fit; left out, the bot writes them."""
    language: field_types.Language | None = None
    """The language's code, such as en or pt-BR."""
    weight: field_types.Weight = 1
    """How much more often than others the tip comes, 1 to 100."""
    not_before: field_types.Moment | None = None
    """The date, or date and time, before which it is not posted."""
    expires: field_types.Moment | None = None
    """The last day, or the moment, up to which it is posted."""
    platforms: field_types.Accounts | None = None
    """Only these accounts; left out, all accounts."""
    image: field_types.Image | None = None
    """The tip's picture: a file below this one's folder, or `card`, which the bot draws."""
    alt: field_types.Alt | None = None
    """What is to be seen on the picture, for those who cannot see it."""


class TipsFile(Section):
    """A bot's tips.yaml: who it is, where it posts, when, and what."""

    bot: BotSection
    """Who the bot is."""
    platforms: dict[str, Any] = {}
    """The accounts, by name; left out, the bot's own site."""
    schedule: list[ScheduleSection] = []
    """When to post; left out, only `tipsbot post` posts."""
    alerts: AlertsSection | None = None
    """Alerts to your own channel when a person is needed; left out, none are sent."""
    tips: list[TipSection]
    """The tips, in the order in which they are first posted."""
