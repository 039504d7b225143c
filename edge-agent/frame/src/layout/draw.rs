//! Draws items, one after the other, and stacks of them below each other.

use crate::document::item::{Item, Kind, Sheet};
use crate::document::length::{Block, Length};
use crate::layout::area::Area;
use crate::layout::canvas::Canvas;

impl Canvas<'_> {
    /// Draws a sheet: its background, then its items in order, later ones over earlier ones.
    pub(crate) fn sheet(&mut self, sheet: &Sheet) {
        let (scene, whole) = (self.scene, self.scene.scale.panel);
        if let Some(background) = &sheet.background {
            self.fill(whole, scene.ink(background.colour));
            if let Some((block, shape)) = &background.rectangle {
                self.rectangle(shape, scene.scale.place(block, whole));
            }
        }
        for item in &sheet.items {
            if scene.holds(&item.when) && self.budget.take() {
                self.item(item, scene.scale.place(&item.block, whole));
            }
        }
    }

    /// Draws an item into its area, and nothing outside. A line, a code at a position and captions have none.
    pub(crate) fn item(&mut self, item: &Item, area: Area) {
        let outer = self.clip;
        if !matches!(
            item.kind,
            Kind::Line { .. } | Kind::Code(_) | Kind::Buttons(_)
        ) {
            self.clip = outer.and(area);
        }
        self.kind(item, area);
        self.clip = outer;
    }

    fn kind(&mut self, item: &Item, area: Area) {
        let scene = self.scene;
        match &item.kind {
            Kind::Text(text) => self.text(text, area),
            Kind::Rectangle(shape) => self.rectangle(shape, area),
            Kind::Circle(shape) => self.circle(shape, area),
            Kind::Line {
                to,
                colour,
                pattern,
            } => {
                let whole = scene.scale.panel;
                let end = Block {
                    x: to.0,
                    y: to.1,
                    w: Some(Length::ZERO),
                    h: Some(Length::ZERO),
                };
                let start = Block {
                    w: Some(Length::ZERO),
                    h: Some(Length::ZERO),
                    ..item.block
                };
                let (from, to) = (
                    scene.scale.place(&start, whole),
                    scene.scale.place(&end, whole),
                );
                self.line((from.x, from.y), (to.x, to.y), *colour, *pattern);
            }
            Kind::Image { name, foreground } => self.image(name, *foreground, area),
            Kind::Code(code) => self.code(code, area),
            Kind::Buttons(buttons) => self.buttons(buttons),
            Kind::Stack(stack) => self.stack(stack, area),
            Kind::DayBar(bar) => self.day_bar(bar, area),
            Kind::Events(events) => self.events(events, area),
            Kind::Directory(directory) => self.directory(directory, area),
        }
    }
}
