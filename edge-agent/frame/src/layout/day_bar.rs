//! The day as a bar: what is taken, with the hours beside it. No mark for now: it would cost a refresh a minute.

use jiff::civil::{DateTime, Time};

use crate::document::item::{Align, DayBar, Font};
use crate::layout::area::Area;
use crate::layout::canvas::Canvas;
use crate::palette::Ink;
use crate::state::RoomState;

/// The hours that are shown when nothing else is known.
const HOURS: (u32, u32) = (8, 18);
/// A bar of fewer hours would make short meetings look long.
const FEWEST: u32 = 8;
/// Every so many hours are labelled, the first of these that leaves the labels room.
const STEPS: [u32; 4] = [1, 2, 3, 6];

impl Canvas<'_> {
    pub(crate) fn day_bar(&mut self, bar: &DayBar, area: Area) {
        let Some(room) = self.scene.state.room.as_ref() else {
            return;
        };
        let hours = hours(bar.hours, room);
        let rule = self.scene.scale.rule(bar.thickness);
        let label = self.labels(bar, hours);
        let place = if bar.across {
            let side = label.w / 2;
            Area {
                x: area.x + side,
                w: area.w - 2 * side,
                h: area.h - label.h,
                ..area
            }
        } else {
            let side = label.h / 2;
            let (strip, _) = self.scene.scale.cut(area, area.w - label.w);
            Area {
                y: area.y + side,
                h: area.h - 2 * side,
                ..strip
            }
        };
        if place.w < 3 * rule || place.h < 3 * rule {
            return;
        }
        for (start, end) in &room.day {
            let (from, until) = (minute(*start, room), minute(*end, room));
            self.taken(bar, place, hours, (from, until), rule);
        }
        self.outline(place, rule, Ink::Black);
        self.hour_labels(bar, area, place, hours, label);
    }

    /// Fills the stretch of a meeting; a white line keeps meetings apart that follow each other.
    fn taken(
        &mut self,
        bar: &DayBar,
        place: Area,
        hours: (u32, u32),
        (from, until): (u32, u32),
        rule: i32,
    ) {
        let (a, b) = (
            self.at(bar, place, hours, from),
            self.at(bar, place, hours, until),
        );
        if a == b {
            return;
        }
        let (low, long) = (a.min(b), ((b - a).abs() - rule.max(1)).max(1));
        let stretch = if bar.across {
            // The line is at the end of the meeting, which is at the left where reading goes to the left.
            let x = if a < b {
                low
            } else {
                low + (b - a).abs() - long
            };
            Area {
                x,
                w: long,
                ..place
            }
        } else {
            Area {
                y: low,
                h: long,
                ..place
            }
        };
        self.fill(stretch, Ink::Black);
    }

    fn hour_labels(
        &mut self,
        bar: &DayBar,
        area: Area,
        place: Area,
        hours: (u32, u32),
        label: Area,
    ) {
        let length = if bar.across { place.w } else { place.h };
        let each = if bar.across {
            label.w + label.h
        } else {
            label.h * 3 / 2
        };
        let count = |step: u32| i32::try_from((hours.1 - hours.0) / step + 1).unwrap_or(i32::MAX);
        let roomy = |step: &u32| count(*step).saturating_mul(each) <= length + each;
        let step = STEPS.into_iter().find(roomy).unwrap_or(12);
        // Labels stand at hours that people count in, whatever hour the bar begins at.
        for hour in (hours.0..=hours.1).filter(|hour| hour % step == 0) {
            let Some(fitted) = self.fit_line(&hour.to_string(), &bar.font, label.w) else {
                continue;
            };
            let at = self.at(bar, place, hours, hour * 60);
            let (box_, align) = if bar.across {
                (
                    Area {
                        x: at - label.w / 2,
                        y: place.bottom(),
                        w: label.w,
                        h: label.h,
                    },
                    Align::Centre,
                )
            } else {
                let (_, side) = self.scene.scale.cut(area, place.w);
                (
                    Area {
                        y: at - fitted.height / 2,
                        h: fitted.height,
                        ..side
                    },
                    Align::Right,
                )
            };
            self.draw_fitted(&fitted, box_, area, align, Ink::Black);
        }
    }

    /// The room that a label takes, with space beside it.
    fn labels(&mut self, bar: &DayBar, hours: (u32, u32)) -> Area {
        let widest = hours.1.max(20).to_string();
        let width = self.line_width(&widest, &bar.font);
        let height = self.line_height(&bar.font);
        let space = if bar.across { 0 } else { height / 3 };
        Area {
            x: 0,
            y: 0,
            w: width + space,
            h: height,
        }
    }

    /// Where a minute of the day lies along the bar.
    fn at(&self, bar: &DayBar, place: Area, hours: (u32, u32), minute: u32) -> i32 {
        let (from, until) = (hours.0 * 60, hours.1 * 60);
        let share = f64::from(minute.clamp(from, until) - from) / f64::from(until - from);
        let along = |length: i32| (f64::from(length) * share).round() as i32;
        match (bar.across, self.scene.scale.mirrored) {
            (false, _) => place.y + along(place.h),
            (true, false) => place.x + along(place.w),
            (true, true) => place.right() - along(place.w),
        }
    }

    /// Width of a text at its full size.
    pub(crate) fn line_width(&mut self, text: &str, font: &Font) -> i32 {
        let style = self.full_style(font);
        i32::try_from(self.typesetter.width(text, style)).unwrap_or(i32::MAX)
    }
}

