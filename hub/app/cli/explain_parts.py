"""What ``peyvand explain`` says of a composite: what each part would be asked, and how answers are gathered."""

from collections.abc import Sequence

from rich.console import Console

from hub.app.cli.screen import both, show_document
from hub.core.scatter import Gather, Scatter
from hub.core.values import JsonValue
from hub.routing.explain import PartExplained
from hub.routing.scatter import ScatterPlan

_RULES = {
    Gather.ALL: "until every part has answered",
    Gather.ANY: "until the first part has answered",
    Gather.BEST_EFFORT: "until every part has ended; the reply says what is missing",
}


def print_parts(console: Console, plan: ScatterPlan, parts: Sequence[PartExplained]) -> None:
    """Tell it to a person."""
    console.print("would now be asked at once:", style="green")
    for each in parts:
        _print_part(console, each)
    console.print(f"its parts would be gathered {_rule(plan.scatter)}", soft_wrap=True)
    if plan.scatter.cancels_rest:
        console.print("whatever is still under way then would be cancelled")
    console.print("Nothing was sent. چیزی فرستاده نشد.")


def _rule(scatter: Scatter) -> str:
    return _RULES.get(scatter.rule.kind, f"until {scatter.rule.quorum} parts have answered")


def _print_part(console: Console, each: PartExplained) -> None:
    part = each.part
    within = f", within {part.deadline_s} s" if part.deadline_s else ""
    required = "; the whole fails without it" if part.spec.is_required else ""
    console.print(f"{part.spec.name}: {part.version.ref}{within}{required}", style="bold", soft_wrap=True)
    if not each.is_asked:
        console.print(f"  not asked: its condition does not hold (when {part.spec.when})", soft_wrap=True)
    elif each.failure is not None:
        code = each.failure.code
        console.print(f"  would fail: {code.id}: {both(code.title)}", style="red", soft_wrap=True)
        if each.failure.detail:
            console.print(f"  {each.failure.detail}", soft_wrap=True)
    elif each.plan is not None:
        endpoint = each.plan.endpoint.name
        target = "a composite of its own" if each.plan.scatter is not None else endpoint
        console.print(f"  by route {each.plan.route.name} to {target}", soft_wrap=True)
        show_document(console, each.document, indent=2)


def part_view(each: PartExplained) -> JsonValue:
    """Tell it to a program."""
    part, plan = each.part, each.plan
    return {
        "part": part.spec.name,
        "contract": part.version.ref.name,
        "version": str(part.version.ref.version),
        "asked": each.is_asked,
        "required": part.spec.is_required,
        "deadline_s": part.deadline_s or None,
        "document": each.document,
        "route": plan.route.name if plan else None,
        "endpoint": plan.endpoint.name if plan else None,
        "failure": each.failure.code.id if each.failure else None,
    }
