//! What both programs on AWS need: the SDK with our TLS, and the master keys from the parameter store.

mod parameters;

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use clap::Args;
use relay_contract::key::{MasterKey, MasterKeys};

use crate::masters::MasterArguments;

/// `DynamoDB` answers within a few milliseconds; a request that takes this long is lost and made again.
const ATTEMPT: Duration = Duration::from_millis(2500);
/// With all attempts. API Gateway waits longer than this for the function, and the function longer than this for itself.
const OPERATION: Duration = Duration::from_secs(8);

/// The SDK as the environment sets it up, with rustls and ring, and with patience that ends.
pub async fn sdk_config() -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .timeout_config(
            TimeoutConfig::builder()
                .operation_attempt_timeout(ATTEMPT)
                .operation_timeout(OPERATION)
                .build(),
        )
        .load()
        .await
}

/// Where the master keys are: given themselves, or in the parameter store.
#[derive(Clone, Debug, Args)]
pub struct MasterSource {
    #[command(flatten)]
    given: MasterArguments,
    /// Parameter (`SecureString`) that holds the master key.
    #[arg(long, env = "PLACARD_MASTER_KEY_PARAMETER", global = true)]
    master_key_parameter: Option<String>,
    /// Parameter that holds the master key before, while a rotation is under way.
    #[arg(long, env = "PLACARD_PREVIOUS_MASTER_KEY_PARAMETER", global = true)]
    previous_master_key_parameter: Option<String>,
    /// Address of the parameter store, where it is not AWS's own.
    #[arg(long, env = "AWS_ENDPOINT_URL_SSM", global = true, hide = true)]
    ssm_endpoint: Option<String>,
}

/// Why there are no master keys.
#[derive(Debug, thiserror::Error)]
pub enum NoMasterKeys {
    /// Neither way was taken.
    #[error(
        "no master key; set PLACARD_MASTER_KEY_PARAMETER to the name of a SecureString, or PLACARD_MASTER_KEY to the key itself"
    )]
    NotSet,
    /// The parameter store refuses or cannot be reached.
    #[error("read the master key from the parameter `{name}`: {reason}")]
    Store {
        /// Which one.
        name: String,
        /// In the store's words.
        reason: String,
    },
    /// The parameter holds something else.
    #[error(
        "the parameter `{name}` does not hold a master key: 32 bytes, as 64 hex digits or as base64"
    )]
    Malformed {
        /// Which one.
        name: String,
    },
}

impl MasterSource {
    /// What was given beside the parameters.
    pub fn given(&self) -> &MasterArguments {
        &self.given
    }

    /// The keys.
    ///
    /// # Errors
    ///
    /// See [`NoMasterKeys`].
    pub async fn load(&self, sdk: &SdkConfig) -> Result<MasterKeys, NoMasterKeys> {
        if let Some(masters) = self.given.given() {
            return Ok(masters);
        }
        let name = self
            .master_key_parameter
            .as_deref()
            .ok_or(NoMasterKeys::NotSet)?;
        let current = self.read(sdk, name).await?;
        let previous = match &self.previous_master_key_parameter {
            Some(name) if !name.is_empty() => Some(self.read(sdk, name).await?),
            _ => None,
        };
        Ok(MasterKeys::new(self.given.version(), current, previous))
    }

    async fn read(&self, sdk: &SdkConfig, name: &str) -> Result<MasterKey, NoMasterKeys> {
        let value = parameters::get(sdk, self.ssm_endpoint.as_deref(), name).await;
        let value = value.map_err(|reason| NoMasterKeys::Store {
            name: name.to_owned(),
            reason,
        })?;
        value.parse().map_err(|_| NoMasterKeys::Malformed {
            name: name.to_owned(),
        })
    }
}
