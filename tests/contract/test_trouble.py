"""Promises of every platform when its network or connection fails: errors say what is proven."""

import logging
import threading
import traceback

import pytest

from bot.core.errors import OutcomeUnknown, PlatformError, RetryLater, Unauthorised
from bot.core.model.lookup import Absent, Found
from bot.core.ports.platform import Listener, PostRemover, Publisher
from tests.contract.as_delivered import AsDelivered

TEXT = "One word is enough."


def calls(network):
    """Every call with which an adapter with these ports asks the network, by name."""
    platform = network.platform
    if not network.tells:
        return {"publish": lambda: AsDelivered(platform).publish(network.post(TEXT))}
    found = {"learn": platform.learn}
    if isinstance(platform, Publisher):
        found["publish"] = lambda: AsDelivered(platform).publish(network.post(TEXT))
        found["find"] = lambda: platform.find(network.unsure(network.post(TEXT)))
    if isinstance(platform, Listener):
        found["hear"] = lambda: platform.poll(None)
    if isinstance(platform, PostRemover):
        found["retract"] = lambda: platform.retract("1")
    return found


def failures(network):
    """The error of each call."""
    raised = {}
    for name, call in calls(network).items():
        with pytest.raises(PlatformError) as caught:
            call()
        raised[name] = caught.value
    return raised


def test_down(failing, publisher):
    """While a network refuses connections it is certain that nothing is posted."""
    post = failing.post(TEXT)
    failing.go_down()
    with pytest.raises(RetryLater):
        publisher.publish(post)
    failing.come_back()
    assert failing.existing_posts() == []
    receipt = publisher.publish(post)
    assert failing.existing_posts() == [(receipt.remote_id, TEXT)]


def test_down_for_all(failing):
    """Every call to a network that refuses connections can be retried later."""
    failing.go_down()
    assert {type(error) for error in failures(failing).values()} == {RetryLater}


def test_lost_answer(failing, publisher):
    """After a lost answer the outcome is unknown, and the post exists and is found, if any is."""
    post = failing.post(TEXT)
    failing.lose_next_answer()
    with pytest.raises(OutcomeUnknown):
        publisher.publish(post)
    ((remote_id, _),) = failing.existing_posts()
    found = publisher.find(failing.unsure(post))
    if failing.tells:
        assert isinstance(found, Found)
        assert found.receipt.remote_id == remote_id


def test_lost_request(failing, publisher):
    """After a lost request the outcome is unknown, and the post does not exist."""
    post = failing.post(TEXT)
    failing.lose_next_request()
    with pytest.raises(OutcomeUnknown):
        publisher.publish(post)
    assert failing.existing_posts() == []
    if failing.tells:
        assert publisher.find(failing.unsure(post)) == Absent()


def test_revoked(failing, telling):
    """Every call with rejected credentials names them as the reason."""
    if not failing.kind.secrets:
        pytest.skip("this network asks for no credentials")
    failing.revoke()
    assert all(isinstance(error, Unauthorised) for error in failures(failing).values())
    assert failing.existing_posts() == []


def test_what_errors_say(failing, publisher):
    """Every error is one line for the operator, with a remedy."""
    for error in provoked(failing, publisher):
        assert str(error).isprintable(), repr(error)
        assert 0 < len(str(error)) < 400
        assert error.problem
        assert error.todo


def test_secrets(failing, publisher, caplog):
    """No credential is in any error, or in any library's log at its lowest level."""
    log_everything(caplog)
    failing.platform = failing.another()
    publisher.publish(failing.post("Another tip."))
    if isinstance(publisher.platform, Listener):
        publisher.platform.poll(None)
    errors = provoked(failing, publisher)
    shown = logged_here(caplog)
    for error in errors:
        shown += str(error) + repr(error) + "".join(traceback.format_exception(error))
    assert failing.secrets
    assert [name for name, secret in failing.secrets.items() if secret in shown] == []


def provoked(failing, publisher):
    """An error of every kind."""
    failing.lose_next_answer()
    with pytest.raises(PlatformError) as lost:
        publisher.publish(failing.post(TEXT))
    failing.go_down()
    down = failures(failing)
    failing.come_back()
    failing.revoke()
    return [lost.value, *down.values(), *failures(failing).values()]


def logged_here(caplog):
    """The log records of this thread, without those of the test server."""
    ours = [one for one in caplog.records if one.thread == threading.get_ident()]
    return "\n".join(caplog.handler.format(one) for one in ours)


def log_everything(caplog):
    """Set every logger to its lowest level; an adapter that is made later may raise it."""
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)
