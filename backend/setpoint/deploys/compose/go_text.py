"""Writes values in Go's default format (`%v`), as docker compose does when it turns them into variables."""

from datetime import datetime
from decimal import Decimal

from setpoint.deploys.yaml_tree.go_scalars import GoValue

_LEAST_EXPONENT = -4
_SHORTEST_EXPONENT = 6


def go_text(value: GoValue) -> str:
    """Return `value` as Go's `fmt.Sprint` writes it."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    return _time_text(value) if isinstance(value, datetime) else str(value)


def _float_text(number: float) -> str:
    if number != number or abs(number) == float("inf"):  # noqa: PLR0124 - this is how NaN is recognised
        return "NaN" if number != number else ("+Inf" if number > 0 else "-Inf")  # noqa: PLR0124
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    return ("-" if sign else "") + _digits_text("".join(map(str, digits)), int(exponent))


def _digits_text(digits: str, exponent: int) -> str:
    """Return `digits` times ten to the `exponent`, in exponent notation from a million and below a ten thousandth."""
    power = len(digits) + exponent - 1 if digits != "0" else 0
    if not _LEAST_EXPONENT <= power < _SHORTEST_EXPONENT:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{digits[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if exponent >= 0:
        return digits + "0" * exponent
    digits = digits.rjust(1 - exponent, "0")
    return f"{digits[:exponent]}.{digits[exponent:]}"


def _time_text(time: datetime) -> str:
    fraction = f".{time.microsecond:06d}".rstrip("0") if time.microsecond else ""
    offset = time.strftime("%z")
    zone = "UTC" if offset == "+0000" else offset
    return f"{time.year:04d}-{time.strftime('%m-%d %H:%M:%S')}{fraction} {offset} {zone}"
