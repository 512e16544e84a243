"""Where units and their drop-ins are found; every expectation was seen in systemd 252."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from setpoint.deploys.deployment import Deployment, DeployProblemKind
from setpoint.deploys.systemd.reading import read_units
from support.file_trees import write_tree

_ETC = "etc/systemd/system"
_RUN = "run/systemd/system"
_UNIT = "[Service]\nExecStart=/usr/bin/env\nEnvironment=N=%n\n"


def _sets(name: str, value: str = "1") -> str:
    return f"[Service]\nEnvironment={name}={value}\n"


def _values(deployment: Deployment) -> Mapping[str, str | None]:
    (process,) = deployment.processes.values()
    return {name: given.value for name, given in process.variables.items() if name != "N"}


@pytest.mark.parametrize(
    ("unit", "files", "expected"),
    [
        (
            "app-web-x.service",
            {
                f"{_ETC}/app-web-x.service": _UNIT,
                f"{_ETC}/app-.service.d/c.conf": _sets("A", "app-"),
                f"{_ETC}/app-web-.service.d/b.conf": _sets("A", "app-web-"),
                f"{_ETC}/service.d/d.conf": _sets("A", "service"),
                f"{_ETC}/service.d/b.conf": _sets("B"),
            },
            {"A": "service"},
        ),
        (
            "a--b.service",
            {
                f"{_ETC}/a--b.service": _UNIT,
                f"{_ETC}/a--.service.d/1.conf": _sets("A2"),
                f"{_ETC}/a-.service.d/2.conf": _sets("A1"),
                f"{_ETC}/-.service.d/3.conf": _sets("A0"),
            },
            {"A2": "1", "A1": "1"},
        ),
        ("-a.service", {f"{_ETC}/-a.service": _UNIT, f"{_ETC}/-.service.d/3.conf": _sets("A0")}, {}),
        ("app-.service", {f"{_ETC}/app-.service": _UNIT, f"{_ETC}/app-.service.d/y.conf": _sets("Y")}, {"Y": "1"}),
        (
            "app-web@i-j.service",
            {
                f"{_ETC}/app-web@.service": _UNIT,
                f"{_ETC}/app-@.service.d/c.conf": _sets("C"),
                f"{_ETC}/app-@i-j.service.d/e.conf": _sets("E"),
                f"{_ETC}/app-.service.d/d.conf": _sets("D"),
            },
            {"C": "1", "E": "1"},
        ),
        (
            "app@i.service",
            {
                f"{_ETC}/app@.service": _UNIT,
                f"{_ETC}/app@.service.d/a.conf": _sets("C", "template"),
                f"{_RUN}/app@i.service.d/a.conf": _sets("C", "instance"),
            },
            {"C": "template"},
        ),
        ("app@i.service", {f"{_ETC}/app@.service": _UNIT, f"{_ETC}/app@i.service": _UNIT + _sets("I")}, {"I": "1"}),
        (
            "app.service",
            {
                f"{_RUN}/app.service": _UNIT + _sets("A", "run"),
                "usr/lib/systemd/system/app.service": _UNIT + _sets("A", "lib"),
                f"{_ETC}/app.service.d/a.conf": _sets("C", "etc"),
                f"{_RUN}/app.service.d/a.conf": _sets("C", "run"),
                "usr/local/lib/systemd/system/app.service.d/b.conf": _sets("D", "local"),
            },
            {"A": "run", "C": "etc", "D": "local"},
        ),
        (
            "app.service",
            {
                f"{_ETC}/app.service": _UNIT,
                f"{_ETC}/service.d/a.conf": _sets("C", "service"),
                f"{_RUN}/app.service.d/a.conf": _sets("C", "app"),
                f"{_ETC}/service.d/.hidden.conf": _sets("H"),
                f"{_ETC}/service.d/k.conf~": _sets("K"),
                f"{_ETC}/service.d/folder.conf/x": _sets("F"),
            },
            {"C": "app"},
        ),
        ("app", {f"{_ETC}/app.service": _UNIT + _sets("A")}, {"A": "1"}),
        (
            "app.service",
            {f"{_ETC}/app.service": "[Unit]\n", f"{_ETC}/app.service.d/y.conf": _UNIT + _sets("Y")},
            {"Y": "1"},
        ),
        (
            "app.service",
            {
                f"{_ETC}/app.service": _UNIT,
                f"{_ETC}/app.service.d/a.conf": b"[Service]\nEnvironment=A=1\nEnvironment=B=\xff\nEnvironment=C=1\n",
                f"{_ETC}/app.service.d/b.conf": "[Service]\nEnvironment=D=1\n[Bad\nEnvironment=E=1\n",
            },
            {"A": "1", "D": "1"},
        ),
        ("app.service", {f"{_ETC}/app.service": "\ufeff" + _UNIT + _sets("A")}, {"A": "1"}),
        ("app.socket", {f"{_ETC}/app.socket": "[Socket]\nEnvironment=A=1\n"}, {"A": "1"}),
    ],
)
def test_drop_ins_of_all_folders_are_read_by_their_file_names(
    tmp_path: Path, unit: str, files: dict[str, str | bytes], expected: dict[str, str]
) -> None:
    """Folders, prefixes, templates and types all bring drop-ins, of which one a file name is read."""
    deployment = read_units([unit], write_tree(tmp_path, files))
    assert _values(deployment) == expected
    assert not deployment.refused


def test_links_give_a_unit_other_names_whose_drop_ins_count_too(tmp_path: Path) -> None:
    """An alias is started under its own name, with the drop-ins of every name that the file has."""
    write_tree(
        tmp_path,
        {
            f"{_ETC}/app.service": _UNIT,
            f"{_ETC}/web.service.d/x.conf": _sets("W"),
            f"{_ETC}/app.service.d/y.conf": _sets("Y"),
            "opt/other.service": _UNIT + "Environment=P=%y\n",
        },
    )
    (tmp_path / _ETC / "web.service").symlink_to("app.service")
    (tmp_path / _ETC / "linked.service").symlink_to("/opt/other.service")
    deployment = read_units(["web.service", "app.service", "linked.service"], tmp_path)
    values = {
        name: {each: given.value for each, given in process.variables.items()}
        for name, process in deployment.processes.items()
    }
    assert values == {
        "web.service": {"N": "web.service", "W": "1", "Y": "1"},
        "app.service": {"N": "app.service", "W": "1", "Y": "1"},
        "linked.service": {"N": "linked.service", "P": "/opt/other.service"},
    }


def test_a_link_to_nothing_masks_a_drop_in_and_a_unit(tmp_path: Path) -> None:
    """What is masked, missing or a template is refused, each by a kind of its own."""
    files = {f"{_ETC}/app.service": _UNIT, f"{_ETC}/service.d/y.conf": _sets("Y"), f"{_ETC}/e.service": ""}
    write_tree(tmp_path, files)
    (tmp_path / _ETC / "app.service.d").mkdir()
    (tmp_path / _ETC / "app.service.d/y.conf").symlink_to("/dev/null")
    (tmp_path / _ETC / "off.service").symlink_to("/dev/null")
    assert _values(read_units(["app.service"], tmp_path)) == {}
    refusals = read_units(["off.service", "e.service", "none.service", "t@.service", "x.timer"], tmp_path).problems
    assert [problem.kind for problem in refusals] == [
        DeployProblemKind.MASKED_UNIT,
        DeployProblemKind.MASKED_UNIT,
        DeployProblemKind.UNIT_NOT_FOUND,
        DeployProblemKind.BAD_UNIT,
        DeployProblemKind.UNIT_NOT_FOUND,
    ]
    assert all(problem.refuses for problem in refusals)


def test_no_link_and_no_path_leads_out_of_the_tree(tmp_path: Path) -> None:
    """A unit can make nobody read a file that is not below the root."""
    (tmp_path / "secret.env").write_text("A=outside\n", encoding="utf-8")
    root = write_tree(
        tmp_path / "root",
        {f"{_ETC}/app.service": _UNIT + "EnvironmentFile=-/l.env\nEnvironmentFile=-/up.env\nEnvironmentFile=-/loop\n"},
    )
    (root / "l.env").symlink_to(tmp_path / "secret.env")
    (root / "up.env").symlink_to("../secret.env")
    (root / "loop").symlink_to("loop")
    assert _values(read_units(["app.service"], root)) == {}


def test_a_path_brings_its_tree_and_a_lone_file_its_folder(tmp_path: Path) -> None:
    """Of a unit file alone nobody knows what its env files give, and says so."""
    unit = _UNIT + "EnvironmentFile=/etc/a.env\n"
    write_tree(
        tmp_path,
        {
            f"tree/{_ETC}/app.service": unit,
            "tree/etc/a.env": "A=1\n",
            "alone/app.service": unit,
            "alone/app.service.d/x.conf": _sets("X"),
        },
    )
    assert _values(read_units([str(tmp_path / "tree" / _ETC / "app.service")])) == {"A": "1"}
    alone = read_units([str(tmp_path / "alone/app.service")])
    assert _values(alone) == {"X": "1"}
    assert alone.processes["app.service"].elsewhere == ("EnvironmentFile /etc/a.env",)
    assert [problem.kind for problem in alone.problems] == [DeployProblemKind.ENV_FILE_ELSEWHERE]
    assert not alone.refused


def test_an_instance_is_read_from_the_template_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the hint of a template says, and with its drop-ins."""
    monkeypatch.chdir(write_tree(tmp_path, {"app@.service": _UNIT, "app@.service.d/x.conf": _sets("X", "%i")}))
    assert _values(read_units(["app@blue.service"])) == {"X": "blue"}
