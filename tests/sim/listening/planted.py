"""Small faults in the code that decides whether every message is read once, and erased when gone."""

from __future__ import annotations

from tests.sim.planted import m

LISTEN, THREADS, RECHECK = (
    "bot/app/discussion/listen.py",
    "bot/app/discussion/read_threads.py",
    "bot/app/discussion/recheck.py",
)
TAKING, LOGBOOK, THANKS = (
    "bot/app/discussion/ingest.py",
    "bot/app/discussion/event_log.py",
    "bot/app/discussion/acknowledge.py",
)
EDITS, LOG = "bot/store/discussion/merge_edit.py", "bot/store/discussion/entry_store.py"

MUTANTS = (
    m(
        LISTEN,
        "batch = listener.poll(known.cursor, began)",
        "batch = listener.poll(None, began)",
        "it is heard from the beginning each time",
    ),
    m(LISTEN, "            tx.accounts.heard(name, batch, now)\n", "", "no cursor is kept"),
    m(
        LISTEN,
        "                if not batch.more:\n",
        "                if batch.more:\n",
        "the walk ends at its first page",
    ),
    m(
        THREADS,
        "            tx.threads.put_off(account.name, now, until + SOON, failed.remote_id)\n",
        "",
        "a thread that cannot be shown comes first each time",
    ),
    m(
        RECHECK,
        "waiting := found.failed if seen else",
        "waiting := frozenset() if seen else",
        "a status that cannot be shown comes first each time",
    ),
    m(
        RECHECK,
        "entry.remote_id in there.keys() | found.gone]",
        "entry.remote_id in there]",
        "what is gone is not taken for gone",
    ),
    m(
        TAKING,
        "        if PersonRule.NO_LOG in rules:\n",
        "        if PersonRule.BLOCKED in rules:\n",
        "who was forgotten is kept again",
    ),
    m(
        TAKING,
        "        if pseudonyms and self._wants_nothing_kept(entry):\n",
        "        if not pseudonyms:\n",
        "nobody is forgotten",
    ),
    m(
        LOGBOOK,
        "            self.book.blank(gone)\n",
        "            pass\n",
        "the book keeps erased words",
    ),
    m(
        THANKS,
        "any(has_had_one(one, recent, now) for one in pseudonyms)",
        "not masks",
        "many favours a day",
    ),
    m(
        EDITS,
        "    if same or _is_older(heard, known):\n",
        "    if same:\n",
        "an older version takes the place of a newer one",
    ),
    m(
        EDITS,
        "    if known.deleted_at is not None or not known.visibility.may_be_kept:\n        return known\n",
        "",
        "what was deleted comes back",
    ),
    m(
        LOG,
        "                known.add(name)\n",
        "",
        "what comes twice in a batch is taken in twice",
    ),
    m(
        LOG,
        "            self.adopt(fresh.account, fresh.remote_id, fresh.tip, now)\n",
        "            pass\n",
        "what hangs on an answer finds no tip",
    ),
    m(
        "bot/platforms/mastodon/listening/notifications.py",
        "self.ends().newer or mark.after",
        "mark.after",
        "deaf behind a page of which nothing is shown",
    ),
    m(
        "bot/platforms/mastodon/listening/listener.py",
        '            call.session.params = {"include_filtered": "true"}\n',
        "            pass\n",
        "filtered notifications are not asked for",
    ),
    m(
        "bot/platforms/mastodon/listening/entries.py",
        '    "private": Visibility.FOLLOWERS,\n',
        '    "private": Visibility.PUBLIC,\n',
        "what is for followers is kept",
    ),
    m(
        "bot/platforms/mastodon/recheck.py",
        "            gone.add(remote_id)\n",
        "            pass\n",
        "a deletion is not noticed",
    ),
    m(
        "bot/outbound/json_values.py",
        '_HALF.sub("\\ufffd", value)',
        "str(value)",
        "half of a character makes deaf",
    ),
    m(
        "bot/platforms/x/listening/mentions_cursor.py",
        "settled = min(walk.ceiling, first_id(now - LAG))",
        "settled = walk.ceiling",
        "what X shows late is lost",
    ),
    m(
        "bot/platforms/x/listening/mentions_cursor.py",
        "lost = cut_off or walk.behind + walk.seen >= REACH",
        "lost = cut_off",
        "the silent end of X's list is not noticed",
    ),
    m(
        "bot/platforms/x/listening/conversation_cursor.py",
        "    return replace(walk, floor=floor), gap\n",
        "    return replace(walk, floor=floor), None\n",
        "what X's search has lost is not told",
    ),
    m(
        "bot/platforms/x/listening/listener.py",
        "            gone |= looked.gone\n",
        "",
        "a deletion on X is not noticed",
    ),
    m(
        "bot/platforms/x/http/api.py",
        "            if page.posts or not page.token:\n",
        "            if True:\n",
        "an empty page of X is taken for the end",
    ),
    m(
        "bot/platforms/bluesky/listening/notifications.py",
        "OVERLAP = timedelta(hours=48)",
        "OVERLAP = timedelta(0)",
        "Bluesky: what sorts below what is known is lost",
    ),
    m(
        "bot/platforms/bluesky/listening/listener.py",
        "gone = frozenset(asked) - views.keys()",
        "gone = frozenset[str]()",
        "Bluesky: what is deleted or blocked stays",
    ),
    m(
        "bot/platforms/threads/listening/listener.py",
        "unseen_below(call, hidden) if hidden else ({}, frozenset())",
        "({}, frozenset[str]())",
        "Threads: what is deleted stays",
    ),
    m(
        "bot/platforms/threads/listening/entries.py",
        "if not is_own and (not name or _hide_status(media) not in _SHOWN):",
        "if not is_own and not name:",
        "Threads: what is hidden is kept",
    ),
    m(
        "bot/platforms/threads/listening/conversations.py",
        "        page = found.after\n",
        "        page = None\n",
        "Threads: a conversation ends with its first page",
    ),
    m(
        "bot/platforms/threads/listening/mentions.py",
        "        mentions += found.media\n",
        "        mentions = [*found.media]\n",
        "Threads: of the mentions only the last page is kept",
    ),
)
"""Each is small, likely, and in the code that decides whether the log is right."""
