//! What is drawn, where: the state, the panel, and which of the layout's conditions hold.

use crate::document::condition::{Condition, Fact};
use crate::document::item::Colour;
use crate::layout::area::Scale;
use crate::locale::Locale;
use crate::palette::{Ink, Palette};
use crate::panel::Panel;
use crate::state::{Meeting, RoomState, SignState, Status};

/// Panels whose shorter edge has fewer pixels are small.
const SMALL: u32 = 200;

/// Everything that stays the same while one picture is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) state: &'a SignState,
    pub(crate) panel: &'a Panel,
    pub(crate) locale: &'a Locale,
    pub(crate) scale: Scale,
}

impl<'a> Scene<'a> {
    /// Whether all of the conditions hold.
    pub(crate) fn holds(&self, conditions: &[Condition]) -> bool {
        conditions
            .iter()
            .all(|condition| condition.holds(|fact| is(fact, self.state, self.panel)))
    }

    /// The meeting that is on.
    pub(crate) fn meeting(&self) -> Option<&'a Meeting> {
        meeting(self.state)
    }

    /// The panel's colour for what the layout means.
    pub(crate) fn ink(&self, colour: Colour) -> Ink {
        ink(colour, self.panel.palette)
    }
}

/// Whether something is the case.
pub(crate) fn is(fact: Fact, state: &SignState, panel: &Panel) -> bool {
    let room = state.room.as_ref();
    let status = room.map(|room| &room.status);
    match fact {
        Fact::Busy => matches!(status, Some(Status::Busy { .. })),
        Fact::Free => matches!(status, Some(Status::Free { .. })),
        Fact::Unknown => matches!(status, Some(Status::NoInformation)),
        Fact::EndingSoon => room.is_some_and(|room| room.ending_soon),
        Fact::Stale => state.stale_since.is_some(),
        Fact::BatteryLow => state.battery_low,
        Fact::Private => meeting(state).is_some_and(|meeting| meeting.private),
        Fact::Announcement => state.announcement.is_some(),
        Fact::OutOfOrder => state.out_of_order.is_some(),
        Fact::Several => matches!(status, Some(Status::Busy { also: 1.., .. })),
        Fact::Next => room.is_some_and(|room| !room.next.is_empty()),
        Fact::Organiser => meeting(state).is_some_and(|meeting| meeting.organiser.is_some()),
        Fact::Attendees => meeting(state).is_some_and(|meeting| meeting.attendees.is_some()),
        Fact::Booking => room.is_some_and(|room| room.booking.is_some()),
        Fact::Room => room.is_some(),
        Fact::Directory => state.directory.is_some(),
        Fact::Portrait => panel.height > panel.width,
        Fact::Landscape => panel.height <= panel.width,
        Fact::Small => panel.width.min(panel.height) < SMALL,
        Fact::Red => panel.palette.inks().contains(&Ink::Red),
        Fact::Yellow => panel.palette.inks().contains(&Ink::Yellow),
    }
}

fn meeting(state: &SignState) -> Option<&Meeting> {
    match &state.room {
        Some(RoomState {
            status: Status::Busy { meeting, .. },
            ..
        }) => Some(meeting),
        _ => None,
    }
}

fn ink(colour: Colour, palette: Palette) -> Ink {
    let accent = palette.accent().unwrap_or(Ink::Black);
    match colour {
        Colour::White => Ink::White,
        Colour::Black => Ink::Black,
        Colour::Red => palette.nearest(Ink::Red),
        Colour::Yellow => palette.nearest(Ink::Yellow),
        Colour::Accent => accent,
        Colour::OnAccent if accent == Ink::Yellow => Ink::Black,
        Colour::OnAccent => Ink::White,
    }
}
