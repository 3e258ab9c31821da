"""Who somebody is and what they may do, on the access table that services share.

Organisers have a session, everybody else a mailed link (DESIGN §7).
"""

from shared.auth.audit import AUDIT_KEPT, audit, audited
from shared.auth.codes import AskEnded, MemberSession, WrongCode
from shared.auth.links import Link, Purpose, read_link, sign_link
from shared.auth.organisers import (
    every_organiser,
    find_organiser,
    organiser_key,
    organisers,
    save_organiser,
)
from shared.auth.roles import PLATFORM, RIGHTS, ROLES, SERVICES, Organiser, Right, Role, event_key
from shared.auth.sessions import (
    SESSION_LIFE,
    Hashed,
    Session,
    csrf_matches,
    csrf_token,
    hash_of,
    new_session,
    session_of,
    sign_out,
)

__all__ = [
    "AUDIT_KEPT",
    "PLATFORM",
    "RIGHTS",
    "ROLES",
    "SERVICES",
    "SESSION_LIFE",
    "AskEnded",
    "Hashed",
    "Link",
    "MemberSession",
    "Organiser",
    "Purpose",
    "Right",
    "Role",
    "Session",
    "WrongCode",
    "audit",
    "audited",
    "csrf_matches",
    "csrf_token",
    "event_key",
    "every_organiser",
    "find_organiser",
    "hash_of",
    "new_session",
    "organiser_key",
    "organisers",
    "read_link",
    "save_organiser",
    "session_of",
    "sign_link",
    "sign_out",
]
