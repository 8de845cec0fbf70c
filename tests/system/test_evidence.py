"""Evidence with real processes: a hub that exchanges, an authority that stamps, a judge that trusts nobody."""

import json
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local_authority import LocalAuthority
from tests.system.peyvand_process import INQUIRY, WITHIN_S, City, Hub, city, running_hub
from tests.system.sandbox_process import Partners, fresh, running_partners

pytestmark = pytest.mark.system

CONTRACT = "registry.title-inquiry"


@pytest.fixture(scope="module")
def all_partners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partners]:
    with running_partners(tmp_path_factory.mktemp("sandbox")) as partners:
        yield partners


@pytest.fixture
def partners(all_partners: Partners) -> Iterator[Partners]:
    with fresh(all_partners) as ready:
        yield ready


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    return LocalAuthority(tmp_path_factory.mktemp("tsa") / "rsa")


def send(where: City, hub: Hub, key: str, *, file: str = str(INQUIRY), case: str = "c-1") -> tuple[int, Any]:
    done = where.run("send", CONTRACT, file, "--url", hub.public, "--case", case, "--json", PEYVAND_KEY=key)
    return done.returncode, json.loads(done.stdout)


def add_client(where: City) -> str:
    return str(where.json("client", "add", "portal", "--grant", CONTRACT)["key"])


def verify(where: City, file: Path, *options: str) -> tuple[int, Any]:
    done = where.run("evidence", "verify", str(file), *options, "--json")
    return done.returncode, json.loads(done.stdout)


def codes(statements: list[dict[str, Any]]) -> set[str]:
    return {statement["code"] for statement in statements}


def wait_for_stamp(where: City) -> None:
    """Until a time stamp is in the store."""
    deadline = time.monotonic() + WITHIN_S
    connection = sqlite3.connect(f"file:{where.data_dir / 'journal.db'}?mode=ro", uri=True)
    try:
        while not connection.execute("SELECT count(*) FROM log_timestamp").fetchone()[0]:
            if time.monotonic() > deadline:
                pytest.fail("no time stamp came")
    finally:
        connection.close()


