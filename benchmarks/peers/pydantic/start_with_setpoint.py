"""The app's start with Setpoint."""

from settings import Settings

from setpoint import load

load(Settings)
