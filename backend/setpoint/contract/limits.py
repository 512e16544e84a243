"""The limits of a set of variables, whatever a contract says of them: what an environment can't or shouldn't hold.

The service refuses what exceeds them, and a push is told before any value leaves the machine.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from setpoint.text.guarded import MASK
from setpoint.text.secret_values import holds_marked_token

UNCHANGED = "setpoint:unchanged"
"""Represents the existing value of a variable for somebody who edits it without seeing it."""

MOST_VARIABLES = 1_000
LONGEST_NAME = 255
LARGEST_VALUE = 65_536
"""In bytes of UTF-8. Linux refuses to start a program with a variable above 128 KiB."""
LARGEST_SET = 1_000_000
"""In bytes of UTF-8, names and values together: what fits into a Kubernetes Secret, which may hold 1 MiB."""

_SETS_OF_NAMES = 16
"""An environment has the same names from write to write; each set has at most 255 KB of them."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")

_MASKS = {
    MASK: "is shown in place of secrets",
    UNCHANGED: "stands for the value already stored under the same name",
}
"""Texts that represent a value, which would be permanently lost if one of them were stored in its place."""

_NOT_STORED = ("\0", *_MASKS)

_DANGEROUS = re.compile(
    # Each makes a process run, load or find something other than its author meant.
    r"LD_.+|DYLD_.+|GCONV_PATH|PATH|IFS|BASH_ENV|BASH_FUNC_.+|SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND"
    r"|PYTHON(?:PATH|HOME|STARTUP|INSPECT|BREAKPOINT|EXECUTABLE|USERBASE|WARNINGS|PLATLIBDIR|PYCACHEPREFIX)|NODE_(?:OPTIONS|PATH)"
    r"|PERL(?:5LIB|5OPT|LIB|5DB)|RUBY(?:OPT|LIB)|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS"
    r"|GIT_(?:SSH|SSH_COMMAND|EXEC_PATH|CONFIG.*|ASKPASS|EDITOR|PAGER|PROXY_COMMAND|EXTERNAL_DIFF|TEMPLATE_DIR)"
    r"|SSH_ASKPASS|LESSOPEN|LESSCLOSE|GLIBC_TUNABLES|LOCPATH|OPENSSL_(?:CONF|ENGINES|MODULES)|GTK_MODULES|ZDOTDIR"
    r"|CLASSPATH|MAVEN_OPTS|DOTNET_(?:STARTUP_HOOKS|ADDITIONAL_DEPS|SHARED_STORE)|COR(?:ECLR)?_PROFILER.*"
    r"|PHPRC|PHP_INI_SCAN_DIR|LUA_(?:INIT|PATH|CPATH).*|ERL_(?:A|Z)?FLAGS|ERL_LIBS|R_PROFILE(?:_USER)?|JULIA_LOAD_PATH"
)


class Excess(NamedTuple):
    """One way in which a set of variables exceeds the limits.

    Attributes:
        variable: The variable; None where it concerns all of them, or where its name must not be shown.
        code: A name for programs, such as `name-too-long`.
        message: What is wrong, for people; holds no value.
        hint: What to do about it; empty where the message says it.
        ordinal: The position of the variable in the set, from 1, if its name must not be shown.
    """

    variable: str | None
    code: str
    message: str
    hint: str = ""
    ordinal: int | None = None


def excesses(variables: Mapping[str, str], *, allow_dangerous: bool = False) -> tuple[Excess, ...]:
    """Return in which ways `variables` exceed the limits.

    If there are too many, none is looked at: that would take long, and make the answer long too.

    Args:
        variables: The complete set.
        allow_dangerous: Whether names may be set that make programs run other code, such as `LD_PRELOAD`.
    """
    found = tuple(_of_set(variables))
    if len(variables) > MOST_VARIABLES:
        return found
    return (*found, *_of_names(tuple(variables), allow_dangerous), *_of_values(variables))


def is_variable_name(name: str) -> bool:
    """Return whether `name` may be that of a variable."""
    return len(name) <= LONGEST_NAME and bool(_NAME.fullmatch(name))


def dangerous_names(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names that make programs run other code."""
    return _dangerous(tuple(variables))


def size_of(variables: Mapping[str, str]) -> int:
    """Return the bytes of UTF-8 of names and values together."""
    return _size("".join([part for pair in variables.items() for part in pair]))


def _of_set(variables: Mapping[str, str]) -> Iterator[Excess]:
    if len(variables) > MOST_VARIABLES:
        message = f"there are {len(variables):,} variables, and an environment may have at most {MOST_VARIABLES:,}"
        yield Excess(None, "too-many-variables", message)
        return
    size = size_of(variables)
    if size > LARGEST_SET:
        message = f"names and values are {size:,} bytes together; the limit is {LARGEST_SET:,}"
        yield Excess(None, "set-too-large", message)


@lru_cache(_SETS_OF_NAMES)
def _dangerous(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if _DANGEROUS.fullmatch(name))


@lru_cache(_SETS_OF_NAMES)
def _of_names(names: tuple[str, ...], allow_dangerous: bool) -> tuple[Excess, ...]:  # noqa: FBT001 - private
    return tuple(_of_each_name(names, allow_dangerous))


def _of_each_name(names: tuple[str, ...], allow_dangerous: bool) -> Iterator[Excess]:  # noqa: FBT001 - private
    for ordinal, name in enumerate(names, start=1):
        if len(name) > LONGEST_NAME:
            message = f"the name of variable {ordinal} has {len(name):,} characters; the limit is {LONGEST_NAME}"
            yield Excess(None, "name-too-long", message, ordinal=ordinal)
        elif not _NAME.fullmatch(name):
            message = f"the name of variable {ordinal} contains something other than ASCII letters, digits and `_`"
            yield Excess(None, "name-not-allowed", message, "a name starts with a letter or `_`", ordinal)
        elif holds_marked_token(name):
            message = f"the name of variable {ordinal} is a token, and names are shown"
            yield Excess(None, "name-is-a-token", message, "revoke the token; it belongs behind a name", ordinal)
        elif not allow_dangerous and _DANGEROUS.fullmatch(name):
            message = f"`{name}` makes programs run code other than their own"
            yield Excess(name, "dangerous-name", message, "leave it out, or allow dangerous names explicitly")


def _of_values(variables: Mapping[str, str]) -> Iterator[Excess]:
    together = "\n".join(text for _, text in variables.items())
    if together.isascii() and len(together) <= LARGEST_VALUE and not any(each in together for each in _NOT_STORED):
        return
    for name, text in variables.items():
        variable = name if is_variable_name(name) else None
        shown = f"`{variable}`" if variable else "a variable whose name is not allowed"
        if _size(text) > LARGEST_VALUE:
            yield Excess(variable, "value-too-large", f"the value of {shown} is larger than {LARGEST_VALUE:,} bytes")
        if "\0" in text:
            yield Excess(
                variable, "value-not-text", f"the value of {shown} contains a NUL, which an environment can't hold"
            )
        if not text.isascii() and _HALF_A_CHARACTER.search(text):
            yield Excess(
                variable, "value-not-text", f"the value of {shown} contains half a character (a lone surrogate)"
            )
        for mask, what in _MASKS.items():
            if mask in text:
                message = f"the value of {shown} contains `{mask}`, which {what}"
                yield Excess(variable, "masked-value", message, "give it a value")


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
