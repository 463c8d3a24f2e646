"""Small faults in the code that decides whether a post happens once."""

from __future__ import annotations

from tests.mutants import Mutant


def m(file: str, old: str, new: str, breaks: str) -> Mutant:
    """A planted fault."""
    return Mutant(file=file, old=old, new=new, breaks=breaks)


LEDGER, DELIVER, OUTCOME = (
    "bot/store/posting/ledger.py",
    "bot/app/posting/deliver.py",
    "bot/core/posting/transitions.py",
)
ABSENCE, HOLDS, SLOTS = (
    "bot/core/posting/transitions.py",
    "bot/app/posting/holds.py",
    "bot/store/posting/slots.py",
)
PLAN, FORMER = "bot/app/posting/plan.py", "bot/app/posting/reconcile.py"

MUTANTS = (
    m(
        LEDGER,
        "            & (deliveries.c.attempt == old.attempt)\n",
        "",
        "claims are not told apart",
    ),
    m(
        LEDGER,
        "            & (deliveries.c.state == old.state)\n",
        "",
        "any state may be left",
    ),
    m(
        LEDGER,
        "_row(new))) != 1:\n            return False\n",
        "_row(new))) != 1:\n            pass\n",
        "losing a race is not noticed",
    ),
    m(
        LEDGER,
        "| (deliveries.c.sent_at > now + SKEW),",
        ",",
        "a wrong clock's sendings wait for it",
    ),
    m(
        LEDGER,
        "(ready > now + FAR)",
        "(ready > now + 900 * FAR)",
        "a wrong clock's waits are waited for",
    ),
    m(
        LEDGER,
        "deliveries.c.id != delivery.id",
        "deliveries.c.id == delivery.id",
        "another's post is taken for ours",
    ),
    m(
        LEDGER,
        "select(func.max(events.c.at))",
        "select(func.min(events.c.at))",
        "the gap is kept to the first sending",
    ),
    m(LEDGER, ".where(deliveries.c.id != apart_from)", "", "a repeat waits for itself"),
    m(
        LEDGER,
        '"state": State.POSTED, ',
        "",
        "a page is there before it is",
    ),
    m(
        LEDGER,
        '        "is_reply"',
        '        "sent_at": None,\n        "is_reply"',
        "nobody knows when it was sent",
    ),
    m(
        LEDGER,
        '        "is_reply"',
        '        "resends": 0,\n        "is_reply"',
        "repeats are not counted",
    ),
    m(
        LEDGER,
        '        "is_reply"',
        '        "lease_until": None,\n        "is_reply"',
        "a dead owner keeps its claim",
    ),
    m(
        DELIVER,
        "sent_at=delivery.sent_at or (now if sends_at_once else None),",
        "sent_at=now,",
        "a repeat forgets the first sending",
    ),
    m(
        "bot/app/posting/send.py",
        "        return OutcomeUnknown(f",
        "        return Unauthorised(f",
        "an odd error proves that nothing was sent",
    ),
    m(
        DELIVER,
        "                _record_late(tx, claimed, settled, now)",
        "                pass",
        "a late answer is forgotten",
    ),
    m(
        DELIVER,
        "elif unsure := self._held_too_long",
        "elif False and self._held_too_long",
        "a repeat may be held back for ever",
    ),
    m(DELIVER, "return NOT_LOOKED", "pass", "nobody looks after a restore"),
    m(
        DELIVER,
        "is_over = claimed.lease_until is None or self.clock.now() >= claimed.lease_until",
        "is_over = claimed.lease_until is None",
        "the lease is not looked at again",
    ),
    m(
        DELIVER,
        "settled = after_crash(claim, now)",
        "settled = claim",
        "what a dead owner left is never ended",
    ),
    m(
        DELIVER,
        "late = [one for one in planned if one.deadline < now]",
        "late = [one for one in planned if one is None]",
        "the lateness rule is not kept",
    ),
    m(
        OUTCOME,
        "case Refused() if claimed.resends:",
        "case Refused() if not claimed:",
        "a refused repeat denies the first",
    ),
    m(
        OUTCOME,
        "        case _:\n            return _unsure(claimed, str(result), now)",
        "        case _:\n            return _again(claimed, result, now)",
        "the unknown is sent again at once",
    ),
    m(
        OUTCOME,
        '    return _unsure(stale, "the bot',
        '    return replace(_unsent(stale), state=State.PLANNED)\n    return _unsure(stale, "the bot',
        "a crash proves that nothing was sent",
    ),
    m(
        OUTCOME,
        '    if delivery.sent_at is not None:\n        return _unsure(delivery, f"{why} to',
        '    if delivery is None:\n        return _unsure(delivery, f"{why} to',
        "what may stand is called missed",
    ),
    m(
        OUTCOME,
        "claimed.sent_at if claimed.resends else None",
        "None",
        "a repeat that was not sent denies the first",
    ),
    m(
        OUTCOME,
        "case RetryLater():\n            return _again",
        "case Receipt():\n            return _again",
        "asking for patience makes it unsure",
    ),
    m(ABSENCE, "delivery.looks < rules.traits.looks", "delivery.looks < 1", "one look is believed"),
    m(ABSENCE, "again = now + rules.traits.look_gap", "again = now", "two looks come at once"),
    m(
        ABSENCE,
        "KEY_MARGIN = timedelta(minutes=5)",
        "KEY_MARGIN = timedelta(minutes=-30)",
        "a forgotten key is relied upon",
    ),
    m(
        ABSENCE,
        "self.now > delivery.deadline or delivery",
        "delivery",
        "a repeat may come too late",
    ),
    m(ABSENCE, "MOST_RESENDS = 3", "MOST_RESENDS = 300", "it is repeated without end"),
    m(
        ABSENCE,
        "is_known) or self.when_unsure is WhenUnsure.RESEND",
        "is_known) or self.when_unsure is not None",
        "absence is believed where nothing proves it",
    ),
    m(
        ABSENCE,
        "return replace(delivery, sent_at=now - LONG_AGO)",
        "return delivery",
        "a sending by a wrong clock is looked for too late",
    ),
    m(
        ABSENCE,
        "if delivery.duplicate and not delivery.resends:",
        "if delivery.duplicate:",
        "a duplicate of a repeat is called an older post",
    ),
    m(
        HOLDS,
        "tx.ledger.recent(1, {State.SENDING}, account.name)",
        "False",
        "two posts are sent at once",
    ),
    m(HOLDS, "last + account.gap <= now", "last <= now", "no gap is kept"),
    m(
        HOLDS,
        "spent + price <= account.monthly_budget",
        "spent <= account.monthly_budget",
        "the budget is exceeded by one",
    ),
    m(
        HOLDS,
        "delivery.needs_page and not",
        "delivery.needs_page and False and not",
        "links lead to no page",
    ),
    m(
        HOLDS,
        "    if pause is not None:\n        return pause.reason",
        "    if pause is None and tx is None:\n        return",
        "a held account posts",
    ),
    m(
        "bot/app/posting/transitions.py",
        "    if new.state is not old.state:\n        event",
        "    if new.state is State.POSTED:\n        event",
        "most outcomes leave no line in the log",
    ),
    m(
        "bot/app/posting/transitions.py",
        "    if not tx.ledger.move(old, new, now):\n        return False\n",
        "    tx.ledger.move(old, new, now)\n",
        "everybody is the quickest",
    ),
    m(
        FORMER,
        "return from_before_restore(delivery, self.clock.now())",
        "return None",
        "an unknown post does not matter",
    ),
    m(
        FORMER,
        "            if is_unsettled:\n",
        "            if publisher is None:\n",
        "what is being looked for is a stranger's",
    ),
    m(
        "bot/platforms/x/http/errors.py",
        "    if writes:\n        return OutcomeUnknown",
        "    if not writes:\n        return OutcomeUnknown",
        "X: a lost answer proves that nothing was sent",
    ),
    m(
        "bot/platforms/x/http/error_rules.py",
        "        error=Duplicate,",
        "        error=Refused,",
        "X: a duplicate is a refusal",
    ),
    m(
        "bot/platforms/x/http/errors.py",
        "if error.status != 429 and not is_own(error.document, error.status):\n        return None",
        "if error.status == 599:\n        return None",
        "X: any answer of a proxy is X's own",
    ),
    m(
        "bot/platforms/x/http/errors.py",
        "for counted, wait in found.items() if wait > NONE}",
        "for counted, wait in found.items()}",
        "X: a limit's end in the past counts",
    ),
    m(
        "bot/platforms/x/adapter.py",
        "            if self._has_good_keys():\n                what",
        "            if self is None:\n                what",
        "X: a request that came twice is called not sent",
    ),
    m(
        "bot/platforms/x/adapter.py",
        "one.first_id not in taken",
        "one.first_id",
        "X: another delivery's post is taken for ours",
    ),
    m(
        "bot/platforms/mastodon/http/errors.py",
        "    if writes:\n        return OutcomeUnknown",
        "    if not writes:\n        return OutcomeUnknown",
        "Mastodon: a lost answer proves that nothing was sent",
    ),
    m(
        "bot/platforms/mastodon/http/errors.py",
        "if session.progress is RequestProgress.SENT or",
        "if session.progress is RequestProgress.SENT and",
        "Mastodon: a broken line has a status",
    ),
    m(
        "bot/platforms/mastodon/http/http_session.py",
        "            self.progress = RequestProgress.SENT\n",
        "",
        "Mastodon: nothing ever leaves",
    ),
    m(
        "bot/platforms/mastodon/find_own.py",
        "return Found(receipt=match)\n    return CannotTell",
        "return Found(receipt=match)\n    return Absent() if doubt else CannotTell",
        "Mastodon: doubt proves absence",
    ),
    m(
        "bot/platforms/bluesky/adapter.py",
        "        key = record_key(post.key)\n",
        '        key = record_key(f"{post.key} {self._api.clock.now()}")\n',
        "Bluesky: each attempt has a record key of its own",
    ),
    m(
        "bot/platforms/bluesky/posting/record_key.py",
        "sha256(name.encode())",
        "sha256(name[:1].encode())",
        "Bluesky: posts share a record key",
    ),
    m(
        ABSENCE,
        "        return replace(again, resends=delivery.resends + 1)\n",
        "        return replace(again, sent_at=None)\n",
        "Bluesky: a request that is under way is forgotten",
    ),
    m(
        "bot/platforms/bluesky/http/errors.py",
        "return OutcomeUnknown(what, _LOOKED_FOR) if writes else RetryLater(what, _AGAIN)",
        "return RetryLater(what, _AGAIN)",
        "Bluesky: a lost answer proves that nothing was sent",
    ),
    m(
        "bot/platforms/threads/posting/publisher.py",
        "            self._require_finished(call, container)\n",
        "",
        "Threads: published without asking for the container's status",
    ),
    m(
        "bot/platforms/threads/posting/publisher.py",
        "if known is not None and not self._is_useless(call, post, known):",
        "if known is not None and post.text == '':",
        "Threads: each attempt has a container of its own",
    ),
    m(
        "bot/platforms/threads/posting/container.py",
        "    return next((one for one in Status if one.value == told), Status.UNKNOWN)\n",
        "    return Status.FINISHED if told else Status.UNKNOWN\n",
        "Threads: every container is ready to be published",
    ),
    m(
        "bot/platforms/threads/http/errors.py",
        "    if purpose is Purpose.PUBLISH:\n        return OutcomeUnknown",
        "    if purpose is Purpose.CHANGE:\n        return OutcomeUnknown",
        "Threads: a lost answer proves that nothing was sent",
    ),
    m(
        DELIVER,
        "            elif not self._store(claimed, claimed := _ready(claimed, prepared, self.clock.now())):\n",
        "            elif not (claimed := _ready(claimed, prepared, self.clock.now())):\n",
        "what is prepared is not stored",
    ),
    m(
        DELIVER,
        "result = error or publish(publisher, claimed)",
        "result = publish(publisher, claimed)",
        "a post goes without the picture that was not uploaded",
    ),
    m(
        "bot/platforms/threads/http/tokens.py",
        "is_due = ends_at is None or now >= ends_at - EARLY",
        "is_due = ends_at is None",
        "Threads: a token is refreshed once, and ends",
    ),
    m(SLOTS, "max(until, before or until)", "until", "a cursor moves back"),
    m(
        SLOTS,
        "                slots.c.outcome.in_([Outcome.MISSED, Outcome.EMPTY]),\n",
        "",
        "a slot that was planned is open again",
    ),
    m(
        SLOTS,
        "query.where(schedules.c.rule == schedule.rule)",
        "query",
        "an edited schedule makes up for the past",
    ),
    m(
        PLAN,
        "slot.due + schedule.late, config",
        "now + schedule.late, config",
        "a late slot may be later still",
    ),
    m(
        PLAN,
        "if since > now + A_MINUTE:",
        "if since is None:",
        "a schedule waits for a wrong clock's time",
    ),
    m(
        PLAN,
        "                tx.slots.advance(schedule, now)\n            return planned",
        "            return planned",
        "a cursor stays behind",
    ),
    m(
        PLAN,
        "if tx.slots.get(slot.schedule, slot.key) is None]",
        "if slot]",
        "slots with an outcome come due again",
    ),
)
"""Each is small, likely, and in the code that decides whether a post happens once."""
