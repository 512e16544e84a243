from collections.abc import Mapping

import pytest

from app.contracts.validator import ContractValidator
from app.domain.audit import Action
from app.domain.errors import DamagedError, InvalidError, NotFoundError
from app.domain.place import Place
from app.domain.revision import Schema
from app.service.reading import Reading
from app.service.writing.intent import Intent
from app.store.sqlite.store import SqliteStore
from observability.known_secrets import masked, secrets_of_its_own
from support.configuration_service import GRACE, PRODUCTION, STAGING, Service, actor
from support.small_contract import contract

CANARY = "c4n4ry-of-the-readings"


def reveals(service: Service) -> list[tuple[str, object]]:
    entries = service.store.read(lambda found: found.audit.page())
    return [(each.principal.name, each.detail) for each in entries if each.action is Action.CONFIG_REVEAL]


def test_secrets_are_withheld_unless_they_are_asked_for(service: Service) -> None:
    """Their names are not."""
    service.write(PORT="1", API_KEY=CANARY)
    content = service.reading.read(actor(), PRODUCTION)
    assert (dict(content.variables), content.secrets) == ({"PORT": "1"}, ("API_KEY",))
    assert CANARY not in repr(content)
    assert reveals(service) == []


def test_every_reveal_is_written_down(service: Service) -> None:
    """With who, what and which names; the second one as well as the first."""
    service.write(PORT="1", API_KEY=CANARY)
    for _ in range(2):
        content = service.reading.read(actor(GRACE), PRODUCTION, reveal=True)
        assert dict(content.variables) == {"PORT": "1", "API_KEY": CANARY}
    assert reveals(service) == [("Grace", {"revision": 1, "names": ["API_KEY"]})] * 2


def test_the_reason_of_a_reveal_is_written_down_too(service: Service) -> None:
    """Where somebody gives one; what can't be kept is refused before anything is given out."""
    service.write(PORT="1", API_KEY=CANARY)
    service.reading.read(actor(), PRODUCTION, reveal=True, reason="the gateway refuses us")
    with pytest.raises(InvalidError, match="nothing is revealed"):
        service.reading.read(actor(), PRODUCTION, reveal=True, reason="x" * 2_001)
    with pytest.raises(InvalidError, match="nothing is revealed"):
        service.reading.read(actor(), PRODUCTION, reveal=True, reason=f"is it {CANARY}?")
    told = {"revision": 1, "names": ["API_KEY"], "reason": "the gateway refuses us"}
    assert reveals(service) == [("Ada", told)]


def test_one_variable_is_revealed_for_a_reason(service: Service) -> None:
    """The row in the audit log names it alone."""
    service.write(PORT="1", API_KEY=CANARY)
    revealed = service.reading.reveal(actor(GRACE), PRODUCTION, "API_KEY", "the gateway refuses us")
    assert (revealed.revision.number, revealed.value.raw) == (1, CANARY)
    assert CANARY not in repr(revealed)
    told = {"revision": 1, "names": ["API_KEY"], "reason": "the gateway refuses us"}
    assert reveals(service) == [("Grace", told)]


@pytest.mark.parametrize(
    ("name", "reason", "error"),
    [
        ("API_KEY", "", InvalidError),
        ("API_KEY", " \n", InvalidError),
        ("API_KEY", f"is it {CANARY}?", InvalidError),
        ("API_KEI", "why not", NotFoundError),
    ],
)
def test_without_a_reason_or_a_variable_nothing_is_revealed(
    service: Service, name: str, reason: str, error: type[Exception]
) -> None:
    """And nothing is written down."""
    service.write(PORT="1", API_KEY=CANARY)
    with pytest.raises(error):
        service.reading.reveal(actor(), PRODUCTION, name, reason)
    assert reveals(service) == []


def test_a_reason_may_quote_a_base_of_which_no_schema_says_what_is_secret(service: Service) -> None:
    """As a message may; once there is a schema, it counts for what was written before, too."""
    base = Place("shared", "ports")
    for region in ("eu-west-1", "eu-west-2"):
        newest = None if region == "eu-west-1" else 1
        intent = Intent(base, newest, f"moved to {region}", is_base=True)
        service.revising.replace(actor(), intent, {"REGION": region})
    reason = "outage in eu-west-1, not in eu-west-2"
    assert service.reading.reveal(actor(), base, "REGION", reason).value.raw == "eu-west-2"
    assert service.reading.read(actor(), base, reveal=True, reason=reason).variables["REGION"] == "eu-west-2"
    assert service.history.destroy(actor(), base, 1, reason).destroyed
    made = contract(REGION="secret")
    service.schemas.push(actor(), "shared", made.digest, made.document, "1.0")
    with pytest.raises(InvalidError, match="nothing is revealed"):
        service.reading.reveal(actor(), base, "REGION", reason)
    with pytest.raises(InvalidError, match="nothing is revealed"):
        service.reading.read(actor(), base, reveal=True, reason=reason)


def test_where_there_is_no_secret_nothing_is_revealed(service: Service) -> None:
    """So nothing is written down either."""
    service.write(PORT="1")
    assert dict(service.reading.read(actor(), PRODUCTION, reveal=True).variables) == {"PORT": "1"}
    assert reveals(service) == []


