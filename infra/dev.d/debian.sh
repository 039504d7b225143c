# shellcheck shell=bash
# Programs that come as Debian (or Ubuntu) packages.

have() {
    command -v "$1" >/dev/null 2>&1
}

# as_root COMMAND… ; fails when this user may not become root.
as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif have sudo; then
        sudo -- "$@"
    else
        return 1
    fi
}

# apt_install WHY PACKAGE…
apt_install() {
    local why=$1
    shift
    installing "$* (apt)" "$why"
    have apt-get || give_up "cannot install $*" "this system has no apt-get" \
        "install the equivalent of $* and run this again"
    if ! as_root true; then
        give_up "cannot install $*" "$(id -un) is not root and there is no sudo" \
            "ask an administrator for: apt-get install $*"
    fi
    if [[ -z ${apt_updated:-} ]]; then
        as_root apt-get update -qq || note "apt-get update failed; trying with the lists at hand"
        apt_updated=1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends "$@" >/dev/null \
        || give_up "apt-get install $* failed" "see apt's words above" "repair apt and run this again"
}

need_cc() {
    have cc || apt_install "the C compiler that SQLite and ring build with" build-essential
}

need_shellcheck() {
    have shellcheck || apt_install "checks our shell scripts" shellcheck
}

need_words() {
    [[ -s /usr/share/dict/words ]] || apt_install "dictionary words for titles that no test can know beforehand" wamerican
}

# Chinese, Japanese, Korean, Thai and Devanagari, checked and in one folder.
need_font_pack() {
    local list=$PLACARD_ROOT/edge-agent/frame/fonts/pack.sha256
    if [[ -d $PLACARD_FONT_PACK ]] && (cd "$PLACARD_FONT_PACK" && sha256sum --quiet --check "$list" >/dev/null 2>&1); then
        return
    fi
    [[ -f /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc && -f /usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf ]] \
        || apt_install "letters of East and South Asia for the signs" fonts-noto-cjk fonts-noto-core
    "$PLACARD_ROOT/edge-agent/frame/fonts/pack.sh" "$PLACARD_FONT_PACK"
}

# The glass is read by software that is not ours.
need_readers() {
    local missing=()
    have tesseract || missing+=(tesseract-ocr)
    have zbarimg || missing+=(zbar-tools)
    if ((${#missing[@]})); then
        apt_install "read text and QR codes from the signs' pictures" "${missing[@]}"
    fi
}

# Network namespaces with a packet filter. Only root can make them: for anybody else the stories say that they are skipped.
need_networks() {
    local missing=()
    if ! have ip || ! have ss; then
        missing+=(iproute2)
    fi
    have nft || missing+=(nftables)
    have sysctl || missing+=(procps)
    if ((${#missing[@]})) && [[ $(id -u) == 0 ]]; then
        apt_install "networks for tests: namespaces, loss, NAT" "${missing[@]}"
    fi
}

# Web servers that the guide sets up before a relay. Unpacked and not installed: a package would start its server, on
# ports 80 and 443 of whoever wants to run tests.
need_web_servers() {
    local name where=$PLACARD_TOOLS/debian
    for name in nginx caddy; do
        have "$name" && continue
        installing "$name (apt, unpacked into $where)" "a relay behind it is tested"
        mkdir -p "$where" "$PLACARD_TOOLS/bin"
        if ! (cd "$where" && rm -f "$name"_*.deb && { apt-get download -qq "$name" || refresh_and_download "$name"; } \
            && dpkg-deb --extract "$name"_*.deb . && rm -f "$name"_*.deb) >/dev/null; then
            give_up "cannot unpack $name" "see apt's words above" "install $name and run this again"
        fi
        ln -sf "$(find "$where/usr" -path "*bin/$name" | head -1)" "$PLACARD_TOOLS/bin/$name"
        "$name" "$([[ $name == nginx ]] && echo -v || echo version)" >/dev/null 2>&1 \
            || give_up "$name does not run" "a library that it needs is missing" "install $name and run this again"
    done
}

refresh_and_download() {
    as_root apt-get update -qq && apt-get download -qq "$1"
}

chromium_path() {
    local name
    for name in "${PLACARD_CHROMIUM:-chromium}" chromium chromium-browser google-chrome-stable google-chrome; do
        if have "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

need_chromium() {
    chromium_path >/dev/null && return
    if apt-cache show chromium >/dev/null 2>&1; then
        apt_install "the browser that the portal is tested in" chromium
    else
        apt_install "the browser that the portal is tested in" chromium-browser
    fi
}

need_node() {
    have node && have npm && return
    apt_install "runs the browser tests and brings wasm-opt" nodejs npm
}

need_python() {
    python3 -c 'import venv, ensurepip' 2>/dev/null && return
    apt_install "installs just and cargo-lambda, which come as Python packages" python3 python3-venv
}

# Exports the paths of programs whose names differ between systems.
find_installed_programs() {
    if PLACARD_CHROMIUM=$(chromium_path); then
        export PLACARD_CHROMIUM
    fi
}
