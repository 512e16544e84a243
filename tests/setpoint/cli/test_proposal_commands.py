"""Commands in an environment that is protected: what becomes of a write, and who decides on it."""

import json
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.domain.identity import Scope
from support.service_over_http import ServiceOverHttp
from support.typed_commands import GOOD, Setpoint

SECRET = "kXwvQzmWncRt"
PRODUCTION = "billing/production"


@pytest.fixture
def office(setpoint: Setpoint, project: Path) -> Setpoint:
    """Return what types a command, with a production that is protected."""
    (project / "next.env").write_text("PORT=81\nAPI_KEY=another-secret\nMOTTO=new\n")
    (project / "base.env").write_text("MOTTO=base\n")
    for words in (
        ("schema", "push", "--app", "billing"),
        ("push", PRODUCTION, "prod.env"),
        ("push", "billing/staging", "next.env"),
        ("push", "billing/base", "base.env", "--base"),
        ("environments", "protect", PRODUCTION),
    ):
        assert setpoint(*words)[0] == 0
    return setpoint


@pytest.fixture
def grace(service: ServiceOverHttp, monkeypatch: pytest.MonkeyPatch, office: Setpoint) -> Setpoint:
    """Return what types a command as somebody else, who may approve."""
    token = service.token(Scope.CONFIG_READ, Scope.CONFIG_APPROVE, name="grace")

    def run(*words: str) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            patch.setenv("SETPOINT_TOKEN", token)
            return office(*words)

    return run


def _digest(office: Setpoint, number: int = 1) -> str:
    return str(json.loads(office("proposals", "show", PRODUCTION, str(number), "--json")[1])["digest"])


def test_a_push_says_that_it_waits_and_how_it_goes_on(office: Setpoint, grace: Setpoint) -> None:
    """It is no revision yet, so that a script which goes on with a deploy does not."""
    status, printed, told = office("push", PRODUCTION, "next.env", "-m", "new motto")
    assert (status, told) == (1, "")
    first, *rest = printed.splitlines()
    assert first.startswith("proposal 1 of billing/production needs 1 approval by somebody else until 20")
    assert rest == snapshot(
        [
            "`setpoint proposals show billing/production 1` says how to approve it",
            "`setpoint proposals apply billing/production 1` then applies it",
        ]
    )
    digest = _digest(office)[:12]
    shown = grace("proposals", "show", PRODUCTION, "1")
    assert (shown[0], shown[1].replace(digest, "DIGEST")) == (
        0,
        snapshot("""\
proposal 1 of billing/production by ada, made from revision 1: new motto
  ~ API_KEY (secret, its values are not shown)
  + MOTTO
      + new
  ~ PORT
      - 80
      + 81
proposal 1 of billing/production lacks 1 approval
`setpoint proposals approve billing/production 1 DIGEST` approves exactly this
"""),
    )
    assert office("proposals", "approve", PRODUCTION, "1", digest)[::2] == snapshot(
        (1, "error: `ada` proposed `billing/production#1`; somebody else must approve it\n")
    )
    assert grace("proposals", "approve", PRODUCTION, "1", digest) == snapshot(
        (0, "proposal 1 of billing/production can be applied\n", "")
    )
    assert office("proposals", "list", PRODUCTION)[1].splitlines()[1].split(maxsplit=3)[3].split("  ")[0] == "ada"
    assert office("proposals", "apply", PRODUCTION, "1", "--wait", "1s") == snapshot(
        (
            0,
            """\
proposal 1 of billing/production is applied, as revision 2
no instance follows; revision 2 waits for the first one
""",
            "",
        )
    )
    assert office("proposals", "list", PRODUCTION) == (0, "", "no proposals are waiting in `billing/production`\n")


def test_who_wants_a_proposal_gets_one_and_a_zero(office: Setpoint, grace: Setpoint) -> None:
    """Also in an environment that is not protected; it may be applied with its last approval."""
    status, printed, _ = office("push", PRODUCTION, "next.env", "--propose", "--apply-once-approved")
    assert (status, printed.splitlines()[-1]) == (0, "it will be applied with its last approval")
    assert grace("proposals", "approve", PRODUCTION, "1", _digest(office)) == snapshot(
        (0, "proposal 1 of billing/production is applied, as revision 2\n", "")
    )
    assert office("push", "billing/staging", "prod.env", "--propose")[0] == 0


def test_a_proposal_is_changed_by_its_author(office: Setpoint, grace: Setpoint) -> None:
    """Who has looked at the one before has not looked at this one."""
    office("push", PRODUCTION, "next.env")
    old = _digest(office)[:12]
    assert office("push", PRODUCTION, "next.env", "--proposal", "1", "-m", "again")[0] == 0
    assert grace("proposals", "approve", PRODUCTION, "1", old)[::2] == snapshot(
        (1, "error: the proposal `billing/production#1` has changed since you looked at it: read it and decide again\n")
    )
    assert grace("proposals", "approve", PRODUCTION, "1", old[:6])[::2] == snapshot(
        (
            2,
            "error: type 12 characters of the digest at least; `setpoint proposals show` prints them\n",
        )
    )


