//! Puts the document together.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::operation::{Answer, Body, Method, Operation, Version};
use super::tables;
use crate::error::ErrorBody;
use crate::users::Role;

/// Where the schemas are, as a reference names them.
const SCHEMAS: &str = "/components/schemas";

const ABOUT: &str = "Everything that the portal does. Sign in with `POST /api/v1/session` and send the cookie, or make a \
    token under Settings > Users and send it as `Authorization: Bearer …`. Every refusal has the same body, with a stable \
    `code`, a `message`, a `hint` what to do, and the `request_id` that is in the agent's log. Times are RFC 3339 in UTC. \
    A later version may add words to answers; ignore what you do not know.";

/// The whole document. `least` says which role an operation takes.
pub fn document(version: &str, least: impl Fn(Method, &'static str) -> Role) -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = SCHEMAS.into());
    let mut generator = settings.into_generator();
    let refusal = refusal(&mut generator);
    let mut paths = Map::new();
    let mut tags = Vec::new();
    for (tag, rows) in tables() {
        tags.push(json!({ "name": tag }));
        for row in rows {
            let described = describe(&row, tag, least(row.method, row.path), &mut generator);
            let path = paths.entry(row.path).or_insert_with(|| json!({}));
            path[row.method.as_str().to_ascii_lowercase()] = described;
        }
    }
    let mut schemas = Value::Object(generator.take_definitions(true));
    plain_words(&mut schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Placard edge agent",
            "version": version,
            "description": ABOUT,
            "license": { "name": "Apache 2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": { "Refused": refusal },
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": "__Host-placard" },
                "token": { "type": "http", "scheme": "bearer" },
            },
        },
    })
}

