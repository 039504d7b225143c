# shellcheck shell=bash
# Which recipe needs what.

needs_portal() {
    need_wasm
    need_wasm_bindgen
    need_node_packages
}

needs_unit_tests() {
    need_font_pack
    need_dynoxide
    need_emulator
    need_cargo_lambda
    need_google_client
    need_google_documents
}

needs_glass() {
    need_readers
    need_words
}

needs_stories() {
    needs_glass
    need_networks
    need_python_hub
    need_web_servers
}

needs_browser() {
    need_chromium
    need_node_packages
}

# prepare_for RECIPE
prepare_for() {
    need_rust
    need_just
    case $1 in
        fmt) need_rust_components ;;
        gallery) need_font_pack ;;
        bench) needs_portal; needs_glass; need_chromium; need_python; need_dynoxide; need_cargo_lambda ;;
        lint) need_rust_components; need_shellcheck; need_template_checks; needs_portal ;;
        portal | check-wasm | build) needs_portal ;;
        release) needs_portal; need_font_pack ;;
        unit) needs_portal; needs_unit_tests ;;
        demo) needs_portal; needs_glass; need_font_pack ;;
        browser | pictures) needs_portal; needs_browser; need_words ;;
        relay-rehearse) needs_portal; needs_glass; need_cargo_lambda; need_aws; need_emulator ;;
        relay-watch) need_dynoxide; need_cargo_lambda; need_aws ;;
        relay-*) need_cargo_lambda; need_aws ;;
        tools) need_rust_components; needs_unit_tests ;;
        e2e | soak) needs_portal; needs_stories ;;
        *) need_rust_components; need_shellcheck; need_template_checks; needs_portal; needs_unit_tests; needs_stories; needs_browser ;;
    esac
}
