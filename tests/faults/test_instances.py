"""What running instances must survive: in each case the command goes on, and all agree again without hands."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from app.store.sqlite.engine import DRIVER
from light_instances import Instances
from support.followed_environment import Billing
from support.postgresql_server import postgresql_server
from support.service_at_port import ServiceAtPort, service_at_port
from support.supervised import Supervised, is_running, pid_of, supervised
from support.waiting import eventually
from support.writing_process import ROUNDS

pytestmark = pytest.mark.long

IS_LONG = ROUNDS >= 10
DURABLE = {"fsync": "on", "synchronous_commit": "on"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ServiceAtPort]:
    """The service on SQLite, started."""
    with service_at_port(tmp_path, f"sqlite:///{tmp_path}/setpoint.db") as made:
        made.start()
        yield made


def next_revision_reaches(billing: Billing, web: Supervised, instances: str) -> None:
    """Write a revision, and wait until it is served; the command has its values, and was started for it once."""
    starts = len(web.starts)
    number = billing.write(POOL_MAX=str(20 + starts))
    billing.wait_for(f"{instances} revision {number}")
    assert [each["POOL_MAX"] for each in web.starts[starts:]] == [str(20 + starts)]
    assert web.process.poll() is None


def test_commands_outlive_the_service_and_follow_its_history(service: ServiceAtPort, tmp_path: Path) -> None:
    """It is killed, away when another instance starts, and back from a backup, with another meaning of a number."""
    database, backup = tmp_path / "setpoint.db", tmp_path / "backup.db"
    billing = service.billing()
    eventually(
        lambda: service.workers, "a worker says that it runs, so that it buries dead ones, before any instance comes"
    )
    billing.write(POOL_MAX="1")
    with ExitStack() as stack:
        web = stack.enter_context(supervised(tmp_path / "web", service.url, billing.token))
        billing.wait_for("the instance serves revision 1")
        with closing(DRIVER.connect(database)) as source, closing(DRIVER.connect(backup)) as copy:
            source.backup(copy)
        next_revision_reaches(billing, web, "the instance serves")
        before = pid_of(web)

        service.kill()
        shutil.copytree(web.folder / "cache", tmp_path / "late" / "cache")
        late = stack.enter_context(supervised(tmp_path / "late", service.url, billing.token))
        eventually(lambda: late.starts)
        assert "starting with the last known good, revision 2" in late.said
        assert (pid_of(web), is_running(before)) == (before, True)

        for each in tmp_path.glob("setpoint.db-*"):
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        shutil.copy(backup, database)
        service.start()
        billing.number = 1
        assert billing.write(POOL_MAX="3", API_KEY="of another history") == 2
        billing.wait_for("all 2 instances serve revision 2")
        eventually(lambda: {each.starts[-1].get("API_KEY") for each in (web, late)} == {"of another history"})
        next_revision_reaches(billing, web, "all 2 instances serve")


def test_instances_that_all_come_back_at_once_miss_nothing(service: ServiceAtPort) -> None:
    """After the service was killed under them; what was written meanwhile is what they answer to."""
    billing = service.billing()
    billing.write(POOL_MAX="1")
    number = 500 if IS_LONG else 50

    async def story() -> None:
        instances = Instances(service.address, billing.token)
        try:
            await instances.open(number)
            service.kill()
            service.start()
            revision = billing.write(POOL_MAX="2")
            await instances.all_at(revision)
            billing.wait_for(f"all {number} instances serve revision {revision}")
        finally:
            await instances.close()
        assert instances.reconnects >= number

    asyncio.run(story())


@pytest.mark.skipif(not IS_LONG, reason="in every run, the instances are held to that on SQLite; `make faults` does it")
def test_commands_outlive_the_database(tmp_path: Path) -> None:
    """PostgreSQL is killed below the service, many times, once with the service."""
    with postgresql_server(settings=DURABLE) as postgresql, ExitStack() as stack:
        service = stack.enter_context(service_at_port(tmp_path, postgresql.new_database()))
        service.start()
        billing = service.billing()
        billing.write(POOL_MAX="1")
        web = stack.enter_context(supervised(tmp_path / "web", service.url, billing.token))
        billing.wait_for("the instance serves revision 1")
        for round_ in range(ROUNDS // 3):
            postgresql.kill()
            if round_ == 0:
                service.kill()
            postgresql.start()
            if round_ == 0:
                service.start()
            eventually(lambda: answers(billing), "the service answers again")
            next_revision_reaches(billing, web, "the instance serves")


def answers(billing: Billing) -> bool:
    try:
        return bool(billing.sessions) or True
    except AssertionError:
        return False