def test_a_proposal_is_refused_or_withdrawn(office: Setpoint, grace: Setpoint) -> None:
    """With a reason that everyone sees."""
    for message in ("one", "two"):
        office("push", PRODUCTION, "next.env", "-m", message)
    assert grace("proposals", "refuse", PRODUCTION, "1", "-m", "not today") == snapshot(
        (0, "proposal 1 of billing/production is refused: not today\n", "")
    )
    assert office("proposals", "withdraw", PRODUCTION, "2") == snapshot(
        (0, "proposal 2 of billing/production is withdrawn\n", "")
    )
    assert office("proposals", "apply", PRODUCTION, "2")[::2] == snapshot(
        (1, "error: the proposal `billing/production#2` is withdrawn\n")
    )
    shown = office("proposals", "show", PRODUCTION, "1")[1]
    assert shown.splitlines()[-1] == "proposal 1 of billing/production is refused: not today"
    assert len(office("proposals", "list", PRODUCTION, "--all")[1].splitlines()) == 3


@pytest.mark.parametrize(
    "words",
    [
        ["rollback", PRODUCTION, "--to", "1"],
        ["promote", "billing/staging", PRODUCTION],
        ["extend", PRODUCTION, "billing/base"],
        ["import", PRODUCTION, "printed.json", "--apply"],
    ],
    ids=lambda words: words[0],
)
def test_every_command_that_writes_proposes_where_it_has_to(office: Setpoint, project: Path, words: list[str]) -> None:
    """And writes at once where somebody breaks the glass."""
    (project / "printed.json").write_text('{"MOTTO": "imported"}')
    assert office("push", PRODUCTION, "next.env", "--break-glass", "the site is down")[0] == 0
    (project / "staging.env").write_text(f"{GOOD}POOL_MAX=50\n")
    assert office("push", "billing/staging", "staging.env")[0] == 0
    status, printed, _ = office(*words)
    assert (status, "proposal 1 of billing/production needs" in printed) == (1, True)
    status, printed, _ = office(*words, "--propose", "--json")
    assert (status, json.loads(printed)["proposal"]) == (0, 1)
    status, printed, _ = office(*words, "--break-glass", "still down")
    assert (status, "revision 3 of billing/production" in printed) == (0, True)
    assert "still down" in office("audit", "-n", "1")[1]


def test_a_push_may_wait_for_what_others_decide(office: Setpoint) -> None:
    """When the time is over, nothing is written yet."""
    status, printed, told = office("push", PRODUCTION, "next.env", "--wait", "0.1s")
    assert (status, told) == (1, "waiting for its approvals\n")
    assert printed.splitlines()[-1] == "proposal 1 of billing/production lacks 1 approval"


def test_environments_are_protected_and_not_any_more(office: Setpoint) -> None:
    """The list says how many approvals a change needs."""
    assert office("environments", "protect", PRODUCTION, "--approvals", "2") == snapshot(
        (0, "billing/production is protected: a change needs 2 approvals by somebody else\n", "")
    )
    rows = [line.split() for line in office("environments", "billing")[1].splitlines()]
    column = rows[0].index("approvals") + 1  # a time is two words
    assert [(row[0], row[column]) for row in rows[1:]] == [("base", "-"), ("production", "2"), ("staging", "-")]
    assert office("environments", "unprotect", PRODUCTION) == snapshot(
        (0, "billing/production is no longer protected: a change needs no approval\n", "")
    )
    assert office("push", PRODUCTION, "next.env")[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["environments", "guard", PRODUCTION], "write `setpoint environments protect billing/production`"),
        (["environments", "billing", "--approvals", "2"], "`--approvals` is for"),
        (["push", PRODUCTION, "next.env", "--break-glass", " "], "needs a reason"),
        (["push", PRODUCTION, "next.env", "--break-glass", "x", "--propose"], "use one of them"),
        (["push", PRODUCTION, "next.env", "--dry-run", "--propose"], "use one of them"),
        (["import", PRODUCTION, "printed.json", "--propose"], "add `--apply`"),
    ],
)
def test_what_can_not_be_meant_is_not_tried(office: Setpoint, project: Path, words: list[str], said: str) -> None:
    """In a sentence that says what to type."""
    (project / "printed.json").write_text('{"MOTTO": "imported"}')
    status, printed, told = office(*words)
    assert (status, printed, said in told) == (2, "", True)


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["for people", "for programs"])
def test_no_command_about_proposals_shows_a_secret(office: Setpoint, grace: Setpoint, more: list[str]) -> None:
    """Neither the one that is there nor the one that would be."""
    said = [*office("push", PRODUCTION, "next.env", *more)[1:]]
    digest = _digest(office)
    said += grace("proposals", "show", PRODUCTION, "1", *more)[1:]
    said += grace("proposals", "list", PRODUCTION, *more)[1:]
    said += grace("proposals", "approve", PRODUCTION, "1", digest, *more)[1:]
    said += office("proposals", "apply", PRODUCTION, "1", *more)[1:]
    said += office("push", PRODUCTION, "prod.env", *more)[1:]
    said += grace("proposals", "refuse", PRODUCTION, "2", *more)[1:]
    said += office("audit", *more)[1:]
    whole = "".join(said)
    assert [each for each in (SECRET, SECRET[:9], "another-secret", "another-s") if each in whole] == []
    assert "MOTTO" in whole
