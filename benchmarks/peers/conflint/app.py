"""The contract for conflint: the code that reads the variables."""

import os

SENTRY_DSN = os.environ.get("SENTRY_DSN")
SENTRY_TRACES_SAMPLE_RATE = float(os.environ.get("SENTRY_TRACES_SAMPLE_RATE", "0.1"))
SENTRY_ENVIRONMENT = os.environ.get("SENTRY_ENVIRONMENT", "production")
LOG_FORMAT = os.environ.get("LOG_FORMAT", "json")
PORT = int(os.environ.get("PORT", "8000"))
