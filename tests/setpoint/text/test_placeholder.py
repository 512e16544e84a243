"""Which values were meant to be replaced; nearly all of them are from examples that real projects ship."""

import time

import pytest

from setpoint.text.placeholder import is_placeholder, is_placeholder_of_secret

PLACEHOLDERS = [
    *("changeme", "change_me", "CHANGE-ME", "ChangeMe!", "changethis", "change this", "change-me-please", "changeit"),
    *("change-me-in-production", "CHANGE_ME_NOW", "changeme123", "change_this_to_a_secret", "please-change-me"),
    *("*** REPLACE ***", "**REPLACE_ME**", "__REPLACE_ME__", "__UNSET__", "__CHANGE_ME__", "__TODO__", "REPLACE_ME"),
    *(
        "replace-me",
        "replace_with_your_key",
        "REPLACE THIS",
        "<REPLACE>",
        "[REPLACE_ME]",
        "{{ api_key }}",
        "{{SECRET}}",
    ),
    *("your-api-key-here", "your_api_key", "YOUR_API_KEY_HERE", "your secret", "your-own", "put-your-key-here"),
    *("<knowledge-base-id>", "<your-dsn>", "<your token>", "<API_KEY>", "<password>", "< insert key >", "<...key...>"),
    *("insert-token-here", "insert_your_key_here", "enter_your_password", "add your key", "paste-your-token-here"),
    *("xxx", "XXXX", "xxxxxxxx", "xxxx-xxxx-xxxx", "...", "…", "???", "____", "***"),
    *("todo", "TODO", "to-do", "tbd", "TBD", "t.b.d.", "fixme", "FIXME", "placeholder", "PLACEHOLDER", "<placeholder>"),
    *("TODO: the real one", "FIXME: ask ops", "tbd:", "set-in-prod", "SET_BY_CI", "set from vault"),
    *(
        "fill-me-in",
        "fill_in",
        "FILL_ME",
        "set-me",
        "SET_ME",
        "[your key]",
        "%API_KEY%",
        "@API_KEY@",
        "token-goes-here",
    ),
    *(
        "key_here",
        "to-be-defined",
        "to be provided",
        "not-set",
        "dummy-token",
        "fake_key",
        "sample-secret",
        "example-key",
    ),
    *("https://<key>@<host>/<project>", "postgresql://user:changeme@db/app", "https://<your-key>@sentry.example.org/1"),
    *("postgres://app:<password>@db/app", "https://your-domain.example/x", "postgres://USER:PASSWORD@HOST:PORT/NAME"),
    *("https://examplePublicKey@o0.ingest.sentry.io/0", "your.email@example.com", "sk-xxxxxxxx", "sk_test_xxxxxxxx"),
    *("sk-...", "PLACEHOLDER_VALUE", "to be set", "NEEDS_TO_BE_SET", "to-be-replaced", "TO_BE_FILLED", "generate-me"),
    *(
        "get_a_key_from_aws",
        "get_the_secret_of_above_key",
        "generate-a-random-string",
        "RANDOM_STRING",
        "TO_BE_CONFIGURED",
    ),
    *(
        "a_long_random_string",
        "openssl rand -hex 32",
        "run: openssl rand -base64 32",
        "REPLACE-THIS-SECRET",
        "set_via_env",
    ),
    *(
        "xx-xxxx-x",
        "A0XXXXXXX",
        "AKIAXXXXXXXXXXXXXXXX",
        "G-XXXXXXXXXX",
        "SG.xxxxxxxx",
        "xoxb-xxxxxxxxxxxx-xxxxxxxxxxxx",
    ),
    *(
        "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXX",
        "https://hooks.slack.com/services/XXX/YYY/Z",
    ),
    *(
        "sk_test_51...",
        "AIzaSy...",
        "whsec_...",
        "sk-your-openai-key",
        "xoxb-your-token",
        "fill-this-in",
        "todo-set-this",
    ),
    *("this_password_is_insecure_and_should_be_updated", "my-secret-token-to-change-in-production", "change_in_prod"),
    *(
        "supersecret-please-change",
        "please_generate_random_value",
        "example-secret-key",
        "REDACTED",
        "!!!SET SECRET_KEY!!!",
    ),
    *("https://xxx@xxx.ingest.sentry.io/xxx", "mongodb+srv://USER:PASSWORD@cluster0.example.net/db", "[PASSWORD]"),
    *("postgres://postgres.[USERNAME]:[PASSWORD]@aws-0.example.com:6543/postgres", "postgres://user:***@host/db"),
    *("postgresql://username:password@localhost/dbname", "contact@yourdomain.com", "https://yourdomain.com/a"),
    *("sk-xxx", "sk-ant-xxx", "AIzaSyDxxxxx", "xxxxx.apps.googleusercontent.com", "GOCSPX-xxxxx"),
    *("yourpassword", "yourSecretKey", "YourStrongPassword", "supersecretchangeme", "secret_placeholder", "modify-me"),
    *(
        "postgresql://...",
        "postgresql://replace_with_runtime_connection",
        "https://PROJECT_REF.supabase.co",
        "paste-here",
    ),
    *("redis://PRIVATE_REDIS_HOST:6379", "replace-only-if-you-need-a-stable-local-key", "generate_with_openssl"),
    *("AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "secret_change_me"),
    *("get-from-dashboard", "obtain_from_console", "see_vault", "in-1password", "from-vault", "stored_in_vault"),
    *("ask-your-admin", "NEEDS_CHANGING", "needs-replacing-in-prod", "insert_api_key", "enter-client-secret"),
    *("some-secret-value-change-it", "YOUR-CLIENT-ID.apps.googleusercontent.com", "your-project.supabase.co"),
    *("FIXME_LATER", "tbd-later", "insertyourkeyhere", "postgres://user:password@host:5432/db", "change it later"),
    *("GENERATE_A_SECRET", "not-a-real-key", "#{Password}#", "!ChangeThisMercureHubJWTSecretKey!", "ChangeMeNow"),
]

OF_SECRETS = [
    *("dummy", "DUMMY", "n/a", "N/A", "fake", "sample", "unused", "not-needed", "not used", "super-secret-key"),
    *("supersecretkey", "super_secret", "my-secret-key", "mysecretpassword", "my-secret-pw", "secret-key"),
    *("SecretKey", "jwt-secret", "app_secret_key", "this-is-a-very-secret-key", "TopSecret", "django-secret-key"),
    *("thisisasecret", "thisismysecretkey", "not-a-secret", "notasecret", "this is not a secret"),
    *("api-key", "db_pw", "a-long-secret", "admin_password", "supersecret123", '"super-secret-key"'),
]

VALUES = [
    *("monkey", "exchange_name", "https://DB.example.com/a", "replacement_only", "yourkeyboard"),
    *("https://example.com/...", "theme", "readme", "name://a", "s3://logs/xxx", "sk-learn", "xxs.example.com"),
    *(
        "/tmp/app.XXXXXXXXXX",
        "https://app.example.org/reset-your-password",
        "Please update your browser",
        "get_or_create",
    ),
    *(
        "xx-small",
        "todo_app",
        "allkeys-random",
        "random",
        "in_production",
        "[info]",
        "wait...",
        "Hello!",
        "us-east-1",
    ),
    *("postgresql://postgres:postgres@db:5432/app", "redis://:pw@redis:6379/0", "replace-policy", "example-app"),
    *(
        "8000",
        "localhost",
        "production",
        "changemaker",
        "exchange",
        "todoist@1",
        "xx",
        "x",
        "q8Zr2vLkT0",
        "yourself",
        "here",
    ),
    *(
        "/srv/app",
        "https://example.org/path",
        "postgresql://app:pw@db/app",
        "a.example",
        "*",
        "**",
        "*.example.org",
        ".",
    ),
    *(
        "..",
        "-",
        "--",
        "_",
        "__main__",
        "__init__",
        "app:application",
        "INFO",
        "true",
        "none",
        "null",
        "default",
        "required",
    ),
    *(
        "unset",
        "override",
        "change",
        "replace",
        "insert",
        "America/New_York",
        "en_US.UTF-8",
        "<b>",
        "1 < 2",
        "a>b",
        "#fff",
    ),
    *("${HOST}", "%Y-%m-%d", "%(asctime)s", "{name}", "[1, 2]", '{"a": 1}', '["x"]', "^[a-z]+$", "(a|b)", "@every 5m"),
    *(
        "@hourly",
        "0 * * * *",
        "no-reply@example.org",
        "Shop <shop@example.org>",
        "sk_live_51Hx",
        "x-api-key",
        "X-API-Key",
    ),
    *(
        "sample-rate",
        "example.org",
        "dummy",
        "user",
        "password",
        "secret",
        "admin",
        "root",
        "test",
        "hereford",
        "atmosphere",
    ),
    *("max-age=31536000", "SAMEORIGIN", "tls1.2", "replica", "replacement-service", "settled", "editor", "update-feed"),
    *("Click here", "Sign up here", "paste the link", "Add the following", "set a course", "defined", "generated"),
    *("provided by us", "<a@b.example>", "placeholder.png", "user:password@localhost", "en-xx", "be-prod"),
    *("todo-app", "todo.example.com:80", "setInProduction", "set-top-box", "fixme.org"),
    # A separator, and pieces of pages.
    *("---", "-----", "<html>", "<br/>", "</body>", "<div class=x>", "<!DOCTYPE html>", "<?xml version='1.0'?>"),
    *(
        "in_memory",
        "from_address",
        "see_other",
        "vault",
        "dashboard",
        "ask",
        "vault_secret",
        "insert_only",
        "enter_key",
    ),
    *("AKIAI44QH8DHBZQK7W2A", "read_from_replica", "charging", "sample_rate_change"),
    *("postgres://user:password@host.example:5432/db", "see-you-later", "useyourhead", "postgres://app:pw@host/db"),
    *("fill-rate", "todos", "set", "setup", "keyhere1b", "text/html", "Bearer", "xxhash64", "xxl"),
]


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_a_value_of_an_example_is_found(value: str) -> None:
    """It works nowhere, or works for everybody."""
    assert is_placeholder(value)


@pytest.mark.parametrize("value", OF_SECRETS)
def test_a_secret_that_says_what_belongs_there_is_a_placeholder(value: str) -> None:
    """Under another name, such as that of a backend, somebody may have meant it."""
    assert is_placeholder_of_secret(value)
    assert not is_placeholder(value)


@pytest.mark.parametrize("value", ["secret", "password", "q8Zr2vLkT0", "postgres", "tests", "n", "apikeys-of-a-9Zq"])
def test_a_secret_that_somebody_chose_is_none(value: str) -> None:
    """Not even a bad one."""
    assert not is_placeholder_of_secret(value)


@pytest.mark.parametrize("value", VALUES)
def test_a_value_that_somebody_meant_is_none(value: str) -> None:
    """A deploy is not to be stopped by it."""
    assert not is_placeholder(value)


@pytest.mark.parametrize("piece", ["<", "<a", "change", "your-", "x-", "_", "*** ", "{{", "a ", "please-"])
def test_a_long_value_takes_no_time(piece: str) -> None:
    """A file comes from anybody."""
    started = time.process_time()
    is_placeholder(piece * 200_000)
    assert time.process_time() - started < 2
