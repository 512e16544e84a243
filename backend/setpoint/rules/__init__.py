"""The rules of `check`, one file for each hundred of codes; importing this package fills the catalogue."""

from setpoint.rules import file, names, syntax, values

__all__ = ["file", "names", "syntax", "values"]
