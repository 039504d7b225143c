//! Reads an object of a layout field by field, forgiving what can be forgiven.

use serde_json::{Map, Value};

use crate::document::condition::Condition;
use crate::document::item::{Align, Colour, Pattern, Vertical};
use crate::document::length::{Block, Length};
use crate::document::warning::{Path, Warnings};

/// One object, which fields of it have been asked for, and where to say what is wrong.
pub(crate) struct Fields<'a> {
    map: &'a Map<String, Value>,
    path: &'a Path<'a>,
    known: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(map: &'a Map<String, Value>, path: &'a Path<'a>) -> Self {
        Self {
            map,
            path,
            known: Vec::new(),
        }
    }

    pub(crate) fn path(&self) -> &'a Path<'a> {
        self.path
    }

    /// The field as it stands; asked for, so known.
    pub(crate) fn value(&mut self, name: &'a str) -> Option<&'a Value> {
        self.known.push(name);
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// Says of every field that nobody asked for that it is ignored.
    pub(crate) fn finish(self, warnings: &mut Warnings) {
        for key in self
            .map
            .keys()
            .filter(|key| !self.known.contains(&key.as_str()))
        {
            warnings.add(
                &self.path.key(key),
                "is not known; it is kept and has no effect",
            );
        }
    }

    fn read<T>(
        &mut self,
        name: &'a str,
        what: &str,
        warnings: &mut Warnings,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(name)?;
        let read = read(value);
        if read.is_none() {
            let text = format!("{} is not {what}; it is ignored", shown(value));
            warnings.add(&self.path.key(name), text);
        }
        read
    }

    pub(crate) fn object(
        &mut self,
        name: &'a str,
        warnings: &mut Warnings,
    ) -> Option<&'a Map<String, Value>> {
        self.read(name, "an object", warnings, Value::as_object)
    }

    pub(crate) fn array(
        &mut self,
        name: &'a str,
        warnings: &mut Warnings,
    ) -> Option<&'a Vec<Value>> {
        self.read(name, "a list", warnings, Value::as_array)
    }

    /// A text; a number is taken as it is written.
    pub(crate) fn text(&mut self, name: &'a str, warnings: &mut Warnings) -> Option<String> {
        self.read(name, "a text", warnings, |value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    pub(crate) fn bool(&mut self, name: &'a str, warnings: &mut Warnings) -> Option<bool> {
        self.read(name, "true or false", warnings, |value| match value {
            Value::Bool(yes) => Some(*yes),
            Value::String(word) => word.to_ascii_lowercase().parse().ok(),
            _ => None,
        })
    }

    /// A whole number within bounds; what lies outside is brought to the nearest bound.
    pub(crate) fn whole(
        &mut self,
        name: &'a str,
        bounds: std::ops::RangeInclusive<u32>,
        warnings: &mut Warnings,
    ) -> Option<u32> {
        let number = self.read(name, "a number", warnings, number)?;
        let (least, most) = (f64::from(*bounds.start()), f64::from(*bounds.end()));
        if !(least..=most).contains(&number) {
            let text = format!("{number} is not between {least} and {most}; the nearest is taken");
            warnings.add(&self.path.key(name), text);
        }
        Some(number.clamp(least, most).round() as u32)
    }

    /// A length in pixels, or as `40%` or `100% - 24`.
    pub(crate) fn length(&mut self, name: &'a str, warnings: &mut Warnings) -> Option<Length> {
        self.read(
            name,
            "a length such as 24, \"40%\" or \"100% - 24\"",
            warnings,
            length,
        )
    }

    /// A length that cannot be negative.
    pub(crate) fn extent(&mut self, name: &'a str, warnings: &mut Warnings) -> Option<Length> {
        let value = self.value(name)?;
        if number(value).is_some_and(|number| number < 0.0) {
            warnings.add(&self.path.key(name), "is negative; 0 is taken");
            return Some(Length::ZERO);
        }
        self.length(name, warnings)
    }

    pub(crate) fn percent(&mut self, name: &'a str, warnings: &mut Warnings) -> Option<Length> {
        self.read(name, "a number of percent", warnings, number)
            .map(Length::percent)
    }

    /// `block`: x, y, w and h.
    pub(crate) fn block(&mut self, warnings: &mut Warnings) -> Option<Block> {
        let map = self.object("block", warnings)?;
        let path = self.path.key("block");
        let mut fields = Fields::new(map, &path);
        let block = Block {
            x: fields.length("x", warnings).unwrap_or(Length::ZERO),
            y: fields.length("y", warnings).unwrap_or(Length::ZERO),
            w: fields.extent("w", warnings),
            h: fields.extent("h", warnings),
        };
        fields.finish(warnings);
        Some(block)
    }

    /// A pair of lengths below one name, such as `offset`.
    pub(crate) fn pair(
        &mut self,
        name: &'a str,
        keys: (&str, &str),
        warnings: &mut Warnings,
    ) -> Option<(Length, Length)> {
        let map = self.object(name, warnings)?;
        let path = self.path.key(name);
        let mut fields = Fields::new(map, &path);
        let first = fields.length(keys.0, warnings).unwrap_or(Length::ZERO);
        let second = fields.length(keys.1, warnings).unwrap_or(Length::ZERO);
        fields.finish(warnings);
        Some((first, second))
    }

    /// One word of several.
    pub(crate) fn word<T: Copy>(
        &mut self,
        name: &'a str,
        words: &[(&str, T)],
        warnings: &mut Warnings,
    ) -> Option<T> {
        let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.read(
            name,
            &format!("one of {}", list.join(", ")),
            warnings,
            |value| {
                let word = value.as_str()?.trim();
                words
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(word))
                    .map(|(_, meaning)| *meaning)
            },
        )
    }

    pub(crate) fn colour(&mut self, name: &'a str, warnings: &mut Warnings) -> Option<Colour> {
        self.word(name, COLOURS, warnings)
    }

    /// A pattern; `NONE` is one that draws nothing.
    pub(crate) fn pattern(
        &mut self,
        name: &'a str,
        warnings: &mut Warnings,
    ) -> Option<Option<Pattern>> {
        self.word(name, PATTERNS, warnings)
    }

    pub(crate) fn align(&mut self, warnings: &mut Warnings) -> Option<Align> {
        self.word(
            "textAlign",
            &[
                ("LEFT", Align::Left),
                ("CENTER", Align::Centre),
                ("RIGHT", Align::Right),
            ],
            warnings,
        )
    }

    pub(crate) fn vertical(&mut self, warnings: &mut Warnings) -> Option<Vertical> {
        self.word(
            "verticalAlign",
            &[
                ("TOP", Vertical::Top),
                ("MIDDLE", Vertical::Middle),
                ("BOTTOM", Vertical::Bottom),
            ],
            warnings,
        )
    }

    /// `when`: one condition or a list of which all must hold.
    pub(crate) fn conditions(&mut self, warnings: &mut Warnings) -> Vec<Condition> {
        let texts = self.texts("when", warnings);
        let path = self.path.key("when");
        let mut conditions = Vec::new();
        for text in texts {
            match Condition::parse(&text) {
                Some(condition) => conditions.push(condition),
                None => warnings.add(&path, format!("`{text}` is not a condition; it is ignored")),
            }
        }
        conditions
    }

    /// A text or a list of texts.
    pub(crate) fn texts(&mut self, name: &'a str, warnings: &mut Warnings) -> Vec<String> {
        self.read(
            name,
            "a text or a list of texts",
            warnings,
            |value| match value {
                Value::String(text) => Some(vec![text.clone()]),
                Value::Array(list) => list
                    .iter()
                    .map(|one| one.as_str().map(str::to_owned))
                    .collect(),
                _ => None,
            },
        )
        .unwrap_or_default()
    }
}

