"""A variable that a reference puts into another one is read by that reference."""

import pytest
from pydantic_settings import BaseSettings

from setpoint.check.checking import check
from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.subject import Subject
from setpoint.resolution.unread_variables import unread_variables
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered


class Service(BaseSettings):
    """One that forbids other names by itself only in its own file."""

    url: str = ""
    port: int = 80


READ: list[tuple[str | None, str, list[str]]] = [
    (None, "DB_HOST=db\nURL=http://${DB_HOST}/\n", []),
    (None, "PROT=81\nPORT=${PROT}\n", []),
    (None, "A_B=1\nC_D=${A_B}\nURL=${C_D}\n", []),
    (None, "URL=http://${DB_HOST}/\nDB_HOST=db\n", ["DB_HOST"]),
    (None, "DB_HOST=db\nDB_HOST=${DB_HOST}x\n", ["DB_HOST", "DB_HOST"]),
    (None, "DB_HOST=db\nURL=http://$DB_HOST/\n", ["DB_HOST"]),
    ("compose", "DB_HOST=db\nURL=http://$DB_HOST/\n", []),
    ("compose", "DB_HOST=db\nURL='http://$DB_HOST/'\n", ["DB_HOST"]),
    ("uv", "DB_HOST=db\nURL=http://${DB_HOST}/\n", []),
    ("bash", "DB_HOST=db\nURL=http://${DB_HOST:-x}/\n", []),
    ("dash", 'DB_HOST=db\nURL="http://$DB_HOST/"\n', []),
    ("bash", "DB_HOST=db\nURL=${DB_HOST//d/b}\n", []),
    ("bash", "DB_HOST=db\nDB_HOST_2=db\nURL=$(echo $DB_HOST)\n", ["DB_HOST_2"]),
    ("bash", "DB_HOST=db\nBASE=8\nURL=`echo ${#DB_HOST}`\nPORT=$((BASE + 1))\n", []),
    ("dash", 'DB_HOST=db\nif [ -n "$DB_HOST" ]; then URL=x; fi\n', []),
    ("dash", "DB_HOST=db\nURL=$(cat '\n$DB_HOST')\n", []),
    ("dash", "DB_HOST=db\nURL='$DB_HOST'\nPORT=$(cat port)\n", ["DB_HOST"]),
    ("systemd", "DB_HOST=db\nURL=http://${DB_HOST}/\n", ["DB_HOST"]),
    ("docker", "DB_HOST=db\nURL=http://${DB_HOST}/\n", ["DB_HOST"]),
]


@pytest.mark.parametrize(("loader", "content", "unknown"), READ, ids=map(str, range(len(READ))))
def test_what_a_reference_puts_in_is_not_unknown(loader: str | None, content: str, unknown: list[str]) -> None:
    """To remove it would break the file; whether a program knows references decides."""
    subject = Subject(SettingsContract.of(Service), Gathered((parse_env_file("a.env", content.encode(), {}, loader),)))
    found = [each.variable for each in check(subject).diagnostics if each.code == "SP301"]
    assert found == unknown
    assert {each.shown_name for each in unread_variables(subject)} == {*unknown}
