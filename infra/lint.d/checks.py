"""Every rule, in the order they are checked."""

import rings
import tree
import workspace

ALL = [
    workspace.directions,
    workspace.the_eight,
    workspace.one_tls,
    workspace.one_rustls,
    tree.top_level,
    tree.rust_file_length,
    tree.lock_without_addresses,
    tree.no_registry_host,
    tree.no_machine_path,
    tree.shellcheck,
    tree.fonts_are_licensed,
    rings.no_rings,
]
