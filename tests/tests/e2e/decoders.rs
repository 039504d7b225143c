//! Whatever arrives, no decoder of hub-link panics, asks for more memory than its limits allow, or reads a message
//! differently the second time.
//!
//! `tests/corpus/hub-link/TARGET/*` is replayed, then mutated at random for as long as `PLACARD_FUZZ_SECONDS` says. An
//! input that breaks a decoder is left in `out/fuzz/TARGET`: put it into the corpus, under a name that says what it is.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use hub_link::code::PairingCode;
use hub_link::codec;
use hub_link::identity::Pin;
use hub_link::picture;
use hub_link::wire;
use placard_tests::random::Random;
use placard_tests::wishes::wish;
use prost::Message;

/// Inputs made of the corpus when no time is given.
const INPUTS: usize = 3000;
/// The longest input: a little above what a decoder should ever need to look at.
const LONGEST: usize = 16 * 1024;

/// A decoder: panics when it breaks its promise.
type Decoder = fn(&[u8]);

#[test]
fn no_input_breaks_a_decoder() -> Result<()> {
    let targets: [(&str, Decoder); 7] = [
        ("to-agent", message::<wire::ToAgent>),
        ("to-hub", message::<wire::ToHub>),
        ("frame-header", message::<wire::FrameHeader>),
        ("pairing", |bytes| {
            message::<wire::PairCall>(bytes);
            message::<wire::AgentProof>(bytes);
            message::<wire::HubProof>(bytes);
            message::<wire::Paired>(bytes);
        }),
        ("picture", pixels),
        ("telemetry", telemetry),
        ("text", text),
    ];
    for (target, decoder) in targets {
        fuzz(target, decoder)?;
    }
    fuzz("certificate", |bytes| {
        let pin = Pin::of_certificate(bytes);
        assert_eq!(pin, Pin::of_certificate(bytes), "one certificate, two pins");
    })
}

#[test]
fn a_decoder_that_breaks_is_noticed_and_its_input_is_kept() {
    let broken: Decoder = |bytes| assert!(!bytes.ends_with(b"-bwr"), "cannot draw colours");
    let outcome = fuzz("text", broken);
    let told = format!("{:#}", outcome.expect_err("nobody noticed"));
    let (_, kept) = told.rsplit_once(' ').expect("it tells where the input is");
    assert!(
        fs::read(kept).is_ok_and(|input| input.ends_with(b"-bwr")),
        "{told}"
    );
    fs::remove_file(kept).expect("the input was kept");
}

/// Replays the target's corpus, then what chance makes of it.
fn fuzz(target: &str, decoder: Decoder) -> Result<()> {
    let corpus = corpus(target)?;
    for (name, input) in &corpus {
        run(target, decoder, input).with_context(|| format!("of the corpus: {name}"))?;
    }
    let seconds = wish("PLACARD_FUZZ_SECONDS");
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut random = Random::for_story(&format!("decoder {target}"));
    let mut made = 0;
    while until.map_or(made < INPUTS, |until| Instant::now() < until) {
        let (_, seed) = random.pick(&corpus);
        let (_, other) = random.pick(&corpus);
        let input = mutated(seed.clone(), other, &mut random);
        run(target, decoder, &input)?;
        made += 1;
    }
    println!(
        "{target}: {} of the corpus, {made} made of them",
        corpus.len()
    );
    Ok(())
}

fn corpus(target: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus/hub-link")
        .join(target);
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))? {
        let path = entry?.path();
        found.push((path.display().to_string(), fs::read(&path)?));
    }
    ensure!(!found.is_empty(), "{} is empty", folder.display());
    // The same seed makes the same inputs, in whatever order the disk lists them.
    found.sort();
    Ok(found)
}

fn run(target: &str, decoder: Decoder, input: &[u8]) -> Result<()> {
    let outcome = catch_unwind(AssertUnwindSafe(|| decoder(input)));
    if outcome.is_err() {
        let kept = keep(target, input)?;
        anyhow::bail!(
            "the decoder {target} broke; its input is {}",
            kept.display()
        );
    }
    Ok(())
}

fn keep(target: &str, input: &[u8]) -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../out/fuzz")
        .join(target);
    fs::create_dir_all(&folder)?;
    let file = folder.join(format!("{}-bytes", input.len()));
    fs::write(&file, input)?;
    Ok(file)
}

/// A few changes of the kinds that lines, disks and enemies make.
fn mutated(mut input: Vec<u8>, other: &[u8], random: &mut Random) -> Vec<u8> {
    for _ in 0..=random.below(6) {
        let at = random.below(input.len() + 1);
        match random.below(7) {
            0 if at < input.len() => input[at] ^= 1 << random.below(8),
            1 if at < input.len() => input[at] = *random.pick(&[0, 1, 0x7f, 0x80, 0xff]),
            2 => input.truncate(at),
            3 => input.insert(at, random.draw().to_le_bytes()[0]),
            4 => {
                let from = random.below(other.len() + 1);
                let length = random.below(other.len() - from + 1);
                input.splice(at..at, other[from..from + length].iter().copied());
            }
            5 => {
                let to = at + random.below(input.len() - at + 1);
                input.drain(at..to);
            }
            // The length in front is right, so that what follows it is looked at.
            _ if input.len() >= 4 => {
                let length = u32::try_from(input.len() - 4).unwrap_or(u32::MAX);
                input[..4].copy_from_slice(&length.to_be_bytes());
            }
            _ => {}
        }
    }
    input.truncate(LONGEST);
    input
}

fn message<M: Message + Default + PartialEq>(bytes: &[u8]) {
    let Ok(read) = codec::decode::<M>(bytes) else {
        return;
    };
    let written = codec::encode(&read).expect("what was short enough to be read can be written");
    let again = codec::decode::<M>(&written).expect("what was written can be read");
    assert!(again == read, "a message changed on its way");
}

/// A datagram: a message without a length in front.
fn telemetry(bytes: &[u8]) {
    if let Ok(read) = wire::Telemetry::decode(bytes) {
        let again = wire::Telemetry::decode(&*read.encode_to_vec());
        assert_eq!(again, Ok(read), "a measurement changed on its way");
    }
}

/// Encoding (1 byte), announced length (4), length of the base (2), base, payload.
fn pixels(bytes: &[u8]) {
    let Some(([kind, l0, l1, l2, l3, b0, b1], rest)) = bytes.split_first_chunk::<7>() else {
        return;
    };
    let announced = u32::from_le_bytes([*l0, *l1, *l2, *l3]) as usize;
    let base = usize::from(u16::from_le_bytes([*b0, *b1])).min(rest.len());
    let (base, payload) = rest.split_at(base);
    let encoding = wire::Encoding::try_from(i32::from(*kind)).unwrap_or_default();
    let base = (!base.is_empty()).then_some(base);
    if let Ok(rows) = picture::decode(encoding, payload, base, announced) {
        assert!(
            rows.len() <= picture::MAX_FRAME_BYTES,
            "{} bytes",
            rows.len()
        );
        assert_eq!(rows.len(), announced, "not as long as announced");
    }
}

fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(pin) = text.parse::<Pin>() {
        assert_eq!(pin.to_string().parse(), Ok(pin), "a pin changed on its way");
    }
    if let Ok(code) = text.parse::<PairingCode>() {
        let again = code.to_string().parse::<PairingCode>();
        assert_eq!(again, Ok(code), "a code changed on its way");
    }
}
