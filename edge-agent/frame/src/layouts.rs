//! The layouts that Placard brings: a sign for every size of panel, and signs for what is no meeting.

use std::sync::LazyLock;

use crate::document::Document;
use crate::document::condition::Fact;
use crate::panel::Panel;
use crate::state::{SignState, Status};

/// A layout that Placard brings.
#[derive(Debug)]
pub struct Shipped {
    /// Its name, which never changes.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub title: &'static str,
    /// The layout as text, for people to change.
    pub json: &'static str,
    /// The size that it was drawn for; none fits every panel.
    pub canvas: Option<(u32, u32)>,
    document: LazyLock<Document>,
}

impl Shipped {
    /// The layout, read.
    pub fn document(&self) -> &Document {
        &self.document
    }
}

macro_rules! shipped {
    ($($name:literal, $canvas:expr, $title:literal;)+) => {
        /// Every layout that Placard brings.
        static ALL: [Shipped; COUNT] = [$(Shipped {
            name: $name,
            title: $title,
            json: include_str!(concat!("../layouts/", $name, ".json")),
            canvas: $canvas,
            document: LazyLock::new(|| read(include_str!(concat!("../layouts/", $name, ".json")))),
        },)+];
    };
}

/// How many there are.
const COUNT: usize = 10;

shipped! {
    "room-800x480", Some((800, 480)), "A room, on 7.5 inch and larger";
    "room-480x800", Some((480, 800)), "A room, on 7.5 inch and larger, upright";
    "room-400x300", Some((400, 300)), "A room, on 4.2 inch";
    "room-300x400", Some((300, 400)), "A room, on 4.2 inch, upright";
    "room-296x128", Some((296, 128)), "A room, on 2.9 inch";
    "room-128x296", Some((128, 296)), "A room, on 2.9 inch, upright";
    "lobby", None, "Several rooms and their next twelve hours";
    "announcement", None, "A text for everybody";
    "out-of-order", None, "A room that must not be used";
    "picture", None, "A picture, for a display without a room";
}

/// Share of a layout's canvas that a panel has to have for the layout to be readable on it.
const LEAST: f32 = 0.8;
/// Share of a panel that the layout, scaled to it, has to cover, so that nothing is stretched out of shape.
const COVER: f32 = 0.75;

/// Every layout that Placard brings, rooms first.
pub fn shipped() -> &'static [Shipped] {
    &ALL
}

/// The layout of that name.
pub fn named(name: &str) -> Option<&'static Document> {
    ALL.iter()
        .find(|shipped| shipped.name == name)
        .map(Shipped::document)
}

/// Whether a document is one that Placard brings, unchanged.
pub(crate) fn is_shipped(document: &Document) -> bool {
    ALL.iter()
        .any(|shipped| std::ptr::eq(shipped.document(), document))
}

/// The layout of a room's sign that fits a panel best: the most detailed one that is readable and of its shape.
pub fn default_for(panel: &Panel) -> &'static Document {
    let (across, down) = (panel.width as f32, panel.height as f32);
    let scale = |(width, height): (u32, u32)| (across / width as f32).min(down / height as f32);
    let covers =
        |size: (u32, u32)| scale(size).powi(2) * size.0 as f32 * size.1 as f32 / (across * down);
    let same_way = || {
        let rooms = ALL.iter().filter_map(|one| Some((one, one.canvas?)));
        rooms.filter(|(_, size)| (size.1 > size.0) == (panel.height > panel.width))
    };
    let best = same_way()
        .find(|(_, size)| scale(*size) >= LEAST && covers(*size) >= COVER)
        .or_else(|| same_way().max_by(|a, b| covers(a.1).total_cmp(&covers(b.1))));
    let (best, _) = best.expect("there are layouts for both ways of hanging a panel");
    best.document()
}

/// The layout that stands in where `document` does not say what to show, and is honest about it.
pub(crate) fn instead_of(
    document: &Document,
    state: &SignState,
    panel: &Panel,
) -> Option<&'static Document> {
    let stand_in = |fact, name| {
        if document.knows(fact) {
            None
        } else {
            named(name)
        }
    };
    if state.out_of_order.is_some() {
        return stand_in(Fact::OutOfOrder, "out-of-order");
    }
    if state.announcement.is_some() {
        return stand_in(Fact::Announcement, "announcement");
    }
    let unknown = matches!(&state.room, Some(room) if room.status == Status::NoInformation);
    let nothing =
        document.sheet(state, panel).is_none() || (unknown && !document.knows(Fact::Unknown));
    (nothing && state.room.is_some()).then(|| default_for(panel))
}

fn read(json: &str) -> Document {
    let (document, _) = Document::parse(json).expect("a shipped layout is a layout");
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_gets_the_most_detailed_layout_of_its_shape() {
        let name = |width, height| {
            default_for(&Panel::black_white(width, height))
                .name()
                .unwrap()
        };
        assert_eq!(name(800, 480), "Room, 7.5 inch");
        assert_eq!(name(1872, 1404), "Room, 7.5 inch");
        assert_eq!(name(480, 800), "Room, 7.5 inch, upright");
        assert_eq!(name(400, 300), "Room, 4.2 inch");
        assert_eq!(name(556, 240), "Room, 2.9 inch");
        assert_eq!(name(128, 296), "Room, 2.9 inch, upright");
        assert_eq!(
            name(1000, 100),
            "Room, 2.9 inch",
            "nothing fits; this is nearest to its shape"
        );
    }
}
