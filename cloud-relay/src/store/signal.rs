//! What both stores share: keys of signals, reading one signal, numbers of origins.

use jiff::Timestamp;
use relay_contract::encoding::Base64Bytes;
use relay_contract::id::OriginId;
use relay_contract::inbox::Signal;
use relay_contract::origin::{PortalOrigin, RegisteredOrigin};

use super::StoreError;

/// The numbers for a new list of origins: those that stay keep theirs.
pub(super) fn renumber(
    old: &[RegisteredOrigin],
    wanted: &[PortalOrigin],
    mut next: u32,
) -> (Vec<RegisteredOrigin>, u32) {
    let mut new: Vec<RegisteredOrigin> = Vec::new();
    for origin in wanted {
        if new.iter().any(|n| n.origin == *origin) {
            continue;
        }
        let id = old
            .iter()
            .find(|o| o.origin == *origin)
            .map(|o| o.id)
            .unwrap_or_else(|| {
                next += 1;
                OriginId(next)
            });
        new.push(RegisteredOrigin {
            id,
            origin: origin.clone(),
        });
    }
    (new, next)
}

/// The name of a signal within an agent's inbox; both stores use it as key, and a page ends with one.
pub(super) fn channel_key(channel: &str) -> String {
    format!("CH#{channel}")
}

pub(super) fn answer_key(id: &str) -> String {
    format!("OA#{id}")
}

/// One stored signal as both stores read it.
pub(super) struct StoredSignal {
    pub(super) key: String,
    pub(super) number: Option<u64>,
    pub(super) state: Option<String>,
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) received_at: i64,
}

impl StoredSignal {
    /// `None` for an answer that was acknowledged and only stands against replay.
    pub(super) fn into_signal(self) -> Result<Option<Signal>, StoreError> {
        let corrupt = || StoreError::Corrupt { what: "signal" };
        let received_at = Timestamp::from_microsecond(self.received_at).map_err(|_| corrupt())?;
        if let Some(channel) = self.key.strip_prefix("CH#") {
            let number = self.number.ok_or_else(corrupt)?;
            return Ok(Some(Signal::Calendar {
                channel: channel.to_owned(),
                number,
                received_at,
            }));
        }
        let id = self.key.strip_prefix("OA#").ok_or_else(corrupt)?.to_owned();
        let Some(sealed) = self.sealed else {
            return Ok(None);
        };
        let state = self.state.ok_or_else(corrupt)?;
        let sealed = Base64Bytes(sealed);
        Ok(Some(Signal::Oauth {
            id,
            state,
            sealed,
            received_at,
        }))
    }
}
