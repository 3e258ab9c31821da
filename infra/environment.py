"""The environment that a service's use cases need when an operator's command calls them."""

import os

from infra import keys
from infra.cloud import Cloud


def of(cloud: Cloud, values: dict[str, str]) -> dict[str, str]:
    """Return what a function would have, with the operator's credentials.

    `values` are the stacks' outputs.
    """
    credentials = cloud.session.get_credentials().get_frozen_credentials()
    secrets = keys.parameters(cloud)
    environment = {
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_SESSION_TOKEN": credentials.token,
        "AWS_DEFAULT_REGION": cloud.stage.region,
        "AWS_REGION": cloud.stage.region,
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "STAGE": cloud.stage.name,
        "ORIGIN": cloud.stage.origin,
        "MAIL_FROM": cloud.stage.mail_from,
        "LINK_KEYS": secrets["LinkKeys"],
        "ORIGIN_SECRET": secrets["OriginSecret"],
        "ACCESS_TABLE": values["AccessTable"],
        "WEB_BUCKET": values["WebBucket"],
        "HANDOVER_BUCKET": values["HandoverBucket"],
        "ERASURES_BUCKET": values["ErasuresBucket"],
        "USER_POOL_CLIENT_ID": values["UserPoolClientId"],
        "REGISTRATION_TABLE": values["RegistrationTableName"],
        "REGISTRATION_TOPIC_ARN": values["RegistrationTopicArn"],
        "DIRECTORY_TABLE": values["DirectoryTableName"],
        "DIRECTORY_TOPIC_ARN": values["DirectoryTopicArn"],
        "DOCUMENTS_TABLE": values["DocumentsTableName"],
        "DOCUMENTS_TOPIC_ARN": values["DocumentsTopicArn"],
        "QUARANTINE_BUCKET": values["DocumentsQuarantineBucket"],
        "LIBRARY_BUCKET": values["DocumentsLibraryBucket"],
        "UPLOAD_ORIGIN": cloud.stage.upload_origin,
        "LIBRARY_ORIGIN": cloud.stage.library_origin,
        "MALWARE_SCANNER": cloud.stage.malware_scanner,
    }
    return {name: value for name, value in environment.items() if value}


def become(cloud: Cloud, values: dict[str, str]) -> None:
    """Put it in this process's environment; before any service is imported."""
    os.environ.pop("AWS_PROFILE", None)
    os.environ.update(of(cloud, values))
