"""The shop's configuration: `from config import SETTINGS`."""

from config.settings import Settings
from setpoint import load

SETTINGS = load(Settings)
