"""The app's start with pydantic-settings alone, as with envdrift."""

from settings import Settings

Settings()
