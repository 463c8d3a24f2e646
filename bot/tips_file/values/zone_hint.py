"""The time zone that was meant by an unknown name: an offset, an abbreviation, a country, a typo.

A zone has the name of a city, since the rules of summer time belong to a place. The proposals are
computed from the time zone database.
"""

import re
import unicodedata
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

# fmt: off
_CITIES = (
    "Europe/London", "Europe/Berlin", "Europe/Athens", "Europe/Moscow", "Europe/Lisbon",
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu", "America/Halifax", "America/St_Johns",
    "America/Sao_Paulo", "America/Noronha", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata",
    "Asia/Kathmandu", "Asia/Dhaka", "Asia/Yangon", "Asia/Bangkok", "Asia/Shanghai", "Asia/Tokyo",
    "Australia/Sydney", "Australia/Adelaide", "Australia/Perth", "Pacific/Noumea",
    "Pacific/Auckland", "Pacific/Apia", "Pacific/Kiritimati", "Asia/Tehran", "Asia/Kabul",
    "Pacific/Chatham", "Australia/Eucla", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi",
    "Asia/Jerusalem", "Asia/Hong_Kong", "Asia/Seoul", "Asia/Manila", "Asia/Jakarta",
    "Atlantic/Azores", "Pacific/Pago_Pago", "Pacific/Marquesas",
)
# fmt: on
"""Cities that stand for their zones, the best known first."""

_OTHER_NAMES = {
    "america": "America/New_York",
    "eastern": "America/New_York",
    "et": "America/New_York",
    "us": "America/New_York",
    "usa": "America/New_York",
    "central": "America/Chicago",
    "ct": "America/Chicago",
    "mountain": "America/Denver",
    "mt": "America/Denver",
    "pacific": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "san francisco": "America/Los_Angeles",
    "britain": "Europe/London",
    "england": "Europe/London",
    "great britain": "Europe/London",
    "scotland": "Europe/London",
    "uk": "Europe/London",
    "united kingdom": "Europe/London",
    "wales": "Europe/London",
    "deutschland": "Europe/Berlin",
    "mesz": "Europe/Berlin",
    "mez": "Europe/Berlin",
    "holland": "Europe/Amsterdam",
    "turkey": "Europe/Istanbul",
    "korea": "Asia/Seoul",
    "bombay": "Asia/Kolkata",
    "delhi": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata",
    "peking": "Asia/Shanghai",
    "beijing": "Asia/Shanghai",
}
"""Common names of zones that are in no table of the database."""

_OFFSET = re.compile(
    r"(?P<posix>etc/)?(?:utc|gmt|z)?(?P<sign>[+-])(?P<hours>[0-9]{1,2})(?:[:.]?(?P<minutes>[0-5][0-9]))?",
    re.IGNORECASE,
)
_FIXED = re.compile(r"EST|MST|HST|Etc/GMT[+-][1-9][0-9]?")
_BESIDE = re.compile(r"\b(?:standard|daylight|summer|time|zone)\b")
_WINTER, _SUMMER = datetime(2026, 1, 1, 12), datetime(2026, 7, 1, 12)  # noqa: DTZ001 - wall clocks


def zone_hint(name: str) -> str:
    """The advice for a name that is not a time zone."""
    said = unicodedata.normalize("NFKC", name[:64]).replace("\u2212", "-").strip()
    if said.casefold() in {"utc", "gmt", "z", "zulu"}:
        return "did you mean 'UTC'?"
    if offset := _OFFSET.fullmatch(said.replace(" ", "")):
        return _named(_at(_length(offset)))
    found = _abbreviated().get(said.upper()) or _place(said)
    return f"did you mean '{found}'?" if found else _named(None)


def fixed_offset_advice(name: str) -> tuple[str, str] | None:
    """The problem with a zone without summer time, and the advice; None for any other.

    `EST` is five hours behind UTC in summer, too, and `Etc/GMT-1` one hour ahead of it.
    """
    if not _FIXED.fullmatch(name):
        return None
    offset = ZoneInfo(name).utcoffset(_WINTER) or timedelta()
    hours = int(abs(offset).total_seconds()) // 3600
    side = "behind" if offset < timedelta() else "ahead of"
    noun = "hour" if hours == 1 else "hours"
    return f"'{name}' is {hours} {noun} {side} UTC, in summer, too", _named(_at(offset))


def _named(city: str | None) -> str:
    return f"name a city in your zone, such as {city or 'Europe/London'}"


def _length(offset: re.Match[str]) -> timedelta:
    """How far the clocks are ahead of UTC; in names such as Etc/GMT-1 the sign is reversed."""
    length = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
    return -length if (offset["sign"] == "-") != bool(offset["posix"]) else length


def _at(offset: timedelta) -> str | None:
    """The best known city whose clocks have this offset in winter."""
    return next((city for city in _CITIES if _standard(ZoneInfo(city)) == offset), None)


def _standard(zone: ZoneInfo) -> timedelta:
    return min(zone.utcoffset(when) or timedelta() for when in (_WINTER, _SUMMER))


@cache
def _abbreviated() -> dict[str, str]:
    """Abbreviations such as CEST, with the best known city that uses each."""
    found: dict[str, str] = {}
    for city in _CITIES:
        for when in (_WINTER, _SUMMER):
            found.setdefault(ZoneInfo(city).tzname(when) or "", city)
    return {short: city for short, city in found.items() if short.isalpha()}


def _place(said: str) -> str | None:
    """The zone of a city or a country, also of one with a typo."""
    cities, countries = _tables()
    whole = _folded(said)
    for wanted in (whole, whole.rpartition("/")[2], whole.partition(",")[0]):
        plain = _BESIDE.sub("", wanted).strip()
        if found := _OTHER_NAMES.get(plain) or cities.get(plain) or countries.get(plain):
            return found
    known = {_folded(zone): zone for zone in cities.values()} | cities
    near = get_close_matches(whole, known, n=1, cutoff=0.8)
    return known[near[0]] if near else None


@cache
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """The zones by the names of their cities, and by the names and codes of countries."""
    folder = files("tzdata.zoneinfo")
    rows = _rows(folder.joinpath("zone.tab").read_text("utf-8"))
    cities = {_folded(zone.rpartition("/")[2]): zone for _, _, zone, *_ in rows}
    first: dict[str, str] = {}
    for country, _, zone, *_ in rows:
        first.setdefault(country, zone)
    countries = {code.casefold(): zone for code, zone in first.items()}
    for code, name in _rows(folder.joinpath("iso3166.tab").read_text("utf-8")):
        if code in first:
            countries[_folded(name)] = first[code]
    return cities, countries


def _rows(table: str) -> list[list[str]]:
    return [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]


def _folded(name: str) -> str:
    """The name without case, accents and underscores."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return " ".join(plain.replace("_", " ").casefold().split())
