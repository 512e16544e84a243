"""Values in separate files: in secrets directories, and where `NAME_FILE` variables point."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from setpoint.contract.open_keys import takes
from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from setpoint.contract.variable_names import SecretNames, VariableNames
from setpoint.envfile.reading import Binding, Reading
from setpoint.envfile.source_text import SourceText, Span
from setpoint.sources.entry import Written
from setpoint.sources.env_file import EnvFile, SourceKind, Trouble, content_of, trouble_of
from setpoint.text.suggest import KnownNames, allowed_steps


class FileVariable(NamedTuple):
    """A variable `NAME_FILE`, which names the file that holds the value of `NAME`.

    Attributes:
        name: The name as the source spells it.
        path: Its value.
        variable: The variable that gets the value.
        content: The file, with the reason if it could not be read.
        written: Where it is written; None if the process environment sets it.
    """

    name: str
    path: str
    variable: Variable
    content: EnvFile
    written: Written | None = None


def own_secrets_directories(contract: SettingsContract) -> tuple[str, ...]:
    """Return the directories in which the settings class looks for files named like its variables."""
    return tuple(str(Path(each).expanduser()) for each in contract.secrets_directories)


def files_in(
    contract: SettingsContract,
    directories: Iterable[str],
    names: SecretNames | None = None,
    read: VariableNames | None = None,
) -> Iterator[EnvFile]:
    """Yield the files in `directories` that set a variable, or would without a slip in their name.

    This is what pydantic-settings documents under "Secrets": the name of a file is that of a variable,
    nested ones have none, and a file that a link leads to must be in the directory as well.

    Args:
        contract: What the app expects.
        directories: Where to look, later ones over earlier.
        names: How nested ones are named, if they can have files.
        read: The names that their source reads then.
    """
    known = [each.name for each in contract.variables if names or len(each.setting) == 1]
    known_names = KnownNames(known)
    for directory in directories:
        root = Path(directory).resolve()
        for path in _entries(root, is_deep=names is not None):
            written = str(path.relative_to(root))
            name = contract.canonical(_as_variable(contract, written, names))
            is_known = name in known or (names is not None and contract.find(name) is not None)
            set_otherwise = read.find(written) if read and not is_known else None
            if is_known:
                called = _name_set_by(contract, written, name, names)
            elif set_otherwise is not None:
                called = _name_in_class(contract, set_otherwise, written)
            elif known_names.nearest(name, allowed_steps(name)):
                called = name if names else path.name
            else:
                continue
            shown = os.path.join(directory, written)  # noqa: PTH118 - `Path` would remove `./`
            yield _secret_file(SourceKind.SECRETS_DIRECTORY, shown, called)


def _name_in_class(contract: SettingsContract, variable: Variable, file: str) -> str:
    """Return how the class calls what the secret file `file` sets, which its source reads as `variable`."""
    for depth in range(len(variable.setting), 0, -1):
        if at := contract.variables_at(variable.setting[:depth]):
            keys = variable.path_of(file)[depth:] if contract.delimiter else ()
            return contract.canonical(contract.delimiter.join([at[0].name, *keys]))
    return file


def _name_set_by(contract: SettingsContract, file: str, variable: str, names: SecretNames | None) -> str:
    """Return the name that the secret file `file` sets: `variable`, or its own if it leads to no part of a setting."""
    return variable if _is_part(contract, file, names) else file


def _as_variable(contract: SettingsContract, name: str, names: SecretNames | None) -> str:
    """Return the variable that sets the same as the secret file `name`."""
    parts = _parts_of(name, names)
    if names is None or parts is None:
        return name
    # If no variable sets a part of a setting, it is known only by that setting.
    return contract.prefix + (contract.delimiter.join(parts) if contract.delimiter else parts[0])


def _parts_of(name: str, names: SecretNames | None) -> list[str] | None:
    """Return the path of what the secret file `name` sets, if its name says that."""
    if names is None or not name.casefold().startswith(names.prefix.casefold()):
        return None
    rest = name[len(names.prefix) :]
    return rest.split(names.delimiter) if names.delimiter else [rest]


def _is_part(contract: SettingsContract, name: str, names: SecretNames | None) -> bool:
    """Return whether the setting that the secret file `name` leads into has such a part."""
    setting, *keys = _parts_of(name, names) or [name]
    variable = contract.find(f"{contract.prefix}{setting}") if keys and not contract.delimiter else None
    return variable is None or takes(variable.field, keys, ignores_case=contract.ignores_case)


def _entries(directory: Path, *, is_deep: bool) -> Iterator[Path]:
    try:
        found = sorted(directory.rglob("*") if is_deep else directory.iterdir())
    except OSError:
        return  # pydantic-settings ignores a directory that does not exist
    for each in found:
        is_hidden = is_deep and any(part.startswith(".") for part in each.relative_to(directory).parts)
        if each.is_file() and directory in each.resolve().parents and not is_hidden:
            yield each


def file_variables(
    contract: SettingsContract, files: Iterable[EnvFile], environment: Mapping[str, str], *, opens: bool = True
) -> Iterator[FileVariable]:
    """Yield the `NAME_FILE` variables that count, one per name, with the files that they name.

    Args:
        contract: The contract of the class that reads them.
        files: The env files in which they may be.
        environment: The process environment.
        opens: Whether to read the files; otherwise they are taken to be on another machine.
    """
    given: dict[str, tuple[str, str, Written | None]] = {
        contract.canonical(each.name): (each.name, each.value, Written(file, each))
        for file in files
        for each in file.reading.bindings
        if each.value and file.variables.get(each.name) == each.value
    }
    given |= {contract.canonical(name): (name, path, None) for name, path in environment.items() if path}
    for name, path, written in given.values():
        variable = contract.from_file(name)
        if variable is not None:
            look = _secret_file if opens else _elsewhere
            content = look(SourceKind.FILE_VARIABLE, path, variable.name)
            yield FileVariable(name, path, variable, content, written)


def _elsewhere(kind: SourceKind, path: str, _: str) -> EnvFile:
    return EnvFile(path, SourceText(path, ""), Reading((), {}, ()), kind=kind, trouble=Trouble.MISSING)


def _secret_file(kind: SourceKind, path: str, name: str) -> EnvFile:
    """Return the file at `path` as one that sets `name` to its whole content, stripped by `str.strip`."""
    try:
        source = SourceText.from_bytes(path, content_of(path))
    except (OSError, ValueError) as error:
        trouble, reason = trouble_of(error) if isinstance(error, OSError) else (Trouble.MISSING, None)
        return EnvFile(path, SourceText(path, ""), Reading((), {}, ()), kind=kind, trouble=trouble, reason=reason)
    text = source.text
    value = text.strip()
    start = len(text) - len(text.lstrip())
    binding = Binding(name, value, Span(start, start), Span(start, start + len(value)))
    bad = next((at for at, character in enumerate(text) if "\udc80" <= character <= "\udcff"), None)
    return EnvFile(
        path,
        source,
        Reading((binding,), {name: value}, ()),
        kind=kind,
        encoding="UTF-8" if bad is None else "not UTF-8",
        undecodable=None if bad is None else Span(bad, bad + 1),
    )
