"""Setpoint makes an app's typed settings class the contract for its configuration."""

__version__ = "0.1.0"
