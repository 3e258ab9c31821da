"""`make organiser`: an account in the user pool and the right to use the organiser pages."""

import argparse
import contextlib
import secrets
from typing import Any

from infra import environment, stage
from infra.cloud import Cloud, connect
from infra.deploy import outputs
from infra.problems import Problem, command


def new_password() -> str:
    """Return a password that the user pool accepts and that a person can type."""
    return "-".join(secrets.token_hex(3) for _ in range(3))


def make(cloud: Cloud, values: dict[str, str], address: str, name: str) -> str | None:
    """Make the organiser; return the password, or None when the account was there already."""
    if "@" not in address:
        raise Problem("EMAIL is the organiser's address, such as EMAIL=jij@example.org.")
    subject, password = account(cloud, values, address)
    _grant(cloud, values, subject, address, name)
    return password


def account(cloud: Cloud, values: dict[str, str], address: str) -> tuple[str, str | None]:
    """Make an account in the user pool; return its id, and its password if it is new."""
    cognito = cloud.client("cognito-idp")
    who = {"UserPoolId": values["UserPoolId"], "Username": address}
    with contextlib.suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(
            **who,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": address},
                {"Name": "email_verified", "Value": "true"},
            ],
        )
    user = cognito.admin_get_user(**who)
    password = None
    if user["UserStatus"] == "FORCE_CHANGE_PASSWORD":  # new, or we were cut off here last time
        password = new_password()
        cognito.admin_set_user_password(**who, Password=password, Permanent=True)
    return _subject(user), password


def _subject(user: dict[str, Any]) -> str:
    attributes = {item["Name"]: item["Value"] for item in user["UserAttributes"]}
    return str(attributes["sub"])


def _grant(cloud: Cloud, values: dict[str, str], subject: str, address: str, name: str) -> None:
    environment.become(cloud, values)
    from shared import auth  # noqa: PLC0415 - reads the environment when imported

    roles: dict[str, auth.Role] = dict.fromkeys((*auth.SERVICES, auth.PLATFORM), "owner")
    auth.save_organiser(auth.Organiser(id=subject, email=address, name=name, roles=roles))


@command
def main() -> None:
    """Make the named person an organiser of every service."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--name", default="", help="how the pages greet them")
    parser.add_argument("email", nargs="?", default="")
    arguments = parser.parse_args()
    cloud = connect(stage.read(arguments.stage))
    name = arguments.name or arguments.email.partition("@")[0]
    password = make(cloud, outputs(cloud), arguments.email, name)
    print(f"{arguments.email} is an organiser: {cloud.stage.origin}/beheer")
    if password:
        print(f"First password: {password}")


if __name__ == "__main__":
    main()
