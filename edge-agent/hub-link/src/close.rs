//! Why a connection was closed, as a number for programs and a name for people.

use quinn::{ApplicationClose, Connection, ConnectionError, VarInt};

use crate::codec::ReadMessageError;

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal;)*) => {
        /// A named reason. Numbers are part of the protocol and never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum CloseReason {
            $($(#[$doc])* $variant,)*
        }

        impl CloseReason {
            /// Every reason there is.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The number in QUIC's application close.
            pub fn number(self) -> u32 {
                match self { $(Self::$variant => $number,)* }
            }

            /// The name that travels beside the number.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

reasons! {
    /// The side that closes stops for good or for a restart.
    ShuttingDown = 0, "shutting-down";
    /// The agent does not know this hub's key.
    NotPaired = 1, "not-paired";
    /// A newer connection of the same hub took over.
    Replaced = 2, "replaced-by-a-newer-connection";
    /// The other side broke the protocol.
    Protocol = 3, "protocol-error";
    /// The agent has no pairing window open.
    NoPairingWindow = 4, "no-pairing-window";
    /// The code that was typed at the agent is another hub's.
    NotThisHub = 5, "code-of-another-hub";
    /// The proof of the code was wrong.
    WrongCode = 6, "wrong-code";
    /// The pairing window was closed or used while the hub proved its code.
    PairingOver = 7, "pairing-is-over";
    /// Took too long.
    TooSlow = 8, "too-slow";
    /// Something broke inside the side that closes; it is in its log.
    Internal = 9, "internal-error";
    /// Pairing is complete.
    Done = 10, "done";
    /// An administrator has removed this hub; it may be paired again.
    Revoked = 11, "revoked";
    /// The hub has plans of a newer incarnation of the agent: this one is an old copy.
    OutdatedAgent = 12, "outdated-agent";
    /// The agent has found out that it is an old copy, and serves nobody.
    Passive = 13, "agent-is-passive";
    /// The other side sent what is no message of this protocol.
    BadMessage = 14, "bad-message";
    /// The other side announced a message longer than any may be.
    TooLong = 15, "message-too-long";
    /// The hub describes too many displays, or one of them twice.
    BadDisplays = 16, "bad-displays";
    /// A frame could not be used; everything is compared again on the next connection.
    BadFrame = 17, "bad-frame";
    /// The agent's key changes; the hub should call again at once.
    KeyChanged = 18, "key-changed";
    /// The hub was told to start again.
    Rebooting = 19, "rebooting";
    /// Another program with the same hub key is connected.
    Cloned = 20, "cloned-hub";
}

impl CloseReason {
    /// Closes the connection and says why.
    pub fn close(self, connection: &Connection) {
        connection.close(VarInt::from_u32(self.number()), self.name().as_bytes());
    }

    /// Why what was read ends a connection.
    pub fn of_unreadable(error: &ReadMessageError) -> Self {
        match error {
            ReadMessageError::TooLong(_) => Self::TooLong,
            ReadMessageError::Decode(_) => Self::BadMessage,
            ReadMessageError::Truncated | ReadMessageError::Stream(_) => Self::Protocol,
        }
    }

    /// The reason that the other side gave; `None` when the connection ended in another way, or the reason is newer
    /// than this program.
    pub fn of(error: &ConnectionError) -> Option<Self> {
        let ConnectionError::ApplicationClosed(ApplicationClose { error_code, .. }) = error else {
            return None;
        };
        Self::ALL
            .iter()
            .copied()
            .find(|reason| VarInt::from_u32(reason.number()) == *error_code)
    }
}

impl std::fmt::Display for CloseReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_number_and_a_name_of_its_own() {
        for (index, reason) in CloseReason::ALL.iter().enumerate() {
            assert_eq!(reason.number() as usize, index, "{reason}");
            let namesakes = CloseReason::ALL
                .iter()
                .filter(|other| other.name() == reason.name());
            assert_eq!(namesakes.count(), 1, "{reason}");
        }
    }
}
