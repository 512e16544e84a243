"""What the page says on which people edit an environment, without any HTML."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest
from inline_snapshot import snapshot

from app.domain.errors import ConflictError
from app.domain.proposal import Proposal
from app.service.approvals.proposing import Proposing
from app.service.approvals.protecting import Protecting
from app.service.pages.editor import Editor, EditPage, Standing, Typed
from app.service.writing.intent import Intent, Revised
from app.store.sqlite.store import SqliteStore
from app.store.testing.session_contract import add, session
from setpoint.envfile.loaders import LOADERS
from support.configuration_service import PRODUCTION, STAGING, Service, actor
from support.small_contract import contract

CANARY = "c4n4ry0fTh33d1t0r"
T = TypeVar("T")


def here(work: Callable[[], T]) -> T:
    """Do it here and now."""
    return work()


@pytest.fixture
def editor(service: Service) -> Editor:
    proposing = Proposing(service.store, service.validator, service.clock)
    return Editor(service.reading, service.history, service.revising, proposing)


def opened(editor: Editor, loader: str = "python-dotenv") -> EditPage:
    return editor.opened(actor(), PRODUCTION, loader, here)


def checked(editor: Editor, text: str, *, ignores_live: bool = False) -> EditPage:
    return editor.checked(actor(), PRODUCTION, Typed(text, 1, ignores_live=ignores_live), here)


def saved(editor: Editor, text: str, base: int | None = 1) -> Revised | Proposal | EditPage:
    return editor.saved(actor(), PRODUCTION, Typed(text, base, message="why"), here)


def values(service: Service) -> dict[str, str]:
    return dict(service.reading.read(actor(), PRODUCTION, reveal=True).variables)


def told(page: EditPage) -> list[str]:
    """Return each finding with its line."""
    lines = [
        f"{each.line.number} {each.line.text}\n  {each.line.carets}" if each.line else "" for each in page.findings
    ]
    return [f"{each.code} {each.message}\n{line}".rstrip() for each, line in zip(page.findings, lines, strict=True)]


def test_the_text_has_no_secret_in_it(service: Service, editor: Editor) -> None:
    """What stands for it says that it stays as it is."""
    service.write(PORT="1", API_KEY=CANARY, NAME="two words")
    page = opened(editor)
    assert page.typed.text == snapshot("""\
PORT=1
API_KEY=setpoint:unchanged
NAME=two words
""")
    assert (page.typed.base, page.standing, page.sentence) == (1, Standing.UNCHANGED, "this is revision 1")


@pytest.mark.parametrize("loader", LOADERS)
def test_what_is_opened_and_saved_again_changes_nothing(service: Service, editor: Editor, loader: str) -> None:
    """In every dialect: what is unchanged is read as that, and what a dialect can't say is unchanged, too."""
    service.write(PORT="1", API_KEY=f"{CANARY}'\"$x\n`", NAME="a # 'b' \"c\" $d\n")
    page = opened(editor, loader)
    assert CANARY not in page.typed.text
    page = editor.checked(actor(), PRODUCTION, page.typed, here)
    assert (page.standing, page.sentence, page.changes) == (Standing.UNCHANGED, "nothing differs from revision 1", ())


def test_a_change_is_saved_and_secrets_stay(service: Service, editor: Editor) -> None:
    """The page says beforehand what saving does, by name."""
    service.write(PORT="1", API_KEY=CANARY, NAME="a")
    text = "API_KEY=setpoint:unchanged\nPORT=2\nDEBUG=true\n"
    page = checked(editor, text)
    assert (page.standing, page.sentence) == (Standing.READY, "nothing is wrong: saving makes revision 2")
    assert [f"{each.name} {each.change}" for each in page.changes] == ["PORT changed", "NAME removed", "DEBUG added"]
    revised = saved(editor, text)
    assert isinstance(revised, Revised)
    assert revised.revision is not None
    assert (revised.revision.number, revised.revision.message) == (2, "why")
    assert values(service) == {"API_KEY": CANARY, "PORT": "2", "DEBUG": "true"}


