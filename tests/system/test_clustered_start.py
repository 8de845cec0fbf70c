"""What a hub of the clustered set-up says where it cannot work as it is set up."""

from pathlib import Path

import pytest

from hub.store.clustered.database import SCHEMA
from tests.setups import execute
from tests.system.hub_process import TITLE
from tests.system.peyvand_process import city

pytestmark = pytest.mark.system


def test_a_database_that_was_not_migrated_is_refused_until_it_is(
    tmp_path: Path, empty_database_url: str, amqp_url: str
) -> None:
    where = city(tmp_path, PEYVAND_DATABASE_URL=empty_database_url, PEYVAND_AMQP_URL=amqp_url)
    refused = where.run("serve")
    assert (refused.returncode, "run `peyvand migrate`" in refused.stderr) == (3, True)
    assert "Traceback" not in refused.stderr
    assert where.json("migrate")["before"] == "0000"
    again = where.json("migrate")
    assert again["before"] == again["after"] == SCHEMA
    added = where.run("client", "add", "portal", "--grant", TITLE)
    assert added.returncode == 0, added.stderr


def test_a_database_of_a_newer_hub_is_refused(tmp_path: Path, database_url: str, amqp_url: str) -> None:
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    where = city(tmp_path, PEYVAND_DATABASE_URL=database_url, PEYVAND_AMQP_URL=amqp_url)
    for command in ("serve", "migrate"):
        refused = where.run(command)
        assert (refused.returncode, "newer version" in refused.stderr) == (3, True), refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("given", ["PEYVAND_DATABASE_URL", "PEYVAND_AMQP_URL"])
def test_half_a_set_up_is_refused(tmp_path: Path, given: str) -> None:
    url = "postgresql://nowhere/hub" if given == "PEYVAND_DATABASE_URL" else "amqp://nowhere/"
    refused = city(tmp_path, **{given: url}).run("serve")
    assert refused.returncode == 3
    assert "needs both" in refused.stderr
