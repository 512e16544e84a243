"""Projects as people write them, each with faults of the kind that people report: all are found, at their places."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.deploys import Typed

PROJECTS = Path(__file__).parent / "projects"
EXPECTED = {
    "compose-bare-name": [
        "compose.yaml:9:7 info SP701 DATABASE_URL web",
        "compose.yaml:10:23 error SP401 SESSION_SECRET web",
        "compose.yaml:10:23 warning SP402 SESSION_SECRET web",
        "web.env:2:16 info SP723 SESSION_SECRET web",
        "worker.env:3:15 error SP403 SMTP_PASSWORD worker",
    ],
    "compose-dollar": [
        "compose.yaml:8:21 info SP701 DATABASE_URL web",
        "compose.yaml:8:21 warning SP721 DATABASE_URL web",
        "compose.yaml:9:23 info SP701 SESSION_SECRET web",
        "compose.yaml:9:23 warning SP721 SESSION_SECRET web",
        "compose.yaml:10:16 warning SP722 RELEASE web",
        "compose.yaml:11:13 warning SP722 PORT web",
    ],
    "compose-merge": [
        "compose.yaml:7:3 error SP302 DATABASE_URL web",
        "compose.yaml:16:18 error SP401 LOG_LEVEL worker",
    ],
    "compose-misspelt": [
        "compose.yaml:17:7 error SP301 REDIS_ULR worker",
    ],
    "compose-overlay": [
        "prod.env:2:11 info SP723 LOG_LEVEL web",
        "prod.env:3:6 info SP723 PORT web",
    ],
    "compose-profiles": [
        "compose.yaml:6:7 warning SP301 SESSION_SECRET worker",
        "compose.yaml:13:20 error SP401 CONCURRENCY worker",
    ],
    "compose-quotes": [
        "docker-compose.yml:1:1 info SP727 web",
        "docker-compose.yml:8:15 error SP401 DEBUG web",
        "docker-compose.yml:8:15 warning SP726 DEBUG web",
        "docker-compose.yml:9:20 error SP401 PUBLIC_URL web",
        "docker-compose.yml:9:20 warning SP726 PUBLIC_URL web",
    ],
    "kubernetes-order": [
        "k8s/config.yaml:5:3 warning SP301 DB_HOST Deployment/worker/worker",
        "k8s/config.yaml:6:3 error SP301 log-level Deployment/worker/worker",
        "k8s/config.yaml:14:3 warning SP301 SESSION_SECRET Deployment/worker/worker",
        "k8s/config.yaml:14:19 warning SP754 SESSION_SECRET Deployment/web/web, Deployment/worker/worker",
        "k8s/web.yaml:13:43 warning SP753 DATABASE_URL Deployment/web/web",
        "k8s/web.yaml:13:43 warning SP753 DATABASE_URL Deployment/web/web",
        "k8s/web.yaml:17:41 warning SP749 Deployment/web/web",
        "k8s/web.yaml:21:37 info SP701 RELEASE Deployment/web/web",
        "k8s/web.yaml:22:21 error SP301 LOG_LEVL Deployment/web/web",
        "k8s/worker.yaml:15:36 info SP751 Deployment/worker/worker",
        "k8s/worker.yaml:18:22 error SP301 REDIS_URI Deployment/worker/worker",
    ],
    "kustomize-overlay": [
        "base/config.env:1:12 error SP401 PUBLIC_URL Deployment/production-shop/web",
        "base/config.env:1:12 warning SP726 PUBLIC_URL Deployment/production-shop/web",
        "production/log-level.yaml:12:22 error SP401 LOG_LEVEL Deployment/production-shop/web",
    ],
    "systemd-drop-in": [
        "etc/shop/web.env:3:1 warning SP725 DEBUG shop-web.service",
        "etc/systemd/system/shop-web.service:2:1 error SP302 DATABASE_URL shop-web.service",
        "etc/systemd/system/shop-web.service:10:13 error SP739 DATABASE_URL shop-web.service",
        "etc/systemd/system/shop-web.service.d/debug.conf:2:23 info SP743 LOG_LEVEL shop-web.service",
        "etc/systemd/system/shop-web.service.d/debug.conf:3:27 error SP738 RELEASE shop-web.service",
        "etc/systemd/system/shop-worker.service:7:1 warning SP735 shop-worker.service",
    ],
}


@pytest.mark.parametrize("name", sorted(each.name for each in PROJECTS.iterdir() if (each / "pyproject.toml").exists()))
def test_the_faults_of_a_project_are_found_at_their_places(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of them and no other, where the value is written and for the services that get it."""
    monkeypatch.chdir(PROJECTS / name)
    monkeypatch.syspath_prepend(str(PROJECTS))
    files = [each for each in ("docker-compose.yml", "compose.yaml") if Path(each).exists()]
    words = [] if "deploys" in Path("pyproject.toml").read_text() else files
    status, out, err = Typed(PROJECTS, capsys)("check", "--format", "json", *words)
    assert err == ""
    found = [_mark(each) for each in json.loads(out)["diagnostics"]]
    assert found == EXPECTED[name]
    assert status == int(any(" error " in each for each in found))


def _mark(diagnostic: dict[str, Any]) -> str:
    at, services = diagnostic["location"], ", ".join(diagnostic.get("services", ()))
    place = f"{at['path']}:{at['line']}:{at['column']}"
    parts = (place, diagnostic["severity"], diagnostic["code"], diagnostic["variable"], services)
    return " ".join(each for each in parts if each)
