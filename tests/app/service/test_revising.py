import dataclasses
import threading
from collections.abc import Callable, Mapping

import pytest
from inline_snapshot import snapshot

from app.contracts.validator import ContractValidator
from app.domain.errors import DestroyedError, InvalidError, NotFoundError, StaleError
from app.domain.place import Place
from app.domain.revision import Schema
from app.domain.validation import Outcome, Validation
from app.service.writing.changes import Change, merged, promoted, replaced
from app.service.writing.intent import Intent, Revised
from support.configuration_service import ADA, GRACE, PRODUCTION, STAGING, Service, actor
from support.small_contract import contract

CANARY = "c4n4ry-of-the-revisions"


def replace(service: Service, expected: int | None, /, dry_run: bool = False, **variables: str) -> Revised:  # noqa: FBT001, FBT002 - as a caller writes it
    intent = Intent(PRODUCTION, expected, message="why", dry_run=dry_run)
    return service.revising.replace(actor(), intent, variables)


def test_the_first_revision_is_made_where_there_is_none(service: Service) -> None:
    """And tells who wrote it, why, and how far the schema vouches for it."""
    written = replace(service, None, PORT="8080", API_KEY=CANARY)
    assert written.changed
    assert written.revision is not None
    assert (written.revision.number, written.revision.author, written.revision.message) == (1, ADA, "why")
    assert written.validation.outcome is Outcome.VALID
    content = service.reading.read(actor(), PRODUCTION, reveal=True)
    assert dict(content.variables) == {"PORT": "8080", "API_KEY": CANARY}


@pytest.mark.parametrize("expected", [None, 2, 7])
def test_a_writer_who_has_seen_another_revision_is_refused(service: Service, expected: int | None) -> None:
    """Nobody's change is lost because somebody else did not know of it."""
    service.write(PORT="1")
    with pytest.raises(StaleError, match="`billing/production` is at revision 1; read it and decide again") as stale:
        replace(service, expected, PORT="2")
    assert stale.value.current == 1
    with pytest.raises(StaleError, match="`billing/staging` has no revision"):
        service.revising.replace(actor(), Intent(STAGING, 1), {"PORT": "1"})


