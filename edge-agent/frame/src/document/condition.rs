//! When a part of a layout is drawn.

/// A condition such as `busy` or `!private`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) fact: Fact,
    /// Whether the fact has to be absent.
    pub(crate) not: bool,
}

macro_rules! facts {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// What can be the case, or not.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Fact { $($(#[doc = $doc])+ $name,)+ }

        impl Fact {
            /// Every fact and the word by which layouts call it.
            pub(crate) const ALL: &[(&str, Self)] = &[$(($word, Self::$name),)+];
        }
    };
}

facts! {
    /// A meeting is on.
    Busy = "busy",
    /// The room is free.
    Free = "free",
    /// The calendar could not be read for too long to say anything.
    Unknown = "unknown",
    /// The meeting that is on is about to end.
    EndingSoon = "ending_soon",
    /// The agent has had no fresh answer for too long.
    Stale = "stale",
    /// The display's battery is low.
    BatteryLow = "battery_low",
    /// The meeting that is on is private.
    Private = "private",
    /// There is an announcement.
    Announcement = "announcement",
    /// The room must not be used.
    OutOfOrder = "out_of_order",
    /// More meetings are on at the same time.
    Several = "several",
    /// Something comes next.
    Next = "next",
    /// It is known who booked the meeting that is on.
    Organiser = "organiser",
    /// It is known how many are invited.
    Attendees = "attendees",
    /// There is something for a QR code to open.
    Booking = "booking",
    /// The display belongs to a room.
    Room = "room",
    /// The display lists several rooms.
    Directory = "directory",
    /// The panel is higher than wide.
    Portrait = "portrait",
    /// The panel is as wide as high at least.
    Landscape = "landscape",
    /// The panel's shorter edge has less than 200 pixels.
    Small = "small",
    /// The panel has red.
    Red = "red",
    /// The panel has yellow.
    Yellow = "yellow",
}

impl Condition {
    /// Reads a word, with `!` in front for its contrary; upper and lower case are the same.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (not, word) = match text.strip_prefix('!') {
            Some(word) => (true, word.trim()),
            None => (false, text),
        };
        let found = Fact::ALL
            .iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name))?;
        Some(Self { fact: found.1, not })
    }

    /// Whether this holds, given whether its fact is the case.
    pub(crate) fn holds(self, is: impl FnOnce(Fact) -> bool) -> bool {
        is(self.fact) != self.not
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_names_every_fact() {
        let schema = include_str!("../../layouts/placard-layout.schema.json");
        for (word, _) in Fact::ALL {
            let named = [
                format!("({word}|"),
                format!("|{word}|"),
                format!("|{word})"),
            ]
            .iter()
            .any(|one| schema.contains(one));
            assert!(named, "{word}");
        }
    }

    #[test]
    fn a_condition_may_be_negated() {
        let read = |text| Condition::parse(text).map(|c| (c.fact, c.not));
        assert_eq!(read("busy"), Some((Fact::Busy, false)));
        assert_eq!(read(" ! Ending_Soon"), Some((Fact::EndingSoon, true)));
        assert_eq!(read("sunny"), None);
        let private = Condition::parse("!private").unwrap();
        assert!(private.holds(|_| false) && !private.holds(|_| true));
    }
}