def test_a_case_is_proved_to_whoever_has_the_published_keys_and_nothing_else(
    tmp_path: Path, partners: Partners, authority: LocalAuthority
) -> None:
    with authority.serving() as url:
        where = city(
            tmp_path,
            PEYVAND_EVIDENCE_ORIGIN="hub.example/journal",
            PEYVAND_CHECKPOINT_EVERY_S="0.1",
            PEYVAND_TIMESTAMP_URL=url,
            PEYVAND_TIMESTAMP_ROOTS=str(authority.root_pem),
            PEYVAND_TIMESTAMP_EVERY_S="0.1",
        )
        with running_hub(where, partners=partners.environment) as hub:
            key = add_client(where)
            assert send(where, hub, key)[0] == 0
            broken = tmp_path / "broken.json"
            broken.write_text("{}")
            status, refused = send(where, hub, key, file=str(broken))
            assert (status, refused["problem"]["code"]) == (1, "request.invalid")
            wait_for_stamp(where)
            # While the hub runs and signs, another process makes the file.
            file = tmp_path / "case.zip"
            told = where.json(
                "evidence", "export", "--case", "c-1", "--out", str(file), "--purpose", "court order 12"
            )
            assert (told["exchanges"], told["documents"] >= 5) == (2, True)
            public = where.json("evidence", "key")["journal"]["key"]

    (where.data_dir / "journal.db").unlink()  # neither hub nor store is needed from here on
    program = tmp_path / "judge.pyz"
    assert where.run("evidence", "verifier", "--out", str(program)).returncode == 0
    done = subprocess.run(
        [sys.executable, "-I", program, file, "--key", public, "--tsa-root", authority.root_pem, "--json"],
        cwd=tmp_path, capture_output=True, check=True,
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert report["holds"]
    assert {"signed", "entries", "documents"} <= codes(report["proved"])
    assert "timestamped" in codes(report["proved"])
    assert {"no_witness", "sender", "completeness"} <= codes(report["not_proved"])
    assert sorted(exchange["state"] for exchange in report["exchanges"]) == ["completed", "rejected"]
    assert {exchange["case_id"] for exchange in report["exchanges"]} == {"c-1"}
    completed = next(e for e in report["exchanges"] if e["state"] == "completed")
    assert completed["not_after"]


def test_a_hub_that_is_killed_goes_on_signing_what_it_recorded(tmp_path: Path, partners: Partners) -> None:
    where = city(tmp_path, PEYVAND_CHECKPOINT_EVERY_S="0.1")
    with running_hub(where, partners=partners.environment) as hub:
        key = add_client(where)
        send(where, hub, key)
        hub.kill()
    with running_hub(where, partners=partners.environment) as hub:
        send(where, hub, key)
    checked = where.json("evidence", "check")
    assert checked["well"]
    assert checked["journal"]["checkpoints"] >= 2
    assert checked["journal"]["not_yet_signed"] == 0, "a hub that stops signs what is left"


def test_what_was_changed_under_the_hub_is_found_with_a_checkpoint_kept_elsewhere(
    tmp_path: Path, partners: Partners
) -> None:
    where = city(tmp_path)
    with running_hub(where, partners=partners.environment) as hub:
        send(where, hub, add_client(where))
    kept = tmp_path / "kept.checkpoint"
    kept.write_text(where.run("evidence", "checkpoint").stdout)
    assert where.json("evidence", "check", "--against", str(kept))["journal"]["compared_with_outside"] == 1
    with sqlite3.connect(where.data_dir / "journal.db") as connection:
        connection.execute("DELETE FROM log_checkpoint")
        connection.execute("DELETE FROM log_node")
        connection.execute("DELETE FROM document WHERE seq = (SELECT max(seq) FROM entry)")
        connection.execute("DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)")
    connection.close()
    assert where.run("evidence", "check").returncode == 0, "the store alone cannot tell"
    found = where.run("evidence", "check", "--against", str(kept), "--json")
    assert found.returncode == 1
    assert "removed from the end" in found.stdout


def test_a_witness_gets_what_it_asks_for_and_its_cosignature_is_kept(
    tmp_path: Path, partners: Partners
) -> None:
    from tests.unit.evidence_verifier.test_note import witness_line  # noqa: PLC0415 - a witness's own hand

    where = city(tmp_path)
    with running_hub(where, partners=partners.environment) as hub:
        key = add_client(where)
        send(where, hub, key)
        old = int(where.run("evidence", "checkpoint").stdout.split("\n")[1])
        send(where, hub, key)
    request = where.run("evidence", "checkpoint", "--old", str(old)).stdout
    head, _, checkpoint = request.partition("\n\n")
    first, *proof = head.split("\n")
    assert first == f"old {old}"
    assert 0 < len(proof) < 64
    witness, line = witness_line(checkpoint.partition("\n\n")[0] + "\n")
    size = int(checkpoint.split("\n")[1])
    answer = tmp_path / "answer.txt"
    answer.write_text(line + "\n")
    options = ("evidence", "cosign", str(answer), "--size", str(size), "--witness", str(witness))
    assert where.run(*options).returncode == 0
    file = tmp_path / "case.zip"
    where.json("evidence", "export", "--case", "c-1", "--out", str(file))
    code, report = verify(where, file, "--witness", str(witness))
    assert (code, "witnessed" in codes(report["proved"])) == (0, True)
    answer.write_text(line.replace(line[-8:-4], "AAAA") + "\n")
    assert where.run(*options).returncode == 1


def test_without_an_independent_time_within_the_limit_nothing_new_is_taken_in(
    tmp_path: Path, partners: Partners, authority: LocalAuthority
) -> None:
    authority.is_down = True
    try:
        with authority.serving() as url:
            where = city(
                tmp_path,
                PEYVAND_CHECKPOINT_EVERY_S="0.1",
                PEYVAND_TIMESTAMP_URL=url,
                PEYVAND_TIMESTAMP_LIMIT_S="0.5",
            )
            with running_hub(where, partners=partners.environment) as hub:
                key = add_client(where)
                assert send(where, hub, key)[0] == 0
                wait_until_not_ready(hub)
                code, answer = send(where, hub, key)
                assert (code, answer["status"], answer["problem"]["code"]) == (1, 503, "hub.evidence_overdue")
                assert answer["problem"]["retryable"]
    finally:
        authority.is_down = False


def wait_until_not_ready(hub: Hub) -> None:
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(hub.management + "/readyz", timeout=WITHIN_S):  # noqa: S310 - our own
                continue
        except urllib.error.HTTPError as error:
            with error:
                if "time stamp" in json.load(error)["checks"]["evidence"]:
                    return
    pytest.fail("the hub stayed ready")


def test_a_hub_does_not_go_on_with_another_key_unless_it_is_told_to(
    tmp_path: Path, partners: Partners
) -> None:
    where = city(tmp_path)
    with running_hub(where, partners=partners.environment) as hub:
        send(where, hub, add_client(where))
    assert (where.data_dir / "log.key").stat().st_mode & 0o777 == 0o600
    (where.data_dir / "log.key").unlink()
    refused = where.run("evidence", "checkpoint")
    assert refused.returncode == 3
    assert "the last checkpoint was signed with the key" in refused.stderr
    assert where.run("evidence", "checkpoint", PEYVAND_EVIDENCE_ACCEPT_NEW_KEY="true").returncode == 0
