"""Handing out: neither one bot nor one server keeps the others waiting."""

from bot.core.fleet.handing_out import InFlight, Work, choose


def work(bot, account="town", host=None, job="deliver"):
    """A post that is due."""
    return Work(bot=bot, job=job, account=account, host=host)


def names(chosen):
    """Bot and account of each."""
    return [(one.bot, one.account) for one in chosen]


def test_in_order_and_no_more_than_wanted():
    """What came due first goes first, and no more than the workers want."""
    due = [work(f"bot-{number}") for number in range(5)]
    assert choose(due, InFlight(slots=8), 3) == due[:3]


def test_one_job_for_several_posts_of_an_account():
    """An account with several posts is one job, which sends all of them."""
    assert choose([work("a"), work("a"), work("b")], InFlight(slots=8), 8) == [work("a"), work("b")]


def test_two_of_a_bot_in_flight():
    """A bot has two jobs in flight, those of other workers included."""
    due = [work("a", f"account-{number}") for number in range(4)]
    assert len(choose(due, InFlight(slots=40), 9)) == 2
    assert names(choose(due, InFlight(slots=40, bots={"a": 1}), 9)) == [("a", "account-0")]
    assert choose(due, InFlight(slots=40, bots={"a": 2}), 9) == []


def test_a_quarter_of_the_slots_for_one_server():
    """One server has a quarter of the slots, and at least one; the bots on others go on."""
    due = [work(f"bot-{number}", host="slow.example") for number in range(9)]
    others = [work("x", host="quick.example"), work("y")]
    assert names(choose(due + others, InFlight(slots=8), 9))[2:] == names(others)
    assert len(choose(due, InFlight(slots=2), 9)) == 1
    assert choose(due, InFlight(slots=8, hosts={"slow.example": 2}), 9) == []


def test_a_broken_server_is_left_alone():
    """Nothing is handed out for a server whose circuit breaker is open."""
    due = [work("a", host="down.example"), work("b", host="up.example")]
    flying = InFlight(slots=8, broken=frozenset({"down.example"}))
    assert names(choose(due, flying, 9)) == [("b", "town")]
