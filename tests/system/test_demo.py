"""``peyvand demo``: the main job, told and judged, with real processes."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.system.peyvand_process import ROOT, WITHIN_S, city, descendants, read_until, wait_until_gone

pytestmark = pytest.mark.system


def test_the_demo_in_json_is_one_line_per_exchange_and_nothing_else(tmp_path: Path) -> None:
    done = city(tmp_path).run("demo", "--json")
    assert done.returncode == 0, done.stderr
    exchanges = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["contract"], each["state"], each["code"]) for each in exchanges] == [
        ("civil.identity-inquiry", "rejected", "request.invalid"),
        ("civil.identity-inquiry", "completed", None),
        ("registry.title-inquiry", "completed", None),
        ("registry.title-inquiry", "failed", "partner.unreachable"),
        ("registry.title-inquiry", "completed", None),
        ("payment.verify", "completed", None),
    ]
    assert len({each["exchange_id"] for each in exchanges}) == len(exchanges)
    assert {each["case_id"] for each in exchanges} == {"1405-0017"}
    assert all(each["as_told"] and each["final"] for each in exchanges)


def test_the_demo_is_told_in_both_languages_and_can_be_looked_at_afterwards(tmp_path: Path) -> None:
    where = city(tmp_path)
    done = where.run("demo", "--data-dir", str(tmp_path / "var"))
    assert done.returncode == 0, done.stderr
    assert "کارمند کد ملی را اشتباه وارد می‌کند" in done.stdout
    assert "The clerk mistypes the national code" in done.stdout
    assert "/national_code" in done.stdout
    assert "Every step ended as told." in done.stdout
    listed = where.json("exchange", "list", "--case", "1405-0017")["exchanges"]
    assert len(listed) == 6
    for each in listed:
        assert each["exchange_id"] in done.stdout


def test_a_step_that_does_not_end_as_told_fails_the_demo(tmp_path: Path) -> None:
    routes = tmp_path / "routes"
    (routes / "payment").mkdir(parents=True)
    for name in ("identity-inquiry", "title-inquiry"):
        (routes / name).mkdir()
        (routes / name / "route.yaml").write_bytes((ROOT / "routes" / name / "route.yaml").read_bytes())
    original = (ROOT / "routes" / "payment-verify-behpardakht" / "route.yaml").read_text(encoding="utf-8")
    changed = original.replace("route: payment-verify-behpardakht", "route: payment")
    changed = changed.replace('request.provider == "behpardakht"', 'request.provider == "another"')
    assert "another" in changed
    (routes / "payment" / "route.yaml").write_text(changed, encoding="utf-8")
    done = city(tmp_path).run("demo", "--json", PEYVAND_ROUTES_DIR=str(routes))
    assert done.returncode == 1
    last = json.loads(done.stdout.splitlines()[-1])
    assert (last["contract"], last["state"], last["as_told"]) == ("payment.verify", "failed", False)
    assert "1 of 6 steps did not end as told" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_demo_leaves_no_process_behind(tmp_path: Path, number: signal.Signals) -> None:
    where = city(tmp_path)
    process = subprocess.Popen(
        where.command("demo"), cwd=ROOT, env=where.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    read_until(process, lambda said: "1405-0017" in said)
    started = descendants(process.pid)
    assert len(started) >= 2
    process.send_signal(number)
    process.communicate(timeout=WITHIN_S)
    wait_until_gone(started)


def test_a_folder_that_is_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "something").touch()
    done = city(tmp_path).run("demo", "--data-dir", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not empty" in done.stderr
    assert "Traceback" not in done.stderr
