"""Whether SES may send for the stage by now."""

from infra.cloud import Cloud


def parameters(cloud: Cloud) -> dict[str, str]:
    """What the templates are told of it: not yet at the deploy that makes the identity."""
    domain = cloud.stage.mail_from.partition("@")[2]
    ses = cloud.client("sesv2")
    try:
        identity = ses.get_email_identity(EmailIdentity=domain)
    except ses.exceptions.NotFoundException:
        return {"SenderVerified": "false"}
    return {"SenderVerified": str(bool(identity.get("VerifiedForSendingStatus"))).lower()}
