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
    infra/stage template infra/template-lint
    infra/stage template-self-test infra/template-lint --self-test
    infra/stage clippy cargo clippy --quiet {{ everything }} --all-targets -- -D warnings

# The tests of every crate by itself
unit: portal
    infra/stage unit infra/cargo-tests unit

# Whole stories with real processes; FILTER selects tests by name; `promise` shows the evidence for the promises
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

# What takes longer than a test may: one by name, or all of infra/soak.d
soak *name: build
    infra/soak {{ name }}

# The relay on AWS: build it, and create or change all that it needs (infra/book/relay-on-aws.md)
relay-deploy stage:
    infra/relay deploy {{ stage }}

# The relay on AWS: replace the code alone, by cargo lambda deploy
relay-update stage:
    infra/relay update {{ stage }}

# The relay on AWS: a one-time invite for an agent
relay-invite stage *arguments:
    infra/relay invite {{ stage }} {{ arguments }}

# The relay on AWS: who is enrolled, last seen, backlog, rate
relay-agents stage *arguments:
    infra/relay agents {{ stage }} {{ arguments }}

# The relay on AWS: suspend, resume, remove, quota, keys
relay-admin stage *arguments:
    infra/relay admin {{ stage }} {{ arguments }}

# The relay on AWS: begin a rotation of the master key
relay-rotate stage:
    infra/relay rotate {{ stage }}

# The relay on AWS: end a rotation, when no channel needs the old key any more
relay-retire stage:
    infra/relay retire {{ stage }}

# The relay on AWS: take it down, with everything that it remembers
relay-destroy stage *arguments:
    infra/relay destroy {{ stage }} {{ arguments }}

# The relay on AWS, without AWS: deploy it into an emulator and try everything
relay-rehearse *arguments: build
    infra/stage relay-rehearse infra/relay rehearse {{ arguments }}

# The relay's Lambda on this machine, rebuilt at every change
relay-watch *arguments:
    infra/relay-watch {{ arguments }}

# One event for relay-watch: a file of infra/events
relay-invoke event:
    cargo lambda invoke cloud-relay --data-file infra/events/{{ event }}.json
