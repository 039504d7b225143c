# shellcheck shell=bash
# Tools that come from the Python and Node registries, at the versions that
# infra/python and infra/node pin.

# unchanged STAMP FILE… ; true when STAMP records exactly these contents.
unchanged() {
    local stamp=$1
    shift
    [[ -f $stamp && $(<"$stamp") == "$(cat -- "$@" | sha256sum)" ]]
}

# record STAMP FILE…
record() {
    local stamp=$1
    shift
    cat -- "$@" | sha256sum >"$stamp"
}

# python_packages NAME WHY [ENVIRONMENT] ; installs infra/python/NAME.txt
python_packages() {
    local list=$PLACARD_ROOT/infra/python/$1.txt venv=$PLACARD_TOOLS/${3:-venv}
    local stamp=$venv/$1.stamp
    unchanged "$stamp" "$list" && return
    need_python
    installing "$(grep -v '^#' "$list" | paste -sd' ') (PyPI)" "$2"
    [[ -x $venv/bin/python3 ]] || python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$list" >&2
    record "$stamp" "$list"
}

need_just() {
    [[ -x $PLACARD_TOOLS/venv/bin/just ]] || ! have just || return 0
    python_packages just "runs the recipes in the justfile"
}

need_cargo_lambda() {
    [[ -x $PLACARD_TOOLS/venv/bin/cargo-lambda ]] || ! have cargo-lambda || return 0
    python_packages lambda "builds the relay for AWS Lambda and invokes it locally"
}

need_template_checks() {
    python_packages template "check the relay's template for AWS" venv-template
}

need_aws() {
    python_packages relay "speaks to the operator's AWS account"
}

need_emulator() {
    python_packages ministack "AWS on this machine, for the rehearsal"
}

need_python_hub() {
    python_packages hub "a hub in Python that the tests run against the agent"
}

need_google_documents() {
    python_packages google "Google's own Calendar client for Python, and Google's discovery documents" venv-google
}

# node_packages FROM INTO WHY ; installs what FROM's package-lock.json pins into $PLACARD_TOOLS/INTO
node_packages() {
    local from=$PLACARD_ROOT/$1 into=$PLACARD_TOOLS/$2
    unchanged "$into/stamp" "$from/package.json" "$from/package-lock.json" && return
    need_node
    installing "the packages that $1 lists (npm)" "$3"
    mkdir -p "$into"
    cp "$from/package.json" "$from/package-lock.json" "$into/"
    (cd "$into" && npm ci --silent --no-audit --no-fund --ignore-scripts >&2)
    record "$into/stamp" "$from/package.json" "$from/package-lock.json"
}

need_node_packages() {
    node_packages infra/node node "wasm-opt and esbuild for the portal, playwright-core for the browser tests"
}

need_google_client() {
    node_packages tests/google-stand-in/clients google-client "Google's own Calendar client, which the stand-in has to satisfy"
}
