"""Renders pages as HTML: whatever a template prints is escaped, and none of it can hide or reverse text."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from app.ui.static_files import address_of
from setpoint.text.escape import printable

_BREAKS = re.compile(r"(\r?\n|\t)")
_LONGEST_VALUE = 10_000


@cache
def templates() -> Environment:
    """Return the templates, which print names and values from strangers."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_harmless,
    )
    environment.globals["static"] = address_of
    environment.filters |= {
        "moment": _moment,
        "iso": _iso,
        "short": _short,
        "as_typed": _as_typed,
        "host": _host,
        "visible": _visible,
        "visible_beginning": _visible_beginning,
        "worded": _worded,
    }
    return environment


def _harmless(value: object) -> object:
    """Return `value` with an escape for whatever could hide or reverse text around it, such as right-to-left marks."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return printable(value) if "\n" not in value and "\t" not in value else _lines(value, printable)


def _lines(text: str, change: Callable[[str], str]) -> str:
    return "".join(each if _BREAKS.fullmatch(each) else change(each) for each in _BREAKS.split(text))


def _as_typed(text: str) -> Markup:
    """Return what somebody has typed, character for character, for a field of a form."""
    return escape(text)


def _visible(text: str) -> str:
    """Return a value with visible signs for invisible characters."""
    return printable(text.replace("\r", "␍").replace("\n", "⏎").replace("\t", "⇥"))


def _visible_beginning(text: str) -> str:
    """Return what `_visible` does, but of a text that is too long to be read its beginning and how much more there is.

    A dozen programs may read one value of a megabyte, and a page is made while other requests wait.
    """
    more = len(text) - _LONGEST_VALUE
    return _visible(text) if more <= 0 else f"{_visible(text[:_LONGEST_VALUE])}… ({more:,} more characters)"


def _worded(text: str) -> Markup:
    """Return text with everything between backticks set as code."""
    parts = str(_harmless(text)).split("`")
    if len(parts) % 2 == 0:
        return escape("`".join(parts))
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(each) if at % 2 else escape(each) for at, each in enumerate(parts))


def _moment(moment: datetime) -> str:
    """Return a time for people; a script adds the local time."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _host(url: str) -> str:
    """Return the part of a URL by which people recognise it."""
    return urlsplit(url).netloc


def _short(digest: str) -> str:
    """Return enough of a digest to tell it from others."""
    return digest.removeprefix("sha256:")[:8]
