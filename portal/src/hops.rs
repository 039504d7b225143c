//! A receipt, hop by hop. Pure.

use edge_api::receipts::Receipt;
use jiff::Timestamp;

use crate::words::hops;

/// One hop of one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hop {
    /// What happened.
    pub(crate) name: &'static str,
    /// When, by that hop's own clock.
    pub(crate) at: Timestamp,
    /// Since the hop before, in milliseconds; absent for the first. Never below zero, though clocks differ.
    pub(crate) took_ms: Option<u64>,
}

/// The hops that are known, in their order.
pub(crate) fn hops(receipt: &Receipt) -> Vec<Hop> {
    let known = [
        (hops::WEBHOOK, receipt.webhook_at),
        (hops::HINT, receipt.hint_at),
        (hops::LISTED, receipt.listed_at),
        (hops::RENDERED, receipt.rendered_at),
        (hops::STORED, receipt.stored_at),
        (hops::DISPLAYED, Some(receipt.displayed_at)),
    ];
    let mut before: Option<Timestamp> = None;
    let mut hops = Vec::with_capacity(known.len());
    for (name, at) in known {
        let Some(at) = at else { continue };
        let took_ms = before.map(|before| {
            u64::try_from(at.as_millisecond() - before.as_millisecond()).unwrap_or(0)
        });
        hops.push(Hop { name, at, took_ms });
        before = Some(at);
    }
    hops
}

/// The middle of the latencies, in milliseconds.
pub(crate) fn median_ms(receipts: &[Receipt]) -> Option<u64> {
    let mut all: Vec<u64> = receipts
        .iter()
        .filter(|receipt| receipt.webhook_at.is_some())
        .filter_map(Receipt::latency_ms)
        .collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(webhook: Option<&str>, displayed: &str) -> Receipt {
        serde_json::from_value(serde_json::json!({
            "display": "disp_01ARZ3NDEKTSV4RRFFQ69G5FAV", "room": "room_01ARZ3NDEKTSV4RRFFQ69G5FAV", "hash": "00",
            "webhook_at": webhook, "hint_at": "2025-02-01T10:30:00.010Z", "listed_at": "2025-02-01T10:30:00.050Z",
            "rendered_at": null, "stored_at": "2025-02-01T10:30:00.049Z", "displayed_at": displayed
        }))
        .unwrap()
    }

    #[test]
    fn unknown_hops_are_left_out_and_clocks_that_differ_do_no_harm() {
        let hops = hops(&receipt(
            Some("2025-02-01T10:30:00Z"),
            "2025-02-01T10:30:00.084Z",
        ));
        let took: Vec<_> = hops.iter().map(|hop| hop.took_ms).collect();
        assert_eq!(took, [None, Some(10), Some(40), Some(0), Some(35)]);
        assert_eq!(hops.last().unwrap().name, hops::DISPLAYED);
    }

    #[test]
    fn the_median_is_of_changes_that_google_announced() {
        let receipts = [
            receipt(Some("2025-02-01T10:30:00Z"), "2025-02-01T10:30:00.080Z"),
            receipt(Some("2025-02-01T10:30:00Z"), "2025-02-01T10:30:00.900Z"),
            receipt(Some("2025-02-01T10:30:00Z"), "2025-02-01T10:30:00.090Z"),
            receipt(None, "2025-02-01T10:39:00Z"),
        ];
        assert_eq!(median_ms(&receipts), Some(90));
        assert_eq!(median_ms(&receipts[3..]), None);
    }
}