def test_of_many_writers_with_the_same_knowledge_one_wins(service: Service) -> None:
    """The others are told."""
    service.write(PORT="0")
    outcomes: list[str] = []

    def write(port: int) -> None:
        try:
            replace(service, 1, PORT=str(port))
        except StaleError:
            outcomes.append("stale")
        else:
            outcomes.append("written")

    threads = [threading.Thread(target=write, args=(port,)) for port in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["stale"] * 19 + ["written"]
    assert service.history.one(PRODUCTION).number == 2


def test_all_problems_are_told_at_once_and_nothing_is_stored(service: Service) -> None:
    """With the variable, never with its value."""
    variables = {"PORT": CANARY, "PROT": CANARY, "LD_PRELOAD": CANARY, "DEBUG": CANARY}
    with pytest.raises(InvalidError) as refused:
        service.revising.replace(actor(), Intent(PRODUCTION, None, message="x" * 3_000), variables)
    assert [(each.variable, each.code) for each in refused.value.problems] == snapshot(
        [
            (None, "message-too-long"),
            ("LD_PRELOAD", "dangerous-name"),
            ("PORT", "SP401"),
            ("PROT", "SP301"),
            ("DEBUG", "SP401"),
        ]
    )
    assert CANARY not in repr(refused.value.problems) + str(refused.value)
    assert service.history.page(PRODUCTION) == []
    assert [each.action for each in service.store.read(lambda found: found.audit.page())] == ["schema.push"]


@pytest.mark.parametrize(
    ("message", "reason", "code"),
    [
        (f"the key is {CANARY} now", "", "message-holds-secret"),
        ("hurry", CANARY, "reason-holds-secret"),
        ("8080 for Pizza, see postgres://u@db", "hurry", None),
    ],
)
def test_words_that_quote_a_secret_are_refused(service: Service, message: str, reason: str, code: str | None) -> None:
    """Whoever may read the history reads them, and so does every receiver of a webhook."""
    intent = Intent(PRODUCTION, None, message=message, break_glass=reason)
    variables = {"PORT": "8080", "API_KEY": f"postgres://u:{CANARY}@db", "NAME": "Pizza"}
    if code is None:
        assert service.revising.replace(actor(), intent, variables).changed
        return
    with pytest.raises(InvalidError) as refused:
        service.revising.replace(actor(), intent, variables)
    assert [(each.variable, each.code) for each in refused.value.problems] == [(None, code)]
    assert CANARY not in repr(refused.value.problems)


def test_a_dangerous_name_needs_a_word_and_is_written_down(service: Service) -> None:
    """Who allows it is known afterwards."""
    intent = Intent(PRODUCTION, None, allow_dangerous=True)
    service.revising.replace(actor(), intent, {"PORT": "1", "LD_PRELOAD": "/x.so"})
    newest = service.store.read(lambda found: found.audit.page())[0]
    assert newest.detail == {"revision": 1, "dangerous": ["LD_PRELOAD"]}


def test_a_dangerous_name_needs_its_word_from_who_writes_it_alone(service: Service) -> None:
    """Not from who changes something else beside it, or brings it back."""
    allowed = Intent(PRODUCTION, None, allow_dangerous=True)
    service.revising.replace(actor(), allowed, {"PORT": "1", "LD_PRELOAD": "/x.so"})
    service.revising.merge(actor(), Intent(PRODUCTION, 1), {"PORT": "2", "NAME": None})
    with pytest.raises(InvalidError):
        service.revising.merge(actor(), Intent(PRODUCTION, 2), {"LD_PRELOAD": "/y.so"})
    service.revising.merge(actor(), Intent(PRODUCTION, 2), {"LD_PRELOAD": None})
    assert service.revising.roll_back(actor(), Intent(PRODUCTION, 3), 1).changed
    extended = Intent(STAGING, None)
    assert service.revising.extend(actor(), extended, [PRODUCTION]).changed
    assert service.revising.merge(actor(), Intent(PRODUCTION, 4), {"PORT": "3"}).changed


def test_an_app_without_a_schema_takes_nothing(service: Service) -> None:
    """What can't be checked is not stored; the refusal says what to do."""
    with pytest.raises(NotFoundError, match="`setpoint schema push --app shop` stores one"):
        service.revising.replace(actor(), Intent(Place("shop", "production"), None), {"A": "1"})


def test_a_dry_run_says_what_would_be_and_stores_nothing(service: Service) -> None:
    """Neither a revision nor an event."""
    before = service.store.position()
    assert replace(service, None, dry_run=True, PORT="1").revision is None
    with pytest.raises(InvalidError):
        replace(service, None, dry_run=True, PORT="x")
    assert service.store.position() == before


def test_identical_content_makes_no_revision(service: Service) -> None:
    """Also in another order."""
    service.write(PORT="1", NAME="a")
    again = replace(service, 1, NAME="a", PORT="1")
    assert (again.changed, again.revision and again.revision.number) == (False, 1)


def test_a_change_that_is_sent_again_after_a_lost_answer_is_one_change(service: Service) -> None:
    """RFC 9110 lets a server say that what was asked for is so already; somebody else's same change is not that."""
    service.write(PORT="1")
    first = replace(service, 1, PORT="2")
    again = replace(service, 1, PORT="2")
    assert (again.revision, again.changed) == (first.revision, False)
    with pytest.raises(StaleError):
        service.revising.replace(actor(GRACE), Intent(PRODUCTION, 1), {"PORT": "2"})
    with pytest.raises(StaleError):
        replace(service, 1, PORT="3")


def test_a_patch_changes_what_it_names(service: Service) -> None:
    """And is checked as a whole."""
    service.write(PORT="1", NAME="a", API_KEY="k")
    patched = service.revising.merge(actor(), Intent(PRODUCTION, 1), {"PORT": "2", "NAME": None})
    assert patched.revision is not None
    assert patched.revision.names == ("PORT", "API_KEY")
    with pytest.raises(InvalidError):
        service.revising.merge(actor(), Intent(PRODUCTION, 2), {"PORT": None})
    assert dict(service.reading.read(actor(), PRODUCTION, reveal=True).variables) == {"PORT": "2", "API_KEY": "k"}


@pytest.mark.parametrize("make", [replaced, merged, lambda texts: promoted(texts, {})])
def test_what_writes_too_much_is_refused_before_it_is_merged(make: Callable[[Mapping[str, str]], Change]) -> None:
    """No transaction is begun for it, in which others could not write."""
    make({f"V{at}": "1" for at in range(1_000)})
    with pytest.raises(InvalidError) as refused:
        make({f"V{at}": "1" for at in range(80_000)})
    assert [each.message for each in refused.value.problems] == [
        "there are 80,000 variables, and an environment may have at most 1,000"
    ]


def test_a_patch_can_make_the_first_revision(service: Service) -> None:
    """There is nothing to merge with then."""
    assert service.revising.merge(actor(), Intent(PRODUCTION, None), {"PORT": "2", "NAME": None}).changed


def test_a_rollback_makes_a_new_revision_and_loses_none(service: Service) -> None:
    """Back to the very first one, and forth again."""
    for port in "123":
        service.write(PORT=port)
    back = service.revising.roll_back(actor(), Intent(PRODUCTION, 3, message="broken"), 1)
    assert back.revision is not None
    assert (back.revision.number, back.revision.copied_from) == (4, 1)
    forth = service.revising.roll_back(actor(), Intent(PRODUCTION, 4), 3)
    assert forth.revision is not None
    history = service.history.page(PRODUCTION)
    assert [(each.number, each.copied_from) for each in history] == [(5, 3), (4, 1), (3, None), (2, None), (1, None)]
    ports = [service.reading.read(actor(), PRODUCTION, number).variables["PORT"] for number in (1, 2, 3, 4, 5)]
    assert ports == ["1", "2", "3", "1", "3"]


def test_a_rollback_is_checked_against_the_schema_of_today(service: Service) -> None:
    """What was valid once may not be any more."""
    service.write(PORT="1", NAME="old")
    service.write(PORT="2")
    service.push(contract(PORT="integer!", NAME="integer"))
    with pytest.raises(InvalidError) as refused:
        service.revising.roll_back(actor(), Intent(PRODUCTION, 2), 1)
    assert [each.message for each in refused.value.problems] == ["`NAME` is not an integer"]
    with pytest.raises(NotFoundError, match="there is no `billing/production@7`"):
        service.revising.roll_back(actor(), Intent(PRODUCTION, 2), 7)


def test_destroyed_values_do_not_come_back(service: Service) -> None:
    """A rollback to them is refused in words."""
    service.write(PORT="1", API_KEY="leaked")
    service.write(PORT="1")
    service.history.destroy(actor(), PRODUCTION, 1, "leaked")
    with pytest.raises(DestroyedError, match="the values of `billing/production@1` were permanently removed"):
        service.revising.roll_back(actor(), Intent(PRODUCTION, 2), 1)


def test_what_a_schema_can_not_say_is_kept_with_the_revision(service: Service) -> None:
    """Valid as far as the schema says, and which checks it does not know."""
    service.push(contract(("pool sizes",), PORT="integer"))
    written = replace(service, None, PORT="1")
    assert written.validation.outcome is Outcome.VALID_AS_FAR_AS_THE_SCHEMA_SAYS
    assert service.history.one(PRODUCTION).unchecked == ("pool sizes",)
    assert service.history.one(PRODUCTION).outcome is Outcome.VALID_AS_FAR_AS_THE_SCHEMA_SAYS


def test_others_write_while_it_is_found_out_what_is_wrong(service: Service) -> None:
    """To explain a thousand misspelt names takes a second; what live instances have against a set, too."""
    written = []

    class Explaining(ContractValidator):
        def explain(self, schema: Schema, variables: Mapping[str, str]) -> Validation:
            other = threading.Thread(target=lambda: written.append(service.write(STAGING, PORT=str(len(written)))))
            other.start()
            other.join(20)
            return super().explain(schema, variables)

    revising = dataclasses.replace(service.revising, validator=Explaining())
    with pytest.raises(InvalidError, match="1 problem, and nothing was stored"):
        revising.replace(actor(), Intent(PRODUCTION, None), {"PORT": "x"})
    assert written == [1]
    assert revising.replace(actor(), Intent(PRODUCTION, None), {"PORT": "1"}).changed
    assert written == [1]  # nothing had to be explained
    assert revising.replace(actor(), Intent(PRODUCTION, 1), {"PORT": "2", "OTEL_LEVEL": "debug"}).changed
    assert written == [1, 2]  # a name that no setting reads is no fault, but it could be one
    lacking = Intent(Place("billing", "base"), None, is_base=True)
    service.push(contract(PORT="integer!", NAME="text"))
    assert revising.replace(actor(), lacking, {"NAME": "a"}).changed
    assert written == [1, 2, 3]
    schemas = dataclasses.replace(service.schemas, validator=revising.validator)
    newer = contract(PORT="integer!", NAME="integer")
    with pytest.raises(InvalidError, match="stored revisions do not satisfy the schema"):
        schemas.push(actor(), "billing", newer.digest, newer.document, "2.0")
    assert written == [1, 2, 3, 4, 5]
