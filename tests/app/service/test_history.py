from contextlib import closing
from dataclasses import replace

import pytest

from app.domain.difference import Change, Difference
from app.domain.errors import ConflictError, DestroyedError, InvalidError, NotFoundError
from app.service.keys import EncryptionKeys
from app.store.opening import open_store
from app.store.sqlite.store import SqliteStore
from app.store.testing.examples import NEW_KEY, OLD_KEY, AnyStore
from support.asked_statements import asked_statements
from support.configuration_service import ADA, PRODUCTION, STAGING, Service, actor
from support.small_contract import contract

CANARY = "c4n4ry-of-the-history"


def test_a_difference_between_revisions_is_typed_and_withholds_secrets(service: Service) -> None:
    """A secret is changed or unchanged; a text for the same value is told as such."""
    service.write(PORT="1", DEBUG="1", API_KEY=CANARY)
    service.write(PORT="2", DEBUG="true", API_KEY=CANARY + "2", NAME="a")
    compared = service.history.difference(PRODUCTION, 1, PRODUCTION, 2)
    assert compared.differences == (
        Difference("API_KEY", Change.CHANGED, secret=True),
        Difference("DEBUG", Change.RESPELLED, secret=False, old="1", new="true"),
        Difference("NAME", Change.ADDED, secret=False, new="a"),
        Difference("PORT", Change.CHANGED, secret=False, old="1", new="2"),
    )
    assert CANARY not in repr(compared)


def test_a_secret_that_was_encrypted_anew_is_unchanged(service: Service) -> None:
    """Two revisions never have the same ciphertext."""
    service.write(PORT="1", API_KEY=CANARY)
    service.write(PORT="2", API_KEY=CANARY)
    compared = service.history.difference(PRODUCTION, 1, PRODUCTION, 2)
    assert [each.name for each in compared.differences] == ["PORT"]


def test_environments_are_compared_with_each_other(service: Service) -> None:
    """By default as they are now."""
    service.write(PORT="1")
    service.write(STAGING, PORT="2", API_KEY=CANARY)
    compared = service.history.difference(STAGING, None, PRODUCTION, None)
    assert [(each.name, each.change) for each in compared.differences] == [
        ("API_KEY", Change.REMOVED),
        ("PORT", Change.CHANGED),
    ]
    assert (str(compared.old), str(compared.new)) == ("billing/staging@1", "billing/production@1")


def test_what_one_schema_takes_for_a_secret_is_one_in_a_difference(service: Service) -> None:
    """Whichever of the two revisions was checked against it."""
    service.write(PORT="1", NAME=CANARY)
    service.push(contract(PORT="integer", NAME="secret"))
    service.write(PORT="1", NAME=CANARY + "2")
    service.push(contract(PORT="integer", NAME="text"))
    assert service.history.difference(PRODUCTION, 1, PRODUCTION, 2).differences == (
        Difference("NAME", Change.CHANGED, secret=True),
    )


def test_apps_and_environments_are_listed(service: Service) -> None:
    """With their current revisions."""
    service.write(PORT="1")
    service.write(PORT="2")
    service.write(STAGING, PORT="2")
    assert service.history.apps() == ["billing"]
    assert [str(each) for each in service.history.environments("billing")] == [
        "billing/production@2",
        "billing/staging@1",
    ]


def test_the_values_of_a_leaked_revision_are_removed_for_good(service: Service) -> None:
    """Number, author, digest and names stay, and the history tells who removed them and why."""
    service.write(PORT="1", API_KEY=CANARY)
    service.write(PORT="1")
    before = service.history.one(PRODUCTION, 1)
    service.history.destroy(actor(), PRODUCTION, 1, "it was in a log")
    after = service.history.one(PRODUCTION, 1)
    assert replace(after, destroyed=None) == before
    assert after.destroyed is not None
    assert (after.destroyed.principal, after.destroyed.reason) == (ADA, "it was in a log")
    with pytest.raises(DestroyedError):
        service.reading.read(actor(), PRODUCTION, 1)
    with pytest.raises(DestroyedError):
        service.history.difference(PRODUCTION, 1, PRODUCTION, 2)
    assert [each.action for each in service.store.read(lambda found: found.audit.page(limit=1))] == ["revision.destroy"]


