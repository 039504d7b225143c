# shellcheck shell=bash
# What the bootstrap tells the person who waits for it. All of it goes to stderr.

# installing WHAT WHY
installing() {
    printf 'infra/dev: installing %s: %s\n' "$1" "$2" >&2
}

# note TEXT
note() {
    printf 'infra/dev: %s\n' "$1" >&2
}

# give_up WHAT WHY WHAT-TO-DO
give_up() {
    printf 'infra/dev: %s\n  why: %s\n  do:  %s\n' "$1" "$2" "$3" >&2
    exit 1
}