/// The hours to show: those that the layout or the room asks for, and every hour of today that is taken.
fn hours(asked: Option<(u32, u32)>, room: &RoomState) -> (u32, u32) {
    let usual = room.hours.and_then(|(from, until)| {
        let (from, until) = (u32::try_from(from).ok()?, u32::try_from(until).ok()?);
        (from < until && until <= 24).then_some((from, until))
    });
    let (mut from, mut until) = asked.or(usual).unwrap_or(HOURS);
    for (start, end) in &room.day {
        let (start, end) = (minute(*start, room), minute(*end, room));
        // What takes the whole day says nothing about the hours that matter.
        if start < end && !(start == 0 && end == 24 * 60) {
            from = from.min(start / 60);
            until = until.max(end.div_ceil(60));
        }
    }
    if until - from < FEWEST {
        until = (from + FEWEST).min(24);
        from = until - FEWEST;
    }
    (from, until)
}

/// Minutes since midnight of the room's day; times of other days count as its beginning or end.
pub(crate) fn minute(at: DateTime, room: &RoomState) -> u32 {
    let midnight = room.date.to_datetime(Time::midnight());
    let minutes = at.duration_since(midnight).as_mins().clamp(0, 24 * 60);
    u32::try_from(minutes).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn room(day: &[(i8, i8, i8, i8)]) -> RoomState {
        let today = date(2025, 2, 1);
        let at = |hour, minute| today.at(hour, minute, 0, 0);
        let day = day
            .iter()
            .map(|&(h, m, to_h, to_m)| (at(h, m), at(to_h, to_m)))
            .collect();
        RoomState {
            date: today,
            day,
            ..RoomState::default()
        }
    }

    #[test]
    fn the_bar_reaches_as_far_as_the_meetings_do() {
        assert_eq!(hours(None, &room(&[])), HOURS);
        assert_eq!(
            hours(None, &room(&[(7, 30, 9, 0), (19, 0, 20, 15)])),
            (7, 21)
        );
        assert_eq!(hours(Some((9, 17)), &room(&[(10, 0, 11, 0)])), (9, 17));
    }

    #[test]
    fn the_rooms_own_hours_count() {
        let mut short = room(&[]);
        short.hours = Some((10, 12));
        assert_eq!(
            hours(None, &short),
            (10, 18),
            "a bar of two hours would mislead"
        );
        short.hours = Some((22, 6));
        assert_eq!(
            hours(None, &short),
            HOURS,
            "hours that make no sense do not count"
        );
    }

    #[test]
    fn a_booking_of_the_whole_day_leaves_the_hours_alone() {
        let mut whole = room(&[]);
        let today = whole.date;
        let tomorrow = today.tomorrow().unwrap();
        whole.day = vec![(today.at(0, 0, 0, 0), tomorrow.at(0, 0, 0, 0))];
        assert_eq!(hours(None, &whole), HOURS);
        assert_eq!(minute(tomorrow.at(9, 0, 0, 0), &whole), 24 * 60);
    }
}
