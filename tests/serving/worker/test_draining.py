"""Which requests a worker ends when it is told to stop."""

from dataclasses import dataclass
from types import SimpleNamespace
from weakref import ref

import gevent  # type: ignore[import-untyped]  # has no types

from serving.worker.draining import Draining


@dataclass(eq=False)
class Request:
    """Stands for gunicorn's."""

    is_closed: bool = False

    def force_close(self) -> None:
        """Close the connection after the answer."""
        self.is_closed = True


def test_only_requests_under_way_are_ended_and_held() -> None:
    """What has been answered may be forgotten, however many there are."""
    worker = SimpleNamespace(alive=True)
    draining = Draining(worker)
    answered, under_way = Request(), Request()
    draining.begin(answered)
    draining.begin(under_way)
    draining.end(answered)
    forgotten = ref(answered)
    del answered

    worker.alive = False
    gevent.sleep(0.3)
    assert (forgotten(), under_way.is_closed) == (None, True)
