//! What a receiver has on disk: one frame.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;

/// A file that holds the newest frame.
pub(crate) struct Store(PathBuf);

impl Store {
    /// In a folder of its own.
    pub(crate) fn new(folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self(folder.join("frame")))
    }

    /// Has the rows on the disk.
    pub(crate) fn keep(&self, rows: &[u8]) -> Result<()> {
        let mut file = File::create(&self.0)?;
        file.write_all(rows)?;
        Ok(file.sync_all()?)
    }
}
