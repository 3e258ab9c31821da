"""Mail through SES, at most once per person and reason (DESIGN §4).

Never sent inside a request: a worker composes it from the current state. The ledger is claimed
before SES is called and marked after; only a crash between SES accepting a mail and that mark can
give a second one.
"""

import random
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from botocore.exceptions import ClientError
from msgspec import Struct
from pynamodb.exceptions import DeleteError, DoesNotExist, PutError

from shared import aws
from shared.clock import Clock, epoch
from shared.ledger import LedgerItem
from shared.network import network
from shared.observability import aws_code, log
from shared.settings import Settings, load

LEASE = timedelta(seconds=90)  # longer than a mail function may run (60 s)
KEPT = timedelta(days=90)
SERVER_ERROR = 500
# SES takes some mails a second and refuses the rest. Were each refusal a delivery that failed, a
# burst would use up a message's five deliveries; so the worker waits, eight seconds as a rule.
TOO_FAST = "TooManyRequestsException"
MOST_ATTEMPTS = 7
FIRST_PAUSE = 0.25  # seconds; doubled at each attempt, with full jitter

_SENDING = "sending"
_SENT = "sent"
_HELD = "held"  # not sent, and never will be: the address does not work
_TAKEN = "ConditionalCheckFailedException"


class Attachment(Struct, frozen=True):
    """A file with a mail; `content_type` may carry parameters ("text/calendar; method=REQUEST")."""

    name: str
    content_type: str
    data: bytes


class Mail(Struct, frozen=True):
    """One mail to one person.

    `about` is the id of what it is about, so that feedback on the mail names more than an address.
    """

    to: str
    subject: str
    text: str
    html: str
    language: str
    attachments: Sequence[Attachment] = ()
    about: str = ""


class InFlight(Exception):
    """Another worker is sending this mail, or crashed doing so; the message must come again."""


def send_once(
    model: type[LedgerItem],
    *,
    person: str,
    reason: str,
    compose: Callable[[], Mail],
    clock: Clock,
) -> bool:
    """Send the mail unless `person` has had one for `reason`; answers whether it was sent now.

    Raises InFlight, or SES's own error; either way the message is delivered again.
    """
    return do_once(model, person=person, reason=reason, act=lambda: send(compose()), clock=clock)


def hold_back(model: type[LedgerItem], *, person: str, reason: str, clock: Clock) -> None:
    """Write down that `person` does not get the mail for `reason`, unless they have had it.

    Raises InFlight while another worker is sending it.
    """
    claim = _claim(model, person, reason, clock)
    if claim:
        claim.update([model.state.set(_HELD)])
        log("mail.held_back", reason=reason)


def was_sent(model: type[LedgerItem], *, person: str, reason: str) -> bool:
    """Whether `person` has had the mail for `reason`, as far as we know."""
    try:
        item = model.get(f"MAIL#{person}", reason, consistent_read=True)
    except DoesNotExist:
        return False
    return str(item.state) == _SENT


def do_once(
    model: type[LedgerItem],
    *,
    person: str,
    reason: str,
    act: Callable[[], None],
    clock: Clock,
) -> bool:
    """The same for what is told in another way than by mail; `act` calls AWS once."""
    claim = _claim(model, person, reason, clock)
    if claim is None:
        return False
    try:
        act()
    except ClientError as error:
        # A refusal frees the claim for the next try. A time-out or a 500 may hide a mail that was
        # sent, and keeps the claim until the lease ends.
        if _is_refusal(error):
            _release(model, claim)
        raise
    _mark_sent(model, claim, clock)
    return True


def _is_refusal(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", SERVER_ERROR)
    return bool(status < SERVER_ERROR)


def _claim(model: type[LedgerItem], person: str, reason: str, clock: Clock) -> LedgerItem | None:
    now = clock.now()
    claim = model(
        f"MAIL#{person}",
        reason,
        state=_SENDING,
        claim=secrets.token_hex(8),
        lease_until=epoch(now + LEASE),
        expires_at=now + KEPT,
    )
    free = model.pk.does_not_exist() | (
        (model.state == _SENDING) & (model.lease_until < epoch(now))
    )
    try:
        claim.save(condition=free)
    except PutError as error:
        if error.cause_response_code != _TAKEN:
            raise
        if _is_settled(model, claim):
            log("mail.settled_before", reason=reason)
            return None
        raise InFlight(reason) from error
    return claim


def _is_settled(model: type[LedgerItem], claim: LedgerItem) -> bool:
    try:
        return model.get(claim.pk, claim.sk, consistent_read=True).state in (_SENT, _HELD)
    except DoesNotExist:  # released a moment ago
        return False


def _release(model: type[LedgerItem], claim: LedgerItem) -> None:
    # Not where another worker took over, nor where one that was given up for dead has sent it.
    ours = (model.claim == claim.claim) & (model.state == _SENDING)
    try:
        claim.delete(condition=ours)
    except DeleteError as error:
        log("mail.release_failed", "WARNING", code=str(error.cause_response_code))


def _mark_sent(model: type[LedgerItem], claim: LedgerItem, clock: Clock) -> None:
    # Whoever holds the claim by now: the mail went out.
    claim.update([model.state.set(_SENT), model.expires_at.set(clock.now() + KEPT)])


def send(mail: Mail) -> None:
    """Hand the mail to SES. Raises ClientError when SES refuses it for another reason than its
    pace, or keeps doing so.
    """
    settings = load(Settings)
    sender = settings.mail_from
    message = EmailMessage(policy=SMTP)
    known = network()
    message["From"] = Address(known.sender_name or known.name, addr_spec=sender)
    message["Reply-To"] = ascii_address(known.reply_to or known.contact)
    message["To"] = ascii_address(mail.to)
    message["Subject"] = " ".join(mail.subject.split())
    message["Content-Language"] = mail.language
    # Out-of-office answers must not come back to us (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    for attachment in mail.attachments:
        _attach(message, attachment)
    for attempt in range(MOST_ATTEMPTS):
        try:
            aws.client("sesv2").send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": [ascii_address(mail.to)]},
                Content={"Raw": {"Data": message.as_bytes()}},
                **_reported_through(settings.mail_configuration),
                EmailTags=[{"Name": "about", "Value": mail.about}] if mail.about else [],
            )
        except ClientError as error:
            if aws_code(error) != TOO_FAST or attempt == MOST_ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0, FIRST_PAUSE * 2**attempt))  # noqa: S311 - jitter only
        else:
            break
    log("mail.sent")


def _reported_through(configuration: str) -> dict[str, str]:
    """Which configuration set of SES tells about mails that do not arrive; not in unit tests."""
    return {"ConfigurationSetName": configuration} if configuration else {}


def ascii_address(address: str) -> str:
    """The address with its domain in punycode: SES takes no other form of an international name."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    media_type, *parameters = (part.strip() for part in attachment.content_type.split(";"))
    main, _, sub = media_type.partition("/")
    message.add_attachment(attachment.data, main, sub, filename=attachment.name)
    part = list(message.iter_attachments())[-1]
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        part.set_param(name, value)
