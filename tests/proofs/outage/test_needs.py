"""Something that the platform needs is out: a table, SES, a hand-over, Cognito, the fragments."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from botocore.awsrequest import AWSResponse

from infra.redrive import drop, look, redrive
from tests.flows import steps
from tests.proofs.calls import Call, observed
from tests.proofs.extent import extent
from tests.proofs.outage.town import Town
from tests.proofs.refusals import server_error, throttled
from tests.proofs.world.cloud import client
from tests.proofs.world.state import depths

pytestmark = pytest.mark.timeout(1200)  # on a busy machine

PEOPLE = extent(whole=30, bounded=6)


class Out:
    """Refuses every call that `names` chooses, while it is observed."""

    def __init__(
        self, names: Callable[[Call], bool], refusal: Callable[[Call], AWSResponse]
    ) -> None:
        self._names, self._refusal, self.refused = names, refusal, 0

    def before(self, call: Call) -> AWSResponse | None:
        if not self._names(call):
            return None
        self.refused += 1
        return self._refusal(call)

    def after(self, call: Call) -> None:
        """Only refuses."""


def test_a_consumers_table_is_throttled_for_an_hour(
    town: Town, figures: Callable[[str, str], None]
) -> None:
    def directory(call: Call) -> bool:
        body = call.request.body if call.request else b""
        return call.service == "dynamodb" and b"test-directory" in (body or b"")

    out = Out(directory, throttled)
    began = town.world.clock.now()
    with observed(out):
        town.register(PEOPLE, wishing=True)
        town.world.pump()
        town.wait(timedelta(hours=1))
        town.world.pump()
    assert out.refused
    stuck = depths().get("directory-inbox-dlq", 0)
    assert stuck == PEOPLE, "five tries are over within the hour"
    assert redrive(town.operator, "directory-inbox") == stuck
    town.settle()
    assert town.lost() == []
    hours = (town.world.clock.now() - began) / timedelta(hours=1)
    figures(
        "outage throttled table",
        f"an hour, {out.refused} refusals, {stuck} messages stuck and redriven: 0 lost, 0 twice "
        f"({hours:.1f} hours of fake clock)",
    )


@pytest.mark.parametrize("refusal", [throttled, server_error])
def test_ses_is_down_for_a_day(
    town: Town, refusal: Callable[[Call], AWSResponse], figures: Callable[[str, str], None]
) -> None:
    out = Out(lambda call: call.service == "sesv2", refusal)
    with observed(out):
        town.register(PEOPLE)
        town.world.pump()
        town.wait(timedelta(days=1))
        town.world.pump()
    assert town.world.mailbox.all() == []
    stuck = depths().get("registration-mail-dlq", 0)
    assert stuck == PEOPLE, "tried for fifteen minutes, then kept for a person to look"
    assert redrive(town.operator, "registration-mail") == stuck
    town.settle()
    assert town.lost() == []
    figures(
        f"outage SES ({refusal.__name__})",
        f"a day, {out.refused} refusals, {stuck} mails stuck and redriven: 0 lost, 0 twice",
    )


def test_a_hand_over_that_expired_is_a_message_that_a_person_drops(town: Town) -> None:
    town.world.pump()
    town.register(1, wishing=True)
    lanes = ("directory-inbox", "directory-relay")
    town.world.pump(without=lanes)
    s3, bucket = client("s3"), _bucket("handover")
    for one in s3.list_objects_v2(Bucket=bucket)["Contents"]:
        s3.delete_object(Bucket=bucket, Key=one["Key"])  # 14 days went by
    town.wait(timedelta(days=14))
    town.world.pump()
    assert depths() == {"directory-inbox-dlq": 1}
    [line] = look(town.operator, "directory-inbox")
    assert "registration.profile_shared.v1" in line
    assert redrive(town.operator, "directory-inbox") == 1
    town.world.pump()
    [line] = look(town.operator, "directory-inbox")
    assert drop(town.operator, "directory-inbox", line.split()[0])
    assert depths() == {}
    assert not town.members()


def test_signing_in_says_so_when_cognito_is_down(town: Town) -> None:
    browser = town.world.browser()
    form = browser.get("/beheer/inloggen").expect(200).form("/beheer/inloggen")
    typed = {**form.fields, "email": "organisator@example.org", "wachtwoord": "een-wachtwoord-1"}
    with observed(Out(lambda call: call.service == "cognito-idp", server_error)):
        answer = browser.post(form.action, typed)
    assert answer.status == 503
    assert "Inloggen lukt nu even niet" in answer.words
    assert answer.form("/beheer/inloggen"), "and lets them try again"


def test_the_front_page_does_without_fragments_and_gets_them_back(town: Town) -> None:
    town.world.nightly()
    town.world.functions.start_cold()
    assert steps.congress(1)["place"]["city"] in town.world.browser().get("/").expect(200).words
    s3, bucket = client("s3"), _bucket("web")
    for one in s3.list_objects_v2(Bucket=bucket, Prefix="fragments/")["Contents"]:
        s3.delete_object(Bucket=bucket, Key=one["Key"])
    town.world.functions.start_cold()
    front = town.world.browser().get("/").expect(200)
    assert town.event not in front.text
    town.staff.get("/beheer").expect(200)
    town.world.nightly()
    town.world.functions.start_cold()
    assert town.event in town.world.browser().get("/").expect(200).text


def _bucket(end: str) -> str:
    [found] = [
        one["Name"] for one in client("s3").list_buckets()["Buckets"] if one["Name"].endswith(end)
    ]
    return str(found)
