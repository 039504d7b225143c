#!/usr/bin/env bash
# Makes the subsets beside this script from Debian's package fonts-noto-core (emoji: see below), with pyftsubset (fonttools, PyPI).
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

# Signs and shapes that titles carry: geometric shapes, miscellaneous symbols, dingbats; arrows and operators.
pyftsubset "$noto/NotoSansSymbols2-Regular.ttf" --unicodes=U+25A0-25FF,U+2600-26FF,U+2700-27BF \
    --layout-features='' --hinting --no-glyph-names --notdef-outline --output-file=NotoSansSymbols2-Regular.ttf
pyftsubset "$noto/NotoSansMath-Regular.ttf" --unicodes=U+2190-22FF \
    --layout-features='' --hinting --no-glyph-names --notdef-outline --output-file=NotoSansMath-Regular.ttf

# Black and white emoji, from the npm package @expo-google-fonts/noto-emoji; Debian has only coloured ones. With its
# substitutions, so that families, professions and flags are one picture each; without the ASCII characters in it.
emoji=${2:-node_modules/@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf}
pyftsubset "$emoji" --unicodes=U+00A9-10FFFF --layout-features=ccmp --no-hinting --no-glyph-names --notdef-outline \
    --output-file=NotoEmoji-Regular.ttf
