//! The frames that the peer carries: the same sign as ours, drawn by the same renderer, with another title each time.

use anyhow::Result;
use frame::{Panel, Renderer};
use jiff::ToSpan;
use jiff::tz::TimeZone;
use placard_tests::clock::clock;
use placard_tests::expected::{self, Booking};
use placard_tests::fleet::PANEL;
use placard_tests::titles::Titles;

/// So many signs of a room, each with another meeting now.
pub(crate) fn signs(count: usize) -> Result<Vec<Vec<u8>>> {
    let panel: Panel = PANEL.parse()?;
    let mut renderer = Renderer::new();
    let mut titles = Titles::default();
    let now = clock();
    let mut sign = || {
        let booking = Booking {
            id: "one".to_owned(),
            title: Some(titles.draw()),
            organiser: None,
            people: None,
            private: false,
            start: now.checked_sub(10.minutes())?,
            end: now.checked_add(50.minutes())?,
        };
        let state = expected::state("Alder", "alder", &TimeZone::UTC, &[booking], now);
        Ok(expected::picture(&mut renderer, &state, &panel)
            .rows()
            .to_vec())
    };
    (0..count).map(|_| sign()).collect()
}
