#!/usr/bin/env bash
# Builds the font pack: pack.sh FOLDER [FONTS]
#
# Chinese, Japanese, Korean, Thai and Devanagari take 40 MB, so they are not compiled in. FOLDER receives the files that
# pack.sha256 lists, from Debian's packages fonts-noto-cjk and fonts-noto-core, which lie below FONTS (by default
# /usr/share/fonts). Files of other versions are refused: signs would look different.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
to=${1:?name the folder for the pack}
from=${2:-/usr/share/fonts}

mkdir -p "$to"
while read -r _ name; do
    file=$(find "$from" -name "$name" -print -quit)
    if [[ -z $file ]]; then
        echo "pack.sh: there is no $name below $from; install fonts-noto-cjk and fonts-noto-core" >&2
        exit 1
    fi
    cp "$file" "$to/$name"
done <"$here/pack.sha256"
(cd "$to" && sha256sum --quiet --check "$here/pack.sha256") || {
    echo "pack.sh: these fonts are not the version that the signs were made with (Debian 12's)" >&2
    exit 1
}
# The licence has to travel with the fonts.
cp "$here/OFL.txt" "$to/"
