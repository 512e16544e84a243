"""What tests of settings classes need: public, like `setpoint` itself, and not meant for use outside tests."""

from setpoint.check.diagnostic import Diagnostic
from setpoint.envfile.location import Location
from setpoint.testing.temporary_environment import TemporaryEnvironment

__all__ = ["Diagnostic", "Location", "TemporaryEnvironment"]