@pytest.mark.parametrize(
    "text",
    [
        "PORT=1\nNAME=setpoint:unchanged\n",
        "PORT=1\nAPI_KEY=setpoint:unchanged\nNAME=${API_KEY}\n",
        "PORT=1\nAPI_KEY='setpoint:unchanged '\n",
        "PORT=1\nAPI_KEY=********\n",
    ],
)
def test_what_stands_for_a_value_is_never_saved_as_one(service: Service, editor: Editor, text: str) -> None:
    """Nor does a secret get another name, under which everybody could read it."""
    service.write(PORT="1", API_KEY=CANARY)
    page = saved(editor, text)
    assert isinstance(page, EditPage)
    assert page.standing is Standing.REFUSED
    assert "masked-value" in {each.code for each in page.findings}
    assert values(service) == {"PORT": "1", "API_KEY": CANARY}


def test_everything_that_is_wrong_is_at_its_line(service: Service, editor: Editor) -> None:
    """Syntax, types, names, limits; and nothing is stored."""
    service.write(PORT="1", API_KEY=CANARY)
    text = 'PORT=many\nPROT=2\nNAME="open\nAPI_KEY=setpoint:unchanged\nLD_PRELOAD=/x.so\n'
    page = saved(editor, text)
    assert isinstance(page, EditPage)
    assert (page.standing, page.sentence) == (Standing.REFUSED, snapshot("4 problems, and nothing is stored"))
    assert told(page) == snapshot(
        [
            """\
SP401 `PORT` is not an integer
1 PORT=many
       ^^^^\
""",
            """\
SP301 no setting reads `PROT`
2 PROT=2
  ^^^^\
""",
            """\
SP102 the quote that opens the value of `NAME` is never closed
3 NAME="open
       ^\
""",
            """\
dangerous-name `LD_PRELOAD` makes programs run code other than their own
5 LD_PRELOAD=/x.so
  ^^^^^^^^^^\
""",
        ]
    )
    assert page.typed.text == text
    assert CANARY not in repr(page)
    assert values(service)["PORT"] == "1"


def test_a_secret_that_breaks_a_rule_is_not_told(service: Service, editor: Editor) -> None:
    """A release that wants a number there finds none, and nobody learns what there is."""
    service.write(PORT="1", API_KEY=CANARY)
    service.push(contract(PORT="integer!", API_KEY="integer"), "2.0", compatible=False)
    page = checked(editor, "PORT=1\nAPI_KEY=setpoint:unchanged\n")
    assert [each.code for each in page.findings if each.severity == "error"] == ["SP401"]
    assert CANARY not in repr(page) + "".join(told(page))


def test_live_instances_are_asked_too(service: Service, editor: Editor) -> None:
    """The page says which schema refuses what, at its line; who has a reason can store it all the same."""
    service.write(PORT="1", API_KEY=CANARY)
    old = service.store.read(lambda found: found.schemas.current("billing"))
    assert old is not None
    found = session()
    assert isinstance(service.store, SqliteStore)
    add(service.store, replace(found, instance=replace(found.instance, schema=old.digest)))
    service.push(contract(PORT="integer!", API_KEY="secret", NEW="text"), "2.0")
    text = "PORT=1\nAPI_KEY=setpoint:unchanged\nNEW=a\n"
    page = checked(editor, text)
    assert [each.split(" ", 1)[0] for each in told(page)] == ["unknown-to-live-instances"]
    assert (page.findings[0].line and page.findings[0].line.number) == 3
    assert checked(editor, text, ignores_live=True).standing is Standing.READY


