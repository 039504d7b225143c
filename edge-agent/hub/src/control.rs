//! How other programs on the hub's machine tell it something: a datagram of JSON to a socket in the data folder.
//!
//! Only the hub's user can reach it. Whatever watches the buttons' wires sends presses here, and `hub press` does.

use std::io;
use std::path::{Path, PathBuf};

use tokio::net::UnixDatagram;

use crate::buttons::{Buttons, Pressed};
use crate::clock::Clock;
use crate::report::Reports;

/// The longest thing anyone tells.
const MAX_BYTES: usize = 1024;

fn socket(data: &Path) -> PathBuf {
    data.join("control.sock")
}

/// Tells the hub that runs on `data` that a button was pressed.
///
/// # Errors
///
/// Fails when no hub runs there.
pub fn press(data: &Path, pressed: &Pressed) -> io::Result<()> {
    let bytes = serde_json::to_vec(pressed).map_err(io::Error::other)?;
    let sender = std::os::unix::net::UnixDatagram::unbound()?;
    sender.send_to(&bytes, socket(data)).map(drop)
}

/// Takes what it is told.
#[derive(Debug)]
pub struct Control {
    socket: UnixDatagram,
    /// The displays' keys.
    displays: Vec<String>,
    buttons: Buttons,
    clock: Clock,
    reports: Reports,
}

impl Control {
    /// Opens the socket, in place of one that an earlier program left.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be written.
    pub fn open(
        data: &Path,
        displays: Vec<String>,
        buttons: Buttons,
        clock: Clock,
        reports: Reports,
    ) -> io::Result<Self> {
        let path = socket(data);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(Self {
            socket: UnixDatagram::bind(path)?,
            displays,
            buttons,
            clock,
            reports,
        })
    }

    /// Listens until dropped.
    pub async fn run(&self) {
        let mut bytes = [0; MAX_BYTES];
        loop {
            match self.socket.recv(&mut bytes).await {
                Ok(length) => self.hear(&bytes[..length]),
                Err(error) => {
                    tracing::warn!(%error, "nobody can tell this hub of buttons any more");
                    return std::future::pending().await;
                }
            }
        }
    }

    fn hear(&self, bytes: &[u8]) {
        let pressed: Pressed = match serde_json::from_slice(bytes) {
            Ok(pressed) => pressed,
            Err(error) => return tracing::warn!(%error, "what was told is not understood"),
        };
        if !self.displays.contains(&pressed.display) {
            return tracing::warn!(
                display.key = pressed.display,
                "a button of a display that this hub does not have"
            );
        }
        if let Err(error) = self.buttons.press(pressed, self.clock.now(), &self.reports) {
            tracing::warn!(%error, "a press of a button is not on the disk");
        }
    }
}

#[cfg(test)]
mod tests {
    use hub_link::wire::to_agent::Kind;

    use super::*;
    use crate::buttons::How;

    #[tokio::test]
    async fn a_press_that_is_told_is_sent_and_nonsense_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (clock, reports) = (
            Clock::with_source(|| std::time::Duration::ZERO),
            Reports::default(),
        );
        let buttons = Buttons::open(folder.path().join("buttons.json"), [1; 16]);
        let control = Control::open(
            folder.path(),
            vec!["n1".to_owned()],
            buttons,
            clock,
            reports.clone(),
        )
        .unwrap();
        let mut sent = reports.follow();
        let pressed = |display: &str| Pressed {
            display: display.to_owned(),
            button: 2,
            how: How::Long,
        };
        press(folder.path(), &pressed("n9")).unwrap();
        let nonsense = std::os::unix::net::UnixDatagram::unbound().unwrap();
        nonsense.send_to(b"{", socket(folder.path())).unwrap();
        press(folder.path(), &pressed("n1")).unwrap();
        tokio::select! {
            () = control.run() => {}
            report = sent.recv() => {
                assert!(matches!(report, Some(Kind::Button(button)) if button.display == "n1" && button.button == 2));
            }
        }
    }
}
