"""What the front door and the library's origin must do, read from their CloudFront resources."""

import fnmatch
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import template
from infra.paths import ROOT

WIRING = ROOT / "infra" / "templates" / "wiring.yaml"
DOCUMENTS = ROOT / "services" / "documents" / "resources.yaml"

# CloudFront sends these on without being told; cookies because the policy says `all`.
FORWARDED_ANYWAY = frozenset({"content-type", "cookie"})


@dataclass(frozen=True)
class Rules:
    """Which path goes where, and the headers that every answer gets."""

    behaviours: tuple[tuple[str, str], ...]  # (path pattern, origin), first match wins
    default: str
    forwarded: frozenset[str]  # request headers, in small letters, that reach a service
    always: dict[str, str]  # headers that replace the origin's
    unless_set: dict[str, str]  # headers for answers that lack them

    def origin_for(self, path: str) -> str:
        """Return the origin that a path goes to, as CloudFront chooses it."""
        for pattern, origin in self.behaviours:
            if fnmatch.fnmatchcase(path, pattern):
                return origin
        return self.default


def read(path: Path = WIRING) -> Rules:
    """Return the rules of the template's distribution."""
    resources = template.load(path)["Resources"]
    distribution = resources["FrontDoor"]["Properties"]["DistributionConfig"]
    headers = resources["SecurityHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    origin_policy = resources["Forwarded"]["Properties"]["OriginRequestPolicyConfig"]
    cache_policy = resources["Pages"]["Properties"]["CachePolicyConfig"]
    keyed = cache_policy["ParametersInCacheKeyAndForwardedToOrigin"]
    forwarded = origin_policy["HeadersConfig"]["Headers"] + keyed["HeadersConfig"]["Headers"]
    always: dict[str, str] = {}
    unless_set: dict[str, str] = {}
    for name, value, override in _headers(headers):
        (always if override else unless_set)[name] = value
    return Rules(
        behaviours=tuple(
            (behaviour["PathPattern"], behaviour["TargetOriginId"])
            for behaviour in distribution["CacheBehaviors"]
        ),
        default=distribution["DefaultCacheBehavior"]["TargetOriginId"],
        forwarded=FORWARDED_ANYWAY | {name.lower() for name in forwarded},
        always=always,
        unless_set=unless_set,
    )


def library_headers(path: Path = DOCUMENTS) -> dict[str, str]:
    """Return the headers that every file from the library gets, whatever S3 says."""
    resources = template.load(path)["Resources"]
    policy = resources["LibraryHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    return {name: value for name, value, override in _headers(policy) if override}


def _headers(policy: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Return (name, value, override). HSTS is left out: there is no TLS here."""
    security = policy["SecurityHeadersConfig"]
    found = []
    if "ContentTypeOptions" in security:
        override = security["ContentTypeOptions"]["Override"]
        found.append(("X-Content-Type-Options", "nosniff", override))
    for section, name in (
        ("ReferrerPolicy", "Referrer-Policy"),
        ("ContentSecurityPolicy", "Content-Security-Policy"),
    ):
        if section in security:
            found.append((name, security[section][section], security[section]["Override"]))
    custom = policy.get("CustomHeadersConfig", {}).get("Items", ())
    return found + [(item["Header"], item["Value"], item["Override"]) for item in custom]
