"""The rules of `check`, one file for each hundred of codes; importing this package fills the catalogue."""

from setpoint.check.rules import (
    deploys,
    file,
    loaders,
    names,
    policy,
    secret_files,
    suppressions,
    syntax,
    values,
)

__all__ = [
    "deploys",
    "file",
    "loaders",
    "names",
    "policy",
    "secret_files",
    "suppressions",
    "syntax",
    "values",
]
