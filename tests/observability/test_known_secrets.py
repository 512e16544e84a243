"""A secret is known from the moment when someone says so, to the end of the request or job that it belongs to."""

from collections.abc import Iterator
from contextvars import copy_context
from threading import Thread

import pytest

from observability.known_secrets import (
    begin_to_remember,
    forget_all_but_credentials,
    forget_secrets,
    is_to_be_masked,
    know_secrets_of_the_process,
    masked,
    masked_to_the_piece,
    remember_secret,
    remember_secrets_found_by,
    secrets_of_its_own,
)
from observability.masking import MASK

OF_A_JOB, OF_THE_PROCESS = "secret-of-a-job", "secret-of-the-process"


@pytest.fixture(autouse=True)
def _one_secret_of_the_process() -> Iterator[None]:
    forget_secrets()
    know_secrets_of_the_process([OF_THE_PROCESS])
    yield
    know_secrets_of_the_process([])


def test_a_job_masks_its_own_secrets_and_those_of_the_process() -> None:
    """And forgets its own when it ends."""
    with secrets_of_its_own():
        assert masked(OF_A_JOB) == OF_A_JOB
        remember_secret(OF_A_JOB)
        assert masked(f"{OF_A_JOB} {OF_THE_PROCESS}") == f"{MASK} {MASK}"
    assert masked(f"{OF_A_JOB} {OF_THE_PROCESS}") == f"{OF_A_JOB} {MASK}"


def test_a_job_within_a_job_has_secrets_of_its_own() -> None:
    """The outer one still has its own when the inner one has ended."""
    with secrets_of_its_own():
        remember_secret(OF_A_JOB)
        with secrets_of_its_own():
            assert masked(OF_A_JOB) == OF_A_JOB
        assert masked(OF_A_JOB) == MASK


def test_a_thread_that_takes_the_context_along_shares_the_memory() -> None:
    """Both ways, whoever learns the secret."""
    with secrets_of_its_own():
        thread = Thread(target=copy_context().run, args=(remember_secret, OF_A_JOB))
        thread.start()
        thread.join()
        assert masked(OF_A_JOB) == MASK


def test_a_secret_that_belongs_to_nothing_is_known_for_good() -> None:
    """Rather masked too long than not at all."""
    remember_secret(OF_A_JOB)
    assert masked(OF_A_JOB) == MASK


def test_a_piece_is_masked_where_errors_are_told() -> None:
    """They quote the beginning or the end of what they could not read."""
    assert masked_to_the_piece("cannot read 'secret-of-the…'") == f"cannot read '{MASK}…'"


def test_secrets_are_looked_for_once_there_is_a_text() -> None:
    """Most requests end well, and nothing of theirs is masked."""
    asked: list[str] = []

    def search() -> list[str]:
        asked.append("asked")
        return [OF_A_JOB]

    with secrets_of_its_own():
        remember_secrets_found_by(search)
        assert asked == []
        assert masked(f"{OF_A_JOB} {OF_A_JOB}") == f"{MASK} {MASK}"
        assert masked(OF_A_JOB) == MASK
        assert asked == ["asked"]


def test_when_its_work_is_done_a_request_knows_its_credentials_alone() -> None:
    """Its last line is about the request, and a value of the configuration may be a part of a path."""
    begin_to_remember(["a-credential"])
    remember_secret("production")
    remember_secrets_found_by(lambda: ["billing-"])
    assert masked("/billing-api/production a-credential") == f"/{MASK}api/{MASK} {MASK}"
    assert is_to_be_masked("a line that may have a piece")
    forget_all_but_credentials()
    assert masked("/billing-api/production a-credential") == f"/billing-api/production {MASK}"
    assert not is_to_be_masked("a line that may have a piece")
    forget_secrets()
