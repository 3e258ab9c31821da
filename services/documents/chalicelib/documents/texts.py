"""Words that the code itself says, as Dutch message ids that the edge translates."""

from chalicelib.documents.domain import Category, State, Verdict
from shared.texts import later

CONSENT = later(
    "Ja, ik mag dit bestand delen en het mag openbaar in de documenten van het netwerk staan. "
    "Anderen mogen het gebruiken en aanpassen als ze onze naam noemen (CC BY 4.0). Staan er mensen "
    "herkenbaar op, dan vinden zij dat goed."
)

CATEGORIES = {
    Category.IDEAS: later("Ideeën"),
    Category.PROJECT_PLANS: later("Projectplannen"),
    Category.STATUTES: later("Statuten"),
    Category.SUBSIDIES: later("Subsidies"),
    Category.IMAGES: later("Beeld"),
}

CATEGORY_HINTS = {
    Category.IDEAS: later("voor pilots en initiatieven"),
    Category.PROJECT_PLANS: later("voor bewonersdiensten"),
    Category.STATUTES: later("voor buurt- en wijkcoöperaties"),
    Category.SUBSIDIES: later("en andere manieren om aan geld te komen"),
    Category.IMAGES: later("foto's en andere beelden"),
}

STATES = {
    State.ANNOUNCED: later("nog niet binnen"),
    State.RECEIVED: later("wordt gecontroleerd"),
    State.INSPECTED: later("wacht op de organisatie"),
    State.PUBLISHED: later("staat op de website"),
    State.DECLINED: later("niet geplaatst"),
    State.WITHDRAWN: later("van de website gehaald"),
}

LISTED = {
    "review": later("wacht op de organisatie"),
    "published": later("staat op de website"),
    "closed": later("niet geplaatst of weggehaald"),
}

CHECKS = {
    "mislukt": later("Niet goed gecontroleerd"),
    "clean": later("In orde"),
    "needs_person": later("Bekijk dit zelf"),
    "refused": later("Niet te plaatsen"),
}

VERDICTS = {
    Verdict.CLEAN: later("In orde"),
    Verdict.NEEDS_PERSON: later("Bekijk dit zelf"),
    Verdict.REFUSED: later("Niet te plaatsen"),
}

FINDINGS = {
    "empty": later("Het bestand is leeg."),
    "too_large": later("Het bestand is te groot."),
    "size_differs": later("Het bestand is niet zo groot als bij het versturen werd gezegd."),
    "hash_differs": later("Het bestand is onderweg veranderd: het controlegetal klopt niet."),
    "type_not_allowed": later("Dit soort bestand nemen we niet aan."),
    "broken": later("Het bestand is beschadigd: we kunnen het niet openen."),
    "two_types": later("In het bestand zit nog een ander bestand verstopt."),
    "too_many_pixels": later("De foto is veel te groot om te openen (meer dan 50 megapixel)."),
    "archive_too_large": later("Het bestand wordt bij het openen gevaarlijk groot."),
    "archive_unsafe": later("Het bestand is van binnen niet zoals een gewoon document."),
    "infected": later("De viruscontrole vond een virus."),
    "not_scanned": later("Niet op virussen gecontroleerd: hier staat geen viruscontrole aan."),
    "scan_failed": later("De viruscontrole is mislukt."),
    "scan_unsupported": later("De viruscontrole kan dit soort bestand niet lezen."),
    "scan_no_answer": later("De viruscontrole gaf geen antwoord."),
    "other_type": later("De naam van het bestand past niet bij wat erin zit."),
    "active_content": later("Het document kan zelf iets doen, zoals een script of een formulier."),
    "files_inside": later("In het document zitten andere bestanden."),
    "encrypted": later("Het document zit op slot: we kunnen er niet in kijken."),
    "macros": later("In het document zitten macro's."),
    "outside_content": later("Het document haalt bij het openen iets op van een andere plek."),
    "moving_image": later("Het beeld beweegt: alleen het eerste beeldje is bewaard."),
    "too_complex": later("Het document is te ingewikkeld om helemaal te controleren."),
    "inspection_failed": later("De controle is mislukt. Vraag de inzender het opnieuw te sturen."),
}
