//! What drives a panel.

pub mod simulated;

use frame::Bitmap;

/// Why a panel did not change its picture.
#[derive(Debug, thiserror::Error)]
pub enum PanelError {
    #[error("write what the glass shows")]
    Write(#[from] std::io::Error),
    #[error("encode what the glass shows: {0}")]
    Encode(String),
}

/// A panel that can be told to show a picture.
pub trait PanelDriver: Send {
    /// Changes the picture; when this returns, the glass shows it.
    ///
    /// # Errors
    ///
    /// Fails when the panel does not obey; what the glass shows then is not known.
    fn show(&mut self, picture: &Bitmap) -> Result<(), PanelError>;
}
