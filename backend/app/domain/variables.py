"""The complete set of an environment's variables."""

from collections.abc import Collection, ItemsView, Iterator, Mapping

from app.domain.validation import Fault
from setpoint.contract.limits import excesses
from setpoint.text.secret_values import credentials_in_url

_SHORTEST_TELLING = 8
"""A shorter text, or a plain word, is in other values by chance."""
_MOST_COMPARED = 25_000_000
"""Characters, times secrets, that are looked through; with the worst of texts, that takes 50 ms."""


class Variables(Mapping[str, str]):
    """Names with their texts, in the order in which they were sent; `repr` shows no value."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    def __getitem__(self, name: str) -> str:
        return self._texts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __repr__(self) -> str:
        return f"<{len(self)} variables>"

    def items(self) -> ItemsView[str, str]:
        """Return names with texts; the one that `Mapping` provides looks each of them up."""
        return self._texts.items()

    def merged(self, patch: Mapping[str, str | None]) -> "Variables":
        """Return these variables with a merge patch (RFC 7396) applied: None removes, text sets."""
        return Variables({name: text for name, text in {**self._texts, **patch}.items() if text is not None})


def limit_problems(variables: Mapping[str, str], *, allow_dangerous: bool = False) -> tuple[Fault, ...]:
    """Return why `variables` can't be stored, before any schema is asked.

    Args:
        variables: The complete set.
        allow_dangerous: Whether names may be set that make programs run other code, such as `LD_PRELOAD`.
    """
    return tuple(Fault(*each) for each in excesses(variables, allow_dangerous=allow_dangerous))


def fit_to_show(shown: Collection[str], *sets: Mapping[str, str]) -> frozenset[str]:
    """Return those of `shown` whose texts hold no secret of another name, nor the password of its URL, in no set.

    In sets so large that it would take long to find out, no text is shown that is long enough to hold one.

    Args:
        shown: The names that are no secrets themselves; all others are.
        sets: Sets of variables that are shown together.
    """
    secrets = _telling({text for each in sets for name, text in each.items() if name not in shown})
    others = [(name, text) for each in sets for name, text in each.items() if name in shown]
    together = "\0".join(text for _, text in others)
    if len(secrets) * len(together) > _MOST_COMPARED:  # A reader must not hold up others, whatever is stored.
        return frozenset(shown) - {name for name, text in others if len(text) >= _SHORTEST_TELLING}
    found = [secret for secret in secrets if secret in together]
    return frozenset(shown) - {name for name, text in others if any(secret in text for secret in found)}


def tells_secret(text: str, variables: Mapping[str, str], shown: Collection[str]) -> bool:
    """Return whether `text`, which somebody wrote about `variables`, holds one of those that are not `shown`."""
    return any(each in text for each in _telling({value for name, value in variables.items() if name not in shown}))


def faults_of_words(
    kind: str, text: str, variables: Mapping[str, str], shown: Collection[str], readers: str = "the history"
) -> tuple[Fault, ...]:
    """Return why words about `variables` can't be stored: they quote one that is not `shown`.

    Args:
        kind: What they are: `message` or `reason`.
        text: The words.
        variables: What they are about.
        shown: The names that are no secrets.
        readers: What everybody may read who may read the words.
    """
    if not text or not tells_secret(text, variables, shown):
        return ()
    message = f"the {kind} holds the value of a secret, and everybody who may read {readers} reads it"
    return (Fault(None, f"{kind}-holds-secret", message, "write it without the value"),)


def _telling(hidden: Collection[str]) -> set[str]:
    """Return the `hidden` texts and the passwords in them, except for those that are in other texts by chance."""
    parts = (part for text in hidden for part in (text, *credentials_in_url(text)))
    return {part for part in parts if len(part) >= _SHORTEST_TELLING and not part.isalpha()}
