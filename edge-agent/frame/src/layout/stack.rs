//! Things below or beside each other, each as large as it needs.

use crate::document::item::{Item, Kind, Stack, Vertical};
use crate::document::length::{Block, Length};
use crate::layout::area::Area;
use crate::layout::canvas::Canvas;
use crate::layout::text::below;

impl Canvas<'_> {
    /// Draws what has room; what has none is left out, and so is what comes after it.
    pub(crate) fn stack(&mut self, stack: &Stack, area: Area) {
        if stack.across {
            self.row(stack, area)
        } else {
            self.column(stack, area)
        }
    }

    fn column(&mut self, stack: &Stack, area: Area) {
        let scene = self.scene;
        let mut placed: Vec<(&Item, Area)> = Vec::new();
        let mut used = 0;
        for item in stack.items.iter().filter(|item| scene.holds(&item.when)) {
            if !self.budget.take() {
                break;
            }
            let gap = if placed.is_empty() {
                0
            } else {
                scene.scale.pixels(item.gap, area.h)
            };
            let room = area.h - used - gap;
            let Some(height) = self.height(item, Area { h: room, ..area }) else {
                continue;
            };
            if height > room {
                break;
            }
            let row = Area {
                y: area.y + used + gap,
                h: height,
                ..area
            };
            let place = scene.scale.place(&full_height(&item.block), row);
            placed.push((item, place.and(row)));
            used += gap + height;
        }
        let down = below(stack.vertical, area.h, used);
        for (item, place) in placed {
            self.item(
                item,
                Area {
                    y: place.y + down,
                    ..place
                },
            );
        }
    }

    /// How high an item is that has `room` left; `None` when it has nothing to show.
    fn height(&mut self, item: &Item, room: Area) -> Option<i32> {
        let scale = self.scene.scale;
        // A height that is given is the most that a text or list may take, and what anything else takes.
        let given = item
            .block
            .h
            .map(|height| scale.pixels(height, scale.panel.h));
        let most = given.map_or(room.h, |given| given.min(room.h));
        let across = scale.place(&full_height(&item.block), room).and(room);
        match &item.kind {
            Kind::Text(text) => Some(self.fit(text, across.w, most)?.height),
            Kind::Events(events) => self.events_height(events, most),
            Kind::Rectangle(_) => Some(item.block.h.map_or(room.h, |height| scale.rule(height))),
            _ => Some(given.unwrap_or(room.h)),
        }
    }

    /// Each text takes its own width, the last item the rest. Texts that stand at the bottom share a baseline.
    fn row(&mut self, stack: &Stack, area: Area) {
        let scene = self.scene;
        let items: Vec<&Item> = stack
            .items
            .iter()
            .filter(|item| scene.holds(&item.when))
            .collect();
        let mut placed: Vec<(&Item, Area, i32)> = Vec::new();
        let mut rest = area;
        for (index, item) in items.iter().enumerate() {
            if !self.budget.take() || rest.w <= 0 {
                break;
            }
            if index > 0 {
                let gap = scene.scale.pixels(item.gap, area.w);
                rest = scene.scale.cut(rest, gap).1;
            }
            let fitted = match &item.kind {
                Kind::Text(text) => self.fit(text, rest.w, rest.h),
                _ => None,
            };
            let width = match item.block.w {
                _ if index + 1 == items.len() => rest.w,
                Some(width) => scene.scale.pixels(width, area.w),
                None => fitted
                    .as_ref()
                    .map_or(rest.w, |fitted| self.fitted_width(fitted)),
            };
            let (place, left) = scene.scale.cut(rest, width);
            placed.push((
                item,
                place,
                fitted.map_or(0, |fitted| fitted.below_baseline()),
            ));
            rest = left;
        }
        let deepest = placed.iter().map(|(_, _, below)| *below).max().unwrap_or(0);
        for (item, place, below) in placed {
            let lift = match &item.kind {
                Kind::Text(text) if text.vertical == Vertical::Bottom => deepest - below,
                _ => 0,
            };
            self.item(
                item,
                Area {
                    h: place.h - lift,
                    ..place
                },
            );
        }
    }
}

/// A block without its own top and height: a stack decides about these.
fn full_height(block: &Block) -> Block {
    Block {
        y: Length::ZERO,
        h: None,
        ..*block
    }
}
