//! JSON as people write it: a comma behind the last entry is forgiven, so is a byte order mark.

use serde_json::Value;

use crate::import::error::DocumentError;

/// Largest text that is read. The longest template known has 30 kB; the bound keeps the time for any text short.
pub(super) const MOST_BYTES: usize = 4 << 20;

/// Reads a text; how deep it may nest is bounded by the JSON reader itself.
pub(super) fn parse(text: &str) -> Result<Value, DocumentError> {
    if text.len() > MOST_BYTES {
        return Err(DocumentError::TooLong {
            bytes: text.len(),
            most: MOST_BYTES,
        });
    }
    let text = text.trim_start_matches('\u{feff}');
    let strict = serde_json::from_str(text);
    strict.or_else(|_| {
        serde_json::from_str(&without_trailing_commas(text)).map_err(DocumentError::Json)
    })
}

/// The text with a space for every comma that stands before a closing bracket, so that places in it stay the same.
fn without_trailing_commas(text: &str) -> String {
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    let mut comma = None;
    let mut in_string = false;
    let mut escaped = false;
    for c in text.chars() {
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else {
            match c {
                ',' => comma = Some(out.len()),
                ']' | '}' => {
                    if let Some(at) = comma.take() {
                        out[at] = ' ';
                    }
                }
                _ if c.is_whitespace() => {}
                _ => {
                    comma = None;
                    in_string = c == '"';
                }
            }
        }
        out.push(c);
    }
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_comma_behind_the_last_entry_is_forgiven() {
        let text = "\u{feff}{\"items\": [{\"a\": \", ]\\\",}\",\n},\n], }";
        assert_eq!(parse(text).unwrap(), json!({"items": [{"a": ", ]\",}"}]}));
        assert!(parse("[1,,2]").is_err());
        assert!(
            parse("[,]").is_ok_and(|value| value == json!([])),
            "nothing but a comma is an empty list"
        );
    }

    #[test]
    fn the_place_of_a_fault_is_where_it_was_written() {
        let Err(DocumentError::Json(error)) = parse("{\n \"a\": [1,],\n \"b\": x\n}") else {
            panic!("that is no JSON");
        };
        assert_eq!((error.line(), error.column()), (3, 7));
    }

    #[test]
    fn what_is_too_long_or_too_deep_is_refused_at_once() {
        let long = " ".repeat(MOST_BYTES + 1);
        assert!(matches!(parse(&long), Err(DocumentError::TooLong { .. })));
        assert!(matches!(
            parse(&"[".repeat(MOST_BYTES)),
            Err(DocumentError::Json(_))
        ));
        assert!(matches!(parse("[1e999]"), Err(DocumentError::Json(_))));
    }
}
