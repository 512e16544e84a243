"""What holds for every route of the service."""

from app.views.every_answer import SynchronousFlask


def test_the_url_of_a_route_can_be_built() -> None:
    """Though what does it is compiled only then."""
    application = SynchronousFlask(__name__, static_folder=None)
    application.add_url_rule("/apps/<app>/revisions/<int:number>", "revision", lambda: "")
    urls = application.url_map.bind("example.com")
    assert urls.build("revision", {"app": "billing", "number": 4}) == "/apps/billing/revisions/4"
    assert urls.build("revision", {"app": "a b", "number": 4, "page": 2}) == "/apps/a%20b/revisions/4?page=2"
