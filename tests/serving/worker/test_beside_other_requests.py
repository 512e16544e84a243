"""What a request has done in a thread ends in the request alone."""

from contextvars import ContextVar

import pytest

from serving.worker.server import GunicornServer

_known = ContextVar("known", default="nothing")


def test_work_in_a_thread_has_the_context_of_its_request() -> None:
    """What the request knows to be secret is in it."""
    _known.set("a secret")
    assert GunicornServer().beside_other_requests(_known.get) == "a secret"


def test_a_failure_in_a_thread_is_raised_and_not_told_by_the_thread(capfd: pytest.CaptureFixture[str]) -> None:
    """It would be told by gevent's pool, where the secrets of the request are not known."""

    def fail() -> None:
        message = "the value is 7"
        raise ValueError(message)

    with pytest.raises(ValueError, match="the value is 7"):
        GunicornServer().beside_other_requests(fail)
    assert capfd.readouterr() == ("", "")
