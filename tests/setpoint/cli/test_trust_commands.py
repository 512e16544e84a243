"""`trust`, and `login` with a token of a CI system, against the real service and a real issuer."""

import json
import time
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from support.service_over_http import ServiceOverHttp
from support.token_issuer import AUDIENCE, Issuer, published
from support.typed_commands import Setpoint

RULE = ("--issuer", "https://ci.example", "--audience", AUDIENCE, "--subject", "repo:acme/billing:*")


def test_a_pipeline_logs_in_with_what_its_system_gives_it(
    setpoint: Setpoint, service: ServiceOverHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is stored anywhere but for 15 minutes."""
    with published(Issuer()) as issuer:
        put = ("trust", "put", "ci", *RULE, "--keys-url", issuer.url, "--role", "deployer@billing/*")
        assert setpoint(*put) == snapshot((0, "the trust rule ci is in force\n", ""))
        assert setpoint("trust", "list")[1] == snapshot("""\
name  issuer              subject              may                 by
ci    https://ci.example  repo:acme/billing:*  deployer@billing/*  ada
""")
        for variable in ("SETPOINT_URL", "SETPOINT_TOKEN"):
            monkeypatch.delenv(variable)
        text = issuer.token(time.time())
        monkeypatch.setenv("CI_ID_TOKEN", text)
        status, _, told = setpoint("login", service.url, "--oidc-token-env", "CI_ID_TOKEN")
        assert (status, told.splitlines()[0].replace(service.url, "URL")) == snapshot(
            (0, "logged in to `URL` as repo:acme/billing:ref:refs/heads/main")
        )
        assert setpoint("schema", "push", "--app", "billing")[0] == 0
        again = setpoint("login", service.url, "--oidc-token-env", "CI_ID_TOKEN")
        assert again == snapshot((1, "", "error: this token was already exchanged; get another one from its issuer\n"))
        assert text not in str((told, again))


def test_keys_may_be_given_in_a_file(setpoint: Setpoint, project: Path) -> None:
    """For a cluster that the service can't reach."""
    (project / "keys.json").write_text(Issuer().key_set)
    words = ("trust", "put", "cluster", *RULE, "--keys", "keys.json", "--reusable", "--claim", "ref=main")
    status, printed, _ = setpoint(*words, "--role", "runtime@billing/production", "--json")
    rule = json.loads(printed)
    assert (status, rule["once"], rule["claims"]) == (0, False, {"ref": "main"})
    assert setpoint("trust", "remove", "cluster")[:2] == snapshot((0, "the trust rule cluster is removed\n"))
    assert setpoint("trust", "list")[1:] == snapshot(("", "there are no trust rules\n"))


def test_a_rule_may_be_about_people_who_sign_in(setpoint: Setpoint) -> None:
    """Then it names a group, and no keys."""
    words = ("--sign-in", "--issuer", "https://id.example", "--audience", "setpoint", "--claim", "groups=sre")
    status, printed, _ = setpoint("trust", "put", "sre", *words, "--subject", "*", "--role", "admin", "--json")
    rule = json.loads(printed)
    assert (status, rule["sign_in"], rule["claims"], rule["key_set_url"]) == (0, True, {"groups": "sre"}, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("login", "http://localhost:1", "--oidc-token-env", "NOT_SET"),
            snapshot((2, "error: `NOT_SET` is empty or not set; the CI system must put its own token into it\n")),
        ),
        (
            ("trust", "put", "ci", *RULE, "--keys", "missing.json", "--role", "admin"),
            snapshot((2, "error: `missing.json` can't be read: No such file or directory\n")),
        ),
        (
            ("trust", "put", "ci", *RULE, "--keys-url", "https://x/y"),
            snapshot(
                (
                    2,
                    (
                        "error: name what it may do: `--role viewer@billing/production`,"
                        " or `--scope` for less than a role\n"
                    ),
                )
            ),
        ),
        (
            ("trust", "put", "ci", *RULE, "--keys-url", "https://x/y", "--role", "admin", "--claim", "a"),
            snapshot((2, "error: `a` is not a claim; write `--claim NAME=PATTERN`\n")),
        ),
        (
            ("trust", "put", "CI", *RULE, "--keys-url", "ftp://x/y", "--role", "admin"),
            snapshot(
                (
                    1,
                    (
                        "error: 2 problems, and nothing was stored\n"
                        "  `key_set_url`: keys are fetched from `https://HOST/PATH`, without a user or a password\n"
                        "  `name`: the name of a trust rule has 1 to 63 lower-case letters, digits and hyphens,"
                        " with a letter or a digit at both ends\n"
                    ),
                )
            ),
        ),
        (("trust", "remove", "nobody"), snapshot((1, "error: there is no trust rule with this name\n"))),
    ],
)
def test_what_can_not_be_done_is_a_sentence(setpoint: Setpoint, words: tuple[str, ...], said: tuple[int, str]) -> None:
    """With what to do."""
    status, printed, told = setpoint(*words)
    assert (status, told) == said
    assert printed == ""
