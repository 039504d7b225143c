//! The operator's commands, beside a relay that runs.

use std::path::Path;
use std::process::{Command, Output};

use relay_contract::error::ErrorCode;
use relay_contract::route;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::connect::PATIENCE;
use crate::dynoxide::Dynoxide;
use crate::program::{LOCAL, Program, certify};
use crate::world::{Agent, PORTAL, http_client, refused};

/// `cloud-relay-local ARGUMENTS` beside the relay of `folder`.
fn local(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(LOCAL)
        .args(arguments)
        .arg("--data")
        .arg(folder.join("data"))
        .env_remove("PLACARD_MASTER_KEY")
        .output()
        .unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr.clone()).unwrap()
}

async fn enrolled(program: &Program, ca: &str, folder: &Path, seed: u8, owner: bool) -> Agent {
    let mut arguments = vec!["invite", "--ttl-hours", "1"];
    if owner {
        arguments.push("--host-owner");
    }
    let invite = said(&local(folder, &arguments));
    let agent = Agent::enrol(&http_client(Some(ca)), &program.base, invite.trim(), seed).await;
    agent.set_origins(&[PORTAL]).await;
    agent
}

fn listed(folder: &Path) -> Vec<Value> {
    serde_json::from_str(&said(&local(folder, &["agents", "--json"]))).unwrap()
}

#[tokio::test]
async fn an_operator_lists_suspends_resumes_and_removes_agents() {
    let folder = tempfile::tempdir().unwrap();
    let ca = certify(folder.path());
    let program = Program::start_logging(folder.path(), "127.0.0.1:0", "info");
    let agent = enrolled(&program, &ca, folder.path(), 1, true).await;
    let id = agent.enrolled.agent.as_str();
    agent.notification("room-1", 7).send().await.unwrap();

    let all = listed(folder.path());
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["agent"], id);
    assert_eq!(all[0]["host_owner"], true);
    assert_eq!(all[0]["status"], "active");
    assert_eq!(all[0]["backlog"], 1);
    assert!(all[0]["seen"].is_string(), "{all:?}");
    let table = said(&local(folder.path(), &["agents"]));
    assert!(
        table.contains(id) && table.contains("host owner"),
        "{table}"
    );

    said(&local(folder.path(), &["quota", id, "90"]));
    assert_eq!(listed(folder.path())[0]["quota"], 90);
    said(&local(folder.path(), &["suspend", id]));
    let answer = agent.call(Method::GET, route::INBOX, b"").await;
    refused(answer, StatusCode::FORBIDDEN, ErrorCode::Suspended).await;
    said(&local(folder.path(), &["resume", id]));
    assert_eq!(agent.inbox().await.len(), 1);
    said(&local(folder.path(), &["remove", id]));
    assert_eq!(listed(folder.path()), Vec::<Value>::new());
    let words = refusal(&local(folder.path(), &["suspend", id]));
    assert!(words.contains("there is no agent"), "{words}");
}

#[tokio::test]
async fn a_suspended_agent_is_cut_off_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    // Without TLS, so that the test's plain WebSocket fits.
    let program = Program::start_plain(folder.path());
    let invite = said(&local(folder.path(), &["invite"]));
    let agent = Agent::enrol(&http_client(None), &program.base, invite.trim(), 1).await;
    let mut socket = crate::connect::connected(&agent).await;
    said(&local(
        folder.path(),
        &["suspend", agent.enrolled.agent.as_str()],
    ));
    let begun = std::time::Instant::now();
    assert_eq!(crate::connect::hint(&mut socket).await, None);
    assert!(begun.elapsed() < PATIENCE);
}

#[tokio::test]
async fn a_master_key_is_rotated_and_retired() {
    let folder = tempfile::tempdir().unwrap();
    let ca = certify(folder.path());
    let program = Program::start_logging(folder.path(), "127.0.0.1:0", "info");
    let listen = format!("127.0.0.1:{}", program.port());
    let mut agent = enrolled(&program, &ca, folder.path(), 1, false).await;
    said(&local(folder.path(), &["rotate-master"]));
    drop(program);
    let _program = Program::start_logging(folder.path(), &listen, "info");
    agent.http = http_client(Some(&ca));
    let answer = agent.notification("old", 5).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);

    let words = refusal(&local(folder.path(), &["retire-master"]));
    assert!(words.contains("has not said which it uses"), "{words}");
    let tell = async |channels: &str| {
        let body = format!("{{\"channels\":[{channels}]}}");
        let told = agent.call(Method::PUT, route::KEY_USE, body.as_bytes());
        assert_eq!(told.await.status(), StatusCode::OK);
    };
    tell(r#"{"version":1,"count":3}"#).await;
    let words = refusal(&local(folder.path(), &["keys", "--check"]));
    assert!(words.contains("made with an older one: 3"), "{words}");
    tell(r#"{"version":2,"count":3}"#).await;
    let state: Value =
        serde_json::from_str(&said(&local(folder.path(), &["keys", "--json"]))).unwrap();
    assert_eq!(state["version"], 2);
    assert_eq!(
        (&state["channels"], &state["older_channels"]),
        (&3.into(), &0.into())
    );
    said(&local(folder.path(), &["retire-master"]));
}

#[tokio::test]
async fn the_same_commands_work_on_a_table_of_dynamo() {
    let (dynoxide, _store) = Dynoxide::start().await;
    let admin = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_cloud-relay-admin"))
            .args(arguments)
            .env("AWS_ENDPOINT_URL_DYNAMODB", dynoxide.endpoint())
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("PLACARD_TABLE", "relay")
            .env("PLACARD_MASTER_KEY", "07".repeat(32))
            .output()
            .unwrap()
    };
    assert_eq!(said(&admin(&["agents", "--json"])), "[]\n");
    assert!(said(&admin(&["invite", "--host-owner"])).starts_with("inv1.1.o."));
    let key = said(&admin(&["new-master-key"]));
    assert!(key.trim().parse::<relay_contract::key::MasterKey>().is_ok());
    let words = refusal(&admin(&["remove", "0000000000000000"]));
    assert!(words.contains("there is no agent"), "{words}");
    assert!(said(&admin(&["keys", "--check"])).contains("version 1"));
}
