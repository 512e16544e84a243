"""What holds for every route of the service."""

import json

import pytest

from app.views.every_answer import SynchronousFlask


def test_the_url_of_a_route_can_be_built() -> None:
    """Though what does it is compiled only then."""
    application = SynchronousFlask(__name__, static_folder=None)
    application.add_url_rule("/apps/<app>/revisions/<int:number>", "revision", lambda: "")
    urls = application.url_map.bind("example.com")
    assert urls.build("revision", {"app": "billing", "number": 4}) == "/apps/billing/revisions/4"
    assert urls.build("revision", {"app": "a b", "number": 4, "page": 2}) == "/apps/a%20b/revisions/4?page=2"


@pytest.mark.parametrize("text", ["a", "ü", '"', "\x7f", "\ud800"])
def test_an_answer_is_the_json_of_what_it_holds(text: str) -> None:
    """In the order in which it was written, and with what the fast library refuses."""
    held = {"name": text, "names": [text], "at": None, "changed": True, "Size": 2**63}
    told = SynchronousFlask(__name__, static_folder=None).json.dumps(held)
    assert json.loads(told) == held
    assert [*json.loads(told)] == [*held]
