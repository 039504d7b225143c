# shellcheck shell=bash
# Where things live, as every recipe and script sees it. Needs PLACARD_ROOT.

PLACARD_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/placard
PLACARD_TOOLS=$PLACARD_CACHE/tools
CARGO_TARGET_DIR=$PLACARD_CACHE/target
PLACARD_WASM_TARGET=$PLACARD_CACHE/target-wasm
# What edge-agent's build embeds; git-ignored.
PLACARD_PORTAL_DIST=${PLACARD_PORTAL_DIST:-$PLACARD_ROOT/portal/dist}
# Fonts too large to be compiled in, for signs in East and South Asia.
PLACARD_FONT_PACK=$PLACARD_CACHE/fonts
# clippy.toml stands with the other lint configuration.
CLIPPY_CONF_DIR=$PLACARD_ROOT/infra
# edge-agent's build embeds the portal without listing each file.
MEMORY_SERVE_QUIET=1
# Node's `require` finds what infra/node and the stand-in's clients list here.
NODE_PATH=$PLACARD_TOOLS/node/node_modules:$PLACARD_TOOLS/google-client/node_modules
PATH=$PLACARD_TOOLS/bin:$PLACARD_TOOLS/venv/bin:$PLACARD_TOOLS/node/node_modules/.bin:$PATH
export PLACARD_ROOT PLACARD_CACHE PLACARD_TOOLS CARGO_TARGET_DIR PLACARD_WASM_TARGET \
    PLACARD_PORTAL_DIST PLACARD_FONT_PACK CLIPPY_CONF_DIR MEMORY_SERVE_QUIET NODE_PATH PATH
