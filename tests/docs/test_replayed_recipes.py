"""Recipes for programs that can't be had here: what they would send is sent, made of the files that the pages show."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import urllib3
import yaml

from app.store.testing.examples import OLD_KEY
from docs.documents import ROOT, blocks
from support.followed_environment import Billing
from support.fresh_database import fresh_database
from support.service_over_http import service_over_http

_RECIPES = ROOT / "docs" / "guides" / "recipes"
_ELSEWHERE = "https://setpoint.example.com"


def _file(page: str, name: str) -> str:
    return next(each.text for each in blocks(_RECIPES / page) if each.file == name)


@pytest.fixture
def billing(tmp_path: Path) -> Iterator[Billing]:
    """An environment with a secret and a variable that is none."""
    with service_over_http(fresh_database(tmp_path), OLD_KEY) as service:
        made = Billing(service.url, service.admin)
        made.write(POOL_MAX="5", API_KEY="correct hörse")
        yield made


class Operator:
    """External Secrets Operator as its code does it (`pkg/common/webhook/webhook.go`): templates, request, JSONPath."""

    def __init__(self, manifests: str, url: str, token: str) -> None:
        store, _, external = yaml.safe_load_all(manifests)
        self.webhook: dict[str, Any] = store["spec"]["provider"]["webhook"]
        self.extract: dict[str, str] = external["spec"]["dataFrom"][0]["extract"]
        self._url, self._token = url, token

    def secret(self, environment: str | None = None, path: str | None = None) -> Mapping[str, str] | int:
        """Return what a `Secret` would hold, or the status that the operator would tell."""
        known = {".remoteRef.key": environment or self.extract["key"], ".setpoint.token": self._token}

        def filled(text: str) -> str:
            return re.sub(r"\{\{ (\S+) \}\}", lambda match: known[match[1]], text)

        headers = {name: filled(text) for name, text in self.webhook["headers"].items()}
        url = filled(self.webhook["url"]).replace(_ELSEWHERE, self._url)
        answer = urllib3.request("GET", url, headers=headers, redirect=False, retries=False, timeout=60)
        if answer.status != 200:
            return answer.status
        found: Any = answer.json()
        for name, number in re.findall(r"\.(\w+)|\[(\d+)\]", path or self.webhook["result"]["jsonPath"]):
            found = found[name] if name else found[int(number)]
        assert all(isinstance(value, str) for value in found.values())
        if path:
            return dict(found)
        assert self.extract["decodingStrategy"] == "Base64"
        return {name: base64.b64decode(value).decode() for name, value in found.items()}


def test_external_secrets_gets_the_secrets_and_each_change_of_them(billing: Billing) -> None:
    """With a token of the role that the page names; what is no secret is at the other path."""
    operator = Operator(_file("external-secrets.md", "external-secrets.yaml"), billing.url, billing.token)
    assert operator.secret() == {"API_KEY": "correct hörse"}
    assert operator.secret(path="$.items[0].data") == {"POOL_MAX": "5"}
    billing.write(POOL_MAX="6", API_KEY="battery staple")
    assert operator.secret() == {"API_KEY": "battery staple"}


def test_external_secrets_is_told_what_is_not_there(billing: Billing) -> None:
    """Before any of it gets into a cluster; an encoded slash is none."""
    operator = Operator(_file("external-secrets.md", "external-secrets.yaml"), billing.url, billing.token)
    assert operator.secret("staging") == 404
    assert operator.secret("billing%2Fproduction") == 404
    stranger = Operator(_file("external-secrets.md", "external-secrets.yaml"), billing.url, "sp_nonsense")
    assert stranger.secret() == 401


class Terraform:
    """The provider `restapi` as its code does it (`internal/apiclient/object.go`): paths, methods, headers, data."""

    def __init__(self, text: str, billing: Billing, token: str) -> None:
        self.text, self.url, self.token = text, billing.url, token
        (self.writer,) = re.findall(r'^provider "restapi" \{\n(.*?)^\}', text, re.DOTALL | re.MULTILINE)
        (self.data,) = re.findall(r'^data "http" "now" \{\n(.*?)^\}', text, re.DOTALL | re.MULTILINE)
        (self.object,) = re.findall(r'^resource "restapi_object".*?\{\n(.*?)^\}', text, re.DOTALL | re.MULTILINE)
        self.planned = ""

    def plan(self) -> None:
        """Read the revision, which the provider then has in its headers."""
        path = self._word(self.data, "url").removeprefix(_ELSEWHERE)
        answer = self._send("GET", path, self._headers(self.data))
        assert answer.status == 200
        self.planned = str(answer.json()["revision"])

    def create(self) -> urllib3.BaseHTTPResponse:
        """Make the object; its id is an attribute of the answer."""
        answer = self._write("create", self._word(self.object, "create_path"), self._json("data"))
        if answer.status < 300:
            assert answer.json()[self._word(self.object, "id_attribute")] == self._word(self.object, "object_id")
        return answer

    def read(self) -> urllib3.BaseHTTPResponse:
        """Read the object, with the headers of a write."""
        return self._send("GET", self._path("read_path"), self._headers(self.writer))

    def update(self, **data: str) -> urllib3.BaseHTTPResponse:
        """Write what has been changed in the file."""
        return self._write("update", self._path("update_path"), data)

    def destroy(self) -> urllib3.BaseHTTPResponse:
        """Remove what the object is."""
        return self._write("destroy", self._path("destroy_path"), self._json("destroy_data"))

    def _write(self, what: str, path: str, data: Mapping[str, str | None]) -> urllib3.BaseHTTPResponse:
        method = self._word(self.writer, f"{what}_method")
        return self._send(method, path, self._headers(self.writer), json.dumps(data).encode())

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> urllib3.BaseHTTPResponse:
        return urllib3.request(
            method, f"{self.url}{path}", headers=headers, body=body, redirect=False, retries=False, timeout=60
        )

    def _headers(self, provider: str) -> dict[str, str]:
        told = re.findall(r'^ {4}([\w-]+) +=\s*"((?:\\"|[^"])*)"$', provider, re.MULTILINE)
        known = {
            "${var.setpoint_token}": self.token,
            "${jsondecode(data.http.now.response_body).revision}": self.planned,
        }
        headers = {name: value.replace('\\"', '"') for name, value in told}
        for shown, real in known.items():
            headers = {name: value.replace(shown, real) for name, value in headers.items()}
        assert not any("${" in value for value in headers.values())
        return headers

    def _word(self, part: str, name: str) -> str:
        match = re.search(rf'^ *{name} += "([^"]*)"$', part, re.MULTILINE)
        assert match, name
        return match[1]

    def _path(self, name: str) -> str:
        return self._word(self.object, name).replace("{id}", self._word(self.object, "object_id"))

    def _json(self, name: str) -> dict[str, str | None]:
        match = re.search(rf"^ *{name} = jsonencode\(\{{\n(.*?)^ *\}}\)", self.object, re.DOTALL | re.MULTILINE)
        assert match, name
        pairs = re.findall(r'^ *(\w+) += (?:"([^"]*)"|(null))$', match[1], re.MULTILINE)
        return {key: None if null else text for key, text, null in pairs}


def _values(answer: urllib3.BaseHTTPResponse) -> dict[str, str | None]:
    return {name: each["value"] for name, each in answer.json()["variables"].items()}


@pytest.fixture
def terraform(billing: Billing) -> Terraform:
    """Terraform with a token of the role that the page names."""
    wanted = {"name": "terraform", "roles": ["editor@billing/production"]}
    token = billing.call("POST", "/v1/tokens", json=wanted)["token"]
    return Terraform(_file("terraform.md", "setpoint.tf"), billing, token)


def test_terraform_keeps_what_it_names_and_leaves_the_rest_alone(terraform: Terraform, billing: Billing) -> None:
    """From the first plan to the end of the object; an apply without a change makes no revision."""
    terraform.plan()
    assert terraform.create().status == 201
    assert _values(terraform.read()) == {"POOL_MAX": "5", "POOL_MIN": "1", "API_KEY": None}
    terraform.plan()
    assert terraform.update(POOL_MIN="1", POOL_MAX="5").status == 200
    assert terraform.update(POOL_MIN="2", POOL_MAX="7").status == 201
    terraform.plan()
    assert terraform.destroy().status == 201
    assert _values(terraform.read()) == {"API_KEY": None}
    assert billing.catch_up() == 4


def test_terraform_overwrites_nobody(terraform: Terraform, billing: Billing) -> None:
    """What somebody has written between plan and apply is there afterwards."""
    terraform.plan()
    billing.write(POOL_MAX="8", API_KEY="k")
    assert terraform.create().status == 412
    assert _values(terraform.read())["POOL_MAX"] == "8"
    terraform.plan()
    assert terraform.create().status == 201


def test_the_files_for_traefik_are_yaml() -> None:
    """More can't be tried here; the page says so."""
    static, dynamic = (yaml.safe_load(_file("traefik.md", name)) for name in ("traefik.yaml", "setpoint.yaml"))
    (router,) = dynamic["http"]["routers"].values()
    assert set(router["entryPoints"]) <= set(static["entryPoints"])
    assert router["service"] in dynamic["http"]["services"]
    assert set(router["middlewares"]) <= set(dynamic["http"]["middlewares"])
