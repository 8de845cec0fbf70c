from sandbox.ledger import Ledger


def record(ledger: Ledger, request_id: str, *, side_effect: bool = True) -> None:
    ledger.record(
        operation="Ask",
        request_id=request_id,
        subject="s",
        mode="up",
        outcome="200",
        side_effect=side_effect,
    )


def test_calls_are_told_in_order_and_counted() -> None:
    ledger = Ledger()
    record(ledger, "a")
    record(ledger, "b", side_effect=False)
    report = ledger.report()
    assert [each["request_id"] for each in report["calls"]] == ["a", "b"]  # type: ignore[attr-defined]  # JSON
    assert (report["count"], report["side_effects"]) == (2, 1)


def test_a_report_can_be_narrowed() -> None:
    ledger = Ledger()
    for request_id in ("a", "b", "a"):
        record(ledger, request_id)
    assert ledger.report(request_id="a")["count"] == 2
    assert ledger.report(request_id="a", after=1)["count"] == 1
    assert ledger.report(subject="other")["count"] == 0


def test_memory_is_bounded_and_what_went_is_counted() -> None:
    ledger = Ledger(capacity=2)
    for request_id in ("a", "b", "c"):
        record(ledger, request_id)
    report = ledger.report()
    assert (report["count"], report["dropped"], len(ledger)) == (2, 1, 2)


def test_numbers_go_on_after_clearing() -> None:
    ledger = Ledger()
    record(ledger, "a")
    assert ledger.clear() == 1
    record(ledger, "b")
    assert ledger.report(after=1)["count"] == 1
