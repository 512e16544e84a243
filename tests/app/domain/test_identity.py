import os
import re
from datetime import UTC, datetime, timedelta
from string import ascii_letters, digits
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.identity import Bound, Principal, PrincipalKind, Right, Role, Scope, Token, rights_within
from app.domain.token_text import PATTERN, new_token_text, parse_token_text

TOKENS = 1_000_000 if int(os.environ.get("FAULT_ROUNDS", "2")) >= 10 else 2_000
NOW = datetime(2026, 11, 26, tzinfo=UTC)
ADA = Principal(PrincipalKind.PERSON, "setpoint", "ada", "Ada")


def token(*scopes: Scope, bounds: tuple[str, ...] = ("*/*",), expires_at: datetime | None = None) -> Token:
    rights = rights_within(scopes, map(Bound.parse, bounds))
    return Token("one", "one", ADA, "", rights, NOW, expires_at=expires_at)


def test_the_text_of_a_token_is_found_by_its_pattern_and_read_back() -> None:
    """What scanners look for is what is made."""
    made = new_token_text()
    assert re.fullmatch(PATTERN, made.text)
    assert parse_token_text(made.text) == made


def test_no_two_tokens_are_alike() -> None:
    """256 random bits: among a million, as in `make faults`, a seed of 32 would show; each is found by its pattern."""
    texts = [new_token_text().text for _ in range(TOKENS)]
    assert len(set(texts)) == len({text.partition("_")[2][:12] for text in texts}) == TOKENS
    assert all(map(re.compile(PATTERN).fullmatch, texts))
    assert {letter for text in texts[:2_000] for letter in text[16:59]} == {*ascii_letters, *digits}


@given(st.text(ascii_letters + digits, min_size=61, max_size=61))
def test_the_checksum_is_that_of_the_text_before_it(text: str) -> None:
    """CRC-32 in base 62, as scanners compute it."""
    token = f"sp_{text[:12]}_{text[12:61]}"
    expected, rest = "", crc32(token[:-6].encode())
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        expected = (digits + ascii_letters)[digit] + expected
    assert parse_token_text(token[:-6] + expected)
    assert (parse_token_text(token) is not None) is (token[-6:] == expected)


@given(st.integers(0, 67), st.characters(codec="ascii"))
def test_a_mistyped_token_is_refused_without_asking_anybody(place: int, character: str) -> None:
    """The checksum is in the text: CRC-32 notices each change of a single character."""
    text = new_token_text().text
    changed = text[:place] + character + text[place + 1 :]
    assert (parse_token_text(changed) is None) == (changed != text)


@pytest.mark.parametrize("text", ["", "sp_", "sp_abc_def", "ghp_" + "a" * 40, "sp_" + "a" * 12 + "_" + "a" * 49 + "\n"])
def test_what_is_no_token_is_refused(text: str) -> None:
    """Also what looks nearly like one."""
    assert parse_token_text(text) is None


def test_the_text_of_a_token_does_not_show() -> None:
    """Neither in a traceback nor in a log."""
    made = new_token_text()
    assert made.text not in repr(made)
    assert made.digest not in repr(made)


@pytest.mark.parametrize(
    ("bound", "app", "environment", "covered"),
    [
        ("billing/production", "billing", "production", True),
        ("billing/production", "billing", "staging", False),
        ("billing/production", "shop", "production", False),
        ("billing/production", "billing", "*", False),
        ("billing/*", "billing", "staging", True),
        ("billing/*", "billing", "*", True),
        ("billing/*", "shop", "staging", False),
        ("*/staging", "shop", "staging", True),
        ("*/staging", "shop", "production", False),
        ("*/*", "*", "*", True),
        ("billing/*", "*", "*", False),
    ],
)
def test_a_bound_covers_what_it_names(bound: str, app: str, environment: str, covered: bool) -> None:  # noqa: FBT001 - a table
    """`*` on the asking side means all of them."""
    assert Bound.parse(bound).covers(app, environment) is covered


