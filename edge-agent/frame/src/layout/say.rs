//! The words that fill a layout's fields; what there is nothing to say about is `None`.

use jiff::civil::Date;

use crate::document::field::{Field, Part};
use crate::document::item::{Piece, Wording};
use crate::layout::scene::Scene;
use crate::locale::words::Key;
use crate::state::{Meeting, Status};

impl Scene<'_> {
    /// The wording with its fields filled in; `None` when one of them is empty.
    pub(crate) fn fill(&self, wording: &Wording) -> Option<String> {
        let mut text = String::new();
        for piece in wording {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Field(field) => text.push_str(&self.say(*field)?),
            }
        }
        Some(text).filter(|text| !text.trim().is_empty())
    }

    fn say(&self, field: Field) -> Option<String> {
        let state = self.state;
        let room = state.room.as_ref();
        let meeting = self.meeting();
        match field {
            Field::Room => room.map(|room| room.room.clone()),
            Field::State => room.map(|room| self.state_word(&room.status)),
            Field::Until => self.until(0),
            Field::UntilShort => self.until(1),
            Field::Title => meeting.map(|meeting| self.title(meeting)),
            Field::Time => meeting.map(|meeting| self.span(meeting)),
            Field::Organiser => meeting.and_then(|meeting| meeting.organiser.clone()),
            Field::OrganiserEmail => meeting.and_then(|meeting| meeting.organiser_email.clone()),
            Field::Attendees => meeting.and_then(|meeting| self.attendees(meeting)),
            Field::AttendeeNames => meeting.and_then(names),
            Field::Also => match room.map(|room| &room.status) {
                Some(Status::Busy { also, .. }) if *also > 0 => Some(self.more(*also)),
                _ => None,
            },
            Field::Date => Some(self.date(0)),
            Field::DateShort => Some(self.date(1)),
            Field::Upcoming => room.map(|room| {
                let line = |next: &Meeting| format!("{} {}", self.start(next), self.title(next));
                room.next.iter().map(line).collect::<Vec<_>>().join("\n")
            }),
            Field::Ask => Some(self.word(Key::AskCalendar)),
            Field::Scan => Some(self.word(Key::ScanToBook)),
            Field::BatteryLow => Some(self.word(Key::LowBattery)).filter(|_| state.battery_low),
            Field::Stale => state
                .stale_since
                .map(|since| self.locale.as_of(since, state.date)),
            Field::AnnouncementTitle => state.announcement.as_ref().map(|one| one.title.clone()),
            Field::AnnouncementText => state.announcement.as_ref().map(|one| one.text.clone()),
            Field::AnnouncementUntil => {
                let until = state.announcement.as_ref()?.until?;
                self.locale.until(until, state.date).into_iter().next()
            }
            Field::OutOfOrderReason => {
                let reason = state
                    .out_of_order
                    .as_ref()
                    .map(|one| one.reason.trim().to_owned());
                reason.filter(|reason| !reason.is_empty())
            }
            Field::OutOfOrderUntil => {
                let until = state.out_of_order.as_ref()?.until?;
                self.locale.until(until, state.date).into_iter().next()
            }
            Field::OutOfOrder => Some(self.word(Key::OutOfOrder)),
            Field::DirectoryTitle => state.directory.as_ref().map(|one| one.title.clone()),
            Field::Next(number, part) => {
                let next = room?.next.get(usize::from(number).checked_sub(1)?)?;
                self.part(next, part)
            }
        }
        .filter(|text| !text.is_empty())
    }

    /// The state of a room in a word.
    pub(crate) fn state_word(&self, status: &Status) -> String {
        match status {
            Status::Free { .. } => self.word(Key::Free),
            Status::Busy { .. } => self.word(Key::Busy),
            Status::NoInformation => self.word(Key::NoInformation),
        }
    }

    /// What a meeting is called on the corridor.
    pub(crate) fn title(&self, meeting: &Meeting) -> String {
        if meeting.private {
            self.word(Key::Private)
        } else if meeting.title.trim().is_empty() {
            self.word(Key::Untitled)
        } else {
            meeting.title.clone()
        }
    }

    /// When a coming meeting starts.
    pub(crate) fn start(&self, meeting: &Meeting) -> String {
        let today = self.today();
        match (meeting.all_day, meeting.start.date() == today) {
            (true, true) => self.word(Key::AllDay),
            (true, false) => self.locale.day(meeting.start.date(), today),
            (false, _) => self.locale.moment(meeting.start, today),
        }
    }

    /// Until when a room's state lasts: wordings, the longest first.
    pub(crate) fn until_of(&self, status: &Status) -> Vec<String> {
        match status {
            Status::Free { until: None } => vec![self.word(Key::FreeAllDay)],
            Status::Free { until: Some(until) } | Status::Busy { until, .. } => {
                self.locale.until(*until, self.today())
            }
            Status::NoInformation => Vec::new(),
        }
    }

    /// That so many more are there than are shown.
    pub(crate) fn more(&self, count: usize) -> String {
        self.locale
            .counted(Key::More, u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Today, where the display hangs.
    pub(crate) fn today(&self) -> Date {
        self.state
            .room
            .as_ref()
            .map_or(self.state.date, |room| room.date)
    }

    fn until(&self, wording: usize) -> Option<String> {
        let mut wordings = self.until_of(&self.state.room.as_ref()?.status);
        let last = wordings.len().checked_sub(1)?;
        Some(wordings.swap_remove(wording.min(last)))
    }

    fn date(&self, wording: usize) -> String {
        if wording == 0 {
            self.locale.date(self.today())
        } else {
            self.locale.short_date(self.today())
        }
    }

    fn span(&self, meeting: &Meeting) -> String {
        if meeting.all_day {
            self.word(Key::AllDay)
        } else {
            self.locale.span(meeting.start, meeting.end, self.today())
        }
    }

    fn word(&self, key: Key) -> String {
        self.locale.word(key).to_owned()
    }

    fn attendees(&self, meeting: &Meeting) -> Option<String> {
        meeting
            .attendees
            .filter(|count| *count > 0)
            .map(|count| self.locale.counted(Key::People, count))
    }

    fn part(&self, meeting: &Meeting, part: Part) -> Option<String> {
        match part {
            Part::Title => Some(self.title(meeting)),
            Part::Time => Some(self.span(meeting)),
            Part::Start => Some(self.start(meeting)),
            Part::Organiser => meeting.organiser.clone(),
            Part::OrganiserEmail => meeting.organiser_email.clone(),
            Part::Attendees => self.attendees(meeting),
            Part::AttendeeNames => names(meeting),
        }
    }
}

fn names(meeting: &Meeting) -> Option<String> {
    Some(meeting.attendee_names.join(", ")).filter(|names| !names.is_empty())
}
