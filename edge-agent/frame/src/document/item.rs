//! The parts of a layout, read and ready to be drawn.

use crate::document::condition::Condition;
use crate::document::field::Field;
use crate::document::length::{Block, Length};

/// One picture of a layout: what is drawn when its conditions hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sheet {
    pub(crate) when: Vec<Condition>,
    pub(crate) background: Option<Background>,
    pub(crate) items: Vec<Item>,
}

/// What lies below the items.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Background {
    pub(crate) colour: Colour,
    pub(crate) rectangle: Option<(Block, Shape)>,
}

/// One thing to draw.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) when: Vec<Condition>,
    pub(crate) block: Block,
    /// Space before it, inside a stack.
    pub(crate) gap: Length,
    pub(crate) kind: Kind,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Text(Box<Text>),
    Rectangle(Shape),
    Line {
        to: (Length, Length),
        colour: Colour,
        pattern: Pattern,
    },
    /// Its block is the square around it.
    Circle(Shape),
    Image {
        name: String,
        foreground: Option<Colour>,
    },
    Code(Code),
    /// Captions above the buttons of older displays.
    Buttons(Vec<(String, ButtonStyle)>),
    Stack(Stack),
    DayBar(DayBar),
    Events(Events),
    Directory(Directory),
}

/// Words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Text {
    /// What it says: the first wording that fits.
    pub(crate) says: Vec<Wording>,
    pub(crate) font: Font,
    pub(crate) colour: Colour,
    /// Fills the block; none leaves what is there.
    pub(crate) background: Option<Colour>,
    pub(crate) align: Align,
    pub(crate) vertical: Vertical,
    /// The glyphs' shift inside the block.
    pub(crate) offset: (Length, Length),
    /// At most so many lines; none is as many as the block has room for.
    pub(crate) lines: Option<u32>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    Field(Field),
}

/// One way of saying something. It cannot be used while one of its fields is empty.
pub(crate) type Wording = Vec<Piece>;

/// How words look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Font {
    /// Font size; shares are of the panel's height.
    pub(crate) size: Length,
    /// The size down to which the text shrinks to fit.
    pub(crate) least: Length,
    pub(crate) bold: bool,
    /// From one baseline to the next; none is what suits the size.
    pub(crate) leading: Option<Length>,
}

/// A filled or framed shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shape {
    pub(crate) fill: Option<(Colour, Pattern)>,
    pub(crate) stroke: Option<(Colour, Pattern)>,
    pub(crate) thickness: Length,
    /// Of the corners.
    pub(crate) radius: Length,
}

/// A QR code.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Code {
    /// What it says; none is the room's booking address.
    pub(crate) text: Option<String>,
    pub(crate) correction: Correction,
    /// Pixels of a module and the least version; none makes it as large as its block allows.
    pub(crate) fixed: Option<(u32, u32)>,
}

/// How much of a QR code may be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Correction {
    Low,
    Medium,
    Quartile,
    High,
}

/// How a button's caption looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ButtonStyle {
    Enabled,
    Disabled,
    Blank,
}

/// Things below each other, each as high as it needs, or beside each other.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stack {
    pub(crate) items: Vec<Item>,
    pub(crate) across: bool,
    pub(crate) vertical: Vertical,
}

/// The day with what is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DayBar {
    pub(crate) font: Font,
    pub(crate) thickness: Length,
    /// From the left to the right instead of downwards.
    pub(crate) across: bool,
    /// The hours to show at least; none is the room's.
    pub(crate) hours: Option<(u32, u32)>,
}

/// A list of coming meetings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Events {
    pub(crate) font: Font,
    pub(crate) count: usize,
    /// How many are left out at the beginning.
    pub(crate) skip: usize,
}

/// A table of rooms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Directory {
    pub(crate) font: Font,
    pub(crate) thickness: Length,
}

/// A colour by its meaning; what a panel lacks is drawn in one that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    White,
    Black,
    Red,
    Yellow,
    /// Red, else yellow, else black.
    Accent,
    /// What is readable on the accent.
    OnAccent,
}

/// How an area or a line is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    Solid,
    Interleave,
    DashTiny,
    DashMedium,
    DashWide,
}

/// Where lines begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
}

/// Where a text or a stack lies in a block that is higher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vertical {
    Top,
    Middle,
    Bottom,
}
