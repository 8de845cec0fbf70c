"""``peyvand`` against running hubs and stores: clients, messages, what the journal tells, reloads."""

import json
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.system.peyvand_process import (
    EXAMPLES,
    INQUIRY,
    ROOT,
    City,
    Hub,
    city,
    read_until,
    running_hub,
    start_hub,
    with_own_data,
)
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


def add_client(where: City, name: str = "portal", *grants: str) -> str:
    given = [word for grant in grants or (CONTRACT,) for word in ("--grant", grant)]
    return str(where.json("client", "add", name, *given)["key"])


def call_under_way(partners: Partners, name: str) -> None:
    """Wait until a partner has a call in its ledger."""
    with ThreadPoolExecutor(1) as pool:

        def look() -> None:
            while not partners.calls(name)["count"]:
                pass

        pool.submit(look).result(timeout=30)


class TestClients:
    def test_a_client_added_while_the_hub_runs_may_call_it(self, tmp_path: Path, partners: Partners) -> None:
        where = city(tmp_path)
        with running_hub(where, partners=partners.environment) as hub:
            added = where.json("client", "add", "portal", "--grant", f"{CONTRACT}@1")
            assert added.keys() == {"client", "key", "grants"}
            assert (added["client"], added["grants"]) == ("portal", [f"{CONTRACT}@1"])
            sent = where.json(
                "send", CONTRACT, str(INQUIRY), "--url", hub.public, "--case", "c-1", PEYVAND_KEY=added["key"]
            )
            assert (sent["status"], sent["version"]) == (200, "1.1")
            assert sent["reply"]["estate"]["owners"][0]["national_code"] == "9990000018"

            assert where.run("client", "revoke", "portal").returncode == 0
            refused = self.until_refused(where, hub, added["key"])
            assert refused["problem"]["code"] == "auth.revoked"

    def until_refused(self, where: City, hub: Hub, key: str) -> dict[str, dict[str, str]]:
        """A hub takes half a second to know; each try takes longer than that, so the second must fail."""
        for _ in range(3):
            done = where.run(
                "send", f"{CONTRACT}@1", str(INQUIRY), "--url", hub.public, "--json", PEYVAND_KEY=key
            )
            if done.returncode == 1:
                return json.loads(done.stdout)
        pytest.fail("the revoked client is still served")

    def test_the_key_is_shown_once_and_the_list_knows_only_its_beginning(self, tmp_path: Path) -> None:
        where = city(tmp_path)
        key = add_client(where)
        listed = where.run("client", "list")
        assert "portal" in listed.stdout
        assert key[:12] in listed.stdout
        assert key[:16] not in listed.stdout
        (only,) = where.json("client", "list")["clients"]
        assert only["key_prefix"] == f"{key[:13]}…"
        assert set(only) == {
            "client",
            "key_prefix",
            "grants",
            "partner",
            "office",
            "created_at",
            "revoked_at",
        }

    def test_what_is_printed_is_json_without_being_asked_for(self, tmp_path: Path) -> None:
        done = city(tmp_path).run("client", "add", "portal", "--grant", CONTRACT)
        assert json.loads(done.stdout)["client"] == "portal"

    @pytest.mark.parametrize(
        ("grant", "said"),
        [
            ("registry.title-inqury", "did you mean 'registry.title-inquiry'?"),
            ("registry-office.ownership", "a partner's own format"),
            (f"{CONTRACT}@7", "has no version 7 (there are 1.0, 1.1, 2.0, 2.1)"),
            ("registry.title-inquiry@one", "is no grant"),
        ],
    )
    def test_a_grant_of_nothing_is_refused(self, tmp_path: Path, grant: str, said: str) -> None:
        done = city(tmp_path).run("client", "add", "portal", "--grant", grant)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr

    def test_a_name_is_given_once_until_it_is_revoked(self, tmp_path: Path) -> None:
        where = city(tmp_path)
        add_client(where)
        again = where.run("client", "add", "portal", "--grant", CONTRACT)
        assert again.returncode == 1
        assert "peyvand client revoke portal" in again.stderr
        assert where.run("client", "revoke", "portal").returncode == 0
        add_client(where)
        assert where.run("client", "revoke", "nobody").returncode == 1


