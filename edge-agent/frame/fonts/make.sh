#!/usr/bin/env bash
# Makes the subsets beside this script from Debian's package fonts-noto-core, with pyftsubset (fonttools, PyPI).
#
# Debian's Noto carries hints, which one-bit glass needs; what Google and npm ship has none. The subsets are committed,
# so that a build needs neither and the pixels are the same on every machine. Run it only to change the selection, and
# review the goldens afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
noto=${1:-/usr/share/fonts/truetype/noto}

# Latin, Greek, Cyrillic with extensions; punctuation, super- and subscripts, currency, letterlike, arrows.
latin=U+0020-007E,U+00A0-024F,U+0250-02AF,U+02B0-036F,U+0370-03FF,U+0400-052F,U+1E00-1EFF,U+1F00-1FFF
latin+=,U+2000-206F,U+2070-209F,U+20A0-20BF,U+2100-214F,U+2190-2193,U+2212,U+25CC,U+FB00-FB06,U+FFFD
for weight in Regular Bold; do
    pyftsubset "$noto/NotoSans-$weight.ttf" --unicodes="$latin" --layout-features=kern,mark,mkmk,ccmp,locl,liga,tnum \
        --hinting --no-glyph-names --notdef-outline --output-file="NotoSans-$weight.ttf"
    for script in Arabic Hebrew; do
        pyftsubset "$noto/NotoSans$script-$weight.ttf" --unicodes='*' --layout-features='*' \
            --hinting --no-glyph-names --notdef-outline --output-file="NotoSans$script-$weight.ttf"
    done
done
