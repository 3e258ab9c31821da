"""Remove what may no longer be kept."""

from chalicelib.directory import domain
from chalicelib.directory.repository import Repository
from shared import erasures
from shared.clock import Clock
from shared.observability import log, log_error
from shared.retention import tell_overdue
from shared.transactions import Refused


def remove_expired(repository: Repository, clock: Clock) -> int:
    """Delete entries whose retention has ended; DynamoDB's own TTL may be days late."""
    now = clock.now()
    expired = [member for member in repository.every() if domain.is_expired(member, now)]
    tell_overdue("directory", (one.expires_at for one in expired if one.expires_at), clock)
    for member in expired:
        try:
            erasures.note("member", member.id)
            repository.remove(member)
        except Refused:
            log("retention.changed_meanwhile", member_id=member.id)
        except Exception as error:  # noqa: BLE001 - one that fails must not keep the others
            log_error("retention.failed", error, member_id=member.id)
    return len(expired)
