"""Advice on a valid file: no mistakes, but results that the operator may not expect."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.app.posting.draft import Draft, Drafter
from bot.app.tips.validate import TipProblem
from bot.core.model.config import Config, Tip
from bot.core.ports.unit_of_work import Store
from bot.core.summary.candidates import BY_HAND
from bot.core.text.counting.links import bare_names, written
from bot.core.text.hashtags import hashtag, is_written_in_words

MOST = 300
"""So many summaries are made to be looked at, as each takes a moment: about a millisecond."""


def advice(
    config: Config, drafter: Drafter, store: Store, *, every: bool = False
) -> Iterator[TipProblem]:
    """What to look at, in the order of the file: as a new bot would post, and as this one will.

    Of very many tips for which a summary has to be made only the first are looked at, unless
    `every` one is to be.
    """
    with store.reading() as tx:
        said = tx.ledger.posted_texts()
    again = replace(drafter, posted=lambda tip: said.get(tip, {}))
    yield from _hashtags(config)
    left = len(config.library) if every else MOST
    passed = 0
    for tip in config.library:
        left -= tip.summary is None
        if tip.summary is None and left < 0:
            passed += 1
            continue
        made = _drafts(tip, config, drafter.anew)
        yield from _unused(tip, made, config)
        yield from _doubtful(made)
        yield from _bare(made)
        yield from _exhausted(tip, config, again)
    if passed:
        yield TipProblem(
            tip=None,
            what=f"{passed:,} more tips without a summary of their own were not examined",
            todo="`tipsbot check --all` examines every one",
        )


def _drafts(tip: Tip, config: Config, drafter: Drafter) -> list[Draft]:
    made = [drafter.draft(tip, one, config) for one in config.accounts if tip.goes_to(one.name)]
    return [one for one in made if isinstance(one, Draft)]


def _hashtags(config: Config) -> Iterator[TipProblem]:
    """Tags that make no hashtag, or one in other words: each once, with the first tip of it."""
    if not any(account.hashtags for account in config.accounts):
        return
    first = {tag: tip.id for tip in reversed(list(config.library)) for tag in reversed(tip.tags)}
    for tag, tip in reversed(first.items()):
        made = hashtag(tag)
        if made is None:
            what = (
                f"the tag '{tag}' of '{tip}' makes no hashtag: networks would link something else"
            )
            yield TipProblem(tip=tip, what=what, todo="leave it, or write it as a word")
        elif is_written_in_words(tag):
            what = f"the tag '{tag}' of '{tip}' is posted as {made}"
            yield TipProblem(tip=tip, what=what, todo="leave it, or write it as another word")


def _unused(tip: Tip, made: Sequence[Draft], config: Config) -> Iterator[TipProblem]:
    """A summary written by hand that does not fit everywhere."""
    unused = [one.account.name for one in made if one.fitted.summary.how != BY_HAND]
    if tip.summary is not None and unused:
        room = min(account.limit for account in config.accounts)
        yield TipProblem(
            tip=tip.id,
            what=f"the summary of '{tip.id}' is not used on {', '.join(unused)}",
            todo=f"shorten it: with its link it has to keep within {room}",
        )


def _doubtful(made: Sequence[Draft]) -> Iterator[TipProblem]:
    """Summaries that may not read well: each once, with the accounts that would post it."""
    doubtful = {one.fitted.summary: one.tip for one in made if one.fitted.summary.doubts}
    for summary, tip in doubtful.items():
        names = [one.account.name for one in made if one.fitted.summary == summary]
        yield TipProblem(
            tip=tip.id,
            what=f"the summary of '{tip.id}' on {', '.join(names)} is doubtful: "
            f'{"; ".join(summary.doubts)}: "{summary.text}"',
            todo="write a `summary` for it, or see what `tipsbot summarise` proposes",
        )


def _bare(made: Sequence[Draft]) -> Iterator[TipProblem]:
    """Names such as readme.md, which a network would make paid links of."""
    for one in made:
        if not one.layout.traits.text.links_bare_names:
            continue
        for name in dict.fromkeys(link.text for link in bare_names(one.fitted.summary.text)):
            yield TipProblem(
                tip=one.tip.id,
                what=f"{one.account.name} would make a link of '{name}' in '{one.tip.id}'",
                todo=f"leave it if '{written(name)}' will do, which is posted there and is no link",
            )


def _exhausted(tip: Tip, config: Config, drafter: Drafter) -> Iterator[TipProblem]:
    """Accounts that have used every good text of the tip."""
    said = drafter.posted(tip.id)
    before = [account for account in config.accounts if account.name in said]
    made = [drafter.draft(tip, account, config) for account in before]
    names = [one.account.name for one in made if isinstance(one, Draft) and one.fitted.exhausted]
    if names:
        yield TipProblem(
            tip=tip.id,
            what=f"every good wording of '{tip.id}' was posted on {', '.join(names)}: "
            "the oldest comes again",
            todo="write another `summary` for it, or give it more tags",
        )
