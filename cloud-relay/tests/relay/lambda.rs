//! The Lambda binary, called as AWS calls it: `cargo lambda` plays the control plane, dynoxide plays `DynamoDB`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cloud_relay::store::{Agents, EnrolOutcome, Inboxes, NewAgent};
use jiff::SignedDuration;
use relay_contract::encoding::to_base64url;
use relay_contract::id::{AgentId, Instance, OriginId};
use relay_contract::inbox::Signal;
use relay_contract::key::{KeyVersion, MasterKey, MasterKeys};
use relay_contract::state::NewState;
use relay_contract::webhook;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::dynoxide::{Dynoxide, free_port};
use crate::world::{PORTAL, now};

/// `cargo lambda` is up in a second and answers in another; a busy machine takes longer.
const UP: Duration = Duration::from_secs(60);

/// Killed with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs `cargo lambda` without cargo, whose lock the running test may hold.
fn cargo_lambda() -> Command {
    let mut command = Command::new("cargo-lambda");
    command.arg("lambda").stdin(Stdio::null());
    command
}

fn missing(error: std::io::Error) -> ! {
    panic!(
        "cargo-lambda does not start ({error}); `infra/dev` installs it: pip install cargo-lambda"
    )
}

struct Stage {
    _control_plane: Process,
    _function: Process,
    port: u16,
    folder: tempfile::TempDir,
}

impl Stage {
    fn start(dynamo: &str, master: &[u8; 32]) -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        let log = |name: &str| std::fs::File::create(folder.path().join(name)).unwrap();
        let control_plane = cargo_lambda()
            .args([
                "watch",
                "--only-lambda-apis",
                "--ignore-changes",
                "--invoke-address",
                "127.0.0.1",
            ])
            .args(["--invoke-port", &port.to_string()])
            .current_dir(workspace())
            .stdout(log("control-plane.log"))
            .stderr(log("control-plane.err"))
            .spawn()
            .unwrap_or_else(|error| missing(error));
        let control_plane = Process(control_plane);
        let deadline = Instant::now() + UP;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                Instant::now() < deadline,
                "cargo lambda watch does not listen"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        let function = Command::new(env!("CARGO_BIN_EXE_cloud-relay"))
            .env(
                "AWS_LAMBDA_RUNTIME_API",
                format!("http://127.0.0.1:{port}/.rt/cloud-relay"),
            )
            .env("AWS_LAMBDA_FUNCTION_NAME", "cloud-relay")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_ENDPOINT_URL_DYNAMODB", dynamo)
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("PLACARD_PUBLIC_BASE", "https://relay.example")
            .env("PLACARD_WS_URL", "wss://connect.relay.example")
            // Nobody listens there: a lost hint must not turn a webhook into a failure.
            .env("PLACARD_PUSH_ENDPOINT", "http://127.0.0.1:9")
            .env("PLACARD_TABLE", "relay")
            .env("PLACARD_MASTER_KEY", to_base64url(master))
            .stdin(Stdio::null())
            .stdout(log("function.log"))
            .stderr(log("function.err"))
            .spawn()
            .unwrap();
        Self {
            _control_plane: control_plane,
            _function: Process(function),
            port,
            folder,
        }
    }

    /// Sends one event of API Gateway and gives the function's answer.
    async fn invoke(&self, event: &Value) -> Value {
        let file = self.folder.path().join("event.json");
        std::fs::write(&file, event.to_string()).unwrap();
        let mut command = cargo_lambda();
        command
            .args(["invoke", "cloud-relay", "--output-format", "json"])
            .args([
                "--invoke-address",
                "127.0.0.1",
                "--invoke-port",
                &self.port.to_string(),
            ])
            .arg("--data-file")
            .arg(&file)
            .current_dir(workspace());
        let run = tokio::process::Command::from(command)
            .kill_on_drop(true)
            .output();
        let Ok(output) = timeout(UP, run).await else {
            panic!("no answer to the event\n{}", self.logs());
        };
        let output = output.unwrap_or_else(|error| missing(error));
        assert!(
            output.status.success(),
            "{}\n{}",
            String::from_utf8_lossy(&output.stderr),
            self.logs()
        );
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
            panic!(
                "{}\n{}",
                String::from_utf8_lossy(&output.stdout),
                self.logs()
            )
        })
    }

    fn logs(&self) -> String {
        [
            "control-plane.log",
            "control-plane.err",
            "function.log",
            "function.err",
        ]
        .map(|name| std::fs::read_to_string(self.folder.path().join(name)).unwrap())
        .join("\n")
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Payload format 2.0 of an HTTP API.
fn http_event(method: &str, path: &str, query: &str, headers: &Value) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "relay.example",
            "domainPrefix": "relay",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "APIs-Google" },
            "requestId": "id",
            "routeKey": "$default",
            "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000",
            "timeEpoch": 1_773_342_238_000_u64
        },
        "isBase64Encoded": false
    })
}

