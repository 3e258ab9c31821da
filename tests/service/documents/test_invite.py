"""A member becomes a partner, once, and stops being one."""

import random
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from chalicelib.documents import consumers
from chalicelib.documents.repository import Repository
from shared import auth, handover
from shared.clock import FixedClock
from shared.events import Event, encode, occurred
from shared.events.directory import ContactShared, MemberPublished, MemberWithdrawn
from shared.events.documents import InvitationCreated
from tests.service.browser import Browser

from .conftest import (
    deliver,
    items,
    link_token,
    mail,
    objects,
    partner_browser,
    queue,
    shared_contact,
    text_of,
)


def test_a_shared_contact_becomes_a_partner_with_an_invitation(
    repository: Repository, clock: FixedClock
) -> None:
    assert deliver(shared_contact(clock)) == []
    partner = repository.partner("lid-1")
    assert partner is not None
    assert (partner.name, partner.email) == ("De Voedseltuin", "voedseltuin@example.org")
    invitation = repository.invitation(partner.invitation_id)
    assert invitation is not None
    assert invitation.admits(1, clock.now())
    assert [event.subject for event in told_invitations()] == [invitation.id]
    assert objects("HANDOVER_BUCKET") == []


def told_invitations() -> list[Any]:
    from .conftest import told

    return told(InvitationCreated)


def test_ten_deliveries_have_one_effect(repository: Repository, clock: FixedClock) -> None:
    event = shared_contact(clock)
    for _ in range(10):
        assert deliver(event) == []
    assert len(told_invitations()) == 1
    assert len(items("SEEN#")) == 1


