"""The state of the alerts as a note, as JSON. Names and values are stored: they never change."""

import json
from datetime import datetime
from typing import Any

from bot.app.notes import Note
from bot.core.alerts.state import AlertState, DigestMark
from bot.core.alerts.trouble import KnownTrouble, Proof, Trouble, TroubleKind


def _to_text(state: AlertState) -> str:
    digest = state.digest
    return json.dumps(
        {
            "known": [_known_record(one) for one in state.known],
            "failures": state.failures,
            "not_before": _iso(state.not_before),
            "problem": state.problem,
            "digest": digest and _mark_record(digest),
        }
    )


def _mark_record(mark: DigestMark) -> dict[str, Any]:
    return {"due": mark.due.isoformat(), "since": mark.since.isoformat(), "entry": mark.entry}


def _known_record(one: KnownTrouble) -> dict[str, Any]:
    trouble = one.trouble
    return {
        "kind": trouble.kind.value,
        "name": trouble.name,
        "what": trouble.what,
        "todo": trouble.todo,
        "account": trouble.account,
        "proof": trouble.proof and trouble.proof.value,
        "since": one.since.isoformat(),
        "gone_at": _iso(one.gone_at),
        "told_at": _iso(one.told_at),
        "times": one.times,
        "is_open": one.is_open,
    }


def _from_text(text: str) -> AlertState:
    found = json.loads(text)
    digest = found["digest"]
    return AlertState(
        known=tuple(map(_known, found["known"])),
        failures=found["failures"],
        not_before=_moment(found["not_before"]),
        problem=found["problem"],
        digest=digest and _mark(digest),
    )


def _mark(found: dict[str, Any]) -> DigestMark:
    return DigestMark(
        due=datetime.fromisoformat(found["due"]),
        since=datetime.fromisoformat(found["since"]),
        entry=found["entry"],
    )


def _known(found: dict[str, Any]) -> KnownTrouble:
    return KnownTrouble(
        trouble=Trouble(
            kind=TroubleKind(found["kind"]),
            name=found["name"],
            what=found["what"],
            todo=found["todo"],
            account=found["account"],
            proof=found["proof"] and Proof(found["proof"]),
        ),
        since=datetime.fromisoformat(found["since"]),
        gone_at=_moment(found["gone_at"]),
        told_at=_moment(found["told_at"]),
        times=found["times"],
        is_open=found["is_open"],
    )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


ALERTS = Note("alerts", _from_text, _to_text)
"""What was told, and whether messages arrive."""
