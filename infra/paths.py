"""Where things stand in the project's folder, and the names that never change."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
PACKAGES = BUILD / "package"
SERVICES = ("registration", "directory", "documents")
STACKS = ("base", *SERVICES, "wiring")
REGION = "eu-central-1"


def service_folder(service: str) -> Path:
    """Return the source folder of a service."""
    return ROOT / "services" / service


def stack_name(stage: str, stack: str) -> str:
    """Return the CloudFormation name of one of the five stacks."""
    return f"plekken-{stage}-{stack}"
