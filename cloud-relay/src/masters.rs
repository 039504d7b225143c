//! Master keys as the command line and the environment give them.

use std::fmt;

use clap::Args;
use relay_contract::key::{KeyVersion, MasterKey, MasterKeys, NotAMasterKey};

/// A master key as it comes from the command line or the environment; not printed.
#[derive(Clone)]
pub struct SecretArgument(pub MasterKey);

impl std::str::FromStr for SecretArgument {
    type Err = NotAMasterKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Debug for SecretArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretArgument(..)")
    }
}

/// The keys themselves, and which they are.
#[derive(Clone, Debug, Args)]
pub struct MasterArguments {
    /// Master key: 32 bytes as 64 hex digits or as base64.
    #[arg(
        long,
        env = "PLACARD_MASTER_KEY",
        hide_env_values = true,
        hide = true,
        global = true
    )]
    master_key: Option<SecretArgument>,
    /// Version of the master key in use; rises by one with each rotation.
    #[arg(
        long,
        env = "PLACARD_MASTER_KEY_VERSION",
        default_value_t = 1,
        global = true,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    master_key_version: u16,
    /// The master key before, while a rotation is under way.
    #[arg(
        long,
        env = "PLACARD_PREVIOUS_MASTER_KEY",
        hide_env_values = true,
        hide = true,
        global = true
    )]
    previous_master_key: Option<SecretArgument>,
}

impl MasterArguments {
    /// The version in use.
    pub fn version(&self) -> KeyVersion {
        KeyVersion(self.master_key_version)
    }

    /// The keys, if they were given themselves.
    pub fn given(&self) -> Option<MasterKeys> {
        let current = self.master_key.clone()?.0;
        let previous = self.previous_master_key.clone().map(|key| key.0);
        Some(MasterKeys::new(self.version(), current, previous))
    }
}
