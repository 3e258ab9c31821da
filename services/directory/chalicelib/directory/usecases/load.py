"""Publish an operator's list of members."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.directory import domain, forms, slugs
from chalicelib.directory.domain import Member
from chalicelib.directory.repository import PART_MEMBER, PART_SLUG, Repository
from chalicelib.directory.texts import CONSENT_PURPOSE, CONSENT_VERSION
from chalicelib.directory.usecases.current import BY_OPERATOR, event_about, stable_id
from shared.clock import Clock
from shared.consent import Consent
from shared.errors import Invalid
from shared.events.directory import MemberPublished
from shared.texts import later as _
from shared.transactions import Refused


def load_members(
    repository: Repository, clock: Clock, *, members: Sequence[Mapping[str, Any]]
) -> int:
    """Publish an operator's list of members; answers how many were new.

    An entry that was loaded before is left alone, whatever happened to it since: an organiser's
    edit or a withdrawn consent must survive loading the same file again. Raises Invalid with the
    number of the first entry that is wrong, before anything is written, or whose slug is another
    member's, after those before it.
    """
    ready = [_loaded(clock, number, entry) for number, entry in enumerate(members, 1)]
    added = 0
    for number, member in enumerate(ready, 1):
        event = event_about(MemberPublished(member_id=member.id), member, clock)
        try:
            repository.insert(member, event)
            added += 1
        except Refused as refused:
            if PART_MEMBER in refused.parts:
                continue
            if PART_SLUG not in refused.parts:
                raise
            taken = {f"member {number}: slug": _("Dit adres is al van een ander lid.")}
            raise Invalid("slug_taken", fields=taken) from refused
    return added


def _loaded(clock: Clock, number: int, entry: Mapping[str, Any]) -> Member:
    texts = {name: str(entry.get(name, "")) for name in forms.LONGEST} | {
        "kind": str(entry.get("kind", ""))
    }
    ticked = {name for name in ("email_public", "phone_public") if entry.get(name) is True}
    typed = forms.Typed(texts, [str(name) for name in entry.get("themes", [])], frozenset(ticked))
    profile, contact = forms.read_profile(typed), forms.read_contact(typed)
    slug = str(entry.get("slug", "")) or slugs.slug_of(profile.name)
    if slug != slugs.slug_of(slug):
        typed.errors["slug"] = _("Gebruik alleen kleine letters, cijfers en streepjes.")
    if typed.errors:
        fields = {f"member {number}: {name}": text for name, text in typed.errors.items()}
        raise Invalid("invalid_member", fields=fields)
    now = clock.now()
    consent = Consent(CONSENT_VERSION, CONSENT_PURPOSE, now)
    member_id = stable_id(BY_OPERATOR, slug)
    draft = domain.draft(member_id, profile, contact, consent, now, source=BY_OPERATOR)
    return domain.publish(draft, slug, now)
