//! Searches bytes for a text in every dress that data takes on its way: plain, base64, hex, percent-encoded, compressed.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Compressed data inside compressed data is followed so deep.
const DEPTH: usize = 3;
/// What a stream may unpack to.
const UNPACKED: u64 = 16 << 20;

/// In which dress `canary` stands in `haystack`, if it does.
pub(crate) fn find(haystack: &[u8], canary: &str) -> Option<String> {
    let dresses = dresses(canary);
    search(haystack, &dresses, DEPTH)
}

fn search(haystack: &[u8], dresses: &[(String, Vec<u8>)], depth: usize) -> Option<String> {
    for (name, needle) in dresses {
        assert!(needle.len() >= 8, "too short to be a proof: {name}");
        if haystack.windows(needle.len()).any(|part| part == needle) {
            return Some(name.clone());
        }
    }
    if depth == 0 {
        return None;
    }
    unpacked(haystack).find_map(|(name, plain)| {
        search(&plain, dresses, depth - 1).map(|inner| format!("{name} of {inner}"))
    })
}

fn dresses(canary: &str) -> Vec<(String, Vec<u8>)> {
    let bytes = canary.as_bytes();
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let percent = |keep: fn(u8) -> bool, upper: bool| -> String {
        let one = |b: &u8| match (keep(*b), upper) {
            (true, _) => char::from(*b).to_string(),
            (false, true) => format!("%{b:02X}"),
            (false, false) => format!("%{b:02x}"),
        };
        bytes.iter().map(one).collect()
    };
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    let wide: Vec<u8> = bytes.iter().flat_map(|b| [*b, 0]).collect();
    let mut all = vec![
        ("plain".to_owned(), bytes.to_vec()),
        ("UTF-16".to_owned(), wide),
        ("hex".to_owned(), hex.to_uppercase().into_bytes()),
        ("hex".to_owned(), hex.into_bytes()),
        ("percent".to_owned(), percent(|_| false, true).into_bytes()),
        ("percent".to_owned(), percent(|_| false, false).into_bytes()),
        ("percent".to_owned(), percent(unreserved, true).into_bytes()),
        (
            "percent".to_owned(),
            percent(unreserved, false).into_bytes(),
        ),
    ];
    for before in 0..3 {
        for (name, engine) in [("base64", STANDARD_NO_PAD), ("base64url", URL_SAFE_NO_PAD)] {
            let shifted = [&vec![0; before][..], bytes].concat();
            let text = engine.encode(&shifted);
            // Only the characters that what stands before and behind has no part in.
            let (from, to) = ((before * 8).div_ceil(6), shifted.len() * 8 / 6);
            all.push((name.to_owned(), text.as_bytes()[from..to].to_vec()));
        }
    }
    all
}

/// Everything in it that looks compressed, unpacked as far as it goes.
fn unpacked(haystack: &[u8]) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    (0..haystack.len().saturating_sub(4)).filter_map(|at| {
        let rest = &haystack[at..];
        let mut plain = Vec::new();
        // An error ends a stream that is cut or was none; what came before it counts.
        let name = match rest[..4] {
            [0x1f, 0x8b, 0x08, _] => {
                let _ = flate2::read::GzDecoder::new(rest)
                    .take(UNPACKED)
                    .read_to_end(&mut plain);
                "gzip"
            }
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => {
                let _ = flate2::read::ZlibDecoder::new(rest)
                    .take(UNPACKED)
                    .read_to_end(&mut plain);
                "zlib"
            }
            [0x28, 0xb5, 0x2f, 0xfd] => {
                let decoder = zstd::stream::read::Decoder::new(rest).ok()?;
                let _ = decoder.take(UNPACKED).read_to_end(&mut plain);
                "zstd"
            }
            _ => return None,
        };
        (!plain.is_empty()).then_some((name, plain))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    const CANARY: &str = "4/canary+code=8d1f";

    fn planted(dressed: &[u8]) -> Vec<u8> {
        [b"before\x00\xff".as_slice(), dressed, b"\x7fbehind"].concat()
    }

    #[test]
    fn a_planted_canary_is_found_in_every_dress() {
        // After enough words for a compressor to do more than copy what it is given.
        let words: String = (0..400u64)
            .map(|n| format!("{:x} ", n * n * 77_003))
            .collect();
        let (many, hexes) = (words.clone() + CANARY, words + &hex(CANARY));
        let (bytes, many) = (CANARY.as_bytes(), many.as_bytes());
        let gzip = |bytes: &[u8]| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            gzip.write_all(bytes).unwrap();
            gzip.finish().unwrap()
        };
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(many).unwrap();
        let text = |text: String| text.into_bytes();
        for (dressed, name) in [
            (bytes.to_vec(), "plain"),
            (text(hex(CANARY)), "hex"),
            (text(hex(CANARY).to_uppercase()), "hex"),
            (text("4%2Fcanary%2Bcode%3D8d1f".to_owned()), "percent"),
            (text("4%2fcanary%2bcode%3d8d1f".to_owned()), "percent"),
            (gzip(many), "gzip of plain"),
            (gzip(&gzip(hexes.as_bytes())), "gzip of gzip of hex"),
            (zlib.finish().unwrap(), "zlib of plain"),
            (zstd::encode_all(many, 3).unwrap(), "zstd of plain"),
        ] {
            assert_eq!(find(&planted(&dressed), CANARY).as_deref(), Some(name));
        }
        for before in ["", "x", "xy", "xyz"] {
            let inside = format!("{before}{CANARY} and more");
            for encoded in [
                STANDARD_NO_PAD.encode(&inside),
                URL_SAFE_NO_PAD.encode(&inside),
            ] {
                let found = find(&planted(encoded.as_bytes()), CANARY).unwrap();
                assert!(found.starts_with("base64"), "{found}");
            }
        }
    }

    fn hex(text: &str) -> String {
        text.bytes().map(|b| format!("{b:02x}")).collect()
    }

    proptest! {
        #[test]
        fn noise_is_no_canary_and_no_panic(noise in prop::collection::vec(any::<u8>(), 0..400), magic in 0usize..3) {
            let magic: &[u8] = [&b"\x1f\x8b\x08\x00"[..], b"\x78\x9c", b"\x28\xb5\x2f\xfd"][magic];
            prop_assert_eq!(find(&[magic, &noise].concat(), CANARY), None);
        }
    }
}
