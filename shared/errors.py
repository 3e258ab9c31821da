"""One error tree. `shared.http` turns it into problem+json (RFC 9457) or the error page."""

from collections.abc import Mapping


class PlekkenError(Exception):
    """A refusal that the person who caused it can understand.

    `code` is stable and meant for programs; `title` is a Dutch message id, translated at the edge.
    `fields` maps a form field to the Dutch message id that says what is wrong with it.
    """

    status = 500
    code = "internal"
    title = "Er ging iets mis bij ons. Probeer het later nog eens."

    def __init__(
        self,
        code: str | None = None,
        title: str | None = None,
        *,
        fields: Mapping[str, str] | None = None,
        figures: Mapping[str, int | str] | None = None,
    ) -> None:
        self.code = code or type(self).code
        self.title = title or type(self).title
        self.fields = dict(fields or {})
        self.figures = dict(figures or {})
        super().__init__(self.code)


class Malformed(PlekkenError):
    """The body is not what its content type says."""

    status = 400
    code = "malformed"
    title = "We kunnen dit verzoek niet lezen."


class SignInNeeded(PlekkenError):
    """Nobody is signed in."""

    status = 401
    code = "sign_in_needed"
    title = "Log eerst in."


class MailSignInNeeded(SignInNeeded):
    """Nobody signed in by mail; a page leads to where members and partners do."""


class Forbidden(PlekkenError):
    """Signed in or holding a link, but not allowed to do this."""

    status = 403
    code = "forbidden"
    title = "Je mag dit niet bekijken of doen."


class NotFound(PlekkenError):
    """There is nothing at this address."""

    status = 404
    code = "not_found"
    title = "Deze pagina bestaat niet."


class Conflict(PlekkenError):
    """Somebody else was first, or the thing is not in a state that allows this."""

    status = 409
    code = "conflict"
    title = "Dit kan nu niet meer. Bekijk de nieuwste stand en probeer het opnieuw."


class Gone(PlekkenError):
    """It existed, and does not any more."""

    status = 410
    code = "gone"
    title = "Dit is er niet meer."


class TooLarge(PlekkenError):
    """The body is larger than any form of ours needs."""

    status = 413
    code = "too_large"
    title = "Dit is te groot om te versturen."


class UnsupportedMediaType(PlekkenError):
    """The body's content type is not the one this address takes."""

    status = 415
    code = "unsupported_media_type"
    title = "Dit soort bericht nemen we hier niet aan."


class Invalid(PlekkenError):
    """Well-formed, but some fields need another value; `fields` says which and why."""

    status = 422
    code = "invalid"
    title = "Niet alles is goed ingevuld."


class TooManyRequests(PlekkenError):
    """Too often in too short a time."""

    status = 429
    code = "too_many_requests"
    title = "Dit is te vaak geprobeerd. Wacht een paar minuten."


class Unavailable(PlekkenError):
    """AWS is busy; trying again is safe and likely to succeed."""

    status = 503
    code = "unavailable"
    title = "Het is nu erg druk. Probeer het over een minuut nog eens."