/// Takes out of descriptions what only Rust's own documentation can follow: `` [`crate::users::User`] `` is `` `User` ``.
fn plain_words(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (word, inner) in map {
                match inner {
                    Value::String(text) if word == "description" => *text = without_links(text),
                    other => plain_words(other),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(plain_words),
        _ => {}
    }
}

fn without_links(text: &str) -> String {
    let text = text.replace("[`", "`").replace("`]", "`");
    let parts = text.split('`').enumerate().map(|(index, part)| {
        let code = index % 2 == 1;
        let last = part
            .rsplit("::")
            .next()
            .filter(|_| code && part.starts_with("crate::"));
        last.unwrap_or(part).to_owned()
    });
    parts.collect::<Vec<_>>().join("`")
}

fn refusal(generator: &mut SchemaGenerator) -> Value {
    json!({
        "description": "Why not, and what to do.",
        "content": { "application/json": { "schema": generator.subschema_for::<ErrorBody>() } },
    })
}

fn describe(row: &Operation, tag: &str, least: Role, generator: &mut SchemaGenerator) -> Value {
    let mut described = json!({
        "operationId": operation_id(row),
        "summary": row.summary,
        "tags": [tag],
        "responses": responses(row, generator),
    });
    if row.open {
        described["security"] = json!([]);
        described["description"] = json!("Nobody has to be signed in.");
    } else {
        described["security"] = json!([{ "session": [] }, { "token": [] }]);
        described["description"] = json!(format!("Takes the role of {} at least.", least.label()));
        described["x-role"] = json!(least.as_str());
    }
    let parameters = parameters(row, generator);
    if !parameters.is_empty() {
        described["parameters"] = json!(parameters);
    }
    let content = match row.body {
        Body::Nothing => return described,
        Body::Json(schema) => json!({ "application/json": { "schema": schema(generator) } }),
        Body::File(types) => types
            .iter()
            .map(|kind| ((*kind).to_owned(), json!({})))
            .collect(),
    };
    described["requestBody"] = json!({ "required": true, "content": content });
    described
}

fn responses(row: &Operation, generator: &mut SchemaGenerator) -> Value {
    let (status, good) = match row.answer {
        Answer::Nothing => (204, json!({ "description": "Done." })),
        Answer::Json(status, schema) => {
            let content = json!({ "application/json": { "schema": schema(generator) } });
            (
                status,
                json!({ "description": "Done.", "content": content }),
            )
        }
        Answer::File(kind) => {
            let mut content = Map::new();
            content.insert(kind.to_owned(), json!({}));
            (
                200,
                json!({ "description": "The file.", "content": content }),
            )
        }
    };
    let refused = json!({ "$ref": "#/components/responses/Refused" });
    let mut all = Map::new();
    all.insert(status.to_string(), good);
    if row.version != Version::Ignored {
        all.insert("412".to_owned(), refused.clone());
    }
    all.insert("default".to_owned(), refused);
    Value::Object(all)
}

fn parameters(row: &Operation, generator: &mut SchemaGenerator) -> Vec<Value> {
    let mut parameters = Vec::new();
    for name in row.path.split('/').filter_map(|part| part.split_once('{')) {
        // `{id}`, or `{id}` with more behind it.
        let name = name.1.split('}').next().unwrap_or_default();
        parameters.push(json!({
            "name": name, "in": "path", "required": true, "schema": { "type": "string" },
        }));
    }
    for query in &row.query {
        let schema = (query.schema)(generator);
        parameters.push(json!({
            "name": query.name, "in": "query", "description": query.about, "schema": schema,
        }));
    }
    if row.version != Version::Ignored {
        parameters.push(json!({
            "name": "If-Match", "in": "header", "required": row.version == Version::Needed, "schema": { "type": "string" },
            "description": "The `ETag` that came with what was read: what somebody else has changed is not overwritten.",
        }));
    }
    parameters
}

/// A name for programs that are made from the document, such as `putDisplaysSettings`.
fn operation_id(row: &Operation) -> String {
    let path = row
        .path
        .trim_start_matches("/api/v1/")
        .trim_start_matches("/api/");
    let words = path.split(|c: char| !c.is_ascii_alphanumeric());
    let named = words.filter(|word| !word.is_empty()).map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    });
    row.method.as_str().to_ascii_lowercase() + &named.collect::<String>()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn made() -> Value {
        document("1.2.3", |_, _| Role::Admin)
    }

    /// Every `$ref` below `value`.
    fn references<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str));
                map.values().for_each(|inner| references(inner, found));
            }
            Value::Array(list) => list.iter().for_each(|inner| references(inner, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = made();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 60, "{}", found.len());
        for reference in found {
            let place = reference
                .strip_prefix('#')
                .expect("all of it is in this document");
            assert!(document.pointer(place).is_some(), "{reference}");
        }
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_and_every_schema_says_what_it_is() {
        let document = made();
        let mut names = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, row) in methods.as_object().unwrap() {
                let name = row["operationId"].as_str().unwrap();
                assert!(names.insert(name), "{method} {path}: {name} is there twice");
            }
        }
        assert_eq!(names.len(), super::super::routes().len());
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            let described = schema["description"]
                .as_str()
                .is_some_and(|text| !text.is_empty());
            assert!(described, "{name}: {schema}");
            assert!(
                !name.ends_with(|c: char| c.is_ascii_digit()),
                "{name}: two types of one name"
            );
        }
    }

    #[test]
    fn descriptions_are_for_everybody() {
        assert_eq!(
            without_links("As [`crate::users::User`] has; see `a::b` and [`Self::ALL`]."),
            "As `User` has; see `a::b` and `Self::ALL`."
        );
        assert!(!made().to_string().contains("[`"));
    }

    #[test]
    fn a_row_says_what_it_takes_and_gives() {
        let document = made();
        let row = &document["paths"]["/api/v1/users/{id}"]["put"];
        assert_eq!(row["operationId"], "putUsersId");
        assert_eq!(row["parameters"][0]["name"], "id");
        assert_eq!(row["parameters"][1]["name"], "If-Match");
        assert_eq!(row["x-role"], "admin");
        let body = &row["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        assert_eq!(body, "#/components/schemas/ChangeUser");
        let picture = &document["paths"]["/api/v1/displays/{id}/glass.png"]["get"];
        assert!(picture["responses"]["200"]["content"]["image/png"].is_object());
        let instant = document
            .pointer("/components/schemas/Session/properties/ends_at")
            .unwrap();
        assert_eq!(instant["format"], "date-time", "{instant}");
    }
}
