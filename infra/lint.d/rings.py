"""No two Rust files import each other, directly or in a ring.

Reads `crate::…` and `super::…` paths, follows `pub use` to the file that has the
thing, and looks for rings of files. Test modules are left out: they may look at
anything.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from clone import Breach, Clone

COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
USE = re.compile(r"\b(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);")
PATH = re.compile(r"\b(?:crate|super|self)(?:::\w+)+")
TEST_MODULE = re.compile(r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*mod\s+\w+\s*\{.*\Z", re.DOTALL)

Module = tuple[str, ...]


def module_of(source: PurePosixPath) -> Module:
    """`relay/link.rs` is `relay::link`; `lib.rs` and `main.rs` are the root."""
    parts = source.with_suffix("").parts
    if parts[-1] in ("lib", "main") and len(parts) == 1:
        return ()
    return parts[:-1] if parts[-1] == "mod" else parts


def flatten(tree: str, prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each path of a `use` tree with the name it gets: `a::{b, c as d}` → (a, b) as b, (a, c) as d."""
    tree = tree.strip()
    if "{" in tree:
        head, rest = tree.split("{", 1)
        inner = rest.rsplit("}", 1)[0]
        prefix = prefix + tuple(part for part in head.strip().split("::") if part)
        depth, start = 0, 0
        for at, letter in enumerate(inner + ","):
            depth += {"{": 1, "}": -1}.get(letter, 0)
            if letter == "," and depth == 0:
                if inner[start:at].strip():
                    yield from flatten(inner[start:at], prefix)
                start = at + 1
        return
    path, _, name = tree.partition(" as ")
    parts = prefix + tuple(path.strip().split("::"))
    if parts[-1] == "self":
        parts = parts[:-1]
    yield parts, name.strip() or parts[-1]


class Crate:
    """The files of one crate's `src` and what they name of each other."""

    def __init__(self, sources: dict[Module, tuple[str, str]]):
        self.path = {module: path for module, (path, _) in sources.items()}
        self.text = {module: TEST_MODULE.sub("", COMMENT.sub("", text)) for module, (_, text) in sources.items()}
        self.exports = {module: dict(self._exports(module)) for module in sources}

    def _absolute(self, module: Module, parts: tuple[str, ...]) -> tuple[str, ...] | None:
        at = module
        if parts[0] == "crate":
            return parts[1:]
        if parts[0] not in ("self", "super"):
            child = module + parts[:1]
            return module + parts if child in self.path else None
        for index, part in enumerate(parts):
            if part == "super":
                at = at[:-1]
            elif part != "self":
                return at + parts[index:]
        return at

    def _exports(self, module: Module) -> Iterator[tuple[str, tuple[str, ...]]]:
        for public, tree in USE.findall(self.text[module]):
            for parts, name in flatten(tree):
                target = self._absolute(module, parts)
                if public and target is not None:
                    yield name, target

    def _home(self, target: tuple[str, ...], seen: frozenset = frozenset()) -> Module:
        """The file that has what `target` names, through re-exports."""
        module: Module = ()
        while module + target[len(module) : len(module) + 1] in self.path and len(module) < len(target):
            module = target[: len(module) + 1]
        rest = target[len(module) :]
        if rest and rest[0] in self.exports[module] and (module, rest[0]) not in seen:
            return self._home(self.exports[module][rest[0]] + rest[1:], seen | {(module, rest[0])})
        return module

    def imports(self, module: Module) -> set[Module]:
        targets = set()
        body = self.text[module]
        for public, tree in USE.findall(body):
            if not public:
                targets |= {self._absolute(module, parts) for parts, _ in flatten(tree)}
        for path in PATH.findall(USE.sub("", body)):
            targets.add(self._absolute(module, tuple(path.split("::"))))
        return {self._home(target) for target in targets if target is not None} - {module}


def find_ring(edges: dict[Module, set[Module]]) -> list[Module] | None:
    """One ring, or None; the first that a depth-first walk meets."""
    done: set[Module] = set()

    def walk(module: Module, way: list[Module]) -> list[Module] | None:
        if module in way:
            return way[way.index(module) :] + [module]
        if module in done:
            return None
        for target in sorted(edges.get(module, ())):
            ring = walk(target, way + [module])
            if ring:
                return ring
        done.add(module)
        return None

    for module in sorted(edges):
        ring = walk(module, [])
        if ring:
            return ring
    return None


def crates(clone: Clone) -> Iterator[Crate]:
    roots = [path.removesuffix("Cargo.toml") + "src/" for path in clone.files if path.endswith("/Cargo.toml")]
    for root in roots:
        sources = {}
        for path in clone.files:
            inside = path.removeprefix(root)
            if path.startswith(root) and inside.endswith(".rs") and not inside.startswith("bin/"):
                module = module_of(PurePosixPath(inside))
                # A library and a program of the same crate share a folder; the program's thin main is left out.
                if inside != "main.rs" or root + "lib.rs" not in clone.files:
                    sources[module] = (path, clone.text(path) or "")
        if sources:
            yield Crate(sources)


def no_rings(clone: Clone) -> Iterator[Breach]:
    for crate in crates(clone):
        edges = {module: crate.imports(module) for module in crate.path}
        while ring := find_ring(edges):
            names = " → ".join("::".join(module) or "the crate's root" for module in ring)
            yield Breach(crate.path[ring[0]], 0, f"files import each other: {names}; what both need stands below both")
            # One breach for each ring: cut it and look for the next.
            edges[ring[-2]].discard(ring[-1])