#[tokio::test]
async fn the_lambda_binary_answers_a_webhook_and_a_callback_and_writes_to_dynamo() {
    let (dynoxide, store) = Dynoxide::start().await;
    let masters = MasterKeys::new(KeyVersion(1), MasterKey::from_bytes([5; 32]), None);
    let new = NewAgent {
        candidate: AgentId::from_random([1; 10]),
        former: None,
        invite: [1; 16],
        host_owner: true,
        public_key: [1; 32],
        epoch: 1,
        instance: Instance::from_random([1; 16]),
    };
    let EnrolOutcome::Agent(agent) = store.enrol(&new).await.unwrap() else {
        panic!()
    };
    store
        .set_origins(&agent, &[PORTAL.parse().unwrap()])
        .await
        .unwrap();
    store_connection(&store, &agent).await;
    let keys = masters.agent_keys(&agent);
    let stage = Stage::start(dynoxide.endpoint(), &[5; 32]);

    let headers = json!({
        "host": "relay.example",
        "content-length": "0",
        "x-goog-channel-id": "room-1",
        "x-goog-channel-token": webhook::mint(&keys, "room-1"),
        "x-goog-message-number": "7",
        "x-goog-resource-state": "exists",
    });
    let path = format!("/google/calendar/{agent}");
    let answer = stage.invoke(&http_event("POST", &path, "", &headers)).await;
    assert_eq!(answer["statusCode"], 200, "{answer}\n{}", stage.logs());

    let mut forged = headers.clone();
    forged["x-goog-channel-token"] = json!("1.1.forged");
    let answer = stage.invoke(&http_event("POST", &path, "", &forged)).await;
    assert_eq!(answer["statusCode"], 404, "{answer}");

    let state = NewState {
        agent: &agent,
        origin: OriginId(1),
        expiry: now() + SignedDuration::from_secs(600),
        random: [9; 16],
        flow_key: [9; 32],
    }
    .mint(&keys);
    let path = format!("/oauth/google/callback/{agent}");
    let query = format!("state={state}&code=4%2Fcanary&scope=a%20b");
    let answer = stage
        .invoke(&http_event(
            "GET",
            &path,
            &query,
            &json!({ "host": "relay.example" }),
        ))
        .await;
    assert_eq!(answer["statusCode"], 302, "{answer}\n{}", stage.logs());
    let location = format!(
        "{PORTAL}/settings/integration?flow={}",
        to_base64url(&[9; 16])
    );
    assert_eq!(header(&answer, "location"), Some(location));

    let inbox = store
        .pending(&agent, None, 10, now())
        .await
        .unwrap()
        .signals;
    let [
        Signal::Calendar {
            channel, number, ..
        },
        Signal::Oauth {
            state: kept,
            sealed,
            ..
        },
    ] = &inbox[..]
    else {
        panic!("{inbox:?}")
    };
    assert_eq!((channel.as_str(), *number), ("room-1", 7));
    assert_eq!(kept, &state);
    assert!(sealed.0.len() > 32);
    assert!(!stage.logs().contains("canary"), "no log holds a code");
}

async fn store_connection(store: &cloud_relay::store::dynamo::DynamoStore, agent: &AgentId) {
    use cloud_relay::store::Connections;
    store.connected(agent, "gone", 1, now()).await.unwrap();
}

fn header(answer: &Value, name: &str) -> Option<String> {
    let of = |headers: &Value| {
        let (_, value) = headers
            .as_object()?
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))?;
        let value = if value.is_array() { &value[0] } else { value };
        value.as_str().map(str::to_owned)
    };
    of(&answer["headers"]).or_else(|| of(&answer["multiValueHeaders"]))
}
