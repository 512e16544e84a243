"""Setpoint makes an app's typed settings class the contract for its configuration."""

# Type checkers take it for true; importing `typing` for it takes longer than all the rest of `--help`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from setpoint.loading import load

__version__ = "0.1.0"

__all__ = ["__version__", "load"]


def __getattr__(name: str) -> object:
    """Import `load` when it is first asked for: most commands get by without pydantic, which is slow to import."""
    if name == "load":
        from setpoint.loading import load  # noqa: PLC0415 - see above

        return load
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
