from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.identity import Principal, PrincipalKind
from app.domain.place import Place
from app.domain.rollout import Refusal, rollout
from app.domain.session import Answer, Instance, Reason, Served, ServedFrom, Session, State, Verdict, alike

NOW = datetime(2026, 11, 26, tzinfo=UTC)
INSTANCE = Instance("01890a5d-ac96-774b-bcce-b302099a8057", "web-1", 1, NOW, "1.8")
POOL = "POOL_MIN must not exceed POOL_MAX"
IDLE = Session(
    "s", Place("billing", "production"), INSTANCE, Principal(PrincipalKind.MACHINE, "i", "s", "n"), NOW, held_by="w"
)


def serving(number: int, source: ServedFrom = ServedFrom.SERVICE) -> Session:
    return replace(IDLE, serves=Served(number, NOW, source), attempted=Verdict(number, Answer.APPLIED, NOW))


def refusing(number: int, *messages: str, serves: int | None = 43) -> Session:
    verdict = Verdict(number, Answer.FAILED, NOW, tuple(Reason("x", "", message) for message in messages))
    return replace(IDLE, attempted=verdict, serves=Served(serves, NOW) if serves else None)


def applying(number: int) -> Session:
    return replace(serving(43), attempted=Verdict(number, Answer.APPLYING, NOW))


@pytest.mark.parametrize(
    ("sessions", "sentence"),
    [
        (
            [refusing(44, POOL), refusing(44, POOL), serving(44)],
            "2 of 3 instances refused revision 44: POOL_MIN must not exceed POOL_MAX; still serving 43",
        ),
        (
            [refusing(44, POOL)],
            "1 of 1 instance refused revision 44: POOL_MIN must not exceed POOL_MAX; still serving 43",
        ),
        (
            [refusing(44, "b"), refusing(44, "a"), refusing(44, "b", serves=42)],
            "3 of 3 instances refused revision 44: b (2); a (1); still serving 43 and 42",
        ),
        (
            [refusing(44, "a", "b", "c", "d", "e")],
            "1 of 1 instance refused revision 44: a (1); b (1); c (1); 2 more reasons; still serving 43",
        ),
        (
            [refusing(44, "why"), applying(44), serving(43)],
            "1 of 3 instances refused revision 44: why; 2 have not answered; still serving 43",
        ),
        ([refusing(44, serves=None)], "1 of 1 instance refused revision 44"),
        ([serving(44), serving(44)], "all 2 instances serve revision 44"),
        ([serving(44)], "the instance serves revision 44"),
        ([serving(44), serving(43)], "1 of 2 instances serves revision 44; 1 has not answered; still serving 43"),
        ([IDLE, IDLE], "0 of 2 instances serve revision 44; 2 have not answered"),
        ([replace(serving(44), held_by="")], "no instance follows; revision 44 waits for the first one"),
    ],
)
def test_a_rollout_is_one_sentence(sessions: list[Session], sentence: str) -> None:
    """The line that people look for; an instance that has gone takes no part in it."""
    assert str(rollout(44, alike(sessions))) == sentence


@pytest.mark.parametrize(
    ("session", "state"),
    [
        (serving(44), State.SYNCED),
        (serving(44, ServedFrom.CACHE), State.STALE),
        (serving(43), State.STALE),
        (IDLE, State.STALE),
        (applying(44), State.APPLYING),
        (applying(43), State.STALE),
        (refusing(44), State.FAILED),
        (refusing(44, serves=44), State.FAILED),
        (refusing(43, serves=44), State.SYNCED),
        (replace(serving(44), held_by=""), State.EXPIRED),
    ],
)
def test_only_what_is_really_served_is_synced(session: Session, state: State) -> None:
    """Neither an old verdict nor the last known good of an instance makes it green."""
    assert session.state(44) is state


def test_a_rollout_is_settled_once_everyone_has_answered() -> None:
    """With whatever answer."""
    assert rollout(44, alike([serving(44), refusing(44)])).is_settled
    assert not rollout(44, alike([serving(44), applying(44)])).is_settled
    assert rollout(44, alike([refusing(44, "a"), refusing(44, "a", "a")])).refusals == (Refusal("a", 2, "x"),)


def test_the_sentence_is_its_head_and_its_explanation() -> None:
    """A page shows the two one below the other, and the line has them with a colon between."""
    sentence = rollout(44, alike([refusing(44, POOL), applying(44)])).sentence
    assert sentence.head == "1 of 2 instances refused revision 44"
    assert sentence.explanation == f"{POOL}; 1 has not answered; still serving 43"
    assert str(sentence) == f"{sentence.head}: {sentence.explanation}"
