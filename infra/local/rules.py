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
class Behaviour:
    """Where a path goes, and the headers that its answers get."""

    origin: str
    always: dict[str, str]  # headers that replace the origin's
    unless_set: dict[str, str]  # headers for answers that lack them


@dataclass(frozen=True)
class Rules:
    """Which path is treated how."""

    behaviours: tuple[tuple[str, Behaviour], ...]  # by path pattern, first match wins
    default: Behaviour
    apis: dict[str, str]  # origin to the output that holds the id of its API
    asked: dict[str, dict[str, str]]  # origin to the request headers that it always gets
    forwarded: frozenset[str]  # request headers, in small letters, that reach a service

    def behaviour_for(self, path: str) -> Behaviour:
        """Return the behaviour for a path, as CloudFront chooses it."""
        for pattern, behaviour in self.behaviours:
            if fnmatch.fnmatchcase(path, pattern):
                return behaviour
        return self.default


def read(path: Path = WIRING) -> Rules:
    """Return the rules of the template's distribution."""
    resources = template.load(path)["Resources"]
    distribution = resources["FrontDoor"]["Properties"]["DistributionConfig"]
    origin_policy = resources["Forwarded"]["Properties"]["OriginRequestPolicyConfig"]
    cache_policy = resources["Pages"]["Properties"]["CachePolicyConfig"]
    keyed = cache_policy["ParametersInCacheKeyAndForwardedToOrigin"]
    forwarded = origin_policy["HeadersConfig"]["Headers"] + keyed["HeadersConfig"]["Headers"]
    return Rules(
        behaviours=tuple(
            (described["PathPattern"], _behaviour(described, resources))
            for described in distribution["CacheBehaviors"]
        ),
        default=_behaviour(distribution["DefaultCacheBehavior"], resources),
        apis={
            origin["Id"]: origin["DomainName"]["Fn::Sub"].partition("}")[0].removeprefix("${")
            for origin in distribution["Origins"]
            if "CustomOriginConfig" in origin
        },
        asked={origin["Id"]: _asked(origin) for origin in distribution["Origins"]},
        forwarded=FORWARDED_ANYWAY | {name.lower() for name in forwarded},
    )


def _behaviour(described: dict[str, Any], resources: dict[str, Any]) -> Behaviour:
    policy = resources[described["ResponseHeadersPolicyId"]["Ref"]]["Properties"]
    found = _headers(policy["ResponseHeadersPolicyConfig"])
    return Behaviour(
        origin=described["TargetOriginId"],
        always={name: value for name, value, override in found if override},
        unless_set={name: value for name, value, override in found if not override},
    )


def library_headers(path: Path = DOCUMENTS) -> dict[str, str]:
    """Return the headers that every file from the library gets, whatever S3 says."""
    resources = template.load(path)["Resources"]
    policy = resources["LibraryHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    return {name: value for name, value, override in _headers(policy) if override}


def _asked(origin: dict[str, Any]) -> dict[str, str]:
    """Return what stands in the template; a secret does not, and is known otherwise."""
    found = origin.get("OriginCustomHeaders", ())
    return {
        each["HeaderName"]: each["HeaderValue"]
        for each in found
        if isinstance(each["HeaderValue"], str)
    }


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
    if "CorsConfig" in policy:
        cors = policy["CorsConfig"]
        sites = ", ".join(cors["AccessControlAllowOrigins"]["Items"])
        found.append(("Access-Control-Allow-Origin", sites, cors["OriginOverride"]))
    custom = policy.get("CustomHeadersConfig", {}).get("Items", ())
    return found + [(item["Header"], item["Value"], item["Override"]) for item in custom]
