//! The description of the API in the OpenAPI format, made of the contract's own types and their words.
//!
//! One table of operations per concern, in the order in which somebody who reads it needs them. That each route of the
//! agent is in a table, and each row of a table a route of the agent, is tested where the routes are.

mod assemble;
mod entry;
mod google;
mod hubs;
mod operation;
mod record;
mod security;
mod signs;

use operation::Operation;

pub use assemble::document;
pub use operation::Method;

/// Every operation, by concern: what it is called, and its rows.
fn tables() -> [(&'static str, Vec<Operation>); 7] {
    [
        ("Signing in", entry::operations()),
        ("Signs", signs::operations()),
        ("Hubs", hubs::operations()),
        ("Google", google::operations()),
        ("Relay and way out", google::way_out()),
        ("Security and users", security::operations()),
        ("Health and record", record::operations()),
    ]
}

/// Every route with the methods that it takes, as the tables have them.
pub fn routes() -> Vec<(Method, &'static str)> {
    let tables = tables().into_iter().flat_map(|(_, rows)| rows);
    tables.map(|row| (row.method, row.path)).collect()
}
