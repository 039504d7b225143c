//! Looking for a secret in everything that somebody keeps or says, however it is written.
//!
//! A secret may stand there plain, as base64 in either alphabet, as hex, percent-encoded, or inside something compressed;
//! also one within the other. What finds nothing must be known to find: hence the tests here, and whoever searches plants
//! a canary and sees it found.

use std::fmt;
use std::io::Read;

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};

/// Inside something compressed there may be something compressed, and so on; nobody goes further than this.
const DEPTH: usize = 3;
/// What unpacks to more is somebody's bomb.
const MAX_UNPACKED: u64 = 8 << 20;
/// Short of this a word is found everywhere by chance.
const SHORTEST: usize = 8;

/// A word that nobody may have.
#[derive(Clone, Debug)]
pub struct Canary {
    /// What it is, for people.
    pub name: &'static str,
    /// The word itself.
    pub word: String,
}

/// Something that is searched, and where it comes from.
#[derive(Clone, Debug)]
pub struct Place {
    /// For people: a file, a table, an answer.
    pub name: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// A canary that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub canary: &'static str,
    /// Where.
    pub place: String,
    /// Written how.
    pub written: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}, {}", self.canary, self.place, self.written)
    }
}

impl Canary {
    /// # Errors
    ///
    /// Fails when the word is so short that it would be found by chance.
    pub fn new(name: &'static str, word: &str) -> Result<Self> {
        ensure!(word.len() >= SHORTEST, "`{word}` is too short to look for");
        Ok(Self {
            name,
            word: word.to_owned(),
        })
    }
}

/// Every way in which a word may be written without being packed; letters of hex and percent signs in lower case.
fn writings(word: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = word.as_bytes();
    let wide: Vec<u8> = bytes.iter().flat_map(|byte| [*byte, 0]).collect();
    let mut all = vec![("plain", bytes.to_vec()), ("as UTF-16", wide)];
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    all.push(("as hex", hex.into_bytes()));
    let every: String = bytes.iter().map(|b| format!("%{b:02x}")).collect();
    all.push(("percent-encoded throughout", every.into_bytes()));
    let some: String = bytes.iter().map(|b| percent(*b)).collect();
    all.push(("percent-encoded", some.into_bytes()));
    let twice: String = some_twice(bytes);
    all.push(("percent-encoded twice", twice.into_bytes()));
    for (name, alphabet) in [
        ("as base64", alphabet::STANDARD),
        ("as base64url", alphabet::URL_SAFE),
    ] {
        let engine = GeneralPurpose::new(
            &alphabet,
            GeneralPurposeConfig::new().with_encode_padding(false),
        );
        // Where the word begins within three bytes is not known; what depends on its neighbours is left away.
        for before in 0..3 {
            let shifted = [vec![0; before], bytes.to_vec()].concat();
            let encoded = engine.encode(&shifted);
            let from = [0, 2, 3][before];
            let to = shifted.len() / 3 * 4;
            all.push((name, encoded.as_bytes()[from..to].to_vec()));
        }
    }
    all
}

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02x}")
    }
}

fn some_twice(bytes: &[u8]) -> String {
    let once: String = bytes.iter().map(|b| percent(*b)).collect();
    once.bytes().map(percent).collect()
}

/// Looks for every canary in every place.
pub fn search(canaries: &[Canary], places: &[Place]) -> Vec<Finding> {
    let wanted: Vec<_> = canaries
        .iter()
        .map(|canary| (canary.name, writings(&canary.word)))
        .collect();
    let mut found = Vec::new();
    for place in places {
        look(&wanted, &place.name, &place.bytes, DEPTH, &mut found);
    }
    found
}

/// How a word is written in these bytes, if it stands there.
///
/// # Panics
///
/// Panics when the word is so short that it would be found by chance.
pub fn find(bytes: &[u8], word: &str) -> Option<&'static str> {
    let canary = Canary::new("it", word).expect("a word that is long enough");
    let place = Place {
        name: String::new(),
        bytes: bytes.to_vec(),
    };
    search(&[canary], &[place])
        .first()
        .map(|found| found.written)
}

type Wanted = (&'static str, Vec<(&'static str, Vec<u8>)>);

