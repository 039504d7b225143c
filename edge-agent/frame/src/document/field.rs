//! What the words of a layout can be filled in with.

macro_rules! fields {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// Something that a sign can say.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Field {
            $($(#[doc = $doc])+ $name,)+
            /// A part of a coming meeting; 1 is the next.
            Next(u8, Part),
        }

        /// Every field but those of coming meetings, and the word by which layouts call it.
        const NAMED: &[(&str, Field)] = &[$(($word, Field::$name),)+];
    };
}

fields! {
    /// The room's name.
    Room = "room",
    /// The state in a word.
    State = "state",
    /// Until when it lasts.
    Until = "until",
    /// The same in fewer words.
    UntilShort = "until.short",
    /// Title of the meeting that is on.
    Title = "title",
    /// From when to when it lasts.
    Time = "time",
    /// Who booked it.
    Organiser = "organiser",
    /// The organiser's address.
    OrganiserEmail = "organiser.email",
    /// How many are invited, in words.
    Attendees = "attendees",
    /// Who is invited.
    AttendeeNames = "attendees.names",
    /// How many more meetings are on.
    Also = "also",
    /// Today in full.
    Date = "date",
    /// Today in few letters.
    DateShort = "date.short",
    /// All coming meetings, a line each.
    Upcoming = "upcoming",
    /// What to do when nothing is known.
    Ask = "ask",
    /// What the QR code is for.
    Scan = "scan",
    /// The battery has to be changed.
    BatteryLow = "battery_low",
    /// Since when nothing new is known.
    Stale = "stale",
    /// What an announcement is about.
    AnnouncementTitle = "announcement.title",
    /// The rest of an announcement.
    AnnouncementText = "announcement.text",
    /// Until when an announcement holds.
    AnnouncementUntil = "announcement.until",
    /// That the room must not be used.
    OutOfOrder = "out_of_order",
    /// Why the room must not be used.
    OutOfOrderReason = "out_of_order.reason",
    /// Until when it must not be used.
    OutOfOrderUntil = "out_of_order.until",
    /// What a directory lists.
    DirectoryTitle = "directory.title",
}

/// A part of a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Title,
    Time,
    Start,
    Organiser,
    OrganiserEmail,
    Attendees,
    AttendeeNames,
}

impl Field {
    /// Reads a name such as `until` or `next.2.title`.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        if let Some(rest) = name.strip_prefix("next.") {
            let (number, part) = rest.split_once('.')?;
            let part = match part {
                "title" => Part::Title,
                "time" => Part::Time,
                "start" => Part::Start,
                "organiser" => Part::Organiser,
                "organiser.email" => Part::OrganiserEmail,
                "attendees" => Part::Attendees,
                "attendees.names" => Part::AttendeeNames,
                _ => return None,
            };
            return Some(Self::Next(number.parse().ok()?, part));
        }
        NAMED
            .iter()
            .find(|(word, _)| *word == name)
            .map(|(_, field)| *field)
    }

    /// The field that SyncSign's calendars fill a text with that has this id; `None` leaves the text alone.
    pub(crate) fn of_reserved_id(id: &str) -> Option<Self> {
        // The older ids asked for a full date; ours say the day wherever it is not today.
        let id = id.strip_suffix("_WITH_YEAR").unwrap_or(id);
        Some(match id {
            "ROOM_NAME" => Self::Room,
            "NOTE_AVAILABLE" => Self::State,
            "NOTE_UNTIL" => Self::Until,
            "UPCOMING" => Self::Upcoming,
            "ONGOING_EVENT_SUMMARY" => Self::Title,
            "ONGOING_TIME" => Self::Time,
            "ONGOING_CREATOR" => Self::Organiser,
            "ONGOING_CREATOR_EMAIL" => Self::OrganiserEmail,
            "ONGOING_ATTENDEES" => Self::Attendees,
            "ONGOING_ATTENDEES_LIST" => Self::AttendeeNames,
            _ => {
                let (number, part) = id.strip_prefix("UPCOMING_")?.split_once('_')?;
                let part = match part {
                    "SUMMARY" => Part::Title,
                    "TIME" => Part::Time,
                    "CREATOR" => Part::Organiser,
                    "CREATOR_EMAIL" => Part::OrganiserEmail,
                    "ATTENDEES" => Part::Attendees,
                    "ATTENDEES_LIST" => Part::AttendeeNames,
                    _ => return None,
                };
                Self::Next(number.parse().ok().filter(|number| *number > 0)?, part)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_names_every_field() {
        let schema = include_str!("../../layouts/placard-layout.schema.json");
        for (word, _) in NAMED {
            assert!(schema.contains(&format!(" {word},")), "{word}");
        }
    }

    #[test]
    fn fields_go_by_our_names_and_by_the_reserved_ids() {
        assert_eq!(Field::parse("until.short"), Some(Field::UntilShort));
        assert_eq!(
            Field::parse("next.2.title"),
            Some(Field::Next(2, Part::Title))
        );
        assert_eq!(Field::parse("next.two.title"), None);
        let id = Field::of_reserved_id;
        assert_eq!(id("NOTE_UNTIL_WITH_YEAR"), Some(Field::Until));
        assert_eq!(
            id("UPCOMING_12_CREATOR_EMAIL"),
            Some(Field::Next(12, Part::OrganiserEmail))
        );
        assert_eq!(id("UPCOMING"), Some(Field::Upcoming));
        for free in [
            "STATE_LABEL",
            "UPCOMING_0_TIME",
            "UPCOMING_1_COLOUR",
            "LIST_1",
        ] {
            assert_eq!(id(free), None, "{free}");
        }
    }
}
