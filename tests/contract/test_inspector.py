"""What every platform keeps that is asked how its account stands: it tells, and changes nothing."""

import pytest

from tests.contract.test_trouble import log_everything, logged_here


def problems(seen):
    """What the bot cannot work with."""
    return [one for one in seen if one.is_problem]


def test_a_good_account(far):
    """An account that works is told of, and nothing is wrong with it."""
    seen = far.platform.inspect()
    assert seen
    assert problems(seen) == []


def test_nothing_is_posted(world, publisher):
    """To ask posts nothing and takes nothing back."""
    publisher.publish(world.post("One word is enough."))
    before = world.posts_there()
    world.platform.inspect()
    world.another().inspect()
    assert world.posts_there() == before


def test_down(far):
    """A network that takes no connection is a finding with what to do, and no error."""
    far.go_down()
    (found,) = problems(far.another().inspect())
    assert found.todo
    far.come_back()
    assert problems(far.another().inspect()) == []


@pytest.mark.parametrize("lose", ["lose_next_answer", "lose_next_request"])
def test_lost(far, lose):
    """A network that breaks off in the middle is told of as well, or asked again at once."""
    if far.kind.name == "memory":
        pytest.skip("only posts are lost there")
    getattr(far, lose)()
    assert len(problems(far.another().inspect())) == 1


def test_revoked(far):
    """Credentials that are not accepted any more are told of, with what to do."""
    if not far.kind.secrets:
        pytest.skip("this network asks for no credentials")
    far.revoke()
    (found,) = problems(far.platform.inspect())
    assert found.todo


def test_what_remarks_say(far, caplog):
    """Every remark can be shown on a line, promises nothing that nobody does, and holds no secret."""
    log_everything(caplog)
    seen = [*far.another().inspect()]
    far.go_down()
    seen += far.another().inspect()
    far.come_back()
    far.revoke()
    seen += far.another().inspect()
    for one in seen:
        assert one.what
        assert f"{one.what}{one.todo}".isprintable()
        assert len(f"{one.what}{one.todo}") < 400
        assert "tried again" not in one.todo
    shown = logged_here(caplog) + "".join(map(repr, seen))
    assert [name for name, secret in far.secrets.items() if secret in shown] == []
