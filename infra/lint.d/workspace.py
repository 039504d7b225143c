"""Who may depend on whom, and with what the product is built."""

import re
from collections.abc import Iterator

from clone import Breach, Clone

# What each crate of ours may depend on, of ours. Arrows point down only:
# programs on contracts and pure crates, those on nothing.
MAY_DEPEND_ON = {
    "relay-contract": set(),
    "edge-api": set(),
    "hub-link": set(),
    "google-calendar": set(),
    "frame": set(),
    "cloud-relay": {"relay-contract"},
    "edge-agent": {"edge-api", "hub-link", "relay-contract", "google-calendar", "frame"},
    "hub": {"hub-link", "frame"},
    "portal": {"edge-api"},
    # A second reading of Google's facts: it shares no types with our client.
    "google-stand-in": set(),
    "canary": set(),
}
# Not shipped; may depend on anything.
TESTS = "placard-tests"
# Not shipped either; anybody's tests may use it.
FOR_TESTS = {"canary"}
NOT_SHIPPED = {TESTS, "google-stand-in", *FOR_TESTS}

THE_EIGHT = {"lambda_http", "aws-sdk-dynamodb", "tokio", "oauth2", "quinn", "rustls", "serde", "leptos"}

# A second TLS stack, each of them.
BANNED = ("aws-lc-sys", "openssl-sys", "native-tls")


def directions(clone: Clone) -> Iterator[Breach]:
    ours = {package["name"] for package in clone.packages}
    for package in clone.packages:
        name = package["name"]
        if name == TESTS:
            continue
        if name not in MAY_DEPEND_ON:
            yield Breach("infra/lint.d/workspace.py", 0, f"say what the new crate {name} may depend on")
            continue
        wanted = {
            dependency["name"]
            for dependency in package["dependencies"]
            if not (dependency["kind"] == "dev" and dependency["name"] in FOR_TESTS)
        }
        for dependency in sorted((wanted & ours) - MAY_DEPEND_ON[name]):
            yield Breach(f"{name}'s Cargo.toml", 0, f"{name} may not depend on {dependency}; move what both need below both")


def the_eight(clone: Clone) -> Iterator[Breach]:
    direct = {
        dependency["name"]
        for package in clone.packages
        if package["name"] not in NOT_SHIPPED
        for dependency in package["dependencies"]
        if dependency["kind"] is None
    }
    for name in sorted(THE_EIGHT - direct):
        yield Breach("Cargo.toml", 0, f"{name} is one of the eight, but no shipped crate depends on it directly")


def one_tls(clone: Clone) -> Iterator[Breach]:
    for crate in BANNED:
        tree = clone.depends_on(crate)
        if tree:
            way = " ← ".join(line.lstrip("0123456789").split(" ")[0] for line in tree.splitlines()[:4])
            yield Breach("Cargo.lock", 0, f"{way}: our TLS is rustls on ring; turn off the feature that pulls this in")


def one_rustls(clone: Clone) -> Iterator[Breach]:
    lock = clone.text("Cargo.lock") or ""
    versions = re.findall(r'^name = "rustls"\nversion = "([^"]+)"', lock, re.MULTILINE)
    if len(versions) != 1 or not versions[0].startswith("0.23."):
        yield Breach("Cargo.lock", 0, f"there shall be one rustls 0.23, not {versions}")