def test_the_key_of_a_destroyed_revision_is_nowhere_in_the_files(service: Service) -> None:
    """Neither in the database nor in the log of changes beside it: what is removed is overwritten."""
    assert isinstance(service.store, SqliteStore)
    service.write(PORT="1", API_KEY=CANARY)
    service.write(PORT="1")
    with service.store.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT body, data_key FROM revisions WHERE number = 1").one()
    files = list(service.store.path.parent.glob("setpoint.db*"))

    def held() -> list[bool]:
        content = b"".join(path.read_bytes() for path in files if path.is_file())
        return [bytes(each)[12:44] in content for each in row]

    assert held() == [True, True]
    service.history.destroy(actor(), PRODUCTION, 1, "leaked")
    assert held() == [False, False]


def test_the_current_revision_can_not_be_destroyed(service: Service) -> None:
    """Instances need it: another one comes first."""
    service.write(PORT="1")
    with pytest.raises(ConflictError, match="is the current revision: write a new one or roll back first"):
        service.history.destroy(actor(), PRODUCTION, 1, "leaked")
    with pytest.raises(NotFoundError):
        service.history.destroy(actor(), PRODUCTION, 2, "leaked")


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2_001, "a\0b"])
def test_values_are_not_destroyed_without_a_reason(service: Service, reason: str) -> None:
    """It is all that is left to tell those who look for them."""
    with pytest.raises(InvalidError):
        service.history.destroy(actor(), PRODUCTION, 1, reason)


def test_values_are_not_destroyed_for_a_reason_that_quotes_them(service: Service) -> None:
    """It would be all that is left, and tell them for good; a damaged revision can be destroyed nevertheless."""
    for port in ("1", "2"):
        service.write(PORT=port, API_KEY=CANARY)
    with pytest.raises(InvalidError) as refused:
        service.history.destroy(actor(), PRODUCTION, 1, f"{CANARY} was in a log")
    assert [each.code for each in refused.value.problems] == ["reason-holds-secret"]
    assert CANARY not in str(refused.value)
    assert isinstance(service.store, SqliteStore)
    with service.store._writing.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE revisions SET body = x'00' WHERE number = 1")
    assert service.history.destroy(actor(), PRODUCTION, 1, "it was in a log").destroyed


def test_keys_are_rotated_and_what_is_done_stays_done(service: Service) -> None:
    """A second call finds nothing to do; who reads meanwhile notices nothing, and then the old key can go."""
    service.write(PORT="1", API_KEY=CANARY)
    assert isinstance(service.store, SqliteStore)
    url = f"sqlite:///{service.store.path}"
    with (
        closing(open_store(url, f"{NEW_KEY},{OLD_KEY}")) as both,
        closing(open_store(url, f"{OLD_KEY},{NEW_KEY}")) as one,
    ):
        keys = EncryptionKeys(both, service.clock)
        assert keys.status().outdated == {"billing": "old"}
        assert (_newest_key(one), keys.rotate(actor()), keys.rotate(actor()), _newest_key(one)) == (
            CANARY,
            1,
            0,
            CANARY,
        )
        assert (keys.status().first, keys.status().current, keys.status().outdated) == ("new", ("billing",), {})
        assert both.read(lambda found: found.audit.page(limit=1))[0].detail == {"key": "new"}
    with closing(open_store(url, NEW_KEY)) as without_the_old_one:
        assert _newest_key(without_the_old_one) == CANARY


def _newest_key(store: AnyStore) -> str:
    return store.read(lambda found: found.revisions.variables(found.revisions.history(PRODUCTION)[0]))["API_KEY"]


def test_a_list_of_revisions_is_read_without_their_values(service: Service) -> None:
    """Of the newest 500, one of which a schema may accept, they could be half a gigabyte; and a short list at once."""
    for number in range(3):
        service.write(PORT=str(number))
    with asked_statements() as asked:
        assert [each.number for each in service.history.page(PRODUCTION)] == [3, 2, 1]
        assert len([each for each in asked if "FROM revisions" in each]) == 1
        assert not [each for each in asked if "revisions.body AS" in each]
        service.reading.read(actor(), PRODUCTION)
        assert len([each for each in asked if "revisions.body AS" in each]) == 1