def test_what_somebody_else_has_changed_meanwhile_is_shown(service: Service, editor: Editor) -> None:
    """The text stays as it was typed, and is from then on made from what is there."""
    service.write(PORT="1", API_KEY=CANARY)
    service.write(PORT="2", API_KEY=f"{CANARY}-new")
    page = saved(editor, "PORT=3\nAPI_KEY=setpoint:unchanged\n")
    assert isinstance(page, EditPage)
    assert (page.standing, page.typed.base, page.typed.text) == (
        Standing.STALE,
        2,
        "PORT=3\nAPI_KEY=setpoint:unchanged\n",
    )
    assert page.meanwhile is not None
    assert [(each.name, each.old, each.new) for each in page.meanwhile.differences] == [
        ("API_KEY", None, None),
        ("PORT", "1", "2"),
    ]
    assert CANARY not in repr(page)
    assert isinstance(editor.saved(actor(), PRODUCTION, page.typed, here), Revised)
    assert values(service) == {"PORT": "3", "API_KEY": f"{CANARY}-new"}


def test_a_protected_environment_gets_a_proposal(service: Service, editor: Editor) -> None:
    """With the very values that are to stay; nothing is stored until somebody else approves it."""
    service.write(PORT="1", API_KEY=CANARY)
    Protecting(service.store, service.clock).protect(actor(), PRODUCTION, 2)
    assert opened(editor).approvals == 2
    page = checked(editor, "PORT=2\nAPI_KEY=setpoint:unchanged\n")
    assert page.sentence == "nothing is wrong: it needs 2 approvals by somebody else to become a revision"
    proposed = saved(editor, "PORT=2\nAPI_KEY=setpoint:unchanged\n")
    assert isinstance(proposed, Proposal)
    assert (proposed.number, proposed.base, proposed.message) == (1, 1, "why")
    kept = service.store.read(lambda found: found.proposals.variables(proposed))
    assert dict(kept) == {"PORT": "2", "API_KEY": CANARY}
    assert values(service)["PORT"] == "1"
    nothing = saved(editor, "PORT=1\nAPI_KEY=setpoint:unchanged\n")
    assert isinstance(nothing, EditPage)
    assert (nothing.standing, nothing.sentence) == (
        Standing.BLOCKED,
        "`billing/production` already has exactly these variables",
    )


def test_the_first_revision_can_be_typed_too(service: Service, editor: Editor) -> None:
    """Of an environment that nobody has written to yet."""
    page = opened(editor)
    assert (page.typed.text, page.typed.base) == ("", None)
    assert isinstance(saved(editor, "PORT=1\n", None), Revised)
    assert values(service) == {"PORT": "1"}


def test_what_is_inherited_is_no_part_of_the_text(service: Service, editor: Editor) -> None:
    """It stays where it is, and the page says from where it comes."""
    service.write(STAGING, PORT="1", NAME="a", API_KEY=CANARY)
    service.revising.extend(actor(), Intent(PRODUCTION, None), [STAGING])
    page = opened(editor)
    assert (page.typed.text, dict(page.inherited)) == (
        "",
        {"PORT": "billing/staging@1", "NAME": "billing/staging@1", "API_KEY": "billing/staging@1"},
    )
    refused = saved(editor, "API_KEY=setpoint:unchanged\n")
    assert isinstance(refused, EditPage)
    assert [each.code for each in refused.findings] == ["masked-value"]
    assert isinstance(saved(editor, "NAME=b\n"), Revised)
    assert values(service) == {"PORT": "1", "NAME": "b", "API_KEY": CANARY}


def test_a_name_that_a_program_takes_from_no_file_is_told(service: Service, editor: Editor) -> None:
    """Nothing is left out of the text, or saving it would remove that."""
    service.push(contract(PORT="integer!", NODE_OPTIONS="text"))
    service.revising.replace(
        actor(), Intent(PRODUCTION, None, allow_dangerous=True), {"PORT": "1", "NODE_OPTIONS": "-v"}
    )
    with pytest.raises(ConflictError, match="`NODE_OPTIONS` can't be written so that github-env reads it"):
        opened(editor, "github-env")