const COLOURS: &[(&str, Colour)] = &[
    ("WHITE", Colour::White),
    ("BLACK", Colour::Black),
    ("RED", Colour::Red),
    ("YELLOW", Colour::Yellow),
    ("ACCENT", Colour::Accent),
    ("ON_ACCENT", Colour::OnAccent),
];

const PATTERNS: &[(&str, Option<Pattern>)] = &[
    ("SOLID", Some(Pattern::Solid)),
    ("INTERLEAVE", Some(Pattern::Interleave)),
    ("DASH_TINY", Some(Pattern::DashTiny)),
    ("DASH_MEDIUM", Some(Pattern::DashMedium)),
    ("DASH_WIDE", Some(Pattern::DashWide)),
    ("NONE", None),
];

/// A number, also one that is written as a text.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|number: &f64| number.is_finite())
}

fn length(value: &Value) -> Option<Length> {
    match value {
        Value::Number(_) => number(value).map(Length::pixels),
        Value::String(text) => Length::parse(text),
        _ => None,
    }
}

/// The beginning of a value, for a message.
fn shown(value: &Value) -> String {
    const MOST: usize = 40;
    let text = match value {
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        plain => plain.to_string(),
    };
    if text.chars().count() > MOST {
        text.chars().take(MOST).chain(['…']).collect()
    } else {
        text
    }
}
