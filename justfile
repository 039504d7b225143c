# Recipes. `infra/dev RECIPE` installs what a recipe needs and sets the
# environment that all of them expect; plain `just` does only the second half.

set shell := ["bash", "-euo", "pipefail", "-c"]

# One selection of packages and features for every build and test, so that
# cargo compiles each dependency once.
everything := "--workspace --features cloud-relay/local,cloud-relay/lambda"

[private]
default:
    @just --list --unsorted

# The whole system on this machine, with a stand-in for Google
demo *arguments: build
    exec "$CARGO_TARGET_DIR/debug/demo" {{ arguments }}

# Everything CI runs; --cold: with a new home and new caches
test *arguments:
    {{ if arguments =~ "--cold" { "infra/cold" } else { "infra/test" } }}

# Format the code
fmt:
    infra/stage fmt cargo fmt --all

# Formatting, compiler lints and the rules of this house
lint: portal
    infra/stage format cargo fmt --all --check
    infra/stage rules infra/lint
    infra/stage rules-self-test infra/lint --self-test
    infra/stage bootstrap-self-test infra/dev.d/self-test
    infra/stage clippy cargo clippy --quiet {{ everything }} --all-targets -- -D warnings

# The tests of every crate by itself
unit: portal
    infra/stage unit infra/cargo-tests unit

# Whole stories with real processes; FILTER selects tests by name
e2e *filter: build
    infra/stage e2e infra/cargo-tests e2e {{ filter }}

# The portal in a real browser, against a running system
browser: build
    infra/stage browser infra/browser-tests

# The README's pictures, of a running system
pictures: build
    infra/stage pictures node tests/browser/pictures.mjs

# Every program of the system
build: portal
    infra/stage build cargo build {{ everything }} --bins

# The same, optimised, for the benches
[private]
build-release: portal
    infra/stage build-release cargo build {{ everything }} --release --bin edge-agent --bin hub \
        --bin cloud-relay-local --bin google-stand-in --bin demo

# The portal's pages, as WebAssembly
portal:
    infra/stage portal infra/portal-build

# The portal's WebAssembly compiles, and a first load is small enough
check-wasm: portal

# What runs in production, optimised, in out/release
release: portal
    infra/stage release infra/release

# Measurements: one by name, or all; tables go to out/bench
bench *name:
    infra/stage bench infra/bench {{ name }}

# Every panel in every state, as pictures in out/gallery
gallery:
    infra/stage gallery cargo run --quiet -p frame --example gallery -- out/gallery

# What takes longer than a test may
soak: build
    infra/stage soak "$CARGO_TARGET_DIR/debug/demo" --once --changes 200
