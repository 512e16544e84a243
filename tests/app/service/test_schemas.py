import pytest
from inline_snapshot import snapshot

from app.domain.errors import DestroyedError, InvalidError
from support.configuration_service import CONTRACT, PRODUCTION, STAGING, Service, actor
from support.small_contract import contract

CANARY = "c4n4ry-of-the-schemas"


def test_a_schema_that_a_current_revision_does_not_satisfy_is_refused(service: Service) -> None:
    """With every problem in every environment, and without a value."""
    service.write(PORT="1", NAME=CANARY)
    service.write(STAGING, PORT="1")
    with pytest.raises(InvalidError) as refused:
        service.push(contract(PORT="integer!", NAME="integer", REGION="text!"))
    assert [(each.variable, each.message) for each in refused.value.problems] == snapshot(
        [
            ("NAME", "`billing/production@1`: `NAME` is not an integer"),
            ("REGION", "`billing/production@1`: `REGION` is required but not set"),
            ("REGION", "`billing/staging@1`: `REGION` is required but not set"),
        ]
    )
    assert [each.digest for each in service.schemas.all_of("billing")] == [CONTRACT.digest]


def test_an_incompatible_schema_is_taken_if_somebody_says_so(service: Service) -> None:
    """And the audit log tells how incompatible it was."""
    service.write(PORT="1")
    service.push(contract(OTHER="text!"), compatible=False)
    assert service.schemas.all_of("billing")[0].digest == contract(OTHER="text!").digest
    newest = service.store.read(lambda found: found.audit.page(limit=1))[0]
    assert newest.detail == {"digest": contract(OTHER="text!").digest, "release": "1.0", "incompatible": 1}


def test_a_revision_without_values_refuses_no_schema(service: Service) -> None:
    """Nobody can tell what it held, and it is no current one."""
    service.write(PORT="1", NAME="a")
    service.write(PORT="1")
    service.history.destroy(actor(), PRODUCTION, 1, "leaked")
    service.push(contract(PORT="integer"))
    with pytest.raises(DestroyedError):
        service.reading.read(actor(), PRODUCTION, 1)


def test_the_same_schema_of_the_same_release_is_no_news(service: Service) -> None:
    """Every deploy may push it."""
    before = service.store.position()
    service.push(CONTRACT)
    assert service.store.position() == before
    service.push(CONTRACT, release="1.1")
    assert service.store.position() != before
    assert [each.release for each in service.schemas.all_of("billing")] == ["1.1"]


@pytest.mark.parametrize("app", ["", "Shop", "a/b", "..", "shop\0"])
def test_an_app_has_a_name_that_can_be_spelled_in_one_way(service: Service, app: str) -> None:
    """It becomes a part of paths and of names elsewhere."""
    with pytest.raises(InvalidError, match="1 problem, and nothing was stored"):
        service.schemas.push(actor(), app, CONTRACT.digest, CONTRACT.document, "1.0")


@pytest.mark.parametrize(
    ("digest", "document", "release", "codes"),
    [
        (CONTRACT.digest, "[]", "1.0", ["inadmissible-contract"]),
        ("sha256:other", CONTRACT.document, "1.0", ["digest-mismatch"]),
        (CONTRACT.digest, CONTRACT.document, " ", ["release-missing"]),
        (CONTRACT.digest, CONTRACT.document, "x" * 201, ["release-too-long"]),
        (CONTRACT.digest, CONTRACT.document, "1.0\n2.0", ["release-not-one-line"]),
        (CONTRACT.digest, CONTRACT.document, "\x1b[31m", ["release-not-one-line"]),
        ("sha256:other", CONTRACT.document, "", ["release-missing", "digest-mismatch"]),
    ],
)
def test_what_may_not_be_stored_is_refused(
    service: Service, digest: str, document: str, release: str, codes: list[str]
) -> None:
    """A name that is not the content's own, or a release that nobody can tell."""
    with pytest.raises(InvalidError) as refused:
        service.schemas.push(actor(), "shop", digest, document, release)
    assert [each.code for each in refused.value.problems] == codes
