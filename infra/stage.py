"""A stage: one complete Plekken, described by a file in infra/stages."""

import re
from pathlib import Path
from typing import Literal

import msgspec
import yaml

from infra.paths import REGION, ROOT
from infra.problems import Problem

STAGES = ROOT / "infra" / "stages"
SITE = re.compile(r"https?://(\*\.)?[a-z0-9.-]+(:(\d+|\*))?")
NAME = re.compile(r"[a-z][a-z0-9]{1,11}")


class Stage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What differs between stages; everything else follows from the stage's name."""

    name: str
    origin: str
    mail_from: str
    mail_domain: str = ""
    alarm_email: str = ""
    domain_name: str = ""
    certificate_arn: str = ""
    region: str = REGION
    profile: str | None = None
    log_days: int = 30
    frame_ancestors: str = ""  # sites that may show public pages in a frame, with spaces between
    limit_factor: int = 1  # multiplies the limits on how often a visitor may send
    # A second, that the table of registrations takes at once; costs money once.
    warm_writes: int = 0
    even_answers_ms: int = 300  # the least time that registering takes, for any address
    retry_seconds: int = 180  # seconds; AWS wants at least the function's time-out
    inspect_retry_seconds: int = 900
    malware_scanner: Literal["clamav", "guardduty"] = "clamav"
    upload_origin: str = ""  # empty: the bucket's own address
    library_origin: str = ""

    def parameters(self) -> dict[str, str]:
        """Return the stage's values under the names that the templates' parameters have."""
        values = {_camel(field): getattr(self, field) for field in self.__struct_fields__}
        del values["Region"], values["Profile"]
        values["Stage"] = values.pop("Name")
        values["SenderDomain"] = self.mail_from.partition("@")[2]
        values["RequireTls"] = str(self.origin.startswith("https:")).lower()
        return {name: str(value) for name, value in values.items()}


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def read(name: str, folder: Path = STAGES) -> Stage:
    """Return the stage with this name. Raises Problem with one sentence about what is wrong."""
    if not NAME.fullmatch(name):
        raise Problem(
            f"A stage name is 2 to 12 small letters and digits, letter first; not {name!r}."
        )
    path = folder / f"{name}.yaml"
    if not path.exists():
        known = ", ".join(sorted(other.stem for other in folder.glob("*.yaml")))
        raise Problem(f"There is no infra/stages/{name}.yaml (there are: {known}).")
    try:
        stage = msgspec.convert({**yaml.safe_load(path.read_text()), "name": name}, Stage)
    except yaml.YAMLError as error:
        raise Problem(f"{path.name} is not valid YAML: {error}") from error
    except msgspec.ValidationError as error:
        raise Problem(f"{path.name} is wrong: {error}.") from error
    _check(stage, path.name)
    return stage


def _check(stage: Stage, file: str) -> None:
    if not re.fullmatch(r"https?://[^/]+", stage.origin):
        raise Problem(
            f"{file}: origin is an address such as https://plekken.nl, without a slash at the end."
        )
    for site in stage.frame_ancestors.split():
        if not SITE.fullmatch(site):
            raise Problem(
                f"{file}: frame_ancestors are addresses such as https://www.samen030.nl, with"
                f" spaces between and nothing after the name; not {site!r}."
            )
    if "@" not in stage.mail_from:
        raise Problem(f"{file}: mail_from is an e-mail address.")
    if bool(stage.domain_name) != bool(stage.certificate_arn):
        raise Problem(f"{file}: domain_name and certificate_arn go together.")
