"""Whom organisers look for on a list, or write to. No AWS, no Chalice."""

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.registration.domain.registration import Registration
from shared.words import asked_words, fold


class Wanted(Struct, frozen=True, kw_only=True):
    """Whom somebody looks for; empty is everybody who did not cancel."""

    text: str = ""  # words in the name or the e-mail address, in any letter case
    state: str = ""
    session: str = ""
    audience: str = ""
    failing: bool = False  # only whose address fails
    unconfirmed: bool = False  # only who still has to confirm theirs
    says: str = ""  # to "are you still coming?": "yes", "no", or "nothing" for who has a seat
    day: str = ""  # for which day of the congress

    @property
    def is_everybody(self) -> bool:
        """Whether everything that is read is wanted."""
        return replace(self, state="", day="") == EVERYBODY and self.state in ("", "cancelled")

    @property
    def is_cancelled(self) -> bool:
        """Whether they are looked for among those who cancelled, who stand on a list of their
        own.
        """
        return self.state == "cancelled"

    def matches(self, one: Registration) -> bool:
        """Whether this is somebody they look for."""
        return (
            self._finds(f"{one.name} {one.email}")
            and self.state in ("", one.state)
            and (not self.session or one.has_line(self.session))
            and self.audience in ("", one.audience)
            and (one.has_failing_address or not self.failing)
            and not (self.unconfirmed and one.is_confirmed)
            and self._fits(one)
        )

    def _fits(self, one: Registration) -> bool:
        """Whether they answered that, or have a seat and did not answer."""
        if self.says == "nothing":
            return one.state == "seated" and one.says_for(self.day) is None
        return not self.says or one.says_for(self.day) == self.says

    def _finds(self, text: str) -> bool:
        """Whether each word that was typed stands in `text`; no words find nobody."""
        words, found = asked_words(self.text), fold(text)
        return not self.text or (bool(words) and all(word in found for word in words))


EVERYBODY = Wanted()
