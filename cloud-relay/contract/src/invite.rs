//! The one-time invite with which an agent enrols.
//!
//! `inv1.{key version}.{o|s}.{expiry}.{nonce}.{mac}`: `o` for the host owner, `s` for a site. The relay hands it out
//! without storing anything and remembers the nonce only when it has been used.

use jiff::Timestamp;

use crate::encoding::{array_from_base64url, canonical_number, to_base64url};
use crate::key::{KeyVersion, LABEL_INVITE, MasterKeys};

/// Longer texts are refused unread; ours are about 90 characters.
pub const MAX_INVITE: usize = 256;

/// Why an invite is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// Not an invite of this relay, or mistyped.
    #[error("this is not an invite of this relay; copy it again in full, or ask for a new one")]
    Invalid,
    /// Too late.
    #[error("this invite has expired; ask for a new one")]
    Expired,
}

/// An invite that this relay made and that has not expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// 128 random bits that name it.
    pub nonce: [u8; 16],
    /// Until when it can be used; whole seconds count.
    pub expiry: Timestamp,
    /// Whether it makes the agent the one that speaks for the relay's domain.
    pub host_owner: bool,
}

impl Invite {
    /// The invite as an admin types it.
    pub fn mint(&self, masters: &MasterKeys) -> String {
        let role = if self.host_owner { 'o' } else { 's' };
        let expiry = self.expiry.as_second().max(0);
        let nonce = to_base64url(&self.nonce);
        let signed = format!("inv1.{}.{role}.{expiry}.{nonce}", masters.version());
        let key = masters.current().derive(LABEL_INVITE, &[]);
        format!(
            "{signed}.{}",
            to_base64url(&key.mac(LABEL_INVITE, &[signed.as_bytes()]))
        )
    }

    /// Checks form, MAC and expiry; spaces and line ends around it are forgiven.
    ///
    /// # Errors
    ///
    /// See [`InviteError`].
    pub fn verify(masters: &MasterKeys, text: &str, now: Timestamp) -> Result<Self, InviteError> {
        let (version, invite, signed, mac) = parse(text.trim()).ok_or(InviteError::Invalid)?;
        let master = masters.of(version).ok_or(InviteError::Invalid)?;
        if !master
            .derive(LABEL_INVITE, &[])
            .verifies(LABEL_INVITE, &[signed.as_bytes()], &mac)
        {
            return Err(InviteError::Invalid);
        }
        if invite.expiry <= now {
            return Err(InviteError::Expired);
        }
        Ok(invite)
    }
}

fn parse(text: &str) -> Option<(KeyVersion, Invite, &str, [u8; 32])> {
    if text.len() > MAX_INVITE {
        return None;
    }
    let (signed, mac) = text.rsplit_once('.')?;
    let fields: Vec<&str> = signed.split('.').collect();
    let ["inv1", version, role @ ("o" | "s"), expiry, nonce] = fields[..] else {
        return None;
    };
    let invite = Invite {
        nonce: array_from_base64url(nonce)?,
        expiry: Timestamp::from_second(canonical_number(expiry)?).ok()?,
        host_owner: role == "o",
    };
    Some((
        KeyVersion(canonical_number(version)?),
        invite,
        signed,
        array_from_base64url(mac)?,
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::key::MasterKey;

    fn masters() -> MasterKeys {
        MasterKeys::new(KeyVersion(1), MasterKey::from_bytes([7; 32]), None)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn invite() -> Invite {
        Invite {
            nonce: [1; 16],
            expiry: at(1_800_000_000),
            host_owner: true,
        }
    }

    #[test]
    fn invite_golden() {
        assert_eq!(
            invite().mint(&masters()),
            "inv1.1.o.1800000000.AQEBAQEBAQEBAQEBAQEBAQ.K85XB1Z4vpHwfx5xp9AWXd9lxTe3AwzlqbkgtvoRuNI"
        );
    }

    #[test]
    fn an_invite_is_good_until_it_expires() {
        let text = format!(" {}\n", invite().mint(&masters()));
        assert_eq!(Invite::verify(&masters(), &text, at(1)), Ok(invite()));
        assert_eq!(
            Invite::verify(&masters(), &text, at(1_800_000_000)),
            Err(InviteError::Expired)
        );
    }

    #[test]
    fn a_site_invite_cannot_be_made_a_host_owner_one() {
        let site = Invite {
            host_owner: false,
            ..invite()
        }
        .mint(&masters());
        let raised = site.replace(".s.", ".o.");
        assert_eq!(
            Invite::verify(&masters(), &raised, at(1)),
            Err(InviteError::Invalid)
        );
    }

    proptest! {
        #[test]
        fn any_text_is_refused_without_a_panic(text in "(inv1\\.1\\.o\\.)?\\PC{0,120}") {
            prop_assert!(Invite::verify(&masters(), &text, at(1)).is_err());
        }

        #[test]
        fn what_is_minted_verifies(nonce: [u8; 16], expiry in 2i64..4_000_000_000, host_owner: bool) {
            let invite = Invite { nonce, expiry: at(expiry), host_owner };
            prop_assert_eq!(Invite::verify(&masters(), &invite.mint(&masters()), at(1)), Ok(invite));
        }
    }
}
