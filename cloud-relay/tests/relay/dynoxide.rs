//! A `DynamoDB` of our own on a free port of this machine: `dynoxide`, which is quick, or `ministack`, which somebody else
//! has written after AWS's documentation.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Credentials, Region};
use cloud_relay::store::dynamo::{DynamoStore, create_table};
use tempfile::TempDir;

/// It is up in half a second; a busy machine takes longer.
const UP: Duration = Duration::from_secs(30);

/// Who plays `DynamoDB`.
#[derive(Clone, Copy, Debug)]
enum Player {
    Dynoxide,
    Ministack,
}

/// Ends with the test.
pub(crate) struct Dynoxide {
    process: Child,
    endpoint: String,
    _folder: TempDir,
}

impl Dynoxide {
    /// Starts it, with the relay's table.
    pub(crate) async fn start() -> (Self, DynamoStore) {
        Self::played_by(Player::Dynoxide).await
    }

    /// The same, by ministack.
    pub(crate) async fn ministack() -> (Self, DynamoStore) {
        Self::played_by(Player::Ministack).await
    }

    async fn played_by(player: Player) -> (Self, DynamoStore) {
        // They take no port 0: another process may be quicker, then the next try has another port.
        for _ in 0..5 {
            if let Some(dynoxide) = Self::try_start(player).await {
                let client = dynoxide.client();
                create_table(&client, "relay").await.unwrap();
                return (dynoxide, DynamoStore::new(client, "relay"));
            }
        }
        panic!("{player:?} did not come up on any of five ports");
    }

    /// For programs that speak to it themselves.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    async fn try_start(player: Player) -> Option<Self> {
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        let process = player
            .command(port, folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{player:?} does not start ({error}); `infra/dev` installs it")
            });
        let mut dynoxide = Self {
            process,
            endpoint: format!("http://127.0.0.1:{port}"),
            _folder: folder,
        };
        let deadline = Instant::now() + UP;
        while Instant::now() < deadline {
            if dynoxide.process.try_wait().unwrap().is_some() {
                return None;
            }
            if dynoxide.client().list_tables().send().await.is_ok() {
                return Some(dynoxide);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        None
    }

    fn client(&self) -> Client {
        Client::from_conf(self.config(&self.endpoint).build())
    }

    /// For a client of its own, perhaps by way of somebody else.
    pub(crate) fn config(&self, endpoint: &str) -> Builder {
        aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(endpoint)
    }
}

impl Drop for Dynoxide {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Player {
    fn command(self, port: u16, folder: &Path) -> Command {
        let port = port.to_string();
        match self {
            Self::Dynoxide => {
                let program = std::env::var_os("DYNOXIDE").unwrap_or_else(|| "dynoxide".into());
                let mut command = Command::new(program);
                command.args(["serve", "--log", "quiet", "-p", &port]);
                command
            }
            Self::Ministack => {
                let mut command = Command::new("ministack");
                command
                    .env("GATEWAY_PORT", port)
                    // Otherwise it listens to the world.
                    .env("BIND_HOST", "127.0.0.1")
                    .env("IOT_MTLS_ENABLED", "0")
                    .env("STATE_DIR", folder)
                    .current_dir(folder);
                command
            }
        }
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
