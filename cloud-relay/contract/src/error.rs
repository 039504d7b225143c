//! How a refusal of an agent's call looks.

use serde::{Deserialize, Serialize};

/// Why the relay refuses, for software. A closed list: codes are added, never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request is not of the form that this contract describes.
    Malformed,
    /// The invite is not one of this relay.
    InviteInvalid,
    /// The invite has expired.
    InviteExpired,
    /// The invite was used by another agent.
    InviteUsed,
    /// The proof of the private key is wrong.
    ProofInvalid,
    /// No valid signature of an enrolled agent.
    Unauthorised,
    /// The token's minute is not now: agent and relay have different clocks.
    ClockSkew,
    /// A newer incarnation of this agent has taken over.
    Superseded,
    /// Another running copy of this agent has this incarnation.
    OtherInstance,
    /// A portal origin is not an https origin, or there are too many.
    OriginInvalid,
    /// The relay's operator has suspended this agent; only leaving is possible.
    Suspended,
    /// Only the agent that speaks for the relay's domain may do this.
    NotHostOwner,
    /// No such address.
    NotFound,
    /// More than the relay takes.
    TooLarge,
    /// The relay cannot do it now; try again.
    Unavailable,
    /// Written by a newer relay; treat it by its HTTP status.
    #[serde(other)]
    Unknown,
}

impl ErrorCode {
    /// Every code that is ever written.
    pub const ALL: &[Self] = &[
        Self::Malformed,
        Self::InviteInvalid,
        Self::InviteExpired,
        Self::InviteUsed,
        Self::ProofInvalid,
        Self::Unauthorised,
        Self::ClockSkew,
        Self::Superseded,
        Self::OtherInstance,
        Self::OriginInvalid,
        Self::Suspended,
        Self::NotHostOwner,
        Self::NotFound,
        Self::TooLarge,
        Self::Unavailable,
    ];
}

/// Body of every refusal of an agent's call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// For software.
    pub code: ErrorCode,
    /// For people: what is wrong and what to do.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_golden() {
        let words = r#"["malformed","invite_invalid","invite_expired","invite_used","proof_invalid","unauthorised","clock_skew","superseded","other_instance","origin_invalid","suspended","not_host_owner","not_found","too_large","unavailable"]"#;
        assert_eq!(serde_json::to_string(ErrorCode::ALL).unwrap(), words);
    }

    #[test]
    fn a_code_of_a_newer_relay_is_read_as_unknown() {
        let body: ErrorBody =
            serde_json::from_str(r#"{"code":"on_fire","message":"m","more":1}"#).unwrap();
        assert_eq!(body.code, ErrorCode::Unknown);
    }
}
