//! What a hub tells whoever started it: JSON lines on stdout.

use std::io::Write;

/// One line.
#[derive(Debug)]
pub enum Announcement {
    PairingCode(String),
    Paired,
    Connected,
}

/// Prints the line. Nobody may be listening; that is no reason to stop.
pub fn print(announcement: &Announcement) {
    let line = match announcement {
        Announcement::PairingCode(code) => serde_json::json!({ "pairing_code": code }),
        Announcement::Paired => serde_json::json!({ "paired": true }),
        Announcement::Connected => serde_json::json!({ "connected": true }),
    };
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}