fn look(wanted: &[Wanted], place: &str, bytes: &[u8], depth: usize, found: &mut Vec<Finding>) {
    let lower = bytes.to_ascii_lowercase();
    for (canary, writings) in wanted {
        for (written, word) in writings {
            let any_case = written.contains("hex") || written.contains("percent");
            let found_it = if any_case {
                contains(&lower, &word.to_ascii_lowercase())
            } else {
                contains(bytes, word)
            };
            if found_it {
                found.push(Finding {
                    canary,
                    place: place.to_owned(),
                    written,
                });
            }
        }
    }
    if depth > 0 {
        for (kind, at, unpacked) in packed(bytes) {
            let inner = format!("{place}, unpacked from {kind} at {at}");
            look(wanted, &inner, &unpacked, depth - 1, found);
        }
    }
}

/// Everything in there that unpacks.
fn packed(bytes: &[u8]) -> Vec<(&'static str, usize, Vec<u8>)> {
    let mut all = Vec::new();
    for at in 0..bytes.len().saturating_sub(4) {
        let rest = &bytes[at..];
        match rest {
            [0x1f, 0x8b, 8, ..] => unpack("gzip", at, GzDecoder::new(rest), &mut all),
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => {
                unpack("zlib", at, ZlibDecoder::new(rest), &mut all);
            }
            [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                if let Ok(decoder) = zstd::stream::read::Decoder::new(rest) {
                    unpack("zstd", at, decoder, &mut all);
                }
            }
            _ => {}
        }
    }
    // Raw deflate has no beginning to look for; a whole value may be it.
    unpack("deflate", 0, DeflateDecoder::new(bytes), &mut all);
    all
}

/// Keeps what came out, also when the stream is cut off: a part may be enough.
fn unpack(
    kind: &'static str,
    at: usize,
    decoder: impl Read,
    all: &mut Vec<(&'static str, usize, Vec<u8>)>,
) {
    let mut out = Vec::new();
    let mut limited = decoder.take(MAX_UNPACKED);
    let mut chunk = [0; 4096];
    while let Ok(count) = limited.read(&mut chunk) {
        if count == 0 {
            break;
        }
        out.extend_from_slice(&chunk[..count]);
    }
    if out.len() >= SHORTEST {
        all.push((kind, at, out));
    }
}

/// Whether `needle` stands in there.
pub fn contains(hay: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else {
        return true;
    };
    let mut from = hay;
    while let Some(at) = from.iter().position(|byte| byte == first) {
        from = &from[at + 1..];
        if from.starts_with(rest) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    use super::*;

    const WORD: &str = "4/0Ab_canary+code?&x=1";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_word_is_found_however_it_is_written() {
        let hex: String = WORD.bytes().map(|b| format!("{b:02X}")).collect();
        let percent: String = WORD.bytes().map(percent).collect();
        let wide: String = WORD.chars().flat_map(|c| [c, '\0']).collect();
        for text in [WORD.to_owned(), wide, hex, percent] {
            assert!(
                find(format!("before {text} after").as_bytes(), WORD).is_some(),
                "{text}"
            );
        }
        for before in ["", "a", "ab", "abc"] {
            let text = format!("{before}{WORD}{before}");
            assert!(
                find(STANDARD.encode(&text).as_bytes(), WORD).is_some(),
                "{text}"
            );
            assert!(
                find(URL_SAFE_NO_PAD.encode(&text).as_bytes(), WORD).is_some(),
                "{text}"
            );
        }
    }

    #[test]
    fn a_word_is_found_inside_something_packed_that_is_packed() {
        let text = format!("something {WORD} something").repeat(3);
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(text.as_bytes()).unwrap();
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
        deflate.write_all(text.as_bytes()).unwrap();
        let zstd = zstd::encode_all(text.as_bytes(), 3).unwrap();
        for packed in [
            gzip(text.as_bytes()),
            zlib.finish().unwrap(),
            deflate.finish().unwrap(),
            zstd,
            gzip(&gzip(STANDARD.encode(&text).as_bytes())),
        ] {
            assert!(find(&packed, WORD).is_some());
        }
        let cut = gzip(text.as_bytes());
        let inside = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &cut[..cut.len() - 4]].concat();
        assert!(
            find(&inside, WORD).is_some(),
            "after other things, and cut off"
        );
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(find(b"", WORD), None);
        assert_eq!(find(&WORD.as_bytes()[..WORD.len() - 1], WORD), None);
        assert!(Canary::new("x", "short").is_err());
    }

    proptest! {
        #[test]
        fn noise_is_no_canary_and_no_panic(noise in prop::collection::vec(any::<u8>(), 0..400), magic in 0usize..3) {
            let magic: &[u8] = [&b"\x1f\x8b\x08\x00"[..], b"\x78\x9c", b"\x28\xb5\x2f\xfd"][magic];
            prop_assert_eq!(find(&[magic, &noise].concat(), WORD), None);
        }
    }
}
