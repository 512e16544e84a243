"""Reads quantities such as `500m` and `64Mi` (resource.Quantity of the Kubernetes API)."""

import re
from fractions import Fraction

_QUANTITY = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:(?P<suffix>n|u|m|k|[KMGTPE]i?)|[eE](?P<exponent>[+-]?[0-9]{1,2}))?"
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


def quantity(text: str) -> Fraction | None:
    """Return the number that `text` means; None if it is not a quantity."""
    match = _QUANTITY.fullmatch(text)
    if match is None or match["suffix"] == "K":
        return None
    number, suffix = Fraction(match["number"]), match["suffix"] or ""
    if suffix in _BINARY:
        return number * Fraction(2 ** _BINARY[suffix])
    exponent = int(match["exponent"] or _DECIMAL[suffix])
    power = Fraction(10 ** abs(exponent))
    return number * power if exponent >= 0 else number / power