def test_no_audit_no_answer(service: Service) -> None:
    """If the row can't be written, the values are not given out."""
    service.write(PORT="1", API_KEY=CANARY)
    assert isinstance(service.store, SqliteStore)
    with service.store._writing.connect() as connection, connection.begin():
        connection.exec_driver_sql("DROP TABLE audit")
    with pytest.raises(DamagedError, match="the tables are not those of Setpoint"):
        service.reading.read(actor(), PRODUCTION, reveal=True)
    with pytest.raises(DamagedError):
        service.reading.reveal(actor(), PRODUCTION, "API_KEY", "why not")
    with pytest.raises(DamagedError):
        service.write(PORT="2")
    assert service.history.one(PRODUCTION).number == 1


def test_a_variable_is_shown_only_if_no_schema_takes_it_for_a_secret(service: Service) -> None:
    """A mistake in one schema does not give away what another one knows."""
    service.write(PORT="1", NAME="a", API_KEY=CANARY)
    service.push(contract(PORT="integer", NAME="secret", API_KEY="text"))
    content = service.reading.read(actor(), PRODUCTION)
    assert (dict(content.variables), content.secrets) == ({"PORT": "1"}, ("NAME", "API_KEY"))


def test_what_is_not_there_is_not_found(service: Service) -> None:
    """Neither a place nor a number."""
    service.write(PORT="1")
    with pytest.raises(NotFoundError, match="there is no `billing/staging`"):
        service.reading.read(actor(), STAGING)
    with pytest.raises(NotFoundError, match="there is no `billing/production@2`"):
        service.reading.read(actor(), PRODUCTION, 2)
    for digest in ("sha256:x", "sha256:" + "0" * 64, "\0"):
        with pytest.raises(NotFoundError, match="`billing` has no such schema"):
            service.reading.read_valid(actor(), PRODUCTION, digest)


@pytest.mark.parametrize(
    ("new", "written", "found"),
    [
        ({"PORT": "text!", "NAME": "text"}, [{"PORT": "2", "NAME": "new"}, {"PORT": "http"}], 2),
        ({"PORT": "text!", "NAME": "text"}, [{"PORT": "2"}, {"PORT": "http"}, {"PORT": "4"}], 4),
        ({"PORT": "integer!", "PORTS": "text"}, [{"PORT": "2", "PORTS": "2, 3"}, {"PORT": "3", "PORTS": "3, 4"}], 3),
    ],
    ids=["a word for a number", "a number again", "a name that looks misspelt"],
)
def test_the_newest_revision_that_an_older_release_understands_is_found(
    service: Service, new: dict[str, str], written: list[dict[str, str]], found: int
) -> None:
    """Only what keeps an instance of the old release from starting counts."""
    old = contract(PORT="integer!")
    service.push(old, "1.0")
    service.write(PORT="1")
    service.push(contract(**new), "2.0")
    for variables in written:
        service.write(**variables)
    assert service.reading.read_valid(actor(), PRODUCTION, old.digest).revision.number == found


def test_a_release_that_understands_no_revision_is_told_so(service: Service) -> None:
    """After a bounded search."""
    service.write(PORT="1")
    impossible = contract(OTHER="text!")
    service.push(impossible, compatible=False)
    with pytest.raises(NotFoundError, match="none of the newest 500 revisions"):
        service.reading.read_valid(actor(), PRODUCTION, impossible.digest)


def test_an_error_of_a_schema_shows_no_value_that_it_was_asked_about(service: Service) -> None:
    """Whoever logs it still knows the secrets of a revision that was tried; they are not kept if there is no error."""

    class Failing(ContractValidator):
        def accepts(self, schema: Schema, variables: Mapping[str, str]) -> bool:
            if is_failing:
                raise LookupError(variables["API_KEY"])
            return super().accepts(schema, variables)

    service.write(PORT="1", API_KEY=CANARY)
    service.push(other := contract(OTHER="text!"), compatible=False)
    reading = Reading(service.store, Failing(), service.clock)
    for is_failing, error in ((False, NotFoundError), (True, LookupError)):
        with secrets_of_its_own():
            with pytest.raises(error):
                reading.read_valid(actor(), PRODUCTION, other.digest)
            assert (CANARY in masked(CANARY)) is not is_failing


def test_what_is_remembered_is_never_old(service: Service) -> None:
    """Two workers: what one of them writes, the other one gives out at once."""
    other = Reading(service.store, service.validator, service.clock)
    for port in range(1, 30):
        service.write(PORT=str(port))
        for reading in (service.reading, other):
            for _ in range(2):
                assert reading.read(actor(), PRODUCTION).variables["PORT"] == str(port)


def test_a_second_read_asks_for_the_position_alone(service: Service) -> None:
    """It does not touch the revision: a copy that is damaged meanwhile is not looked at."""
    service.write(PORT="1")
    service.reading.read(actor(), PRODUCTION)
    assert isinstance(service.store, SqliteStore)
    with service.store._writing.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE revisions SET body = x'00'")
    assert service.reading.read(actor(), PRODUCTION).variables["PORT"] == "1"
    with pytest.raises(DamagedError, match="`billing/production@1` is not what was written: restore it"):
        Reading(service.store, service.validator, service.clock).read(actor(), PRODUCTION)
