"""Each check, against a small clone that breaks its rule and one that keeps it."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import rings
import tree
import workspace
from clone import Clone


class CheckTest(unittest.TestCase):
    def clone(self, files: dict[str, str]) -> Clone:
        root = Path(tempfile.mkdtemp(prefix="placard-lint-"))
        self.addCleanup(shutil.rmtree, root)
        subprocess.run(["git", "init", "-q", str(root)], check=True)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        return Clone(root)

    def workspace(self, crates: dict[str, str], lock: str | None = None) -> Clone:
        """A clone whose crates have the given dependency lines; each can be named by path."""
        files = {"Cargo.toml": f"[workspace]\nresolver = '3'\nmembers = {list(crates)}\n"}
        for name, dependencies in crates.items():
            files[f"{name}/Cargo.toml"] = (
                f"[package]\nname = '{name}'\nversion = '0.1.0'\nedition = '2024'\n{dependencies}"
            )
            files[f"{name}/src/lib.rs"] = ""
        if lock is not None:
            files["Cargo.lock"] = lock
        return self.clone(files)

    def assert_breaks(self, check, clone: Clone, *words: str):
        said = [str(breach) for breach in check(clone)]
        self.assertEqual(len(said), 1, said)
        for word in words:
            self.assertIn(word, said[0])

    def assert_keeps(self, check, clone: Clone):
        self.assertEqual([str(breach) for breach in check(clone)], [])


class WorkspaceRules(CheckTest):
    def test_a_pure_crate_that_depends_on_a_program(self):
        clone = self.workspace({"frame": "[dependencies]\nhub = { path = '../hub' }\n", "hub": ""})
        self.assert_breaks(workspace.directions, clone, "frame may not depend on hub")

    def test_a_direction_broken_by_a_test_dependency(self):
        clone = self.workspace({"edge-agent": "[dev-dependencies]\nhub = { path = '../hub' }\n", "hub": ""})
        self.assert_breaks(workspace.directions, clone, "edge-agent may not depend on hub")

    def test_a_test_helper_that_ships(self):
        clone = self.workspace({"cloud-relay": "[dependencies]\ncanary = { path = '../canary' }\n", "canary": ""})
        self.assert_breaks(workspace.directions, clone, "cloud-relay may not depend on canary")

    def test_a_crate_that_nobody_has_placed(self):
        self.assert_breaks(workspace.directions, self.workspace({"common": ""}), "common")

    def test_allowed_directions(self):
        crates = {
            "hub": "[dependencies]\nframe = { path = '../frame' }\n",
            "frame": "",
            "canary": "",
            "cloud-relay": "[dev-dependencies]\ncanary = { path = '../canary' }\n",
            "placard-tests": "[dependencies]\nhub = { path = '../hub' }\n",
        }
        self.assert_keeps(workspace.directions, self.workspace(crates))

    def test_one_of_the_eight_is_only_used_by_tests(self):
        lines = "".join(f"{name} = '1'\n" for name in workspace.THE_EIGHT - {"quinn"})
        crates = {
            "edge-agent": "[dependencies]\n" + lines + "[dev-dependencies]\nquinn = '1'\n",
            "placard-tests": "[dependencies]\nquinn = '1'\n",
        }
        self.assert_breaks(workspace.the_eight, self.workspace(crates), "quinn")

    def test_all_of_the_eight(self):
        lines = "".join(f"{name} = '1'\n" for name in workspace.THE_EIGHT)
        self.assert_keeps(workspace.the_eight, self.workspace({"edge-agent": "[dependencies]\n" + lines}))

    def test_a_second_tls_stack_behind_a_feature(self):
        crates = {
            "edge-agent": "[dependencies]\nnative-tls = { path = '../native-tls', optional = true }\n",
            "native-tls": "",
        }
        self.assert_breaks(workspace.one_tls, self.workspace(crates), "native-tls", "edge-agent")

    def test_one_tls_stack(self):
        self.assert_keeps(workspace.one_tls, self.workspace({"edge-agent": ""}))

    def test_two_rustls(self):
        old, new = ('[[package]]\nname = "rustls"\nversion = "%s"\n' % version for version in ("0.21.9", "0.23.1"))
        self.assert_breaks(workspace.one_rustls, self.workspace({}, old + new), "0.21.9")
        self.assert_breaks(workspace.one_rustls, self.workspace({}, old), "0.21.9")
        self.assert_keeps(workspace.one_rustls, self.workspace({}, new))


class TreeRules(CheckTest):
    def test_a_top_level_entry_too_many(self):
        self.assert_breaks(tree.top_level, self.clone({"docs/plan.md": "", "infra/dev": ""}), "docs")
        self.assert_keeps(tree.top_level, self.clone({"infra/dev": "", "Cargo.toml": ""}))

    def test_a_file_that_git_ignores_is_not_looked_at(self):
        self.assert_keeps(tree.top_level, self.clone({"out/a.png": "", ".gitignore": "/out\n"}))

    def test_a_rust_file_that_is_too_long(self):
        self.assert_breaks(tree.rust_file_length, self.clone({"hub/src/lib.rs": "\n" * 401}), "401 lines")
        self.assert_keeps(tree.rust_file_length, self.clone({"hub/src/lib.rs": "\n" * 400}))

    def test_a_lock_file_with_addresses(self):
        resolved = '{"packages": {"node_modules/a": {"resolved": "https://example.org/a.tgz"}}}'
        self.assert_breaks(tree.lock_without_addresses, self.clone({"infra/package-lock.json": resolved}), "node_modules/a")
        self.assert_keeps(tree.lock_without_addresses, self.clone({"infra/package-lock.json": '{"packages": {"": {}}}'}))

    def test_a_registry_by_name(self):
        for host in tree.REGISTRY_HOSTS:
            self.assert_breaks(tree.no_registry_host, self.clone({"infra/dev": f"ok\nfetch https://{host}/x\n"}), ":2:", host)
        self.assert_keeps(tree.no_registry_host, self.clone({"Cargo.lock": f"registry+https://{tree.REGISTRY_HOSTS[0]}"}))

    def test_a_path_of_one_machine(self):
        for folder in ("root", "home", "work", "tmp"):
            self.assert_breaks(tree.no_machine_path, self.clone({"a.rs": f'open("/{folder}/me/key")'}), folder)
        self.assert_keeps(tree.no_machine_path, self.clone({"a.rs": '"/var/lib/placard" "$cold/home/x" "a/work/b"'}))

    @unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed")
    def test_a_script_that_shellcheck_dislikes(self):
        self.assert_breaks(tree.shellcheck, self.clone({"infra/dev": "#!/usr/bin/env bash\nrm $1\n"}), "SC2086")
        self.assert_keeps(tree.shellcheck, self.clone({"infra/dev": '#!/usr/bin/env bash\nrm "$1"\n'}))

    def test_a_font_without_its_licence(self):
        self.assert_breaks(tree.fonts_are_licensed, self.clone({"frame/fonts/a.ttf": ""}), "a.ttf")
        self.assert_keeps(tree.fonts_are_licensed, self.clone({"frame/fonts/a.ttf": "", "frame/fonts/OFL.txt": ""}))


class Rings(CheckTest):
    def crate(self, **files: str) -> Clone:
        sources = {f"x/src/{name.replace('__', '/')}.rs": text for name, text in files.items()}
        return self.clone({"x/Cargo.toml": "", **sources})

    def test_two_files_that_import_each_other(self):
        clone = self.crate(lib="mod a; mod b;", a="use crate::b::B;", b="use crate::{a::{A, C}};")
        self.assert_breaks(rings.no_rings, clone, "a → b → a")

    def test_a_ring_of_three_through_a_re_export(self):
        clone = self.crate(
            lib="mod a; mod b; mod c; pub use b::B;", a="use crate::B;", b="fn f() { crate::c::g() }", c="use super::a::A;"
        )
        self.assert_breaks(rings.no_rings, clone, "a → b → c → a")

    def test_a_child_that_reaches_for_its_parent(self):
        clone = self.crate(lib="mod a;", a="mod b; use b::B;", a__b="use super::A;")
        self.assert_breaks(rings.no_rings, clone, "a → a::b → a")

    def test_arrows_that_point_down(self):
        clone = self.crate(
            lib="mod a; mod b; mod c; pub use a::A;",
            a="use crate::b::B; use crate::c;",
            b="use crate::c::C; // use crate::a::A;\n#[cfg(test)]\nmod tests { use crate::a::A; }",
            c="",
        )
        self.assert_keeps(rings.no_rings, clone)


if __name__ == "__main__":
    unittest.main()
