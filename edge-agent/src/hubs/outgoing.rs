//! Frames on their way to one hub: which wait for their turn, which are under way, and which nobody needs any more.

use std::collections::{HashSet, VecDeque};

use bytes::Bytes;
use frame::changed_part;
use hub_link::agent_end::SentFrame;
use hub_link::picture;
use hub_link::wire::{FrameHeader, Rectangle};

use super::desired::Needed;
use crate::store::{FrameHash, Picture};

/// A frame and whom it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    /// The hub's name for the display.
    pub(super) key: String,
    pub(super) needed: Needed,
}

/// Every frame of one connection that has not been reported as stored.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    waiting: VecDeque<Waiting>,
    sent: Vec<(Waiting, SentFrame)>,
}

impl Outgoing {
    pub(super) fn push(&mut self, key: &str, needed: Needed) {
        self.waiting.push_back(Waiting {
            key: key.to_owned(),
            needed,
        });
    }

    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The next one, which the caller sends.
    pub(super) fn pop(&mut self) -> Option<Waiting> {
        self.waiting.pop_front()
    }

    /// It was handed to the network.
    pub(super) fn sent(&mut self, frame: Waiting, stream: SentFrame) {
        self.sent.push((frame, stream));
    }

    /// A display's plan was stored, and with it every frame that was sent for it; `under_way` are those of newer plans.
    pub(super) fn arrived(&mut self, key: &str, under_way: &HashSet<FrameHash>) {
        self.sent
            .retain(|(frame, _)| frame.key != key || under_way.contains(&frame.needed.frame));
    }

    /// A newer plan of the display needs only `needed`. Answers those of them that are on their way; the others are taken
    /// back, if the hub understands that (`reset`).
    pub(super) fn supersede(
        &mut self,
        key: &str,
        needed: &HashSet<FrameHash>,
        reset: bool,
    ) -> HashSet<FrameHash> {
        let all = self
            .waiting
            .iter()
            .chain(self.sent.iter().map(|(frame, _)| frame));
        let stay: Vec<&Waiting> = all
            .filter(|frame| frame.key == key && needed.contains(&frame.needed.frame))
            .collect();
        let bases = stay.iter().filter_map(|frame| frame.needed.base);
        let keep: HashSet<FrameHash> = stay
            .iter()
            .map(|frame| frame.needed.frame)
            .chain(bases)
            .collect();
        let stays = |frame: &Waiting| frame.key != key || keep.contains(&frame.needed.frame);
        self.waiting.retain(stays);
        let (kept, gone): (Vec<_>, Vec<_>) = std::mem::take(&mut self.sent)
            .into_iter()
            .partition(|(frame, _)| stays(frame));
        self.sent = kept;
        if reset {
            for (_, stream) in gone {
                stream.supersede();
            }
        }
        let mut on_their_way = frames_of(self.waiting.iter(), key);
        on_their_way.extend(frames_of(self.sent.iter().map(|(frame, _)| frame), key));
        on_their_way
    }
}

fn frames_of<'a>(frames: impl Iterator<Item = &'a Waiting>, key: &str) -> HashSet<FrameHash> {
    let of_display = frames.filter(|frame| frame.key == key);
    of_display.map(|frame| frame.needed.frame).collect()
}

/// A picture for its stream, as the difference from `base` where the hub has that.
pub(super) fn encode(key: &str, picture: &Picture, base: Option<&Picture>) -> (FrameHeader, Bytes) {
    let rows = picture.bitmap.rows();
    let (encoding, payload) = picture::encode(rows, base.map(|base| base.bitmap.rows()));
    let dirty = base.map(|base| changed_part(&base.bitmap, &picture.bitmap));
    let header = FrameHeader {
        display: key.to_owned(),
        frame: picture.hash.to_vec().into(),
        width: picture.bitmap.width(),
        height: picture.bitmap.height(),
        encoding: encoding.into(),
        base: base
            .map(|base| base.hash.to_vec().into())
            .unwrap_or_default(),
        raw_length: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        dirty: dirty.map(|dirty| match dirty {
            Some(rect) => Rectangle {
                x: rect.x,
                y: rect.y,
                width: rect.width,
                height: rect.height,
            },
            None => Rectangle::default(),
        }),
    };
    (header, payload)
}

#[cfg(test)]
mod tests {
    use frame::Bitmap;

    use super::*;

    fn needed(frame: u8, base: Option<u8>) -> Needed {
        Needed {
            frame: [frame; 32],
            base: base.map(|base| [base; 32]),
        }
    }

    fn hashes(frames: &[u8]) -> HashSet<FrameHash> {
        frames.iter().map(|frame| [*frame; 32]).collect()
    }

    #[test]
    fn what_a_newer_plan_does_not_need_leaves_the_line() {
        let mut outgoing = Outgoing::default();
        outgoing.push("a", needed(1, None));
        outgoing.push("a", needed(2, Some(1)));
        outgoing.push("a", needed(3, Some(1)));
        outgoing.push("b", needed(3, None));
        let on_their_way = outgoing.supersede("a", &hashes(&[3, 4]), true);
        assert_eq!(
            on_their_way,
            hashes(&[1, 3]),
            "1 stays, since 3 builds on it"
        );
        let order: Vec<(String, u8)> = std::iter::from_fn(|| outgoing.pop())
            .map(|frame| (frame.key, frame.needed.frame[0]))
            .collect();
        let expected = [("a", 1), ("a", 3), ("b", 3)].map(|(key, n)| (key.to_owned(), n));
        assert_eq!(order, expected);
        assert!(!outgoing.is_waiting());
    }

    #[test]
    fn a_frame_travels_as_the_difference_from_its_base() {
        let picture = |x| {
            let mut bitmap = Bitmap::new_white(64, 64);
            bitmap.set(x, 5, true);
            Picture::from(bitmap)
        };
        let (base, next) = (picture(1), picture(20));
        let (header, payload) = encode("a", &next, Some(&base));
        assert_eq!(header.base, base.hash.to_vec());
        let dirty = header.dirty.unwrap();
        assert_eq!((dirty.x, dirty.y, dirty.width, dirty.height), (0, 5, 24, 1));
        let length = header.raw_length as usize;
        let rows = picture::decode(
            header.encoding(),
            &payload,
            Some(base.bitmap.rows()),
            length,
        );
        assert_eq!(rows.unwrap(), next.bitmap.rows());
        let (header, _) = encode("a", &next, Some(&next));
        assert_eq!(header.dirty, Some(Rectangle::default()), "nothing differs");
        assert_eq!(encode("a", &next, None).0.dirty, None);
    }
}