def test_a_crash_between_the_write_and_the_discard_leaves_no_trace(
    repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = shared_contact(clock)

    def crash(_key: str) -> None:
        raise TimeoutError

    with monkeypatch.context() as broken:
        broken.setattr(handover, "discard", crash)
        assert deliver(event) == [{"itemIdentifier": "0"}]
    assert objects("HANDOVER_BUCKET") != []
    assert deliver(event) == []
    assert objects("HANDOVER_BUCKET") == []
    assert len(told_invitations()) == 1


def test_two_deliveries_at_the_same_moment_write_once(
    repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both look before either writes: only the mark in the transaction keeps them apart."""
    from shared.inbox import Once

    event = shared_contact(clock)
    assert deliver(event) == []
    key = handover.put("directory", "lid-1/1", handed(email="ander@example.org"))
    monkeypatch.setattr(Once, "happened", lambda _self: False)
    assert isinstance(event.data, ContactShared)
    assert event.data.handover_key == key
    assert deliver(event) == []
    assert len(told_invitations()) == 1


def handed(**changes: Any) -> Any:
    from .conftest import contact

    return contact(**changes)


@pytest.mark.parametrize("known", [False, True])
def test_of_two_events_about_one_member_at_the_same_moment_one_waits(
    repository: Repository, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    """Both read the partner before either writes: only the condition keeps them apart."""
    if known:
        deliver(shared_contact(clock))
    before = repository.partner("lid-1")
    clock.advance(timedelta(minutes=1))
    deliver(shared_contact(clock, version=2, email="eerst@example.org"))
    clock.advance(timedelta(minutes=1))
    second = shared_contact(clock, version=3, email="daarna@example.org")
    with monkeypatch.context() as stale:
        stale.setattr(Repository, "partner", lambda *_: before)
        assert deliver(second) == [{"itemIdentifier": "0"}]
    assert deliver(second) == []
    partner = repository.partner("lid-1")
    assert partner is not None
    assert partner.email == "daarna@example.org"
    invitation = repository.invitation(partner.invitation_id)
    assert invitation is not None
    assert invitation.version == (3 if known else 2)


def test_a_lost_object_goes_to_the_dead_letters(repository: Repository, clock: FixedClock) -> None:
    data = ContactShared(member_id="lid-9", handover_key="directory/lid-9.json")
    assert deliver(occurred(data, clock)) == [{"itemIdentifier": "0"}]
    assert items("PARTNER#") == []
    assert items("SEEN#") == []


def test_a_malformed_or_unknown_event_fails_alone(
    repository: Repository, clock: FixedClock
) -> None:
    good = encode(shared_contact(clock))
    other = encode(occurred(MemberPublished(member_id="m"), clock))
    answer = consumers.inbox(queue("{", good, other, '{"type": "x"}'))
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["0", "2", "3"]
    assert repository.partner("lid-1") is not None


def test_the_same_contact_again_gives_no_second_mail(
    repository: Repository, clock: FixedClock
) -> None:
    deliver(shared_contact(clock))
    clock.advance(timedelta(days=1))
    deliver(shared_contact(clock, version=2, name="De Nieuwe Voedseltuin"))
    assert len(told_invitations()) == 1
    partner = repository.partner("lid-1")
    assert partner is not None
    assert partner.name == "De Nieuwe Voedseltuin"


def test_another_address_gets_a_link_of_its_own(
    repository: Repository, visitor: Browser, clock: FixedClock
) -> None:
    first = shared_contact(clock)
    deliver(first)
    old = link_token(first)
    clock.advance(timedelta(days=1))
    second = shared_contact(clock, version=2, email="nieuw@example.org")
    deliver(second)
    assert visitor.get(f"/documenten/uploaden?sleutel={old}").status == 410
    assert visitor.get(f"/documenten/uploaden?sleutel={link_token(second)}").status == 200


@pytest.mark.parametrize("seed", range(8))
def test_corrections_that_arrive_shuffled_and_twice_leave_the_newest(
    repository: Repository, clock: FixedClock, seed: int
) -> None:
    """Later events may tell of older versions: only the version says which is the newest."""
    lot = random.Random(seed)
    versions = list(range(1, 6))
    lot.shuffle(versions)
    events = []
    for version in versions:  # so made in another order than the versions'
        clock.advance(timedelta(minutes=1))
        events.append(shared_contact(clock, version=version, email=f"v{version}@example.org"))
    arriving = events * 2
    lot.shuffle(arriving)
    assert deliver(*arriving) == []
    partner = repository.partner("lid-1")
    assert partner is not None
    assert partner.email == "v5@example.org"
    assert objects("HANDOVER_BUCKET") == []
    assert len(items("SEEN#")) == 5
    # Nobody is mailed about a version that came too late.
    newest = [max(arriving[: n + 1], key=_version) for n in range(len(arriving))]
    assert len(told_invitations()) == len({_version(event) for event in newest})


def _version(event: Event) -> int:
    return event.aggregateversion


def test_an_old_object_that_was_lost_is_not_missed_when_newer_is_known(
    repository: Repository, clock: FixedClock
) -> None:
    older = shared_contact(clock, email="oud@example.org")
    assert isinstance(older.data, ContactShared)
    handover.discard(older.data.handover_key)
    assert deliver(older) == [{"itemIdentifier": "0"}]
    assert deliver(shared_contact(clock, version=2)) == []
    assert deliver(older) == []


def test_who_let_the_link_end_is_not_invited_by_a_change_of_words(
    repository: Repository, clock: FixedClock
) -> None:
    deliver(shared_contact(clock))
    clock.advance(timedelta(days=200))
    deliver(shared_contact(clock, version=2, name="De Nieuwe Voedseltuin"))
    assert len(told_invitations()) == 1
    deliver(shared_contact(clock, version=3, email="nieuw@example.org"))
    assert len(told_invitations()) == 2


def test_mail_goes_to_the_corrected_address_also_when_it_was_asked_for_before(
    repository: Repository, clock: FixedClock, sent: list[EmailMessage]
) -> None:
    deliver(shared_contact(clock))
    deliver(shared_contact(clock, version=2, email="nieuw@example.org"))
    assert mail(*told_invitations()) == []
    assert [str(message["To"]) for message in sent] == ["nieuw@example.org"]


@pytest.mark.parametrize("late", [False, True])
def test_who_leaves_is_no_partner_any_more(
    repository: Repository, visitor: Browser, clock: FixedClock, *, late: bool
) -> None:
    joined = shared_contact(clock)
    clock.advance(timedelta(minutes=1))
    left = occurred(MemberWithdrawn(member_id="lid-1"), clock, version=2)
    for event in (left, joined, left) if late else (joined, left, left):
        assert deliver(event) == []
    partner = repository.partner("lid-1")
    assert partner is not None
    assert (partner.name, partner.email) == ("", "")
    assert "voedseltuin@example.org" not in str(items(""))
    invitation = repository.invitation(partner.invitation_id)
    assert invitation is None or not invitation.active


def test_who_leaves_cannot_use_the_link(
    repository: Repository, partner: Browser, clock: FixedClock
) -> None:
    assert partner.get("/documenten/uploaden").status == 200
    clock.advance(timedelta(minutes=1))
    deliver(occurred(MemberWithdrawn(member_id="lid-1"), clock, version=2))
    assert partner.get("/documenten/uploaden").status == 410


def test_the_invitation_mail_holds_a_link_that_works(
    visitor: Browser, clock: FixedClock, sent: list[EmailMessage]
) -> None:
    deliver(shared_contact(clock))
    created = told_invitations()[0]
    assert mail(created) == []
    assert mail(*[created] * 9) == []
    assert [str(message["To"]) for message in sent] == ["voedseltuin@example.org"]
    assert sent[0]["Subject"] == "Deel je documenten"
    for subtype in ("plain", "html"):
        text = text_of(sent[0], subtype)
        assert "De Voedseltuin staat in de ledengids" in text
        assert "http://localhost:8000/documenten/uploaden?sleutel=" in text
    token = text_of(sent[0]).partition("sleutel=")[2].split()[0]
    assert visitor.get(f"/documenten/uploaden?sleutel={token}").status == 200


def test_an_english_partner_gets_english(
    visitor: Browser, clock: FixedClock, sent: list[EmailMessage]
) -> None:
    deliver(shared_contact(clock, language="en"))
    mail(told_invitations()[0])
    assert "lang=en" in text_of(sent[0])


def test_no_invitation_mail_after_leaving(
    repository: Repository, clock: FixedClock, sent: list[EmailMessage]
) -> None:
    deliver(shared_contact(clock))
    clock.advance(timedelta(minutes=1))
    deliver(occurred(MemberWithdrawn(member_id="lid-1"), clock, version=2))
    assert mail(told_invitations()[0]) == []
    assert sent == []


def test_the_link_page_only_shows_a_button(
    repository: Repository, visitor: Browser, clock: FixedClock
) -> None:
    event = shared_contact(clock)
    deliver(event)
    before = items("")
    answer = visitor.get(f"/documenten/uploaden?sleutel={link_token(event)}")
    assert answer.status == 200
    assert 'name="title"' not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert items("") == before


def test_the_button_trades_the_link_for_a_cookie(
    repository: Repository, visitor: Browser, clock: FixedClock
) -> None:
    event = shared_contact(clock)
    deliver(event)
    answer = visitor.post("/documenten/uploaden", {"sleutel": link_token(event)})
    assert (answer.status, answer.location) == (303, "/documenten/uploaden")
    cookie = answer.headers["Set-Cookie"][0]
    for word in ("__Secure-uploaden=", "Path=/documenten;", "HttpOnly", "Secure", "SameSite=Lax"):
        assert word in cookie
    assert 'name="title"' in visitor.get("/documenten/uploaden").text


def bad_links(clock: FixedClock) -> list[str]:
    event = shared_contact(clock)
    deliver(event)
    token = link_token(event)
    subject, version, key, mac = token.rsplit(".", 3)
    return [
        "onzin",
        "a.b.c.d",
        token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
        f"{subject}.{int(version) + 1}.{key}.{mac}",
        f"ander.{version}.{key}.{mac}",
        auth.sign_link("registration", subject, 1),
    ]


def test_a_forged_link_opens_nothing(
    repository: Repository, visitor: Browser, clock: FixedClock
) -> None:
    for token in bad_links(clock):
        assert visitor.get(f"/documenten/uploaden?sleutel={token}").status == 403
        assert visitor.post("/documenten/uploaden", {"sleutel": token}).status == 403
        bearer = {"Authorization": f"Bearer {token}"}
        assert visitor.post_json("/documenten/api/v1/uploads", {}, **bearer).status in (403, 422)
    assert visitor.cookies == {}
    assert visitor.get("/documenten/uploaden").location == "/documenten/mijn/inloggen"


def test_a_link_of_long_ago_has_ended(
    repository: Repository, visitor: Browser, clock: FixedClock
) -> None:
    partner = partner_browser(visitor, clock)
    clock.advance(timedelta(days=180))
    answer = partner.get("/documenten/uploaden")
    assert answer.status == 410
    assert "werkt niet meer" in answer.text
    english = partner.get("/documenten/uploaden?lang=en")
    assert "no longer works" in english.text


def test_another_site_cannot_open_a_link_for_somebody(
    repository: Repository, visitor: Browser, clock: FixedClock
) -> None:
    event = shared_contact(clock)
    deliver(event)
    foreign = {"Origin": "https://example.com"}
    form = {"sleutel": link_token(event)}
    assert visitor.post("/documenten/uploaden", form, **foreign).status == 403
