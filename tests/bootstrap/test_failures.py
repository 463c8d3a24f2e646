"""What goes wrong in a step: said once, tried again, and seen by whoever watches."""

from structlog.testing import capture_logs

from bot.bootstrap.running.failures import Failures
from bot.core.errors import StoreError

FULL = StoreError("the disk is full", "free some space")


def test_a_trouble_is_said_once_and_its_step_tried_again():
    """A step that fails the same way is named once in the log, and each time tried again."""
    troubles = Failures()
    with capture_logs() as logs:
        for _ in range(3):
            troubles.tell("schedule:mornings", FULL)
            assert troubles.to_try_again() == {"schedule:mornings"}
    assert [line["event"] for line in logs] == ["step_failed"]
    assert troubles.to_try_again() == set()
    assert troubles.fresh() == {"schedule:mornings": str(FULL)}


def test_another_trouble_is_said_anew():
    """Another reason, and a mistake of ours, are lines of their own."""
    troubles = Failures()
    with capture_logs() as logs:
        troubles.tell("deliver:x", FULL)
        troubles.tell("deliver:x", KeyError("odd"))
    assert [line["event"] for line in logs] == ["step_failed", "step_failed_oddly"]
