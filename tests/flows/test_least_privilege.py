"""What a function may do, it needs: without one permission of its policy, its work fails.

Generated from the policy files: a permission that no piece of work needs fails here. One per
function, drawn with a seed; `make proofs` tries them all (tests/proofs/privileges). That nothing
lacks is shown by every other test, since each function runs with its own policy enforced.
"""

import random
from collections import defaultdict

import pytest

from tests.flows.privileges import NOT_ENFORCED, Permission, enforced, permissions, without
from tests.flows.tools import Backstage
from tests.flows.work import first_failure, pieces, undisturbed
from tests.flows.work.office import Office

pytestmark = pytest.mark.embedded_aws

SEED = 20261122


def _drawn() -> list[Permission]:
    by_function: dict[str, list[Permission]] = defaultdict(list)
    for one in enforced():
        by_function[one.function].append(one)
    return [random.Random(f"{SEED} {name}").choice(found) for name, found in by_function.items()]


def test_every_function_is_drawn_from() -> None:
    assert {one.function for one in _drawn()} == {one.function for one in permissions()}


def test_what_is_not_enforced_is_still_granted_somewhere() -> None:
    found = {one.sid for one in permissions()} | {f"{p.sid} {p.action}" for p in permissions()}
    assert set(NOT_ENFORCED) <= found


@pytest.mark.parametrize("permission", _drawn(), ids=str)
def test_a_function_fails_without_one_of_its_permissions(
    permission: Permission, office: Office, backstage: Backstage
) -> None:
    work = pieces(office, permission.service, permission.kind)
    with undisturbed(office, permission.service, permission.kind):
        assert first_failure(work) == "", "with its own policy it works"
        with without(backstage, permission):
            assert first_failure(work), f"nothing needs {permission}"
        backstage.start_anew(permission.function)
    backstage.wait_until_quiet()
