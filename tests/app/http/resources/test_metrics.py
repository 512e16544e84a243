"""`GET /metrics`: what was counted, for whoever shows a live token."""

from prometheus_client.parser import text_string_to_metric_families

from app.views.marks import marked_views
from support.http_api import BASE, Api

CANARY = "c4n4ry"


def counts(api: Api) -> dict[tuple[str, str], float]:
    """Return each sample by its name and the last of its labels."""
    text = api.call("GET", "/metrics").get_data(as_text=True)
    return {
        (sample.name, str([*sample.labels.values()][-1]) if sample.labels else ""): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_comes_of_writes_is_counted(api: Api) -> None:
    """A rollback is a write, too."""
    before = counts(api)
    api.put({"PORT": "1"})
    api.put({"PORT": "1"}, based_on=1)
    api.put({"PORT": "2"}, based_on=7)
    api.put({"PORT": "x"}, based_on=1)
    api.put({"PORT": "2"}, based_on=1)
    api.call("POST", f"{BASE}/revisions", json={"from": 1}, headers={"If-Match": '"2"'})
    after = counts(api)
    outcomes = ("written", "unchanged", "stale", "refused")
    grown = [
        after[("setpoint_writes_total", each)] - before.get(("setpoint_writes_total", each), 0) for each in outcomes
    ]
    assert grown == [3, 1, 1, 1]


def test_requests_are_counted_by_words_of_our_own(api: Api) -> None:
    """Whatever a client makes up as a method or a path would be a series of its own."""
    before = _routes(api.call("GET", "/metrics").get_data(as_text=True))  # of other tests in this process
    api.client.open(f"/{CANARY}", method=CANARY.upper()).close()
    api.put({"API_KEY": CANARY, "PORT": "1"})
    text = api.call("GET", "/metrics").get_data(as_text=True)
    assert CANARY not in text.lower()
    assert 'setpoint_http_requests_total{method="other",route="other",status="404"}' in text
    routes = {rule.rule for rule, _ in marked_views(api.application)} | {"other"}
    assert _routes(text) - before <= routes


def _routes(text: str) -> set[str]:
    families = text_string_to_metric_families(text)
    return {sample.labels["route"] for each in families for sample in each.samples if "route" in sample.labels}


def test_an_open_stream_is_counted_while_it_is_open(api: Api) -> None:
    """And it has no duration: its client ends it."""
    before = counts(api)[("setpoint_streams_open", "")]
    stream = api.client.get("/v1/stream")
    assert counts(api)[("setpoint_streams_open", "")] == before + 1
    stream.close()
    assert counts(api)[("setpoint_streams_open", "")] == before
