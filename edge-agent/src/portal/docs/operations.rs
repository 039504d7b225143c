//! The routes, by concern.

use maud::{Markup, html};
use serde_json::Value;

use super::schemas::{kind, words};

/// Every route under its concern.
pub(super) fn all(document: &Value) -> Markup {
    let none = Vec::new();
    let tags = document["tags"].as_array().unwrap_or(&none);
    html! {
        @for tag in tags.iter().filter_map(|tag| tag["name"].as_str()) {
            section class="card after-head" {
                h2 { (tag) }
                @for (path, method, row) in rows(document, tag) {
                    (operation(path, method, row))
                }
            }
        }
    }
}

fn rows<'d>(document: &'d Value, tag: &str) -> Vec<(&'d str, &'d str, &'d Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let rows = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, row)| (path.as_str(), method.as_str(), row))
    });
    rows.filter(|(_, _, row)| row["tags"][0] == tag).collect()
}

fn operation(path: &str, method: &str, row: &Value) -> Markup {
    let id = row["operationId"].as_str().unwrap_or_default();
    html! {
        details class="below" id=(id) {
            summary {
                code { (method.to_ascii_uppercase()) " " (path) }
                " " (words(&row["summary"]))
            }
            dl class="facts below" {
                dt { "Who" }
                dd { (words(&row["description"])) }
                @for parameter in row["parameters"].as_array().into_iter().flatten() {
                    dt { code { (words(&parameter["name"])) } }
                    dd {
                        (kind(&parameter["schema"])) ", in the " (words(&parameter["in"]))
                        @if parameter["description"].is_string() { ". " (words(&parameter["description"])) }
                    }
                }
                @if row["requestBody"].is_object() {
                    dt { "Takes" }
                    dd { (content(&row["requestBody"])) }
                }
                @for (status, answer) in row["responses"].as_object().into_iter().flatten() {
                    @if status.starts_with('2') {
                        dt { "Gives" }
                        dd { (status) " " (content(answer)) }
                    }
                }
            }
        }
    }
}

fn content(of: &Value) -> Markup {
    html! {
        @for (index, (mime, what)) in of["content"].as_object().into_iter().flatten().enumerate() {
            @if index > 0 { ", " }
            @if what["schema"].is_object() {
                (kind(&what["schema"]))
            } @else {
                (mime)
            }
        }
    }
}
