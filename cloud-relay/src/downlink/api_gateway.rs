//! Connections that API Gateway holds.

use aws_config::SdkConfig;
use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::config::Builder;
use aws_sdk_apigatewaymanagement::error::{DisplayErrorContext, SdkError};
use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;
use aws_sdk_apigatewaymanagement::primitives::Blob;
use tracing::debug;

use super::{Downlink, PostError};

/// Posts through the management API of one stage.
#[derive(Clone, Debug)]
pub struct ApiGatewayDownlink(Client);

impl ApiGatewayDownlink {
    /// `endpoint` is the management address of the WebSocket API's stage.
    pub fn connect(sdk: &SdkConfig, endpoint: String) -> Self {
        let config = Builder::from(sdk).endpoint_url(endpoint).build();
        Self(Client::from_conf(config))
    }
}

impl Downlink for ApiGatewayDownlink {
    async fn post(&self, connection: &str, text: String) -> Result<(), PostError> {
        let post = self
            .0
            .post_to_connection()
            .connection_id(connection)
            .data(Blob::new(text));
        match post.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(e))
                if matches!(e.err(), PostToConnectionError::GoneException(_)) =>
            {
                Err(PostError::Gone)
            }
            Err(error) => Err(PostError::Failed(DisplayErrorContext(&error).to_string())),
        }
    }

    async fn close(&self, connection: &str) {
        if let Err(error) = self
            .0
            .delete_connection()
            .connection_id(connection)
            .send()
            .await
        {
            debug!(error = %DisplayErrorContext(&error), "a replaced connection stays until it ends by itself");
        }
    }
}
