"""An env file as people edit it: it holds no secrets, only a text that means that one stays unchanged."""

from collections.abc import Mapping
from dataclasses import replace

from app.domain.errors import ConflictError
from app.service.reading import Content
from setpoint.contract.limits import UNCHANGED
from setpoint.envfile.writing import NotExpressibleError, write
from setpoint.sources.env_file import DEFAULT_LOADER, EnvFile, parse_env_file
from setpoint.text.join import joined

PATH = "typed.env"
"""The name for the typed text."""


def text_to_edit(content: Content, loader: str) -> str:
    """Return the environment's own variables as `loader` reads them.

    Raises:
        ConflictError: One of them can't be written for it, not even as unchanged.
    """
    own = [name for name in content.revision.names if name not in content.revision.origins]
    lines, refused = [], []
    for name in own:
        try:
            lines.append(_written(name, content.variables.get(name, UNCHANGED), loader))
        except NotExpressibleError:
            refused.append(f"`{name}`")
    if refused:
        message = f"{joined(refused)} can't be written so that {loader} reads it: choose another program"
        raise ConflictError(message)
    return "".join(lines)


def _written(name: str, value: str, loader: str) -> str:
    """Return a line from which `loader` reads `value`, or one that says unchanged if there is no such line."""
    try:
        return write(name, value, loader)
    except NotExpressibleError:
        return write(name, UNCHANGED, loader)


def read_typed(text: str, loader: str, values: Mapping[str, str]) -> EnvFile:
    """Return what `loader` reads in `text`, with the existing value for each variable that is marked unchanged.

    Args:
        text: What the user has typed.
        loader: The program; python-dotenv reads so that one problem does not hide the next.
        values: The values of the environment's own variables.
    """
    exactly = None if loader == DEFAULT_LOADER else loader
    return _with_values(parse_env_file(PATH, text.encode("utf-8", "surrogatepass"), {}, exactly), values)


def _with_values(file: EnvFile, values: Mapping[str, str]) -> EnvFile:
    """Return `file` with the existing value for each variable that is marked unchanged; places stay the same."""

    def meant(name: str, value: str | None) -> str | None:
        return values.get(name, value) if value == UNCHANGED else value

    bindings = tuple(each._replace(value=meant(each.name, each.value)) for each in file.reading.bindings)
    variables = {name: meant(name, value) or "" for name, value in file.variables.items()}
    return file._replace(reading=replace(file.reading, bindings=bindings, variables=variables))
