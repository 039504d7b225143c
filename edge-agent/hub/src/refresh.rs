//! How a panel is best brought from one picture to the next: what the agent wishes, else what the pixels ask for. Pure.

use frame::{Bitmap, MOST_WITHOUT_FULL, Rect, changed_part, refresh};
use hub_link::wire;
use serde::{Deserialize, Serialize};

/// How a panel changes its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refresh {
    /// Only the pixels of a rectangle.
    Partial,
    /// Every pixel, with a short waveform.
    Fast,
    /// Every pixel, through black and white: slow, leaves no ghost.
    Full,
}

/// What a panel is told.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The whole picture, whatever the mode.
    pub picture: &'a Bitmap,
    pub refresh: Refresh,
    /// Outside of it the glass shows the picture already.
    pub dirty: Rect,
}

impl<'a> Change<'a> {
    /// How to come from `before` (`None`: not known) to `picture`, when so many refreshes since the last full one were
    /// not, and the agent has asked for `wish` and for a full one every `full_every`.
    pub fn plan(
        before: Option<&Bitmap>,
        picture: &'a Bitmap,
        wish: Option<Refresh>,
        since_full: u32,
        full_every: Option<u32>,
    ) -> Self {
        let whole = Rect {
            x: 0,
            y: 0,
            width: picture.width(),
            height: picture.height(),
        };
        let with = |refresh, dirty| Self {
            picture,
            refresh,
            dirty,
        };
        let most = full_every.map_or(MOST_WITHOUT_FULL, |every| every.saturating_sub(1));
        let part = before.and_then(|before| changed_part(before, picture));
        // The same pixels again are wanted when somebody asks for the picture anew: against what, nobody knows.
        let Some(part) = part.filter(|_| since_full < most) else {
            return with(Refresh::Full, whole);
        };
        match wish {
            Some(Refresh::Partial) => with(Refresh::Partial, part),
            Some(wish) => with(wish, whole),
            None => match refresh(before, picture, since_full.min(MOST_WITHOUT_FULL - 1)) {
                frame::Refresh::Partial(part) => with(Refresh::Partial, part),
                frame::Refresh::Fast => with(Refresh::Fast, whole),
                frame::Refresh::None | frame::Refresh::Full => with(Refresh::Full, whole),
            },
        }
    }
}

impl Refresh {
    /// What a message wishes; `None`: nothing, or something newer than this program.
    pub fn from_wire(refresh: wire::Refresh) -> Option<Self> {
        match refresh {
            wire::Refresh::Unspecified => None,
            wire::Refresh::Full => Some(Self::Full),
            wire::Refresh::Fast => Some(Self::Fast),
            wire::Refresh::Partial => Some(Self::Partial),
        }
    }
}

impl From<Refresh> for wire::Refresh {
    fn from(refresh: Refresh) -> Self {
        match refresh {
            Refresh::Full => Self::Full,
            Refresh::Fast => Self::Fast,
            Refresh::Partial => Self::Partial,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(height: u32) -> Bitmap {
        let mut picture = Bitmap::new_white(80, 60);
        picture.fill(
            Rect {
                x: 0,
                y: 0,
                width: 80,
                height,
            },
            true,
        );
        picture
    }

    #[test]
    fn little_changes_in_part_and_much_fast() {
        let plan = |height| {
            let (before, after) = (picture(0), picture(height));
            let change = Change::plan(Some(&before), &after, None, 0, None);
            (change.refresh, change.dirty.height)
        };
        assert_eq!(plan(5), (Refresh::Partial, 5));
        assert_eq!(plan(30), (Refresh::Fast, 60));
    }

    #[test]
    fn what_is_not_known_or_full_of_ghosts_is_done_in_full() {
        let (before, after) = (picture(0), picture(1));
        let unknown = Change::plan(None, &after, Some(Refresh::Partial), 0, None);
        assert_eq!(unknown.refresh, Refresh::Full);
        let refresh = |since_full, full_every| {
            Change::plan(Some(&before), &after, None, since_full, full_every).refresh
        };
        assert_eq!(refresh(MOST_WITHOUT_FULL - 1, None), Refresh::Partial);
        assert_eq!(refresh(MOST_WITHOUT_FULL, None), Refresh::Full);
        assert_eq!(refresh(1, Some(3)), Refresh::Partial);
        assert_eq!(refresh(2, Some(3)), Refresh::Full, "every third");
        assert_eq!(
            refresh(30, Some(40)),
            Refresh::Partial,
            "the agent knows the panel"
        );
    }

    #[test]
    fn a_wish_is_obeyed() {
        let (before, after) = (picture(0), picture(1));
        for wish in [Refresh::Full, Refresh::Fast, Refresh::Partial] {
            let change = Change::plan(Some(&before), &after, Some(wish), 0, None);
            assert_eq!(change.refresh, wish);
            assert_eq!(Refresh::from_wire(wish.into()), Some(wish));
        }
    }
}
