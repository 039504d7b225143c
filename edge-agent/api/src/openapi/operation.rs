//! One row of a table: a method on a route, what it takes and what it gives.

use schemars::{JsonSchema, Schema, SchemaGenerator};

/// How a route is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Does or makes something.
    Post,
    /// Replaces something.
    Put,
    /// Takes something away.
    Delete,
}

impl Method {
    /// Every method that the API knows.
    pub const ALL: [Self; 4] = [Self::Get, Self::Post, Self::Put, Self::Delete];

    /// The word of HTTP.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// Makes the schema of a type, or a reference to it.
pub(super) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What a request carries.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body {
    Nothing,
    Json(SchemaOf),
    /// A file as it is, of one of these types.
    File(&'static [&'static str]),
}

/// What a good answer carries.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// 204.
    Nothing,
    /// 200, or 201 where something is made that has an address.
    Json(u16, SchemaOf),
    /// 200 with a file of this type.
    File(&'static str),
}

/// A word after the question mark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Query {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) schema: SchemaOf,
}

/// Whether the version that was read is compared with what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Ignored,
    /// If the request says which.
    Compared,
    /// The request must say which.
    Needed,
}

/// One row.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) body: Body,
    pub(super) answer: Answer,
    pub(super) query: Vec<Query>,
    /// Whether a header `If-Match` says which version was read.
    pub(super) version: Version,
    /// Nobody has to be signed in.
    pub(super) open: bool,
}

fn row(method: Method, path: &'static str, summary: &'static str) -> Operation {
    Operation {
        method,
        path,
        summary,
        body: Body::Nothing,
        answer: Answer::Nothing,
        query: Vec::new(),
        version: Version::Ignored,
        open: false,
    }
}

pub(super) fn get(path: &'static str, summary: &'static str) -> Operation {
    row(Method::Get, path, summary)
}

pub(super) fn post(path: &'static str, summary: &'static str) -> Operation {
    row(Method::Post, path, summary)
}

pub(super) fn put(path: &'static str, summary: &'static str) -> Operation {
    row(Method::Put, path, summary)
}

pub(super) fn delete(path: &'static str, summary: &'static str) -> Operation {
    row(Method::Delete, path, summary)
}

impl Operation {
    /// Its body is JSON of a `T`.
    pub(super) fn takes<T: JsonSchema>(mut self) -> Self {
        self.body = Body::Json(|generator| generator.subschema_for::<T>());
        self
    }

    /// Its body is a file of one of these types.
    pub(super) fn takes_file(mut self, types: &'static [&'static str]) -> Self {
        self.body = Body::File(types);
        self
    }

    /// It answers with JSON of a `T`.
    pub(super) fn gives<T: JsonSchema>(mut self) -> Self {
        self.answer = Answer::Json(200, |generator| generator.subschema_for::<T>());
        self
    }

    /// It answers with JSON of a `T` that it has made.
    pub(super) fn makes<T: JsonSchema>(mut self) -> Self {
        self.answer = Answer::Json(201, |generator| generator.subschema_for::<T>());
        self
    }

    /// It answers with a file.
    pub(super) fn gives_file(mut self, kind: &'static str) -> Self {
        self.answer = Answer::File(kind);
        self
    }

    /// It reads a word after the question mark.
    pub(super) fn asks<T: JsonSchema>(mut self, name: &'static str, about: &'static str) -> Self {
        self.query.push(Query {
            name,
            about,
            schema: |generator| generator.subschema_for::<T>(),
        });
        self
    }

    /// It takes the version that was read.
    pub(super) fn needs_version(mut self) -> Self {
        self.version = Version::Needed;
        self
    }

    /// It compares the version that was read, where the request says which.
    pub(super) fn compares_version(mut self) -> Self {
        self.version = Version::Compared;
        self
    }

    /// It needs no session.
    pub(super) fn open(mut self) -> Self {
        self.open = true;
        self
    }
}
