"""A release that brings a variable, deployed while instances run: schema, release, revision."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import urllib3

from app.store.testing.examples import OLD_KEY
from support.followed_environment import PLACE, Billing
from support.fresh_database import fresh_database
from support.service_over_http import service_over_http
from support.supervised import STRICT, supervised

BEFORE = STRICT
AFTER = STRICT.replace('    api_key: str = ""\n', '    api_key: str = ""\n    pool_name: str = "main"\n')


@pytest.fixture
def billing(tmp_path: Path) -> Iterator[Billing]:
    """The service."""
    with service_over_http(fresh_database(tmp_path), OLD_KEY) as service:
        yield Billing(service.url, service.admin)


def push(billing: Billing, folder: Path, settings: str, release: str, compatibility: str = "full") -> str:
    """Push the schema of a release, and return its digest."""
    folder.mkdir()
    (folder / "its_settings.py").write_text(settings)
    command = [sys.executable, "-m", "setpoint", "schema", "--settings", "its_settings:Settings"]
    document = subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout
    digest: str = json.loads(document)["digest"]
    path = f"/v1/apps/billing/schemas/{digest}?release={release}&compatibility={compatibility}"
    billing.call("PUT", path, body=document, headers={"Content-Type": "application/json"})
    return digest


def what_is_said(billing: Billing, **variables: str) -> str:
    """Return why the next revision is refused; nothing if it is written."""
    headers = {"Authorization": f"Bearer {billing.admin}", "If-Match": f'"{billing.number}"'}
    answer = urllib3.request("PUT", f"{billing.url}{PLACE}/config", headers=headers, json=variables, timeout=60)
    said: Any = answer.json()
    if answer.status == 201:
        billing.number = said["revision"]
        return ""
    assert answer.status == 422
    return "; ".join(each["message"] for each in said["errors"])


@pytest.mark.long
def test_schema_then_release_then_revision(billing: Billing, tmp_path: Path) -> None:
    """A revision that comes too early is refused in a sentence that says who has to be replaced first."""
    old = push(billing, tmp_path / "before", BEFORE, "billing@1.8")
    billing.write(POOL_MAX="5")
    new = {"POOL_MAX": "6", "POOL_NAME": "other"}
    with ExitStack() as stack:
        leaving = [stack.enter_context(ExitStack()) for _ in range(2)]
        for number, each in enumerate(leaving):
            each.enter_context(supervised(tmp_path / f"old-{number}", billing.url, billing.token, settings=BEFORE))
        billing.wait_for("all 2 instances serve revision 1")
        push(billing, tmp_path / "after", AFTER, "billing@1.9")
        assert what_is_said(billing, **new) == (
            f"2 live instances run schema {old[:15]}… (billing@1.8), which does not know `POOL_NAME`"
        )
        for number, each in enumerate(leaving):
            stack.enter_context(supervised(tmp_path / f"new-{number}", billing.url, billing.token, settings=AFTER))
            billing.wait_for("all 3 instances serve revision 1")
            each.close()
            billing.wait_for("all 2 instances serve revision 1")
            if each is leaving[0]:
                assert "1 live instance runs schema" in what_is_said(billing, **new)
        assert what_is_said(billing, **new) == ""
        billing.wait_for("all 2 instances serve revision 2")


def test_what_a_release_can_not_start_without_is_written_before_it(billing: Billing, tmp_path: Path) -> None:
    """Old instances take the revision, too, and just do not read the new variable."""
    push(billing, tmp_path / "before", BEFORE, "billing@1.8")
    billing.write(POOL_MAX="5")
    with supervised(tmp_path / "old", billing.url, billing.token, settings=BEFORE):
        billing.wait_for("the instance serves revision 1")
        push(billing, tmp_path / "after", AFTER.replace('pool_name: str = "main"', "pool_name: str"), "1.9", "none")
        billing.write(POOL_MAX="5", POOL_NAME="other")
        with supervised(tmp_path / "new", billing.url, billing.token, settings=AFTER) as new:
            billing.wait_for("all 2 instances serve revision 2")
            assert new.starts == [{"POOL_MAX": "5", "POOL_NAME": "other"}]
