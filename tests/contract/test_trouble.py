"""What every platform keeps when its network, or the way to it, fails: it says what is proven."""

import logging
import threading
import traceback

import pytest

from bot.core.errors import OutcomeUnknown, PlatformError, RetryLater, Unauthorised
from bot.core.model.lookup import Absent, Found
from bot.core.ports.platform import Listener, PostRemover, Publisher

TEXT = "One word is enough."


def calls(world):
    """Every call that an adapter with these doors takes, by name."""
    platform = world.platform
    found = {"learn": platform.learn}
    if isinstance(platform, Publisher):
        found["publish"] = lambda: platform.publish(world.post(TEXT))
        found["find"] = lambda: platform.find(world.unsure(world.post(TEXT)))
    if isinstance(platform, Listener):
        found["hear"] = lambda: platform.poll(None)
    if isinstance(platform, PostRemover):
        found["retract"] = lambda: platform.retract("1")
    return found


def failures(world):
    """What each call raises."""
    raised = {}
    for name, call in calls(world).items():
        with pytest.raises(PlatformError) as caught:
            call()
        raised[name] = caught.value
    return raised


def test_down(far, publisher):
    """While a network takes no connection nothing is posted, and that is known for certain."""
    post = far.post(TEXT)
    far.go_down()
    with pytest.raises(RetryLater):
        publisher.publish(post)
    far.come_back()
    assert far.posts_there() == []
    receipt = publisher.publish(post)
    assert far.posts_there() == [(receipt.remote_id, TEXT)]


def test_down_for_all(far):
    """Whatever is asked of a network that takes no connection can be asked again later."""
    far.go_down()
    assert {type(error) for error in failures(far).values()} == {RetryLater}


def test_lost_answer(far, publisher):
    """When an answer is lost the outcome is unknown, and the post is there and found."""
    post = far.post(TEXT)
    far.lose_next_answer()
    with pytest.raises(OutcomeUnknown):
        publisher.publish(post)
    ((remote_id, _),) = far.posts_there()
    found = publisher.find(far.unsure(post))
    assert isinstance(found, Found)
    assert found.receipt.remote_id == remote_id


def test_lost_request(far, publisher):
    """When a request is lost on its way the outcome is as unknown, and the post is not there."""
    post = far.post(TEXT)
    far.lose_next_request()
    with pytest.raises(OutcomeUnknown):
        publisher.publish(post)
    assert far.posts_there() == []
    assert publisher.find(far.unsure(post)) == Absent()


def test_revoked(far):
    """Credentials that are not accepted any more are named as the reason, whatever is asked."""
    if not far.kind.secrets:
        pytest.skip("this network asks for no credentials")
    far.revoke()
    assert all(isinstance(error, Unauthorised) for error in failures(far).values())
    assert far.posts_there() == []


def test_what_errors_say(far, publisher):
    """Every error is one line that can be shown to an operator, and says what to do."""
    for error in provoked(far, publisher):
        assert str(error).isprintable(), repr(error)
        assert 0 < len(str(error)) < 400
        assert error.problem
        assert error.todo


def test_secrets(far, publisher, listener, caplog):
    """No credential is in any error, nor in what any library logs when it logs all that it can."""
    log_everything(caplog)
    far.platform = far.another()
    publisher.publish(far.post("Another tip."))
    listener.poll(None)
    errors = provoked(far, publisher)
    shown = logged_here(caplog)
    for error in errors:
        shown += str(error) + repr(error) + "".join(traceback.format_exception(error))
    assert far.secrets
    assert [name for name, secret in far.secrets.items() if secret in shown] == []


def provoked(far, publisher):
    """An error of every kind that a far network can be brought to."""
    far.lose_next_answer()
    with pytest.raises(PlatformError) as lost:
        publisher.publish(far.post(TEXT))
    far.go_down()
    down = failures(far)
    far.come_back()
    far.revoke()
    return [lost.value, *down.values(), *failures(far).values()]


def logged_here(caplog):
    """All that was logged on our own thread: a network that runs beside us may log what it likes."""
    ours = [one for one in caplog.records if one.thread == threading.get_ident()]
    return "\n".join(caplog.handler.format(one) for one in ours)


def log_everything(caplog):
    """Let every library log at its most talkative; an adapter that is made after this may hush it."""
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)
