"""Knows the texts that must not leave the process: those of the settings, and of the current request or job.

Code that receives, reads or decrypts a secret value registers it at once:

    remember_secret(value)

From then on it is masked in every log line and in every event for Sentry, until the request or the job ends. A request
has its own memory automatically; a job starts one with `secrets_of_its_own`. A greenlet or thread that one of them
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
"""The credentials of a request rarely have more characters."""


class _Memory:
    """Remembered secret texts, and their masks, which are made when they are needed.

    Args:
        texts: Those that are known from beginning to end.
    """

    # An idle stream has one of these, usually empty.
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
    """Return the masks of the credentials of a request: clients send the same ones again and again."""
    return Masks(texts)


_of_the_process = _Memory()
_in_progress: ContextVar[_Memory | None] = ContextVar("setpoint_secrets", default=None)


def know_secrets_of_the_process(texts: Iterable[str]) -> None:
    """Mask `texts` from now on, wherever they are, instead of what this process knew until now."""
    global _of_the_process  # noqa: PLW0603 - one process has one configuration
    _of_the_process = _Memory()
    _of_the_process.add(texts)


def remember_secret(*texts: str) -> None:
    """Mask `texts` until the current request or job ends; until the process ends if there is none."""
    (_in_progress.get() or _of_the_process).add(texts)


def remember_secrets_found_by(search: Callable[[], Iterable[str]]) -> None:
    """Mask what `search` returns, as `remember_secret` does; it is called only if there is a text to mask."""
    (_in_progress.get() or _of_the_process).add_found_by(search)


def begin_to_remember(credentials: Iterable[str] = ()) -> Token[_Memory | None]:
    """Start a memory for the current request; what an earlier request on this connection knew is dropped.

    Args:
        credentials: What is known from beginning to end.
    """
    return _in_progress.set(_Memory(credentials))


def forget_all_but_credentials() -> None:
    """Drop what the current request has handled; its work is done, and no text can contain it any more.

    The last lines of a request are then masked equally fast whether it has handled one secret or hundreds.
    """
    if (memory := _in_progress.get()) is not None:
        memory.forget_what_came_later()


def forget_secrets() -> None:
    """Drop what the current request knew."""
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
    """Return `text` with all currently known secrets masked, and the secret parts of URLs."""
    spans = [span for masks in _masks() for span in masks.spans(text)]
    return mask_urls(mask_spans(text, spans) if spans else text)


def masked_to_the_piece(text: str) -> str:
    """Return `text` as `masked` does, with parts of secrets also masked: errors often quote a part of their input."""
    spans = [span for masks in _masks() for find in (masks.spans, masks.spans_of_pieces) for span in find(text)]
    return mask_urls(mask_spans(text, spans))


def is_to_be_masked(line: str) -> bool:
    """Return whether a log line contains anything that may have to be masked."""
    if "?" in line or "://" in line or _of_the_process.masks.may_be_in_line(line):
        return True
    in_progress = _in_progress.get()
    # A line may quote a part of what a request has just handled.
    return in_progress is not None and (in_progress.has_handled or in_progress.masks.may_be_in_line(line))


def _masks() -> tuple[Masks, ...]:
    in_progress = _in_progress.get()
    return (_of_the_process.masks, in_progress.masks) if in_progress else (_of_the_process.masks,)
