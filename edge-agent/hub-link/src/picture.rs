//! Pixels on the wire: zstd, against a frame that the hub has where there is one, raw where that is smaller.

use std::io::{self, Read, Write};

use bytes::Bytes;

use crate::wire::Encoding;

/// The largest frame, decoded. A 10.3-inch panel in 16 greys is 1.3 MB.
pub const MAX_FRAME_BYTES: usize = 2 * 1024 * 1024;

/// The code with which the stream of a frame that nobody needs any more is reset.
pub const SUPERSEDED: u32 = 1;

/// Higher levels save a few bytes of four thousand and take longer than the LAN takes to carry them.
const ZSTD_LEVEL: i32 = 3;

/// Why pixels could not be decoded.
#[derive(Debug, thiserror::Error)]
pub enum DecodePictureError {
    #[error("a frame of {0} bytes is announced; the limit is {MAX_FRAME_BYTES}")]
    TooLarge(usize),
    #[error("a frame that should have {expected} bytes has {found}")]
    WrongLength { expected: usize, found: usize },
    #[error("the frame is encoded in a way that this version does not know")]
    UnknownEncoding,
    #[error("the frame builds on another one, which is not here")]
    BaseMissing,
    #[error("the compressed pixels are damaged")]
    Damaged(#[source] io::Error),
}

/// The smallest encoding of `rows`; `base` is a frame that the other side has.
pub fn encode(rows: &[u8], base: Option<&[u8]>) -> (Encoding, Bytes) {
    let (encoding, packed) = match base {
        Some(base) => (Encoding::ZstdOnBase, compress(rows, Some(base))),
        None => (Encoding::Zstd, compress(rows, None)),
    };
    match packed {
        Ok(packed) if packed.len() < rows.len() => (encoding, packed.into()),
        // Too random to shrink, or the compressor is out of memory: the pixels as they are will do.
        Ok(_) | Err(_) => (Encoding::Raw, Bytes::copy_from_slice(rows)),
    }
}

fn compress(rows: &[u8], base: Option<&[u8]>) -> io::Result<Vec<u8>> {
    let mut packed = Vec::with_capacity(rows.len() / 8);
    let mut encoder = match base {
        Some(base) => zstd::stream::write::Encoder::with_ref_prefix(&mut packed, ZSTD_LEVEL, base)?,
        None => zstd::stream::write::Encoder::new(&mut packed, ZSTD_LEVEL)?,
    };
    encoder.write_all(rows)?;
    encoder.finish()?;
    Ok(packed)
}

/// The rows, exactly `raw_length` bytes of them.
///
/// # Errors
///
/// Fails when the payload is damaged, too large, or builds on a base that is not given.
pub fn decode(
    encoding: Encoding,
    payload: &[u8],
    base: Option<&[u8]>,
    raw_length: usize,
) -> Result<Vec<u8>, DecodePictureError> {
    if raw_length > MAX_FRAME_BYTES {
        return Err(DecodePictureError::TooLarge(raw_length));
    }
    let rows = match encoding {
        Encoding::Unspecified => return Err(DecodePictureError::UnknownEncoding),
        Encoding::Raw => payload.to_vec(),
        Encoding::Zstd => {
            let decoder = zstd::stream::read::Decoder::with_buffer(payload)
                .map_err(DecodePictureError::Damaged)?;
            read_at_most(decoder, raw_length)?
        }
        Encoding::ZstdOnBase => {
            let base = base.ok_or(DecodePictureError::BaseMissing)?;
            let decoder = zstd::stream::read::Decoder::with_ref_prefix(payload, base)
                .map_err(DecodePictureError::Damaged)?;
            read_at_most(decoder, raw_length)?
        }
    };
    if rows.len() == raw_length {
        Ok(rows)
    } else {
        Err(DecodePictureError::WrongLength {
            expected: raw_length,
            found: rows.len(),
        })
    }
}

/// One byte more than allowed is enough to know that it is too long: a small payload cannot fill the memory.
fn read_at_most(decoder: impl Read, limit: usize) -> Result<Vec<u8>, DecodePictureError> {
    let mut rows = Vec::with_capacity(limit);
    decoder
        .take(limit as u64 + 1)
        .read_to_end(&mut rows)
        .map_err(DecodePictureError::Damaged)?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(seed: u8) -> Vec<u8> {
        (0..4_000_u32)
            .map(|i| if i % 97 < 40 { seed } else { 0xff })
            .collect()
    }

    #[test]
    fn a_frame_that_resembles_its_base_costs_next_to_nothing() {
        let base = rows(3);
        let mut next = base.clone();
        next[1234] = 0;
        let (encoding, payload) = encode(&next, Some(&base));
        assert_eq!(encoding, Encoding::ZstdOnBase);
        assert!(payload.len() < 100, "{}", payload.len());
        assert_eq!(
            decode(encoding, &payload, Some(&base), next.len()).unwrap(),
            next
        );
        let without = decode(encoding, &payload, None, next.len());
        assert!(matches!(without, Err(DecodePictureError::BaseMissing)));
    }

    #[test]
    fn a_bomb_is_cut_off() {
        let (encoding, payload) = encode(&vec![0; MAX_FRAME_BYTES], None);
        let cut = decode(encoding, &payload, None, 1000);
        assert!(matches!(
            cut,
            Err(DecodePictureError::WrongLength {
                expected: 1000,
                found: 1001
            })
        ));
        let huge = decode(encoding, &payload, None, MAX_FRAME_BYTES + 1);
        assert!(matches!(huge, Err(DecodePictureError::TooLarge(_))));
    }

    proptest! {
        #[test]
        fn pixels_come_back(rows: Vec<u8>, base: Option<Vec<u8>>) {
            let (encoding, payload) = encode(&rows, base.as_deref());
            prop_assert_eq!(decode(encoding, &payload, base.as_deref(), rows.len()).unwrap(), rows);
        }

        #[test]
        fn no_payload_panics(kind in 0..5_i32, payload: Vec<u8>, base: Option<Vec<u8>>, length in 0..10_000_usize) {
            let encoding = Encoding::try_from(kind).unwrap_or_default();
            let _ = decode(encoding, &payload, base.as_deref(), length);
        }
    }
}
