"""Long-lived requests are no transactions, and no client decides what is traced."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.sentry.tracing import is_traced, is_traced_path, traces_sampler

_PATHS = [
    ("/", True),
    ("/v1/settings", True),
    ("/v1/stream", False),
    ("/stream", False),
    ("/v1/apps/a/environments/b/stream", False),
    ("/v1/sessions/", False),
    ("/v1/sessions/7/stream", False),
    ("/sessions", False),
    ("/livez", False),
    ("/readyz", False),
    ("/v1/livez", True),
    ("/v1/streams", True),
    ("/upstream/downstream", True),
    ("/v1/session", True),
]


@pytest.mark.parametrize(("path", "traced"), _PATHS)
def test_a_long_lived_path_is_not_traced(path: str, traced: bool) -> None:  # noqa: FBT001 - a table
    """A segment counts, not a part of one."""
    sampler = traces_sampler(1.0)
    assert sampler is not None
    assert is_traced_path(path) is traced
    assert sampler({"wsgi_environ": {"PATH_INFO": path}, "parent_sampled": not traced}) == float(traced)
    assert is_traced({"request": {"url": f"https://host:1{path}"}}) is traced
    assert is_traced({"transaction": path}) is traced


@pytest.mark.parametrize(
    ("transaction", "traced"),
    [
        ({"request": {"url": "https://host/x"}, "tags": {"event_stream": "true"}}, False),
        ({"request": {"url": "https://host/prefix/stream"}, "transaction": "/changes"}, False),
        ({"request": {"url": "https://host/x?next=/stream"}}, True),
        ({"request": {"url": "https://[/v1/stream"}}, False),
        ({"request": {"url": None}, "transaction": None}, True),
        ({"request": None, "tags": None}, True),
        ({}, True),
    ],
)
def test_a_transaction_is_judged_by_all_that_it_tells(transaction: Any, traced: bool) -> None:  # noqa: FBT001 - a table
    """Whatever is missing or malformed in it."""
    assert is_traced(transaction) is traced


@given(
    st.dictionaries(st.sampled_from(["request", "transaction"]), st.none() | st.fixed_dictionaries({"url": st.text()}))
)
def test_no_transaction_breaks_the_filter(transaction: Any) -> None:
    """The SDK would drop every transaction without a word."""
    assert is_traced(transaction) in {True, False}


def test_rate_0_is_no_sampler_at_all() -> None:
    """With one, a client's `sentry-trace` would still be asked for."""
    assert traces_sampler(0.0) is None


def test_the_coin_is_our_own() -> None:
    """The share is that of the setting, though every client asks for a trace."""
    sampler = traces_sampler(0.1)
    assert sampler is not None
    random.seed(7)
    context = {"wsgi_environ": {"PATH_INFO": "/x"}, "parent_sampled": True}
    assert 50 < sum(sampler(context) for _ in range(1_000)) < 150


def test_what_is_no_request_is_sampled_too() -> None:
    """A transaction that the app starts itself has no WSGI environment."""
    sampler = traces_sampler(1.0)
    assert sampler is not None
    assert sampler({}) == 1.0
