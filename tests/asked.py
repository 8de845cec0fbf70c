"""What a query asks for, as a test's name: the same in every process."""

from hub.core.ports import Query


def asked(query: object) -> str:
    if not isinstance(query, Query):
        return str(query)
    parts = [
        f"{name}={getattr(query, name)}"
        for name in ("sender", "case_id", "channel")
        if getattr(query, name) is not None
    ]
    if query.due_before_us is not None:
        parts.append("due")
    if query.of_each:
        parts.append(f"in-turns-of-{query.of_each}")
    if query.newest_first:
        parts.append("newest-first")
    return ",".join([*parts, *sorted(query.states)])
