"""What holds for all pages, whatever they show."""

from app.ui.every_page import POLICY
from app.views.marks import marked_views
from support.visitor import BROWSER, Visitor, words


def test_a_page_loads_nothing_from_elsewhere_and_nobody_frames_it(visitor: Visitor) -> None:
    """Errors are pages, too."""
    for path in ("/sign-in", "/apps", "/static/none", "/"):
        headers = visitor.get(path).headers
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert "'unsafe" not in POLICY
    assert "frame-ancestors 'none'" in POLICY


def test_no_page_takes_the_address_of_an_environment(visitor: Visitor) -> None:
    """Its name is a label, and may be `schemas` as well as `production`."""
    taken = [rule.rule for rule, mark in marked_views(visitor.api.application) if mark.is_page]
    assert [each for each in taken if each.startswith("/apps/<app>/") and "<environment>" not in each] == []
    assert "/apps/<app>/<environment>" in taken


def test_style_and_scripts_are_kept_until_they_change(visitor: Visitor) -> None:
    """Their addresses change with them."""
    page = visitor.get("/sign-in").text
    for start in ('rel="stylesheet" href="', '<script src="', 'rel="icon" href="'):
        address = page.partition(start)[2].partition('"')[0]
        found = visitor.get(address)
        assert (found.status_code, "immutable" in found.headers["Cache-Control"]) == (200, True), start
    assert visitor.get("/static/style.css").status_code == 404


def test_a_page_is_small(visitor: Visitor) -> None:
    """With its style and its script."""
    page = visitor.sign_in().get("/").text
    parts = [visitor.get(each.partition('"')[0]).data for each in page.split('"/static/')[1:]]
    files = [visitor.get("/static/" + each.partition('"')[0]).data for each in page.split('"/static/')[1:]]
    assert len(parts) == 3
    assert len(page) + sum(map(len, files)) < 50_000


def test_the_root_is_for_people_and_for_programs(visitor: Visitor) -> None:
    """Browsers ask for HTML, and whoever asks for nothing or for JSON is told what this is."""
    assert "There is no app yet" not in words(visitor.get("/"))
    assert visitor.get("/").headers["Location"] == "/sign-in"
    for accept in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}, {"Accept": "application/json, text/html"}):
        assert visitor.client.get("/", headers=accept).get_json()["name"] == "setpoint"


def test_an_address_that_no_page_has_is_a_page_to_people(visitor: Visitor) -> None:
    """And a problem document to programs."""
    missing = visitor.get("/no/such/page")
    assert (missing.status_code, "There is nothing here" in words(missing)) == (404, True)
    told = visitor.client.get("/no/such/page")
    assert (told.status_code, told.mimetype) == (404, "application/problem+json")
    assert visitor.client.get("/v1/nothing", headers=BROWSER).status_code == 404
