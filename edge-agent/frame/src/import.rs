//! Reads SyncSign's dialects, and whatever people made of them, into one spelling.
//!
//! What is written is kept as far as it can be: containers stay as they came, unknown fields stay where they are, and
//! normalising what has been normalised changes nothing. Only old names are replaced by the ones in use.

mod dialect;
mod error;
mod lenient;

use serde_json::{Map, Value};

pub use self::error::DocumentError;
use crate::document::warning::{Path, Warnings};

/// Reads a text as JSON in today's spelling.
///
/// # Errors
///
/// Fails when it is too long, no JSON, or has no layout in any of the five shapes.
pub(crate) fn read(text: &str, warnings: &mut Warnings) -> Result<Value, DocumentError> {
    let mut value = lenient::parse(text)?;
    let mut found = false;
    each_sheet_mut(&mut value, &Path::Root, &mut |map, path| {
        found = true;
        dialect::normalise(map, path, warnings);
    });
    if found {
        Ok(value)
    } else {
        Err(DocumentError::NoLayout)
    }
}

/// Calls `visit` for every bare layout, whichever container it came in, in order.
pub(crate) fn each_sheet<'a>(
    value: &'a Value,
    path: &Path<'_>,
    visit: &mut dyn FnMut(&'a Map<String, Value>, &Path<'_>),
) {
    match value {
        Value::Object(map) if is_bare(map) => visit(map, path),
        Value::Object(map) => {
            if let Some(layout) = map.get("layout") {
                each_sheet(layout, &path.key("layout"), visit);
            }
        }
        Value::Array(list) => {
            for (index, one) in list.iter().enumerate() {
                each_sheet(one, &path.index(index), visit);
            }
        }
        _ => {}
    }
}

fn each_sheet_mut(
    value: &mut Value,
    path: &Path<'_>,
    visit: &mut dyn FnMut(&mut Map<String, Value>, &Path<'_>),
) {
    match value {
        Value::Object(map) if is_bare(map) => visit(map, path),
        Value::Object(map) => {
            if let Some(layout) = map.get_mut("layout") {
                each_sheet_mut(layout, &path.key("layout"), visit);
            }
        }
        Value::Array(list) => {
            for (index, one) in list.iter_mut().enumerate() {
                each_sheet_mut(one, &path.index(index), visit);
            }
        }
        _ => {}
    }
}

/// A layout without a container; one with nothing but a background is one too.
fn is_bare(map: &Map<String, Value>) -> bool {
    map.get("items").is_some_and(Value::is_array)
        || (map.get("background").is_some_and(Value::is_object) && !map.contains_key("layout"))
}
