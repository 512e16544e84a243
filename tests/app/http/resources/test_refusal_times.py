"""How long it takes to refuse a token: no longer for one reason than for another."""

import random
from collections.abc import Sequence
from itertools import count
from time import perf_counter_ns

from app.domain.identity import Scope
from app.domain.token_text import PREFIX, _checksum, new_token_text
from support.http_api import Api
from support.writing_process import ROUNDS

REQUESTS = 800 * ROUNDS
"""Of each kind."""
CLOSE_TO_CHANCE = 0.05
"""How far from one half the share may be of pairs in which the one took longer; five standard errors, or more."""


def test_no_time_tells_why_a_token_is_refused(api: Api) -> None:
    """Kinds take turns at random, so that whatever else the machine does slows down all of them alike."""
    reader = api.token(Scope.CONFIG_READ, name="live")
    revoked = api.token(Scope.CONFIG_READ, name="revoked")
    assert api.call("DELETE", f"/v1/tokens/{revoked.split('_')[1]}").status_code == 200
    kinds = {
        "unknown": [new_token_text().text for _ in range(REQUESTS)],
        "begins like a live one": [_with_another_end(reader) for _ in range(REQUESTS)],
        "revoked": [revoked] * REQUESTS,
    }
    sent = [(kind, text) for kind, texts in kinds.items() for text in texts]
    random.shuffle(sent)
    took: dict[str, list[int]] = {kind: [] for kind in kinds}
    addresses = (f"2001:db8::{number:x}" for number in count())  # none of them is told to wait
    for kind, text in sent:
        address = {"REMOTE_ADDR": next(addresses)}
        began = perf_counter_ns()
        answer = api.call("GET", "/v1/me", token=text, environ_overrides=address)
        took[kind].append(perf_counter_ns() - began)
        assert answer.status_code == 401
    shares = {kind: _share_of_longer(took[kind], took["unknown"]) for kind in kinds}
    assert {kind: share for kind, share in shares.items() if abs(share - 0.5) > CLOSE_TO_CHANCE} == {}


def _with_another_end(text: str) -> str:
    """Return a well-formed token with the public part of `text` that nobody has."""
    _, public, _ = text.split("_")
    start = f"{PREFIX}{public}_{new_token_text().text.split('_')[2][:-6]}"
    return start + _checksum(start)


def _share_of_longer(some: Sequence[int], others: Sequence[int]) -> float:
    """Return the share of pairs, one of each, in which the first is larger: Mann and Whitney's U, by its ranks."""
    ordered = sorted([(each, False) for each in others] + [(each, True) for each in some])
    ranks = sum(rank for rank, (_, is_of_some) in enumerate(ordered, 1) if is_of_some)
    return (ranks - len(some) * (len(some) + 1) / 2) / (len(some) * len(others))
