"""An organiser's way in, as the daily work of the function that answers it."""

import re
from uuid import uuid4

import pyotp

from tests.flows import steps
from tests.flows.work.office import Office


def take_every_step(office: Office) -> None:
    """A first password, an app and its code, another name, out everywhere: of a new organiser."""
    email = f"genodigde-{uuid4().hex[:8]}@example.org"
    steps.invite_organiser(office.platform, office.backstage, email)
    mail = office.mailbox.wait(email, "Je uitnodiging als organisator")
    mailed = re.findall(r"<strong>([^<]+)</strong>", mail.html)[0]
    browser, password = office.browser(), f"eigen-{uuid4().hex}"
    page = browser.get("/beheer/inloggen").expect(200)
    asked = browser.submit(page, "/beheer/inloggen", email=email, wachtwoord=mailed)
    page = browser.follow(asked).expect(200)
    browser.submit(page, "/beheer/inloggen/wachtwoord", nieuw=password).expect(303)
    page = browser.get("/beheer/account/app").expect(200)
    shown = browser.submit(page, "/beheer/account/app", wachtwoord=password).expect(200)
    secret = shown.form("/beheer/account/app").fields["geheim"]
    code = pyotp.TOTP(secret).now()
    browser.submit(shown, "/beheer/account/app", code=code).expect(303)
    page = browser.get("/beheer/account").expect(200)
    browser.submit(page, "/beheer/account", naam="Nieuw").expect(303)
    page = browser.get("/beheer/account").expect(200)
    browser.submit(page, "/beheer/account/overal-uitloggen").expect(303)
    assert browser.get("/beheer/account").status == 303
