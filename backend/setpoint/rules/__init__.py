"""The rules of `check`, one file for each hundred of codes; importing this package fills the catalogue."""

from setpoint.rules import file, loaders, names, syntax, values

__all__ = ["file", "loaders", "names", "syntax", "values"]
