//! A panel whose glass is a PNG file.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::{PanelDriver, PanelError, Readings};
use crate::disk::{self, Lasting};
use crate::refresh::{Change, Refresh};

/// Keeps what the glass shows in one file, which is always a whole picture.
#[derive(Debug)]
pub struct SimulatedPanel {
    file: PathBuf,
    refresh: Duration,
    readings: PathBuf,
}

impl SimulatedPanel {
    /// A panel that takes `refresh` to change its picture in full; a fast refresh takes a quarter of that, a partial one a
    /// twelfth, as on a 7.5-inch panel. What it measures is whatever the file beside the picture, `.readings.json`, says.
    ///
    /// # Errors
    ///
    /// Fails when the file's folder cannot be made.
    pub fn new(file: PathBuf, refresh: Duration) -> std::io::Result<Self> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let readings = file.with_extension("readings.json");
        Ok(Self {
            file,
            refresh,
            readings,
        })
    }
}

#[derive(serde::Deserialize)]
struct Simulated {
    battery_mv: Option<u32>,
    battery_percent: Option<u32>,
    temperature_decidegrees: Option<i32>,
    signal_percent: Option<u32>,
}

impl PanelDriver for SimulatedPanel {
    fn show(&mut self, change: &Change<'_>) -> Result<(), PanelError> {
        let time = match change.refresh {
            Refresh::Full => self.refresh,
            Refresh::Fast => self.refresh / 4,
            Refresh::Partial => self.refresh / 12,
        };
        if !time.is_zero() {
            std::thread::sleep(time);
        }
        let png = change.picture.to_png();
        Ok(disk::replace(&self.file, &png, Lasting::Crash)?)
    }

    fn readings(&mut self) -> Readings {
        let file = fs::read(&self.readings).ok();
        let simulated = file.and_then(|bytes| serde_json::from_slice::<Simulated>(&bytes).ok());
        simulated.map_or_else(Readings::default, |simulated| Readings {
            battery_mv: simulated.battery_mv,
            battery_percent: simulated.battery_percent,
            temperature_decidegrees: simulated.temperature_decidegrees,
            signal_percent: simulated.signal_percent,
        })
    }
}
