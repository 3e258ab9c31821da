"""The rules of an entry, without storage."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.directory import domain, slugs
from chalicelib.directory.domain import Contact, Kind, Member, Profile, State, WrongState
from shared.consent import Consent

NOW = datetime(2027, 4, 14, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=3)


def draft(**changes: object) -> Member:
    words = Profile(name="De Voedseltuin", kind=Kind.ORGANISATION, place="Rotterdam")
    contact = Contact(email="tuin@example.org", phone="010 000 00 00", phone_public=True)
    consent = Consent("ledengids-1", "directory", NOW)
    member = domain.draft("m1", words, contact, consent, NOW, source="form")
    return domain.replace(member, **changes) if changes else member


def test_a_draft_leaves_by_itself_after_thirty_days() -> None:
    member = draft()
    assert not domain.is_expired(member, NOW + timedelta(days=29))
    assert domain.is_expired(member, NOW + timedelta(days=30))


def test_publishing_shows_the_member_and_stops_the_retention() -> None:
    member = domain.publish(draft(), "de-voedseltuin", LATER)
    shown = domain.public_view(member)
    assert shown is not None
    assert (shown.slug, shown.name, shown.published_at) == (
        "de-voedseltuin",
        "De Voedseltuin",
        LATER,
    )
    assert member.version == 2
    assert not domain.is_expired(member, NOW + timedelta(days=4000))


def test_contact_details_are_shown_one_by_one() -> None:
    shown = domain.public_view(domain.publish(draft(), "s", NOW))
    assert shown is not None
    assert shown.email == ""
    assert shown.phone == "010 000 00 00"


def test_without_consent_nothing_is_published_or_shown() -> None:
    with pytest.raises(WrongState):
        domain.publish(draft(consent=None), "s", NOW)
    shown = domain.publish(draft(), "s", NOW)
    assert domain.public_view(domain.replace(shown, consent=None)) is None


@pytest.mark.parametrize("state", [State.DRAFT, State.DECLINED, State.WITHDRAWN])
def test_only_a_published_member_is_shown(state: State) -> None:
    assert domain.public_view(draft(state=state, published_at=NOW)) is None


def test_withdrawing_removes_consent_and_contact_at_once() -> None:
    member = domain.withdraw(domain.publish(draft(), "s", NOW), LATER)
    assert member.consent is None
    assert member.contact == Contact()
    assert member.expires_at == LATER + domain.RETENTION


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        (State.DRAFT, {"publish", "decline", "edit"}),
        (State.PUBLISHED, {"withdraw", "edit"}),
        (State.WITHDRAWN, set()),
        (State.DECLINED, set()),
    ],
)
def test_every_state_allows_only_its_own_verbs(state: State, allowed: set[str]) -> None:
    member = draft(state=state)
    verbs = {
        "publish": lambda: domain.publish(member, "s", NOW),
        "decline": lambda: domain.decline(member, NOW),
        "withdraw": lambda: domain.withdraw(member, NOW),
        "edit": lambda: domain.edit(member, member.profile, member.contact, NOW),
    }
    for name, verb in verbs.items():
        if name in allowed:
            verb()
        else:
            with pytest.raises(WrongState):
                verb()


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("De Voedseltuin", "de-voedseltuin"),
        ("  Buurtcoöperatie 't Noorden! ", "buurtcooperatie-t-noorden"),
        ("Beheer", "beheer-lid"),
        ("API", "api-lid"),
        ("Aanmelden", "aanmelden-lid"),
        ("???", "lid"),
        ("مبادرة", "lid"),
        ("x" * 200, "x" * 60),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_slugs_are_plain_and_never_a_reserved_word(name: str, slug: str) -> None:
    assert slugs.slug_of(name) == slug


def test_slugs_that_are_taken_get_a_number() -> None:
    assert [slugs.slug_choice("De Tuin", n) for n in range(3)] == [
        "de-tuin",
        "de-tuin-2",
        "de-tuin-3",
    ]


def test_changes_name_the_fields_that_differ() -> None:
    before = draft()
    words = domain.replace(before.profile, place="Utrecht")
    after = domain.edit(before, words, domain.replace(before.contact, phone=""), LATER)
    assert [change.name for change in domain.changes(before, after)] == ["place", "phone"]
