"""What the checks read: the files of a clone, and what cargo says about it."""

import json
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Breach:
    """One broken rule: where, and what to do about it."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


class Clone:
    """A clone of the project, with the files that git has or would add."""

    def __init__(self, root: Path):
        self.root = root

    def _run(self, *command: str) -> subprocess.CompletedProcess:
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True)

    def _output(self, *command: str) -> str:
        done = self._run(*command)
        if done.returncode != 0:
            raise SystemExit(f"infra/lint: `{' '.join(command)}` failed:\n{done.stderr}")
        return done.stdout

    @cached_property
    def files(self) -> list[str]:
        """Paths below the root, without what git ignores."""
        listed = self._output("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        return sorted({path for path in listed.split("\0") if path and (self.root / path).is_file()})

    def text(self, path: str) -> str | None:
        """The file's text; None for one that is not text."""
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return None

    @cached_property
    def packages(self) -> list[dict]:
        """The workspace's packages, as `cargo metadata` lists them."""
        listed = self._output("cargo", "metadata", "--no-deps", "--format-version", "1")
        return json.loads(listed)["packages"]

    def depends_on(self, crate: str) -> str:
        """What pulls `crate` into the programs, on any platform and with all features; empty when nothing does."""
        done = self._run(
            "cargo", "tree", "--workspace", "--all-features", "--target", "all", "--edges", "normal,build",
            "--prefix", "depth", "--invert", crate,
        )  # fmt: skip
        if done.returncode != 0 and "did not match any packages" in done.stderr:
            return ""
        if done.returncode != 0:
            raise SystemExit(f"infra/lint: `cargo tree --invert {crate}` failed:\n{done.stderr}")
        return done.stdout
