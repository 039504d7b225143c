//! Bounds the work for one picture.

/// Items that are drawn at most, those in stacks included.
const ITEMS: u32 = 2_000;
/// Pixels that are filled at most, in whole panels.
const PANELS: u64 = 200;

/// What is left to spend on one picture. A layout for people spends a hundredth of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    items: u32,
    pixels: u64,
}

impl Budget {
    /// For a panel of so many pixels.
    pub(crate) fn of(width: u32, height: u32) -> Self {
        Self {
            items: ITEMS,
            pixels: u64::from(width) * u64::from(height) * PANELS,
        }
    }

    /// Takes one item; `false` when there is none left.
    pub(crate) fn take(&mut self) -> bool {
        let left = self.items.checked_sub(1);
        self.items = left.unwrap_or(0);
        left.is_some() && self.pixels > 0
    }

    /// Takes pixels, as many as there are.
    pub(crate) fn spend(&mut self, pixels: u64) {
        self.pixels = self.pixels.saturating_sub(pixels);
    }
}
