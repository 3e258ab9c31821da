"""Schemathesis sends each service what its document allows and forbids; every answer agrees."""

import pytest

from tests.proof_of_work import make_easy
from tests.proofs.conftest import Figures
from tests.proofs.extent import extent
from tests.proofs.fuzz.directory import Directory
from tests.proofs.fuzz.documents import Documents
from tests.proofs.fuzz.fuzzer import Fuzzer
from tests.proofs.fuzz.registration import Registration
from tests.proofs.fuzz.subject import Subject

SUBJECTS: tuple[Subject, ...] = (Registration(), Directory(), Documents())
REQUESTS = extent(whole=5000, bounded=400)


@pytest.mark.timeout(2400)
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: str(subject.name))
def test_every_answer_is_as_documented(
    subject: Subject, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_easy(monkeypatch)
    fuzzer = Fuzzer(subject)
    fuzzer.run(REQUESTS)

    requests, reached = fuzzer.gateway.requests, set(fuzzer.gateway.reached)
    documented = fuzzer.documented()
    successes = {one for one in documented if one[2] < 300}
    assert not fuzzer.failures, "\n".join(fuzzer.failures.values())
    assert requests >= REQUESTS
    assert successes <= reached, f"idle: never answered {sorted(successes - reached)}"
    assert fuzzer.events, "idle: no event was written"
    assert fuzzer.linked() <= fuzzer.followed, "a link leads nowhere"
    figures(
        f"fuzz {subject.name}",
        f"{requests:,} requests, {len(successes & reached)} of {len(successes)} operations "
        f"answered 2xx, {len(documented & reached)} of {len(documented)} documented answers seen, "
        f"{len(fuzzer.followed)} links followed, 0 undocumented status, 0 schema disagreement, "
        f"0 5xx; {fuzzer.events.total():,} events of {len(fuzzer.events)} types as documented",
    )
