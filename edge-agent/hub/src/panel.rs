//! What drives a panel.

pub mod simulated;

use crate::refresh::Change;

/// Why a panel did not change its picture.
#[derive(Debug, thiserror::Error)]
pub enum PanelError {
    #[error("write what the glass shows")]
    Write(#[from] std::io::Error),
    #[error("encode what the glass shows: {0}")]
    Encode(String),
}

/// What a panel measures; what it cannot, is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readings {
    pub battery_mv: Option<u32>,
    pub battery_percent: Option<u32>,
    /// Tenths of a degree Celsius.
    pub temperature_decidegrees: Option<i32>,
    /// Of the radio to the panel.
    pub signal_percent: Option<u32>,
}

/// A panel that can be told to show a picture.
pub trait PanelDriver: Send {
    /// Changes the picture; when this returns, the glass shows it. A panel without the wanted mode takes the next fuller
    /// one.
    ///
    /// # Errors
    ///
    /// Fails when the panel does not obey; what the glass shows then is not known.
    fn show(&mut self, change: &Change<'_>) -> Result<(), PanelError>;

    /// What it measures now.
    fn readings(&mut self) -> Readings {
        Readings::default()
    }
}
