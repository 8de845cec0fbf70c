"""When the parts of a composite are enough: a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.scatter import Gather, GatherRule, GatherVerdict, Standing

O, A, M = Standing.OPEN, Standing.ANSWERED, Standing.MISSING  # noqa: E741 - a table reads better so
WAIT, MET, UNMEETABLE = GatherVerdict.WAIT, GatherVerdict.MET, GatherVerdict.UNMEETABLE
ALL, ANY, BEST = (GatherRule(kind) for kind in (Gather.ALL, Gather.ANY, Gather.BEST_EFFORT))
TWO = GatherRule(Gather.QUORUM, 2)
RULES = (ALL, ANY, TWO, BEST)


@pytest.mark.parametrize(
    ("rule", "parts", "verdict"),
    [
        (ALL, [A, O], WAIT),
        (ALL, [A, A], MET),
        (ALL, [O, M], UNMEETABLE),
        (ANY, [O, O], WAIT),
        (ANY, [A, O], MET),
        (ANY, [M, O], WAIT),
        (ANY, [M, M], UNMEETABLE),
        (TWO, [A, O, O], WAIT),
        (TWO, [A, A, O], MET),
        (TWO, [A, M, M], UNMEETABLE),
        (BEST, [A, O], WAIT),
        (BEST, [A, M], MET),
        (BEST, [M, M], MET),
        (ALL, [], MET),
        (BEST, [], MET),
        (ANY, [], UNMEETABLE),
    ],
)
def test_a_rule_and_how_parts_stand(rule: GatherRule, parts: list[Standing], verdict: GatherVerdict) -> None:
    assert rule.judge((part, False) for part in parts) is verdict


@pytest.mark.parametrize("rule", RULES)
def test_nothing_is_met_without_a_required_part(rule: GatherRule) -> None:
    assert rule.judge([(A, False), (A, False), (O, True)]) is WAIT
    assert rule.judge([(A, False), (A, False), (M, True)]) is UNMEETABLE


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_read_back_as_it_was_written(rule: GatherRule) -> None:
    assert GatherRule.parse(str(rule)) == rule


STANDINGS = st.lists(st.tuples(st.sampled_from(Standing), st.booleans()), max_size=6)
KINDS = st.sampled_from(RULES)


@given(rule=KINDS, parts=STANDINGS)
def test_when_the_time_is_up_nothing_waits(rule: GatherRule, parts: list[tuple[Standing, bool]]) -> None:
    assert rule.judge(parts, is_over=True) is not WAIT


@given(rule=KINDS, parts=STANDINGS, data=st.data())
def test_what_has_been_decided_stays_so_whatever_comes(
    rule: GatherRule, parts: list[tuple[Standing, bool]], data: st.DataObject
) -> None:
    before = rule.judge(parts)
    ends = st.sampled_from(Standing)
    later = [(data.draw(ends) if part is O else part, needed) for part, needed in parts]
    if before is not WAIT:
        assert rule.judge(later) is before
