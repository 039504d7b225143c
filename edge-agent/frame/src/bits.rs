//! Rows of bits, the leftmost in the most significant bit: set, clear and copy many at once.

/// Bytes that so many bits take.
pub(crate) fn bytes(bits: u32) -> usize {
    bits.div_ceil(8) as usize
}

/// The bit at `x` in its byte.
pub(crate) fn bit(x: u32) -> u8 {
    0x80 >> (x % 8)
}

/// Sets or clears the bits `from..until`; all lie in the row.
pub(crate) fn fill(row: &mut [u8], from: u32, until: u32, set: bool) {
    if from >= until {
        return;
    }
    let (first, last) = ((from / 8) as usize, ((until - 1) / 8) as usize);
    let head = 0xff_u8 >> (from % 8);
    let tail = 0xff_u8 << (7 - (until - 1) % 8);
    if first == last {
        return put(&mut row[first], head & tail, set);
    }
    put(&mut row[first], head, set);
    row[first + 1..last].fill(if set { 0xff } else { 0 });
    put(&mut row[last], tail, set);
}

/// Sets or clears, from `x` on, the bits that are set in `mask`; those behind the row's end are dropped.
pub(crate) fn stamp(row: &mut [u8], x: u32, mask: &[u8], set: bool) {
    let (at, shift) = ((x / 8) as usize, x % 8);
    if at >= row.len() {
        return;
    }
    let row = &mut row[at..];
    for (index, &bits) in mask.iter().enumerate() {
        let Some(byte) = row.get_mut(index) else {
            return;
        };
        put(byte, bits >> shift, set);
        if shift > 0
            && let Some(next) = row.get_mut(index + 1)
        {
            put(next, bits << (8 - shift), set);
        }
    }
}

/// The row without its first `by` bits.
pub(crate) fn shifted_left(row: &[u8], by: u32) -> Vec<u8> {
    let (skip, shift) = ((by / 8) as usize, by % 8);
    let rest = row.get(skip..).unwrap_or_default();
    let next = rest.iter().skip(1).chain([&0]);
    let joined = rest
        .iter()
        .zip(next)
        .map(|(one, two)| u16::from(*one) << 8 | u16::from(*two));
    joined.map(|both| (both << shift >> 8) as u8).collect()
}

fn put(byte: &mut u8, mask: u8, set: bool) {
    if set {
        *byte |= mask;
    } else {
        *byte &= !mask;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn get(row: &[u8], x: u32) -> bool {
        row[(x / 8) as usize] & bit(x) != 0
    }

    proptest! {
        #[test]
        fn filling_many_is_filling_each(row: [u8; 5], a in 0..=40_u32, b in 0..=40_u32, set: bool) {
            let mut filled = row;
            fill(&mut filled, a, b, set);
            for x in 0..40 {
                let inside = (a..b).contains(&x);
                prop_assert_eq!(get(&filled, x), if inside { set } else { get(&row, x) });
            }
        }

        #[test]
        fn shifting_moves_each(row: [u8; 3], by in 0..40_u32) {
            let shifted = shifted_left(&row, by);
            for x in 0..24 {
                let expected = x + by < 24 && get(&row, x + by);
                prop_assert_eq!((x as usize) < shifted.len() * 8 && get(&shifted, x), expected);
            }
        }

        #[test]
        fn stamping_many_is_stamping_each(row: [u8; 5], mask: [u8; 3], at in 0..60_u32, set: bool) {
            let mut stamped = row;
            stamp(&mut stamped, at, &mask, set);
            for x in 0..40 {
                let hit = x >= at && x < at + 24 && get(&mask, x - at);
                prop_assert_eq!(get(&stamped, x), if hit { set } else { get(&row, x) });
            }
        }
    }
}
