"""Every permission of every function is needed: without it, the function's work fails.

Generated from the policy files: a permission that no piece of work needs fails here. That nothing
lacks is shown by every flow test, since each function runs with its own policy enforced.
"""

from collections.abc import Callable
from itertools import groupby
from random import Random

import pytest

from tests.flows.privileges import (
    NOT_ENFORCED,
    Permission,
    enforced,
    permissions,
    without,
)
from tests.flows.tools import Backstage
from tests.flows.work import first_failure, pieces, undisturbed
from tests.flows.work.office import Office
from tests.proofs.extent import BOUNDED, SEED

pytestmark = [pytest.mark.embedded_aws, pytest.mark.timeout(3000)]


def test_what_is_not_enforced_is_still_granted_somewhere() -> None:
    found = {one.sid for one in permissions()} | {f"{p.sid} {p.action}" for p in permissions()}
    assert set(NOT_ENFORCED) <= found


def test_every_function_is_drawn_from() -> None:
    assert {one.function for one in _chosen()} == {one.function for one in permissions()}


def test_every_permission_is_needed(
    office: Office, backstage: Backstage, figures: Callable[[str, str], None]
) -> None:
    needless, stuck, tried = [], [], 0
    for name, group in groupby(_chosen(), lambda one: one.function):
        service, _, kind = name.partition("-")
        work = pieces(office, service, kind)
        with undisturbed(office, service, kind):
            assert first_failure(work) == "", f"{name} works with its own policy"
            for permission in group:
                tried += 1
                with without(backstage, permission):
                    if not first_failure(work):
                        needless.append(str(permission))
            backstage.start_anew(name)
            if reason := first_failure(work):
                stuck.append(f"{name}: {reason}")
    assert needless == []
    assert stuck == [], "every function works with its whole policy again"
    figures("least privilege", _figures(tried))


def _chosen() -> list[Permission]:
    """All, or with bounded proofs one of each function, drawn with the seed."""
    if not BOUNDED:
        return enforced()
    by_function = groupby(enforced(), lambda one: one.function)
    return [Random(f"{SEED} {name}").choice(list(group)) for name, group in by_function]


def _figures(tried: int) -> str:
    everything = permissions()
    functions = {one.function for one in everything}
    statements = {(one.function, one.sid) for one in everything}
    silent = sum(one.is_silent for one in everything)
    return (
        f"{len(functions)} functions, {len(statements)} statements, {len(everything)} actions: "
        f"each of {tried} taken away fails its function; {silent} actions are not "
        f"enforceable here and checked as text"
    )
