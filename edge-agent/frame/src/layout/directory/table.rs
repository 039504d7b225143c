//! How the rows of a table are arranged: as much of a room as there is width and height for.

use crate::layout::area::{Area, Scale};

/// Rows are not higher than they need and so many lines of text: few rooms would stand lost.
const ROOMIER: f32 = 1.9;
/// Shares of the width: the room's name, its state; the rest shows its hours.
const NAME: f32 = 0.33;
const STATE: f32 = 0.29;
/// Below this many pixels, or so many lines of text, there is no place for hours beside names and times.
const NARROW: i32 = 360;
const NARROW_LINES: i32 = 24;
/// Below so many lines of text there is no place for times beside names either.
const SLIM_LINES: i32 = 12;

/// How a room's row is arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Name, state and hours beside each other.
    Beside,
    /// Name and state beside each other, the hours below them.
    Halves,
    /// Everything below each other.
    Below,
}

/// What the rows of a table have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    form: Form,
    /// Whether hours are shown: names and states come first where there are many rooms.
    hours: bool,
    /// Height of a line of text.
    line: i32,
}

/// Where the parts of a row are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    pub(super) name: Area,
    pub(super) state: Area,
    pub(super) hours: Option<Area>,
}

impl Table {
    /// For so many rooms.
    pub(super) fn new(area: Area, line: i32, rooms: usize) -> Self {
        let form = if area.w >= NARROW && area.w >= NARROW_LINES * line {
            Form::Beside
        } else if area.w >= SLIM_LINES * line {
            Form::Halves
        } else {
            Form::Below
        };
        let with = Self {
            form,
            hours: true,
            line,
        };
        let room = area.h - with.head();
        let rooms = i32::try_from(rooms).unwrap_or(i32::MAX);
        let hours = form == Form::Beside || with.least().saturating_mul(rooms) <= room;
        Self { hours, ..with }
    }

    /// Height of the labels of the hours.
    pub(super) fn head(self) -> i32 {
        if self.hours { self.line } else { 0 }
    }

    /// Height that a row needs, in pixels; rooms that have no row are counted in the last line.
    pub(super) fn least(self) -> i32 {
        let lines = match self.form {
            Form::Beside => 1.5,
            Form::Halves if self.hours => 2.0,
            Form::Halves => 1.25,
            Form::Below if self.hours => 2.9,
            Form::Below => 2.4,
        };
        (self.line as f32 * lines).ceil().max(1.0) as i32
    }

    pub(super) fn most(self) -> i32 {
        self.least() + (self.line as f32 * ROOMIER) as i32
    }

    /// Cuts a row into its parts.
    pub(super) fn parts(self, scale: &Scale, row: Area) -> Parts {
        let share = |share: f32| (row.w as f32 * share) as i32;
        match self.form {
            Form::Beside => {
                let row = Area {
                    y: row.y + 1,
                    h: row.h - 2,
                    ..row
                };
                let (name, rest) = scale.cut(row, share(NAME));
                let (state, hours) = scale.cut(rest, share(STATE));
                Parts {
                    name: scale.cut(name, name.w - self.line).0,
                    state: scale.cut(state, state.w - self.line).0,
                    hours: Some(hours),
                }
            }
            Form::Halves => {
                let (words, hours) = self.words_and_hours(row, self.line * 5 / 4);
                let (name, state) = scale.cut(words, share(0.5));
                let name = scale.cut(name, name.w - self.line / 2).0;
                Parts { name, state, hours }
            }
            Form::Below => {
                let state = self.line * 6 / 5;
                let (words, hours) = self.words_and_hours(row, self.line + state);
                Parts {
                    name: Area {
                        h: self.line,
                        ..words
                    },
                    state: Area {
                        y: words.y + self.line,
                        h: state,
                        ..words
                    },
                    hours,
                }
            }
        }
    }

    /// Words of that height, and below them the hours as high as there is room, all of it halfway down the row.
    fn words_and_hours(self, row: Area, height: i32) -> (Area, Option<Area>) {
        let gap = self.line / 5;
        let bar = if self.hours {
            (row.h - height - 3 * gap).clamp(self.line * 2 / 5, self.line * 4 / 5)
        } else {
            0
        };
        let below = if self.hours { gap + bar } else { 0 };
        let words = Area {
            y: row.y + ((row.h - height - below) / 2).max(0),
            h: height,
            ..row
        };
        let hours = Area {
            y: words.bottom() + gap,
            h: bar,
            ..row
        };
        (words, self.hours.then_some(hours))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(w: i32, h: i32) -> Area {
        Area { x: 5, y: 50, w, h }
    }

    #[test]
    fn hours_stand_where_they_have_room_and_give_way_to_rooms() {
        let hours = |w, h, rooms| Table::new(area(w, h), 20, rooms).hours;
        assert!(hours(480, 60, 9), "beside the names they take no height");
        assert!(hours(300, 220, 5) && !hours(300, 220, 6));
        assert!(hours(120, 200, 3) && !hours(120, 200, 4));
    }

    #[test]
    fn no_part_of_a_row_lies_outside_of_it_or_on_another() {
        for (w, h) in [(480, 40), (300, 50), (300, 90), (120, 60), (120, 110)] {
            let row = area(w, h);
            let scale = Scale::new((500, 500), None, false);
            let parts = Table::new(area(w, 1000), 20, 1).parts(&scale, row);
            let hours = parts.hours.unwrap();
            let all = [parts.name, parts.state, hours];
            for (index, part) in all.iter().enumerate() {
                assert!(
                    !part.is_empty() && part.and(row) == *part,
                    "{w}×{h}: {part:?}"
                );
                for other in &all[..index] {
                    assert!(part.and(*other).is_empty(), "{w}×{h}: {part:?} {other:?}");
                }
            }
        }
    }
}
