"""The `alerts` section: that the operator is alerted, and when a digest comes."""

from bot.core.alerts.channel import ADDRESS_VARIABLE, HOLDER
from bot.core.model.alerts import Alerts, Digest
from bot.core.model.capabilities import variable
from bot.tips_file.problems import Problems
from bot.tips_file.sections.models import AlertsSection
from bot.tips_file.yaml.yaml_reader import Block

_SECTION = "alerts"
_ADDRESSES = ("url", "address", "to", "token", "apprise")
"""Names under which an address may be written here, which does not belong in the file."""


def read_alerts(problems: Problems, root: Block) -> Alerts | None:
    """The settings; None where the file has no such section, or its problems are noted.

    An empty section turns alerts on.
    """
    if _SECTION not in root:
        return None
    _check_accounts(problems, root)
    given = root[_SECTION]
    block = Block() if given is None else given
    if isinstance(block, Block):
        block = _without_address(problems, block)
    section = problems.section((_SECTION,), block, AlertsSection)
    if section is None:
        return None
    _check_digest(problems, section)
    plain = Alerts()
    return Alerts(
        digest=section.digest,
        at=section.at,
        day=plain.day if section.day is None else section.day,
    )


def _without_address(problems: Problems, block: Block) -> Block:
    """The settings without an address, which is refused and not repeated."""
    kept = Block()
    for name, value in block.items():
        if name in _ADDRESSES:
            todo = f"remove it and set {ADDRESS_VARIABLE} in the environment"
            what = "the address is a secret, which does not belong in this file"
            problems.wrong_name((_SECTION, name), what, todo)
        else:
            kept.put(name, value, block.name_places[name], block.places[name])
    return kept


def _check_digest(problems: Problems, section: AlertsSection) -> None:
    """The time goes with a digest, the day with a weekly one."""
    given = section.model_fields_set
    if "at" in given and section.digest is None:
        todo = "add `digest: daily`, or remove it"
        problems.wrong_name((_SECTION, "at"), "it goes with a digest only", todo)
    if section.day is not None and section.digest is not Digest.WEEKLY:
        todo = "write `digest: weekly`, or remove it"
        problems.wrong_name((_SECTION, "day"), "it goes with 'digest: weekly' only", todo)


def _check_accounts(problems: Problems, root: Block) -> None:
    """No account reads the secret of the alerts."""
    platforms = root.get("platforms")
    for name in platforms if isinstance(platforms, Block) else ():
        if variable(name, "") == variable(HOLDER, ""):
            what = f"its secrets would be those of the section `{_SECTION}:` ({ADDRESS_VARIABLE})"
            problems.wrong_name(("platforms", name), what, "give the account another name")
