"""Styles and scripts, each at an address that changes with its content, so that browsers may cache it for ever."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from app.views.marks import Mark, marked

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    content_type: str


@cache
def _files() -> dict[str, _File]:
    """Return all files, by their names in addresses."""
    found = {}
    for path in sorted(_FOLDER.iterdir()):
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:12]
        found[f"{path.stem}-{digest}{path.suffix}"] = _File(content, _TYPES[path.suffix])
    return found


@cache
def address_of(name: str) -> str:
    """Return the path at which browsers get the file with this name."""
    stem, _, suffix = name.partition(".")
    return next(f"/static/{each}" for each in _files() if each.startswith(f"{stem}-") and each.endswith(f".{suffix}"))


def static_files(pages: Blueprint) -> None:
    """Serve the files; one that has changed since is not found under its old address."""

    @pages.get("/static/<name>")
    @marked(Mark("Serve the styles and scripts of the pages", is_page=True))
    def static(name: str) -> Response:
        file = _files().get(name)
        if file is None:
            raise NotFound
        response = Response(file.content, content_type=file.content_type)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