class TestSending:
    def test_a_problem_is_told_readably_and_ends_with_1(self, tmp_path: Path, partners: Partners) -> None:
        where = city(tmp_path)
        key = add_client(where)
        bad = EXAMPLES.parent / "invalid" / "wrong-check-digit.request.json"
        with running_hub(where, partners=partners.environment) as hub:
            done = where.run("send", CONTRACT, str(bad), "--url", hub.public, PEYVAND_KEY=key)
            unknown = where.run(
                "send", "registry.title-inqury", str(INQUIRY), "--url", hub.public, PEYVAND_KEY=key
            )
        assert done.returncode == 1
        assert "request.invalid (422)" in done.stdout
        assert "پیام با قرارداد نمی‌خواند" in done.stdout
        assert "/requester/officer/national_code" in done.stdout
        assert unknown.returncode == 2
        assert "did you mean 'registry.title-inquiry'?" in unknown.stderr

    def test_it_need_not_wait_and_the_key_makes_it_one_exchange(
        self, tmp_path: Path, partners: Partners
    ) -> None:
        where = city(tmp_path)
        key = add_client(where)
        once = ("--idempotency-key", "k-1", "--async", "--json")
        message = INQUIRY.read_bytes()
        with running_hub(where, partners=partners.environment) as hub:
            to = ("send", f"{CONTRACT}@1.0", "-", "--url", hub.public)
            first, second = (
                json.loads(where.run(*to, *once, input_=message, PEYVAND_KEY=key).stdout) for _ in "12"
            )
        assert (first["status"], first["version"]) == (202, "1.0")
        assert first["exchange_id"] == second["exchange_id"]

    def test_where_no_hub_is_the_exit_code_is_3(self, tmp_path: Path) -> None:
        done = city(tmp_path).run(
            "send", f"{CONTRACT}@1", str(INQUIRY), "--url", "http://127.0.0.1:1", "--key", "pvd_x"
        )
        assert done.returncode == 3
        assert "is the hub running there?" in done.stderr

    def test_without_a_key_or_a_file_it_says_what_to_do(self, tmp_path: Path) -> None:
        without_key = city(tmp_path).run("send", CONTRACT, str(INQUIRY))
        assert (without_key.returncode, "PEYVAND_KEY" in without_key.stderr) == (2, True)
        without_file = city(tmp_path).run("send", CONTRACT, "nowhere.json", "--key", "k")
        assert (without_file.returncode, without_file.stderr.strip()) == (
            2,
            "peyvand: nowhere.json cannot be read: no such file or directory",
        )


