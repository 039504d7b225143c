//! A line for every change of the glass, for whoever wants to know afterwards what was shown when.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use hub_link::wire::Generation;
use jiff::Timestamp;
use serde::Serialize;

use crate::plan::FrameId;

/// From this size on the log begins anew, and the one before is kept: cards are small.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// The log of one display: JSON lines.
#[derive(Debug)]
pub struct GlassLog {
    file: File,
    path: std::path::PathBuf,
}

#[derive(Serialize)]
struct Line {
    /// When the picture was on the glass, in microseconds' precision; null while the hub does not know the time.
    at: Option<String>,
    hash: FrameId,
    marked_since: Option<String>,
    /// Epoch and counter of the plan; null for a picture of the hub's own.
    generation: Option<(u64, u64)>,
}

impl GlassLog {
    /// Opens the log, to be continued.
    ///
    /// # Errors
    ///
    /// Fails when the file or its folder cannot be made.
    pub fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(Self {
            file: append(path)?,
            path: path.to_owned(),
        })
    }

    /// Adds a line. A log that cannot be written is a pity, no reason not to show a sign.
    pub fn append(
        &mut self,
        at: Option<Timestamp>,
        hash: FrameId,
        marked_since: Option<Timestamp>,
        generation: Option<Generation>,
    ) {
        let line = Line {
            at: at.map(text),
            hash,
            marked_since: marked_since.map(text),
            generation: generation.map(|g| (g.epoch, g.counter)),
        };
        if let Err(error) = self.write(&line) {
            tracing::warn!(%error, file = %self.path.display(), "cannot write the log of the glass");
        }
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        if self.file.metadata()?.len() >= MAX_BYTES {
            fs::rename(&self.path, self.path.with_extension("log.1"))?;
            self.file = append(&self.path)?;
        }
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        // In one piece, so that a reader never sees half a line.
        self.file.write_all(&bytes)
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

fn text(instant: Timestamp) -> String {
    format!("{instant:.6}")
}
