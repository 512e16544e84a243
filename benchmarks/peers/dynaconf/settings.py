"""The contract for dynaconf, which is the app's start too."""

from dynaconf import Dynaconf, Validator

_IN_PRODUCTION = Validator("SENTRY_ENVIRONMENT", eq="production")

settings = Dynaconf(envvar_prefix=False, load_dotenv=True, dotenv_path=".env")
# Registered behind the object, so that `validate_all` can tell everything at once.
settings.validators.register(
    Validator("SENTRY_ENVIRONMENT", default="production", len_min=1, len_max=64),
    Validator("SENTRY_DSN", is_type_of=str, startswith="https://"),
    Validator("SENTRY_TRACES_SAMPLE_RATE", is_type_of=(int, float), gte=0, lte=1, default=0.1),
    Validator("LOG_FORMAT", is_in=["json", "text"], default="json"),
    Validator("PORT", is_type_of=int, gte=1, lte=65_535, default=8000),
    Validator("SENTRY_DSN", must_exist=True, when=_IN_PRODUCTION),
    Validator("LOG_FORMAT", ne="text", when=_IN_PRODUCTION),
)
settings.validators.validate_all()
