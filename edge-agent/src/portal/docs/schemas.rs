//! The types, each with its fields.

use maud::{Markup, html};
use serde_json::Value;

/// Every type, by name.
pub(super) fn all(document: &Value) -> Markup {
    let schemas = document["components"]["schemas"].as_object();
    html! {
        section class="card after-head" {
            h2 { "Types" }
            @for (name, schema) in schemas.into_iter().flatten() {
                section class="after-head" id=(name) {
                    h3 { (name) }
                    p class="soft" { (words(&schema["description"])) }
                    (inside(schema))
                }
            }
        }
    }
}

fn inside(schema: &Value) -> Markup {
    let variants = schema["oneOf"]
        .as_array()
        .or_else(|| schema["anyOf"].as_array());
    html! {
        @if schema["properties"].is_object() { (fields(schema)) }
        @if let Some(variants) = variants {
            ul class="rows" {
                @for variant in variants {
                    li {
                        div class="what" {
                            (kind(variant)) " " span class="soft" { (words(&variant["description"])) }
                            @if variant["properties"].is_object() { (fields(variant)) }
                        }
                    }
                }
            }
        } @else if !schema["properties"].is_object() {
            p { (kind(schema)) }
        }
    }
}

fn fields(schema: &Value) -> Markup {
    let required = |name: &str| {
        let names = schema["required"].as_array();
        names.is_some_and(|names| names.iter().any(|one| one == name))
    };
    html! {
        div class="scroll" {
            table {
                thead { tr { th { "Word" } th { "What" } th { "About" } } }
                tbody {
                    @for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                        tr {
                            td { code { (name) } }
                            td {
                                (kind(property))
                                @if !required(name) { ", may be left out" }
                            }
                            td class="wide" { (words(&property["description"])) }
                        }
                    }
                }
            }
        }
    }
}

/// What a value is, in words; a type of the contract leads to its place.
pub(super) fn kind(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next())
    {
        return html! { a href={ "#" (name) } { (name) } };
    }
    if let Some(word) = schema["const"].as_str() {
        return html! { code { (word) } };
    }
    if let Some(list) = schema["enum"].as_array() {
        return several(list.iter().map(|word| html! { code { (words(word)) } }));
    }
    let choices = schema["anyOf"]
        .as_array()
        .or_else(|| schema["oneOf"].as_array());
    if let Some(choices) = choices {
        return several(choices.iter().map(kind));
    }
    match &schema["type"] {
        Value::Array(types) => several(types.iter().map(|one| simple(one.as_str(), schema))),
        one => simple(one.as_str(), schema),
    }
}

fn simple(kind_of: Option<&str>, schema: &Value) -> Markup {
    match kind_of {
        Some("array") => html! { "list of " (kind(&schema["items"])) },
        Some("string") if schema["format"] == "date-time" => html! { "instant" },
        Some("string") => html! { "text" },
        Some("integer") => html! { "whole number" },
        Some("number") => html! { "number" },
        Some("boolean") => html! { "true or false" },
        Some("null") => html! { "null" },
        Some(other) => html! { (other) },
        None => html! { "anything" },
    }
}

fn several(all: impl Iterator<Item = Markup>) -> Markup {
    html! {
        @for (index, one) in all.enumerate() {
            @if index > 0 { " or " }
            (one)
        }
    }
}

/// A text of the document; what stands between backticks is drawn as code.
pub(super) fn words(text: &Value) -> Markup {
    let text = text.as_str().unwrap_or_default();
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_type_is_said_in_words() {
        for (schema, said) in [
            (json!({"type": "string", "format": "date-time"}), "instant"),
            (json!({"type": ["integer", "null"]}), "whole number or null"),
            (
                json!({"type": "array", "items": {"type": "string"}}),
                "list of text",
            ),
            (
                json!({"anyOf": [{"$ref": "#/components/schemas/Room"}, {"type": "null"}]}),
                "<a href=\"#Room\">Room</a> or null",
            ),
            (
                json!({"enum": ["a", "b"]}),
                "<code>a</code> or <code>b</code>",
            ),
            (json!({}), "anything"),
        ] {
            assert_eq!(kind(&schema).into_string(), said);
        }
        assert_eq!(
            words(&json!("Send `<b>` so.")).into_string(),
            "Send <code>&lt;b&gt;</code> so."
        );
    }
}
