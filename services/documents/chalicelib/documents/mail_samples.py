"""Each mail with made-up data, for who writes its words."""

from datetime import UTC, datetime

from chalicelib.documents import mails, settings
from chalicelib.documents.domain import Category, Document, Method, Partner
from shared.mail import Mail
from shared.pages import link, translate
from shared.texts import later

_NOW = datetime(2027, 4, 14, 9, 30, tzinfo=UTC)
_ENDS_AT = datetime(2027, 5, 12, 9, 30, tzinfo=UTC)
_REASON = later("We kunnen niet zien wie de foto’s heeft gemaakt.")


def sample(kind: str, language: str, to: str) -> Mail:
    """The mail of this kind, as a made-up partner would get it; the address is `to`."""
    partner = Partner(
        member_id="voorbeeld",
        invitation_id="voorbeeld",
        name="Buurtmoestuin Het Groene Hart",
        email=to,
        language=language,
        changed_at=_NOW,
        member_version=1,
    )
    origin = settings.load().origin
    if kind == "invitation":
        address = origin + link("/documenten/uploaden", language, sleutel="voorbeeld")
        return mails.to_partner(partner, kind, {"address": address, "ends_at": _ENDS_AT})
    context = {"address": origin + link("/documenten/voorbeeld", language)}
    return mails.to_partner(partner, kind, context, _document(language))


def _document(language: str) -> Document:
    return Document(
        id="voorbeeld",
        member_id="voorbeeld",
        title="Projectplan voedseltuin" if language == "nl" else "Project plan food garden",
        category=Category.PROJECT_PLANS,
        description="",
        consent_version="voorbeeld",
        consent_purpose="documents",
        consent_at=_NOW,
        method=Method.FORM,
        file_name="plan.pdf",
        declared_type="application/pdf",
        announced_at=_NOW,
        reason=translate(mails.SERVICE, language, _REASON),
    )
