"""What may be in the clone."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator

from clone import Breach, Clone

TOP_LEVEL = {
    "Cargo.toml", "Cargo.lock", "justfile", "README.md", "LICENSE", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md",
    "SECURITY.md", "cloud-relay", "edge-agent", "portal", "infra", "tests", ".ci",
}  # fmt: skip

LONGEST_RUST_FILE = 400

# Written in pieces, so that this file does not name them itself.
REGISTRY_HOSTS = [
    "crates" + ".io", "registry" + ".npmjs.org", "pypi" + ".org", "pythonhosted" + ".org", "deb" + ".debian.org",
    "archive" + ".ubuntu.com",
]  # fmt: skip

# Folders of one machine, not of every machine.
MACHINE_PATH = re.compile(r"(?<![\w.$}>~-])/(?:root|home|Users|work|tmp)/[\w.@-]+")


def top_level(clone: Clone) -> Iterator[Breach]:
    for entry in sorted({path.split("/")[0] for path in clone.files} - TOP_LEVEL):
        yield Breach(entry, 0, "is no top-level entry of this house; find the room it belongs to")


def rust_file_length(clone: Clone) -> Iterator[Breach]:
    for path in clone.files:
        if path.endswith(".rs"):
            lines = (clone.text(path) or "").count("\n")
            if lines > LONGEST_RUST_FILE:
                yield Breach(path, 0, f"has {lines} lines, over {LONGEST_RUST_FILE}; what are the two things in here?")


def lock_without_addresses(clone: Clone) -> Iterator[Breach]:
    for path in clone.files:
        if path.split("/")[-1] == "package-lock.json":
            packages = json.loads(clone.text(path) or "{}").get("packages", {})
            for name, package in packages.items():
                if "resolved" in package:
                    yield Breach(path, 0, f"{name} records where it came from; install with --omit-lockfile-registry-resolved")


def _lines(clone: Clone) -> Iterator[tuple[str, int, str]]:
    for path in clone.files:
        text = clone.text(path)
        if text is not None and path != "Cargo.lock":
            for number, line in enumerate(text.splitlines(), 1):
                yield path, number, line


def no_registry_host(clone: Clone) -> Iterator[Breach]:
    for path, number, line in _lines(clone):
        for host in REGISTRY_HOSTS:
            if host in line.lower():
                yield Breach(path, number, f"names the registry {host}; each machine says itself where its packages come from")


def no_machine_path(clone: Clone) -> Iterator[Breach]:
    for path, number, line in _lines(clone):
        found = MACHINE_PATH.search(line)
        if found:
            yield Breach(path, number, f"{found.group()} is a path of one machine; make it relative, or take it as an argument")


def shell_scripts(clone: Clone) -> list[str]:
    """Shell scripts by name or by first line."""
    found = []
    for path in clone.files:
        first = (clone.text(path) or "").split("\n", 1)[0]
        if path.endswith(".sh") or re.match(r"#!.*\b(bash|sh)$", first):
            found.append(path)
    return found


def shellcheck(clone: Clone) -> Iterator[Breach]:
    if not shutil.which("shellcheck"):
        return
    scripts = shell_scripts(clone)
    command = ["shellcheck", "--format=json", "--external-sources", *scripts]
    done = subprocess.run(command, cwd=clone.root, capture_output=True, text=True) if scripts else None
    for finding in json.loads(done.stdout) if done else []:
        yield Breach(finding["file"], finding["line"], f"SC{finding['code']}: {finding['message']}")


def fonts_are_licensed(clone: Clone) -> Iterator[Breach]:
    licensed = {path.rsplit("/", 1)[0] for path in clone.files if "OFL" in path.rsplit("/", 1)[-1]}
    for path in clone.files:
        folder = path.rsplit("/", 1)[0]
        if re.search(r"\.(ttf|otf|woff2?)(\.zst)?$", path) and folder not in licensed:
            yield Breach(path, 0, "is a font without its licence; put the OFL text beside it")
