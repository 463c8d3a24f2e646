"""Promises of every platform that can inspect its account: remarks, and no changes."""

import pytest

from tests.contract.test_trouble import log_everything, logged_here


def problems(seen):
    """The remarks that are problems."""
    return [one for one in seen if one.is_problem]


def test_a_good_account(failing):
    """A working account has remarks, and no problem."""
    seen = failing.platform.inspect()
    assert seen
    assert problems(seen) == []


def test_nothing_is_posted(network, publisher):
    """Inspecting posts and deletes nothing."""
    publisher.publish(network.post("One word is enough."))
    before = network.existing_posts()
    network.platform.inspect()
    network.another().inspect()
    assert network.existing_posts() == before


def test_down(failing):
    """A network that refuses connections is a problem with a remedy, and no error."""
    failing.go_down()
    (found,) = problems(failing.another().inspect())
    assert found.todo
    failing.come_back()
    assert problems(failing.another().inspect()) == []


@pytest.mark.parametrize("lose", ["lose_next_answer", "lose_next_request"])
def test_lost(failing, telling, lose):
    """A connection that breaks is a problem too, unless a repeat succeeds."""
    if failing.kind.name == "memory":
        pytest.skip("only posts are lost there")
    getattr(failing, lose)()
    assert len(problems(failing.another().inspect())) == 1


def test_revoked(failing, telling):
    """Rejected credentials are a problem with a remedy."""
    if not failing.kind.secrets:
        pytest.skip("this network asks for no credentials")
    failing.revoke()
    (found,) = problems(failing.platform.inspect())
    assert found.todo


def test_what_remarks_say(failing, caplog):
    """Every remark fits on one line, and contains no secret."""
    log_everything(caplog)
    seen = [*failing.another().inspect()]
    failing.go_down()
    seen += failing.another().inspect()
    failing.come_back()
    failing.revoke()
    seen += failing.another().inspect()
    for one in seen:
        assert one.what
        assert f"{one.what}{one.todo}".isprintable()
        assert len(f"{one.what}{one.todo}") < 400
        assert "tried again" not in one.todo
    shown = logged_here(caplog) + "".join(map(repr, seen))
    assert [name for name, secret in failing.secrets.items() if secret in shown] == []
