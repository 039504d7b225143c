//! What a program keeps, read to the last value, so that it can be searched.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use canary::Place;

/// Every file below a folder.
///
/// # Errors
///
/// Fails when one cannot be read.
pub fn files(folder: &Path) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                places.push(Place {
                    name: path.display().to_string(),
                    bytes: fs::read(&path)?,
                });
            }
        }
    }
    Ok(places)
}

/// Every value of every table of an `SQLite` database, each a place of its own: in the file they may be in pieces.
///
/// # Errors
///
/// Fails when it cannot be read.
pub fn values(database: &Path) -> Result<Vec<Place>> {
    let connection = rusqlite::Connection::open(database)?;
    let mut names = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
    let tables: Vec<String> = names
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut places = Vec::new();
    for table in tables {
        let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\""))?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for (index, column) in columns.iter().enumerate() {
                use rusqlite::types::ValueRef;
                let bytes = match row.get_ref(index)? {
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
                    ValueRef::Integer(number) => number.to_string().into_bytes(),
                    ValueRef::Null | ValueRef::Real(_) => continue,
                };
                places.push(Place {
                    name: format!("{table}.{column}"),
                    bytes,
                });
            }
        }
    }
    Ok(places)
}