class TestKilled:
    """The hub dies without a word in the middle of a call; what the journal says then and after the next start."""

    def start_and_kill(
        self, where: City, partners: Partners, partner: str, contract: str, message: Path
    ) -> str:
        key = add_client(where, "portal", contract)
        partners.mode(partner, "silent")
        hub = start_hub(where, partners=partners.environment)
        try:
            sender = subprocess.Popen(
                where.command("send", f"{contract}@1", str(message), "--url", hub.public, "--key", key),
                cwd=ROOT, env=where.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
            call_under_way(partners, partner)
        finally:
            hub.kill()
        _, complaint = sender.communicate(timeout=60)
        assert sender.returncode == 3
        assert b"was lost before its answer came: the hub may have recorded the message" in complaint
        (only,) = where.json("exchange", "list")["exchanges"]
        assert (only["state"], only["sender"]) == ("delivering", "portal")
        partners.mode(partner, "up")
        return str(only["exchange_id"])

    def test_an_inquiry_is_repeated_and_the_lifeline_says_so(
        self, tmp_path: Path, partners: Partners
    ) -> None:
        where = city(tmp_path)
        exchange = self.start_and_kill(where, partners, "registry_office", CONTRACT, INQUIRY)
        before = where.run("exchange", "show", exchange)
        assert before.returncode == 0
        assert "no hub is running: it stopped while it was calling the partner" in before.stdout

        with running_hub(where, partners=partners.environment) as hub:
            after = self.ended(where, hub, exchange)
        assert [moment["state"] for moment in after["history"]] == [
            "received", "accepted", "delivering", "uncertain", "delivering", "completed",
        ]  # fmt: skip
        assert after["history"][4]["detail"]["attempt"] == 2
        told = where.run("exchange", "show", exchange).stdout
        assert "nobody knows whether the partner acted" in told
        assert "repeated to registry-office.ownership-inquiry, attempt 2" in told
        assert "partner_reply" not in told
        assert "9990000018" not in told  # no body, no personal data

    def test_a_payment_is_asked_about_and_not_repeated(self, tmp_path: Path, partners: Partners) -> None:
        where = city(tmp_path)
        paid = ROOT / "contracts" / "payment.verify" / "examples" / "1.0" / "valid" / "paid.request.json"
        exchange = self.start_and_kill(where, partners, "behpardakht", "payment.verify", paid)
        with running_hub(where, partners=partners.environment) as hub:
            after = self.ended(where, hub, exchange)
        told = [moment["state"] for moment in after["history"]]
        assert told[2:5] == ["delivering", "uncertain", "uncertain"]
        assert told[-1] == "completed"
        told = where.run("exchange", "show", exchange).stdout
        assert "partner.outcome_unknown" in told
        assert "behpardakht.inquiry is asked what became of it" in told

    def ended(self, where: City, hub: Hub, exchange: str) -> dict[str, list[dict[str, dict[str, int]]]]:
        """The exchange once the hub has brought it to an end."""
        assert hub.process.poll() is None
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            document = where.json("exchange", "show", exchange)
            assert document["hub_is_running"] is True
            if document["final"]:
                return document
        pytest.fail("the exchange does not end")


class TestData:
    def test_a_bad_file_stops_the_start_with_file_line_rule_and_hint(self, tmp_path: Path) -> None:
        where = with_own_data(tmp_path)
        route = tmp_path / "routes" / "title-inquiry" / "route.yaml"
        lines = route.read_text(encoding="utf-8").splitlines()
        number = next(index for index, line in enumerate(lines, start=1) if line.startswith("to: "))
        lines[number - 1] = "to: registry-office.ownership-inqury"
        route.write_text("\n".join(lines) + "\n", encoding="utf-8")
        expected = (
            f"{route}:{number}: route.unknown-endpoint: "
            "no manifest names an endpoint 'registry-office.ownership-inqury' "
            "(did you mean 'registry-office.ownership-inquiry'?)"
        )
        done = where.run("serve")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines() == [expected]
        assert where.run("lint").stdout.splitlines()[0] == expected
        shorter = where.run("lint", cwd=tmp_path, PYTHONPATH=str(ROOT))
        assert shorter.stdout.startswith(f"routes/title-inquiry/route.yaml:{number}: ")

    def test_a_reload_keeps_the_old_set_if_the_new_one_is_bad(
        self, tmp_path: Path, partners: Partners
    ) -> None:
        where = with_own_data(tmp_path)
        key = add_client(where)
        route = tmp_path / "routes" / "title-inquiry" / "route.yaml"
        good = route.read_text(encoding="utf-8")
        with running_hub(where, partners=partners.environment) as hub:
            to = ("send", f"{CONTRACT}@1", str(INQUIRY), "--url", hub.public)
            route.write_text(good.replace("from: registry.title-inquiry@1", "from: registry.title@1"))
            refused = where.run("reload", "--url", hub.management)
            assert refused.returncode == 1
            assert "route.unknown-contract" in refused.stdout
            assert "goes on with what it had" in refused.stdout
            assert where.json(*to, PEYVAND_KEY=key)["status"] == 200

            route.write_text(good + 'when: request.deed.estate_note_number == "0"\n')
            assert where.run("reload", "--url", hub.management).returncode == 0
            assert (
                json.loads(where.run(*to, "--json", PEYVAND_KEY=key).stdout)["problem"]["code"]
                == "route.none"
            )

    def test_the_projects_own_data_are_tested_and_a_failure_is_told_place_by_place(
        self, tmp_path: Path
    ) -> None:
        where = with_own_data(tmp_path)
        passed = where.json("test")
        assert passed["passed"]
        assert {case["passed"] for file in passed["files"] for case in file["cases"]} == {True}
        mapping = "payment.verify/mappings/1.0/from-behpardakht.verify-1.0.yaml"
        path = tmp_path / "contracts" / mapping
        text = path.read_text(encoding="utf-8")
        assert "provider_code: " in text
        path.write_text(
            text.replace("provider_code: ", "provider_code: '\"x\" + ' #", 1).replace(
                "'\"x\" + ' #", "'\"x\"' # "
            )
        )
        failed = where.run("test")
        assert failed.returncode == 1
        assert "FAIL " in failed.stdout
        assert "/provider_code: expected" in failed.stdout

    def test_serving_where_another_hub_serves_is_refused_in_a_sentence(
        self, tmp_path: Path, partners: Partners
    ) -> None:
        where = city(tmp_path)
        with running_hub(where, partners=partners.environment):
            done = where.run("serve")
        assert done.returncode == 3
        assert done.stderr.strip() == (
            f"peyvand: another hub serves {where.data_dir}: stop it, or set PEYVAND_DATA_DIR to another folder"
        )


def test_looking_into_a_store_that_is_not_there_leaves_none_behind(tmp_path: Path) -> None:
    where = city(tmp_path)
    done = where.run("exchange", "list")
    assert done.returncode == 3
    assert "there is no store" in done.stderr
    assert not where.data_dir.exists()


def test_the_sandbox_writes_the_env_file_that_serve_reads(tmp_path: Path) -> None:
    where = city(tmp_path)
    ports = [f"--{name}-port=0" for name in ("control", "registry-office", "civil-registry", "behpardakht")]
    sandbox = subprocess.Popen(
        where.command("sandbox", *ports), cwd=ROOT, env=where.environment, stdout=subprocess.PIPE
    )
    try:
        read_until(sandbox, lambda said: said.endswith("sandbox ready\n"))
        env_file = where.data_dir / "sandbox.env"
        assert "PEYVAND_REGISTRY_OFFICE_PASSWORD=" in env_file.read_text()
        key = add_client(where)
        with running_hub(where, "--env-file", str(env_file)) as hub:
            assert (
                where.json("send", CONTRACT, str(INQUIRY), "--url", hub.public, PEYVAND_KEY=key)["status"]
                == 200
            )
    finally:
        sandbox.terminate()
        sandbox.communicate(timeout=60)
    assert sandbox.returncode == 0
