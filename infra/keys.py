"""The stage's keys: made once, kept in SSM Parameter Store, never in a file or on a screen."""

import base64
import secrets

from infra.cloud import Cloud


def parameters(cloud: Cloud) -> dict[str, str]:
    """Return the NoEcho stack parameters that hold keys; what is missing is made and kept."""
    return {
        "LinkKeys": _kept(cloud, "link-keys", new_link_key()),
        "OriginSecret": _kept(cloud, "origin-secret", secrets.token_urlsafe(32)),
    }


def new_link_key() -> str:
    """Return a signing key with an id, in the form that LINK_KEYS lists: "kid:base64"."""
    return f"k{secrets.token_hex(3)}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def parameter_name(cloud: Cloud, name: str) -> str:
    """Return the name under which Parameter Store has a key of this stage."""
    return f"/plekken/{cloud.stage.name}/{name}"


def keep(cloud: Cloud, name: str, value: str) -> None:
    """Make this the stage's key, whatever it was: a restore brings back what old links need."""
    cloud.client("ssm").put_parameter(
        Name=parameter_name(cloud, name), Value=value, Type="SecureString", Overwrite=True
    )


def _kept(cloud: Cloud, name: str, new: str) -> str:
    ssm = cloud.client("ssm")
    full_name = parameter_name(cloud, name)
    try:
        ssm.put_parameter(Name=full_name, Value=new, Type="SecureString", Overwrite=False)
    except ssm.exceptions.ParameterAlreadyExists:
        answer = ssm.get_parameter(Name=full_name, WithDecryption=True)
        return str(answer["Parameter"]["Value"])
    cloud.say(f"made the key {full_name}")
    return new
