"""Words that the code itself says, as Dutch message ids that the edge translates."""

from chalicelib.directory.domain import Kind, State, Theme
from shared.texts import later

CONSENT_VERSION = "ledengids-2026-11"
CONSENT_PURPOSE = "directory"


CONSENT = later(
    "Ja, zet deze gegevens in de openbare ledengids. Mijn e-mailadres en telefoonnummer komen er "
    "alleen in als ik dat hierboven heb aangevinkt."
)

KINDS = {
    Kind.RESIDENTS: later("bewonersinitiatief"),
    Kind.ENTREPRENEUR: later("ondernemer"),
    Kind.ORGANISATION: later("organisatie"),
    Kind.COOPERATIVE: later("coöperatie"),
    Kind.KNOWLEDGE: later("onderwijs of onderzoek"),
    Kind.GOVERNMENT: later("overheid"),
}

THEMES = {
    Theme.MEETING: later("ontmoeten"),
    Theme.FOOD: later("groen en voedsel"),
    Theme.CARE: later("zorg en gezondheid"),
    Theme.PARENTING: later("opvoeden en onderwijs"),
    Theme.WORK: later("werk en wijkeconomie"),
    Theme.HOUSING: later("wonen"),
    Theme.ENERGY: later("energie"),
    Theme.CULTURE: later("kunst en cultuur"),
    Theme.SAFETY: later("veiligheid"),
    Theme.DEMOCRACY: later("meedoen en meebeslissen"),
}

STATES = {
    State.DRAFT: later("wacht op goedkeuring"),
    State.PUBLISHED: later("in de gids"),
    State.WITHDRAWN: later("uit de gids gehaald"),
    State.DECLINED: later("afgewezen"),
}

FIELDS = {
    "name": later("Naam"),
    "kind": later("Soort"),
    "place": later("Plaats"),
    "district": later("Wijk of buurt"),
    "website": later("Website"),
    "about": later("Over ons"),
    "themes": later("Thema’s"),
    "email": later("E-mailadres"),
    "phone": later("Telefoonnummer"),
    "email_public": later("E-mailadres in de gids tonen"),
    "phone_public": later("Telefoonnummer in de gids tonen"),
    "latitude": later("Breedtegraad"),
    "longitude": later("Lengtegraad"),
}
