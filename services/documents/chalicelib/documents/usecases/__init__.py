"""What people and machines do with documents. Each verb is a function with its collaborators."""

from chalicelib.documents.usecases.decide import (
    decline_document,
    publish_document,
    withdraw_document,
)
from chalicelib.documents.usecases.examine import (
    Arrival,
    Unanswered,
    examine_upload,
    give_up_on_upload,
    receive_upload,
)
from chalicelib.documents.usecases.invite import open_invitation, part_with_member, welcome_partner
from chalicelib.documents.usecases.library import Catalogue, Found, find_published
from chalicelib.documents.usecases.load import load_documents
from chalicelib.documents.usecases.retain import remove_expired
from chalicelib.documents.usecases.sign_in import (
    ask_to_sign_in,
    invitation_of_session,
    partners_of,
    partners_with,
)
from chalicelib.documents.usecases.upload import (
    Plan,
    announce_upload,
    complete_upload,
    find_upload,
    plan_upload,
)

__all__ = [
    "Arrival",
    "Catalogue",
    "Found",
    "Plan",
    "Unanswered",
    "announce_upload",
    "ask_to_sign_in",
    "complete_upload",
    "decline_document",
    "examine_upload",
    "find_published",
    "find_upload",
    "give_up_on_upload",
    "invitation_of_session",
    "load_documents",
    "open_invitation",
    "part_with_member",
    "partners_of",
    "partners_with",
    "plan_upload",
    "publish_document",
    "receive_upload",
    "remove_expired",
    "welcome_partner",
    "withdraw_document",
]
