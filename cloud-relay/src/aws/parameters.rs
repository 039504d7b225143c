//! One call of AWS's parameter store: the SDK's crate for it has 150 others, and is the largest thing in the build.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::http::{Request, Response};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::machine::now;

/// A store that does not answer within this is asked again.
const PATIENCE: Duration = Duration::from_secs(3);
const ATTEMPTS: usize = 3;

type Reason = String;

/// Reads a parameter, decrypted.
///
/// # Errors
///
/// Fails with a reason in words; a refusal's body is told, which names the parameter and never its value.
pub(super) async fn get(
    sdk: &SdkConfig,
    endpoint: Option<&str>,
    name: &str,
) -> Result<String, Reason> {
    let connector = Connector::builder()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build();
    let mut reason = Reason::new();
    for _ in 0..ATTEMPTS {
        let request = signed(sdk, endpoint, name).await?;
        match timeout(PATIENCE, connector.call(request)).await {
            Ok(Ok(answer)) => return read(answer).await,
            Ok(Err(error)) => reason = format!("{error:?}"),
            Err(_) => reason = format!("no answer within {PATIENCE:?}"),
        }
    }
    Err(reason)
}

async fn signed(sdk: &SdkConfig, endpoint: Option<&str>, name: &str) -> Result<Request, Reason> {
    let region = sdk.region().ok_or("no region; set AWS_REGION")?.as_ref();
    let address = match endpoint.or(sdk.endpoint_url()) {
        Some(endpoint) => endpoint.to_owned(),
        None if region.starts_with("cn-") => format!("https://ssm.{region}.amazonaws.com.cn/"),
        None => format!("https://ssm.{region}.amazonaws.com/"),
    };
    let provider = sdk.credentials_provider().ok_or("no AWS credentials")?;
    let credentials = provider.provide_credentials().await;
    let identity = credentials.map_err(|error| error.to_string())?.into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("ssm")
        .time(now().into())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| error.to_string())?
        .into();

    let body = json!({ "Name": name, "WithDecryption": true }).to_string();
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", "AmazonSSM.GetParameter"),
    ];
    let signable = SignableRequest::new(
        "POST",
        &address,
        headers.into_iter(),
        SignableBody::Bytes(body.as_bytes()),
    )
    .map_err(|error| error.to_string())?;
    let (instructions, _) = sign(signable, &parameters)
        .map_err(|error| error.to_string())?
        .into_parts();
    let mut request = http::Request::post(&address);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let mut request = request
        .body(SdkBody::from(body))
        .map_err(|error| error.to_string())?;
    instructions.apply_to_request_http1x(&mut request);
    Request::try_from(request).map_err(|error| error.to_string())
}

async fn read(answer: Response) -> Result<String, Reason> {
    let status = answer.status();
    let body = ByteStream::new(answer.into_body()).collect().await;
    let body = body.map_err(|error| error.to_string())?.into_bytes();
    if !status.is_success() {
        let words = String::from_utf8_lossy(&body);
        return Err(format!("HTTP {}: {words}", status.as_u16()));
    }
    value_of(&body).ok_or_else(|| "the answer holds no value".to_owned())
}

fn value_of(body: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    Some(answer.get("Parameter")?.get("Value")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_and_anything_else_is_not() {
        let answer =
            br#"{"Parameter":{"Name":"/p","Type":"SecureString","Value":"v","Version":3}}"#;
        assert_eq!(value_of(answer).as_deref(), Some("v"));
        for other in ["", "{}", "[]", r#"{"Parameter":{"Value":1}}"#] {
            assert_eq!(value_of(other.as_bytes()), None);
        }
    }
}
