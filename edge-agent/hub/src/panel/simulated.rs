//! A panel whose glass is a PNG file.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use frame::Bitmap;

use super::{PanelDriver, PanelError};
use crate::disk::{self, Lasting};

/// Keeps what the glass shows in one file, which is always a whole picture.
#[derive(Debug)]
pub struct SimulatedPanel {
    file: PathBuf,
    refresh: Duration,
}

impl SimulatedPanel {
    /// A panel that takes `refresh` to change its picture.
    ///
    /// # Errors
    ///
    /// Fails when the file's folder cannot be made.
    pub fn new(file: PathBuf, refresh: Duration) -> std::io::Result<Self> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(Self { file, refresh })
    }
}

impl PanelDriver for SimulatedPanel {
    fn show(&mut self, picture: &Bitmap) -> Result<(), PanelError> {
        if !self.refresh.is_zero() {
            std::thread::sleep(self.refresh);
        }
        let png = picture.to_png();
        Ok(disk::replace(&self.file, &png, Lasting::Crash)?)
    }
}
