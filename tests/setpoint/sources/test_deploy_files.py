"""Which program a deploy file is for, by its name and what is in it."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path

import pytest

from setpoint.sources.deploys import UnrecognisedDeployError, is_like_deploy_file, recognised_kind

MANIFEST = "# a comment\napiVersion: v1\nkind: Pod\n"
SERVICES = "name: shop\nservices:\n  web: {}\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("compose.yaml", "", "compose"),
        ("docker-compose.yml", "", "compose"),
        ("docker-compose.prod.yml", MANIFEST, "compose"),
        ("compose-ci.yaml", "", "compose"),
        ("stack.yml", SERVICES, "compose"),
        ("stack.yaml", '"services":\n  web: {}\n', "compose"),
        ("deployment.yaml", MANIFEST, "kubernetes"),
        ("all.yml", "---\n" + MANIFEST, "kubernetes"),
        ("list.yaml", '{"apiVersion": "v1", "kind": "List"}', "kubernetes"),
        ("both.yaml", MANIFEST + "data:\n  x: |\n    services:\n", "kubernetes"),
        ("kustomization.yaml", "", "kubernetes"),
        ("Kustomization", "", "kubernetes"),
        ("app.service", "", "systemd"),
        ("app@blue.service", "", "systemd"),
        ("app.socket", "", "systemd"),
        ("values.yaml", "replicas: 1\n", None),
        ("values.yaml", "web:\n  services: []\n", None),
    ],
)
def test_a_file_is_recognised_by_its_name_or_by_what_is_in_it(path: str, text: str, kind: str | None) -> None:
    """A name that says it needs no look; any other file of YAML says it by its first keys."""
    Path(path).write_text(text, encoding="utf-8")
    assert is_like_deploy_file(path)
    if kind is None:
        with pytest.raises(UnrecognisedDeployError, match="name it with `--kind "):
            recognised_kind([path])
    else:
        assert recognised_kind([path]) == kind


@pytest.mark.parametrize(
    ("mark", "encoding"), [(BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be"), (b"", "utf-8")]
)
@pytest.mark.parametrize(("text", "kind"), [(SERVICES, "compose"), (MANIFEST, "kubernetes")])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_file_is_recognised_in_each_encoding_of_yaml(
    mark: bytes, encoding: str, text: str, kind: str, line_end: str
) -> None:
    """Windows PowerShell writes UTF-16, which docker compose reads."""
    Path("stack.yml").write_bytes(mark + text.replace("\n", line_end).encode(encoding))
    assert recognised_kind(["stack.yml"]) == kind


@pytest.mark.parametrize("path", ["prod.env", ".env", "env", "app.conf", "settings.toml", "-", "nowhere"])
def test_an_env_file_is_no_deploy_file(path: str) -> None:
    """Whatever is in it."""
    assert not is_like_deploy_file(path)


def test_a_folder_is_one_of_manifests_if_it_holds_one() -> None:
    """Compose looks for its files in the working directory alone, and other YAML says nothing."""
    for path, text in {"k8s/a.yaml": MANIFEST, "base/kustomization.yaml": "", "x/compose.yaml": SERVICES}.items():
        Path(path).parent.mkdir()
        Path(path).write_text(text, encoding="utf-8")
    found = {path: is_like_deploy_file(path) for path in ("k8s", "base", "x")}
    assert found == {"k8s": True, "base": True, "x": False}
    assert recognised_kind(["k8s", "base"]) == "kubernetes"


def test_files_of_several_programs_are_no_deploy() -> None:
    """Each of them would have to be checked for itself."""
    with pytest.raises(UnrecognisedDeployError, match="compose and systemd; check them one program at a time"):
        recognised_kind(["compose.yaml", "app.service"])
