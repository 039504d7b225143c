//! How small a frame becomes, and how long that takes: what hub-link sends, and what it might send instead.

use std::io::Write;
use std::time::Instant;

use frame::{Bitmap, Panel, Renderer, RoomState};

use crate::{row, scene};

/// As in hub-link.
const LEVEL: i32 = 3;
/// Each is packed so often; the median counts.
const TIMES: usize = 200;

type Packed = Vec<u8>;

/// What hub-link does: zstd, with the frame before as prefix where there is one.
pub(crate) fn zstd(rows: &[u8], base: Option<&[u8]>) -> Packed {
    let mut packed = Vec::with_capacity(rows.len() / 8);
    let encoder = match base {
        Some(base) => zstd::stream::write::Encoder::with_ref_prefix(&mut packed, LEVEL, base),
        None => zstd::stream::write::Encoder::new(&mut packed, LEVEL),
    };
    let mut encoder = encoder.expect("zstd has memory");
    encoder.write_all(rows).expect("memory takes everything");
    encoder.finish().expect("memory takes everything");
    packed
}

fn xor_zstd(rows: &[u8], base: &[u8]) -> Packed {
    let differences: Vec<u8> = rows.iter().zip(base).map(|(a, b)| a ^ b).collect();
    zstd(&differences, None)
}

fn zlib(rows: &[u8]) -> Packed {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(rows).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

fn group4(picture: &Bitmap) -> Packed {
    let width = picture.width();
    let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
    for line in picture.rows().chunks(picture.width().div_ceil(8) as usize) {
        let bits = line
            .iter()
            .flat_map(|byte| (0..8).map(move |bit| byte << bit & 0x80 != 0));
        let colours = bits.map(|black| {
            if black {
                fax::Color::Black
            } else {
                fax::Color::White
            }
        });
        encoder
            .encode_line(colours.take(width as usize), width)
            .expect("memory takes everything");
    }
    encoder.finish().expect("memory takes everything").finish()
}

/// Bytes and times of every kind of change.
pub(crate) fn rows() -> Vec<String> {
    let mut renderer = Renderer::new();
    let panel = Panel::black_white(800, 480);
    let mut draw = |state: RoomState| crate::scene::draw(&mut renderer, &state, &panel);
    let base = draw(scene::busy(0));
    let changes = [
        ("tick", draw(scene::longer())),
        ("title", draw(scene::renamed())),
        ("shift", draw(scene::shifted())),
        ("full", draw(scene::free())),
    ];
    let mut rows = Vec::new();
    for (name, picture) in &changes {
        let (new, old) = (picture.rows(), base.rows());
        let on_base: &dyn Fn() -> Packed = &|| zstd(new, Some(old));
        let ways: [(&str, &dyn Fn() -> Packed); 5] = [
            ("", on_base),
            (".zstd", &|| zstd(new, None)),
            (".xor-zstd", &|| xor_zstd(new, old)),
            (".zlib", &|| zlib(new)),
            (".group4", &|| group4(picture)),
        ];
        for (way, pack) in ways {
            rows.push(row(
                &format!("bytes.{name}{way}"),
                pack().len() as f64,
                "B",
                1,
            ));
            rows.push(row(
                &format!("encode.{name}{way}"),
                micros(pack),
                "us",
                TIMES,
            ));
        }
    }
    rows
}

fn micros(pack: &dyn Fn() -> Packed) -> f64 {
    let mut times: Vec<f64> = (0..TIMES)
        .map(|_| {
            let begun = Instant::now();
            std::hint::black_box(pack());
            begun.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[TIMES / 2]
}
