# shellcheck shell=bash
# The toolchain, the WebAssembly target and tools that cargo installs.

need_rust() {
    have cargo || give_up "cargo is missing" "Placard is written in Rust" \
        "install rustup with the stable toolchain and run this again"
    need_cc
}

need_rust_components() {
    local missing=()
    cargo clippy --version >/dev/null 2>&1 || missing+=(clippy)
    cargo fmt --version >/dev/null 2>&1 || missing+=(rustfmt)
    if ((${#missing[@]})); then
        installing "${missing[*]} (rustup)" "the formatter and the linter"
        rustup component add "${missing[@]}" >&2
    fi
}

wasm_target=wasm32-unknown-unknown

stable_has_wasm() {
    [[ -d $(rustc --print target-libdir --target "$wasm_target" 2>/dev/null) ]]
}

web_toolchain_works() {
    rustc +web --version >/dev/null 2>&1 && [[ -d $(rustc +web --print sysroot)/lib/rustlib/src/rust/library ]]
}

# Prefers rustup's ready-made target. Where rustup cannot download, Debian's
# rustc-web brings a compiler with its library's source; infra/portal-build
# then compiles that library too.
need_wasm() {
    if stable_has_wasm || web_toolchain_works; then
        return
    fi
    installing "$wasm_target (rustup)" "the portal runs in the browser as WebAssembly"
    if rustup target add "$wasm_target" >&2 && stable_has_wasm; then
        return
    fi
    note "rustup could not fetch $wasm_target; falling back to Debian's rustc-web"
    if [[ ! -d /usr/lib/rustlib/src/rust/library ]] || ! /usr/bin/rustc --version >/dev/null 2>&1; then
        apt_install "a Rust compiler for WebAssembly with its library's source" rustc-web cargo-web rust-web-src
    fi
    rustup toolchain link web /usr >&2
    web_toolchain_works || give_up "no Rust compiler for $wasm_target" \
        "neither rustup's target nor Debian's rustc-web works here" \
        "run 'rustup target add $wasm_target' where rustup can download"
}

# locked_version CRATE, as Cargo.lock has it
locked_version() {
    awk -v name="name = \"$1\"" '$0 == name { getline; gsub(/[^0-9.]/, ""); print; exit }' "$PLACARD_ROOT/Cargo.lock"
}

# cargo_tool CRATE VERSION WHY [FLAG…]
cargo_tool() {
    local crate=$1 version=$2 why=$3
    shift 3
    # Cargo's own record; not every program tells its version truthfully.
    grep -qs "^\"$crate $version " "$PLACARD_TOOLS/.crates.toml" && return
    installing "$crate $version (cargo install, takes minutes)" "$why"
    CARGO_TARGET_DIR=$PLACARD_CACHE/target-tools/$crate cargo install --quiet --force --root "$PLACARD_TOOLS" \
        --version "=$version" "$crate" "$@" >&2
    rm -rf "$PLACARD_CACHE/target-tools/$crate"
}

need_wasm_bindgen() {
    cargo_tool wasm-bindgen-cli "$(locked_version wasm-bindgen)" \
        "writes the JavaScript around the portal's WebAssembly; must equal Cargo.lock's version"
}

need_dynoxide() {
    cargo_tool dynoxide-rs 3.2.0 "a local DynamoDB for the relay's tests" \
        --no-default-features --features native-sqlite,http-server,cli
}
