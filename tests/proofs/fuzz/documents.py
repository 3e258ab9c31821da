"""A small library: two published documents, one to decide on, and partners who may send more."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from msgspec.structs import asdict

from chalicelib.documents import collaborators, pages, routes
from chalicelib.documents.domain import (
    Category,
    Document,
    Invitation,
    Method,
    Partner,
    State,
    Verdict,
)
from chalicelib.documents.mail_kinds import KINDS
from chalicelib.documents.models import InvitationItem, PartnerItem
from chalicelib.documents.pages import organisers
from chalicelib.documents.usecases import load_documents
from shared import auth, pagination
from tests.proofs.fuzz.subject import CLOCK, MEMBERS_ADDRESS, Known, put_object

MEMBERS = ("lid-1", "lid-2", "lid-3", "lid-4")
WAITING = ("wacht-0001", "wacht-0002")


class Documents:
    name = "documents"
    document = "/documenten/api/openapi.json"
    routers = (routes.router, pages.router, organisers.router)

    def fill(self) -> Known:
        collaborators.catalogue.cache_clear()
        return _filled()

    def complete(self, body: dict[str, Any], random: Random) -> None:
        body.update(title="Statuten", category="statuten", consent=True, file_name="statuten.pdf")
        body["size"] = random.choice([1, 48213, 20 * 2**20])

    def token_for(self, path: Mapping[str, str], known: Known, random: Random) -> str:
        owner = known.owners.get(path.get("document_id", ""))
        return owner if owner and random.random() < 0.8 else random.choice(known.tokens)

    def typed(self, random: Random) -> dict[str, str | list[str]]:
        return {
            "subject": "Welkom",
            "opening": "Fijn dat je er bent.",
            "title": "Statuten",
            "category": "statuten",
            "description": "Een voorbeeld.",
            "consent": "ja",
            "reden": "Het past hier niet.",
            "bekeken": "ja",
        }

    def link(self, known: Known) -> tuple[str, str]:
        return "/documenten/uploaden", known.tokens[0]

    def created(self, id_: str, token: str, known: Known) -> None:
        known.owners[id_] = token
        put_object(f"uploads/{id_}", b"x")


def _filled() -> Known:
    """Fill the empty account."""
    repository = collaborators.repository
    with TemporaryDirectory() as folder:
        Path(folder, "plan.txt").write_text("Een plan voor de buurt.\n")
        entries = [
            {"id": f"d{n}", "title": f"Plan {n}", "category": "statuten", "file": "plan.txt"}
            for n in range(2)
        ]
        load_documents(
            repository, CLOCK, collaborators.storage(), documents=entries, base_dir=Path(folder)
        )
    published = [one.id for one in repository.listed("published", CLOCK.now())]
    for waiting in WAITING:
        repository.announce(_document(waiting, State.INSPECTED, "lid-1"))
    repository.announce(_document("begonnen-1", State.ANNOUNCED, "lid-1"))
    put_object("uploads/begonnen-1", b"x")
    tokens = [_invite(member) for member in MEMBERS] + [_invite("weg", active=False)]
    known = Known(
        {
            "document_id": [*published, *WAITING, "begonnen-1", "begonnen-1"],
            "kind": [*KINDS],
            "language": ["nl", "en"],
        },
        tokens=tokens,
    )
    known.owners = dict.fromkeys((*WAITING, "begonnen-1"), tokens[0])
    known.members = list(MEMBERS)
    known.cursors = [pagination.encode({"after": published[0]})]
    return known


def _invite(member: str, *, active: bool = True) -> str:
    now = CLOCK.now()
    partner = Partner(
        member_id=member,
        invitation_id=f"invitation-{member}",
        name=member,
        email=MEMBERS_ADDRESS,
        language="nl",
        changed_at=now,
        member_version=1,
    )
    invitation = Invitation(
        id=partner.invitation_id,
        member_id=member,
        version=1,
        active=active,
        ends_at=now + timedelta(days=9),
    )
    PartnerItem(f"PARTNER#{member}", "PARTNER", **asdict(partner)).save()
    InvitationItem(f"INVITATION#{invitation.id}", "INVITATION", **asdict(invitation)).save()
    return auth.sign_link("invitation", invitation.id, 1)


def _document(id_: str, state: State, member: str) -> Document:
    now = CLOCK.now()
    return Document(
        id=id_,
        member_id=member,
        title="Een plan",
        category=Category.STATUTES,
        description="",
        consent_version="1",
        consent_purpose="document_published",
        consent_at=now,
        method=Method.PUT,
        file_name="plan.txt",
        declared_type="text/plain",
        declared_size=1,
        declared_sha256="0" * 64,
        state=state,
        announced_at=now,
        verdict=Verdict.CLEAN if state is State.INSPECTED else None,
        kind="TXT" if state is State.INSPECTED else None,
        sha256="0" * 64 if state is State.INSPECTED else "",
        keep_until=now + timedelta(days=1),
    )
