"""The contract for environs, which is the app's start too."""

from environs import Env, validate

env = Env(eager=False)
env.read_env(".env", recurse=False)
SENTRY_DSN = env.url("SENTRY_DSN", default=None)
SENTRY_TRACES_SAMPLE_RATE = env.float("SENTRY_TRACES_SAMPLE_RATE", default=0.1, validate=validate.Range(0, 1))
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", default="production", validate=validate.Length(1, 64))
LOG_FORMAT = env.str("LOG_FORMAT", default="json", validate=validate.OneOf(["json", "text"]))
PORT = env.int("PORT", default=8000, validate=validate.Range(1, 65_535))
env.seal()
