"""Knows the texts that must not leave the process: those of the settings, and of the request or job in progress.

Whoever receives, reads or decrypts a secret value says so at once:

    remember_secret(value)

From then on it is masked in every log line and in every event for Sentry, until the request or the job ends. A request
has a memory of its own by itself; a job begins one with `secrets_of_its_own`. A greenlet or thread that one of them
starts shares its memory if it is started by `contextvars.copy_context().run`.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from functools import lru_cache

from observability.masking import Masks, mask_spans, mask_urls

_NOTHING = Masks()
_NO_TEXTS: frozenset[str] = frozenset()
_SHORT = 1_000
"""As many characters have the credentials of a request at most, as a rule."""


class _Memory:
    """Secret texts that are remembered, and their masks, made when they are needed.

    Args:
        texts: Those that are known from the beginning to the end.
    """

    # An idle stream has one of these, and most often nothing in it.
    __slots__ = ("_first", "_later", "_masks", "_searches")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._first = frozenset(texts) or _NO_TEXTS
        self._later = _NO_TEXTS
        self._searches: tuple[Callable[[], Iterable[str]], ...] = ()
        self._masks = None if self._first else _NOTHING

    def add(self, texts: Iterable[str]) -> None:
        self._later |= frozenset(texts)
        self._masks = None

    def add_found_by(self, search: Callable[[], Iterable[str]]) -> None:
        self._searches += (search,)
        self._masks = None

    @property
    def has_handled(self) -> bool:
        return bool(self._later or self._searches)

    def forget_what_came_later(self) -> None:
        if self.has_handled:
            self._later, self._searches, self._masks = _NO_TEXTS, (), None

    @property
    def masks(self) -> Masks:
        if self._masks is None:
            found = (text for search in self._searches for text in search())
            self._masks = Masks({*self._first, *self._later, *found}) if self.has_handled else self._masks_of_first()
        return self._masks

    def _masks_of_first(self) -> Masks:
        is_short = sum(map(len, self._first)) <= _SHORT
        return _masks_of_short(self._first) if is_short else Masks(self._first)


@lru_cache(maxsize=256)
def _masks_of_short(texts: frozenset[str]) -> Masks:
    """Return the masks of the credentials of a request: clients show the same ones again and again."""
    return Masks(texts)


_of_the_process = _Memory()
_in_progress: ContextVar[_Memory | None] = ContextVar("setpoint_secrets", default=None)


def know_secrets_of_the_process(texts: Iterable[str]) -> None:
    """Mask `texts` from now on, wherever they are, in place of what this process knew until now."""
    global _of_the_process  # noqa: PLW0603 - one process has one configuration
    _of_the_process = _Memory()
    _of_the_process.add(texts)


def remember_secret(*texts: str) -> None:
    """Mask `texts` until the request or job in progress ends; until the process ends if there is none."""
    (_in_progress.get() or _of_the_process).add(texts)


def remember_secrets_found_by(search: Callable[[], Iterable[str]]) -> None:
    """Mask what `search` returns as `remember_secret` does; it is asked once there is a text to mask, if at all."""
    (_in_progress.get() or _of_the_process).add_found_by(search)


def begin_to_remember(credentials: Iterable[str] = ()) -> Token[_Memory | None]:
    """Begin a memory for the request in progress; what an earlier request on this connection knew is forgotten.

    Args:
        credentials: What is known from the beginning to the end.
    """
    return _in_progress.set(_Memory(credentials))


def forget_all_but_credentials() -> None:
    """Forget what the request in progress has handled; its work is done, and no text can hold it any more.

    What a request says at its end is then masked as fast whether it has handled one secret or hundreds.
    """
    if (memory := _in_progress.get()) is not None:
        memory.forget_what_came_later()


def forget_secrets() -> None:
    """Forget what the request in progress knew."""
    _in_progress.set(None)


@contextmanager
def secrets_of_its_own() -> Iterator[None]:
    """Give a job a memory that ends with it."""
    token = begin_to_remember()
    try:
        yield
    finally:
        _in_progress.reset(token)


def masked(text: str) -> str:
    """Return `text` with all secrets masked that are known here and now, and what URLs hold of secrets."""
    spans = [span for masks in _masks() for span in masks.spans(text)]
    return mask_urls(mask_spans(text, spans) if spans else text)


def masked_to_the_piece(text: str) -> str:
    """Return `text` as `masked` does, with pieces of secrets masked too: errors often quote a part of their input."""
    spans = [span for masks in _masks() for find in (masks.spans, masks.spans_of_pieces) for span in find(text)]
    return mask_urls(mask_spans(text, spans))


def is_to_be_masked(line: str) -> bool:
    """Say whether there is anything in a log line that could have to be masked."""
    if "?" in line or "://" in line or _of_the_process.masks.may_be_in_line(line):
        return True
    in_progress = _in_progress.get()
    # Of what a request has just handled, a line may quote a piece.
    return in_progress is not None and (in_progress.has_handled or in_progress.masks.may_be_in_line(line))


def _masks() -> tuple[Masks, ...]:
    in_progress = _in_progress.get()
    return (_of_the_process.masks, in_progress.masks) if in_progress else (_of_the_process.masks,)