@pytest.mark.parametrize(
    ("bound", "app", "touched"),
    [("billing/x", "billing", True), ("billing/x", "shop", False), ("*/x", "shop", True), ("billing/x", "*", True)],
)
def test_a_bound_touches_what_it_has_a_part_of(bound: str, app: str, touched: bool) -> None:  # noqa: FBT001 - a table
    """`*` on the asking side means any of them."""
    assert Bound.parse(bound).touches(app) is touched


@pytest.mark.parametrize("text", ["", "billing", "billing/", "/x", "Billing/x", "billing/x/y", "**/x", "b*/x"])
def test_what_is_no_bound_is_refused_in_words(text: str) -> None:
    """A pattern that looks like more than it is would be worse than none."""
    with pytest.raises(ValueError, match=r"a bound is `app/environment`, where `\*` stands for any"):
        Bound.parse(text)


def test_a_token_needs_the_scope_and_the_place() -> None:
    """One without the other is nothing."""
    reader = token(Scope.CONFIG_READ, bounds=("billing/production",))
    assert reader.allows(Scope.CONFIG_READ, "billing", "production")
    assert not reader.allows(Scope.CONFIG_WRITE, "billing", "production")
    assert not reader.allows(Scope.CONFIG_READ, "billing", "staging")
    assert not reader.allows(Scope.CONFIG_READ, "billing")
    assert reader.allows_somewhere(Scope.CONFIG_READ, "billing")
    assert not reader.allows_somewhere(Scope.CONFIG_READ, "shop")


def test_admin_may_do_everything_within_its_bounds() -> None:
    """And nothing outside of them."""
    admin = token(Scope.ADMIN, bounds=("billing/*",))
    assert all(admin.allows(scope, "billing", "staging") for scope in Scope)
    assert not any(admin.allows(scope, "shop", "staging") for scope in Scope)


@pytest.mark.parametrize(
    ("scope", "bound", "allowed"),
    [
        (Scope.CONFIG_READ, "billing/production", True),
        (Scope.CONFIG_READ, "billing/*", False),
        (Scope.CONFIG_WRITE, "billing/production", False),
        (Scope.ADMIN, "billing/production", False),
    ],
)
def test_no_token_gives_more_than_it_has(scope: Scope, bound: str, allowed: bool) -> None:  # noqa: FBT001 - a table
    """Otherwise a small token would make itself a large one."""
    maker = token(Scope.CONFIG_READ, bounds=("billing/production",))
    assert maker.allows_to_grant(rights_within({scope}, {Bound.parse(bound)})) is allowed


def test_a_token_lives_until_it_expires() -> None:
    """The moment itself is too late."""
    ends = NOW + timedelta(hours=1)
    brief = token(expires_at=ends)
    assert brief.is_live(ends - timedelta(microseconds=1))
    assert not brief.is_live(ends)


@pytest.mark.parametrize("role", Role)
def test_a_role_is_written_with_where_it_holds(role: Role) -> None:
    """And a right tells which role it is."""
    right = Right.parse(f"{role}@billing/staging")
    assert (right.role, right.scopes, str(right.bound)) == (role, role.scopes, "billing/staging")
    assert str(Right.parse(role).bound) == "*/*"


@pytest.mark.parametrize(
    "text", ["", "owner", "Editor@billing/*", "editor@", "editor@billing", "editor@a/b@c/d", "@a/b"]
)
def test_what_is_no_role_is_refused_in_words(text: str) -> None:
    """It tells what could be written."""
    with pytest.raises(ValueError, match=r"a role is one of viewer, editor, approver|a bound is `app/environment`"):
        Right.parse(text)


def test_a_right_holds_in_its_own_place_alone() -> None:
    """An editor of staging who may look at production changes nothing there."""
    held = frozenset(map(Right.parse, ("editor@billing/staging", "viewer@billing/production")))
    both = Token("one", "one", ADA, "", held, NOW)
    assert both.allows(Scope.CONFIG_WRITE, "billing", "staging")
    assert both.allows(Scope.CONFIG_READ, "billing", "production")
    assert not both.allows(Scope.CONFIG_WRITE, "billing", "production")
    assert not both.allows(Scope.CONFIG_REVEAL, "billing", "production")
    assert both.allows_to_grant({Right.parse("viewer@billing/staging")})
    assert not both.allows_to_grant({Right.parse("editor@billing/production")})
