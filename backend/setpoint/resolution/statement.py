"""What `check` knows about each line of an env file: which variable it sets, and what of it may be shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from setpoint.contract.secret_values import is_token_as_name
from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from setpoint.envfile.reading import Binding, Problem, ProblemKind
from setpoint.envfile.source_text import Span
from setpoint.resolution.assignment import Assignment
from setpoint.sources.env_file import EnvFile
from setpoint.text.mask import MASK
from setpoint.text.shown import Guarded
from setpoint.text.suggest import KnownNames, allowed_steps

_LONGEST_NAME = 64
_IDENTIFIER = re.compile(rf"[A-Za-z_][A-Za-z0-9_.-]{{0,{_LONGEST_NAME - 1}}}")
_CONVENTIONAL_NAME = re.compile(rf"[A-Z_][A-Z0-9_]{{0,{_LONGEST_NAME - 1}}}")
_BREAKS_THE_READING = {ProblemKind.MALFORMED_LINE, ProblemKind.UNCLOSED_QUOTE}


@dataclass(frozen=True)
class Statement:
    """One binding, or one line that can't be read.

    Attributes:
        file: The file in which it stands.
        span: From its name (or first character) to the end of its value.
        name: The name as it is written; None where there is none.
        shown_name: The name if it is fit to print, else a mask.
        variable: The variable of the settings class that it sets, if it does.
        binding: The binding, if the line can be read.
        from_file: The variable whose value stands in the file that this one names.
    """

    file: EnvFile
    span: Span
    name: str | None
    shown_name: str
    variable: Variable | None = None
    binding: Binding | None = None
    from_file: Variable | None = None

    @cached_property
    def assignment(self) -> Assignment | None:
        """Return the value that it gives; None for a line that gives none."""
        if self.binding is None:
            return None
        return Assignment(self.binding.name, Guarded(self.binding.value or ""), self.variable, self.file, self.binding)


def statements(file: EnvFile, contract: SettingsContract, known_names: KnownNames) -> Iterator[Statement]:
    """Yield the statements of `file` in its order.

    Behind a line that can't be read, what looks like a name may be the rest of a value that spans
    several lines (a private key, say): there, names are shown only if they are beyond that doubt.
    """
    if file.holds_one_value:
        for only in file.reading.bindings:
            yield Statement(file, only.value_span, only.name, only.name, contract.find(only.name), only)
        return
    in_doubt, end = False, 0
    for item in _in_order(file):
        span = Span(item.name_span.start, item.value_span.end) if isinstance(item, Binding) else item.span
        in_doubt = in_doubt or _holds_an_unread_line(file.source.text[end : span.start])
        name, binding = item.name, item if isinstance(item, Binding) else None
        variable = contract.find(name) if name else None
        value = _written_value(file, binding)
        from_file = contract.from_file(name) if name else None
        is_known = variable or from_file
        shown = name if name and (is_known or _is_fit_to_print(name, value, known_names, in_doubt=in_doubt)) else MASK
        yield Statement(file, span, name, shown, variable, binding, from_file)
        in_doubt = value is None or (shown == MASK and (in_doubt or _ends_base64(name, value)))
        end = max(end, span.end)


def _written_value(file: EnvFile, binding: Binding | None) -> str | None:
    """Return the value of a binding; None for a bare name, to which some programs give an empty value."""
    if binding is None or binding.value is None:
        return None
    between = file.source.text[binding.name_span.end : binding.value_span.start]
    return binding.value if "=" in between or ":" in between else None


def _holds_an_unread_line(between: str) -> bool:
    """Return whether a line stands between two statements that the program passes over, and that is no comment."""
    return any(line.strip() and line.strip()[0] not in "#;" for line in between.splitlines()[1:-1])


def _ends_base64(name: str | None, value: str | None) -> bool:
    """Return whether a line looks like the last one of a key, which ends in `=` or `==`."""
    return value == "=" or (value == "" and not _CONVENTIONAL_NAME.fullmatch(name or ""))


def _in_order(file: EnvFile) -> list[Binding | Problem]:
    bare = {binding.name_span for binding in file.reading.bindings if binding.value is None}
    broken = (each for each in file.reading.problems if each.kind in _BREAKS_THE_READING and each.span not in bare)
    return sorted([*file.reading.bindings, *broken], key=_start)


def _start(item: Binding | Problem) -> int:
    return item.name_span.start if isinstance(item, Binding) else item.span.start


def _is_fit_to_print(name: str, value: str | None, known_names: KnownNames, *, in_doubt: bool) -> bool:
    if known_names.nearest(name, allowed_steps(name)):
        return True
    if is_token_as_name(name):
        return False
    if value is None:
        return not in_doubt and bool(_CONVENTIONAL_NAME.fullmatch(name))
    if in_doubt:
        return value not in {"", "="} and bool(_CONVENTIONAL_NAME.fullmatch(name))
    return bool(_IDENTIFIER.fullmatch(name)) and not _ends_base64(name, value)
