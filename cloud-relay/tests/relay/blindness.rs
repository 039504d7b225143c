//! The relay cannot use what it carries: what it must not know is in no file, no line and no answer of it.

use std::fs;
use std::path::Path;

use canary::find;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR};
use relay_contract::answer::{INFO, Outcome, split};
use relay_contract::inbox::Signal;
use reqwest::StatusCode;
use sha2::{Digest, Sha256};

use crate::callback::Flow;
use crate::connect::{connected, hint};
use crate::program::{Program, certify, invite};
use crate::world::{Agent, PORTAL, World, http_client};

const CODE: &str = "4/0canary-code-5b1e9d7c";
const CALENDAR: &str = "canary-calendar-77aa@group.calendar.google.com";
const TOKEN: &str = "ya29.canary-token-0c44e1";
const TITLE: &str = "Canary title: merger talks 91f2";
const ATTENDEE: &str = "canary.attendee.3e8d@example.com";
const SECRET: &str = "GOCSPX-canary-secret-6d20";

/// Everything below a folder, file by file.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    all
}

#[tokio::test]
async fn canaries_are_in_no_file_no_log_and_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let ca = certify(folder.path());
    let http = http_client(Some(&ca));
    let code = invite(folder.path());
    // The most talkative relay there can be.
    let program = Program::start_logging(folder.path(), "127.0.0.1:0", "trace");
    let agent = Agent::enrol(&http, &program.base, code.trim(), 1).await;
    agent.set_origins(&[PORTAL]).await;
    let mut answers: Vec<(String, Vec<u8>)> = Vec::new();

    // Google's headers name the calendar; whatever else might come is not Google's, and not kept either.
    let uri = format!("https://www.googleapis.com/calendar/v3/calendars/{CALENDAR}/events");
    for number in [5, 6] {
        let notification = agent
            .notification("room-1", number)
            .header("x-goog-resource-uri", &uri)
            .header("x-canary", ATTENDEE)
            .bearer_auth(TOKEN)
            .body(format!("{{\"summary\":\"{TITLE}\"}}"));
        let answer = notification.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answers.push(("webhook".into(), answer.bytes().await.unwrap().to_vec()));
    }
    let flow = Flow::of(&agent);
    let query = [
        ("state", flow.state.as_str()),
        ("code", CODE),
        ("client_secret", SECRET),
    ];
    let url = format!(
        "{}/oauth/google/callback/{}",
        program.base, agent.enrolled.agent
    );
    for status in [StatusCode::OK, StatusCode::CONFLICT] {
        let answer = http.get(&url).query(&query).send().await.unwrap();
        assert_eq!(answer.status(), status);
        let headers = format!("{:?}", answer.headers()).into_bytes();
        answers.push(("callback's headers".into(), headers));
        answers.push(("callback".into(), answer.bytes().await.unwrap().to_vec()));
    }
    let inbox = agent.inbox().await;
    answers.push(("inbox".into(), serde_json::to_vec(&inbox).unwrap()));
    let sealed = inbox.iter().find_map(|signal| match signal {
        Signal::Oauth { sealed, .. } => Some(sealed.0.clone()),
        Signal::Calendar { .. } => None,
    });
    let opened = flow.open(&sealed.unwrap());
    assert_eq!(
        opened.outcome,
        Outcome::Code(CODE.into()),
        "it did come through"
    );
    drop(program);

    let written = files(folder.path());
    let log = written.iter().find(|(name, _)| name.ends_with("relay.log"));
    assert!(log.unwrap().1.len() > 1000, "there is a log to search");
    assert!(written.iter().any(|(name, _)| name.contains("relay.db")));
    for (name, bytes) in written.iter().chain(&answers) {
        for canary in [CODE, CALENDAR, TOKEN, TITLE, ATTENDEE, SECRET] {
            assert_eq!(find(bytes, canary), None, "{canary} in {name}");
        }
    }
    // The search would have found it.
    let (_, database) = written
        .iter()
        .find(|(n, _)| n.contains("relay.db"))
        .unwrap();
    let planted = [database.as_slice(), CODE.as_bytes()].concat();
    assert_eq!(find(&planted, CODE), Some("plain"));
    let kept = |(_, bytes): &(String, Vec<u8>)| find(bytes, &flow.state).is_some();
    assert!(
        written.iter().any(kept),
        "what is stored is there to be found"
    );
}

#[tokio::test]
async fn a_hint_says_no_more_than_the_inbox() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let mut socket = connected(&agent).await;
    Flow::of(&agent).come_back(&world, CODE).await;
    let hint = serde_json::to_vec(&hint(&mut socket).await.unwrap()).unwrap();
    assert_eq!(find(&hint, CODE), None);
}

/// Opens a sealed answer with 32 bytes that might be the secret.
fn open(secret: &[u8; 32], state: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(secret).ok()?;
    let (key, ciphertext) = split(sealed)?;
    let key = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(key).ok()?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret,
        &key,
        INFO,
        ciphertext,
        state.as_bytes(),
    )
    .ok()
}

#[tokio::test]
async fn a_stolen_store_with_the_master_key_yields_no_code() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let flow = Flow::of(&agent);
    flow.come_back(&world, CODE).await;

    // The thief has the master key, every key that follows from it, and every byte of the database.
    let keys = world.masters.agent_keys(&agent.enrolled.agent);
    let inbox = agent.inbox().await;
    let [Signal::Oauth { state, sealed, .. }] = &inbox[..] else {
        panic!("{inbox:?}")
    };
    let mut candidates: Vec<[u8; 32]> =
        vec![[7; 32], *keys.webhook.as_bytes(), *keys.state.as_bytes()];
    let database = fs::read(world.folder().join("relay.db")).unwrap();
    let journal = fs::read(world.folder().join("relay.db-wal")).unwrap();
    for bytes in [&database, &journal, &sealed.0, &state.clone().into_bytes()] {
        candidates.extend(
            bytes
                .chunks_exact(32)
                .map(|c| <[u8; 32]>::try_from(c).unwrap()),
        );
    }
    for field in state.split('.') {
        candidates.extend(relay_contract::encoding::array_from_base64url::<32>(field));
    }
    let hashed: Vec<[u8; 32]> = candidates
        .iter()
        .map(|c| Sha256::digest(c).into())
        .collect();
    for candidate in candidates.iter().chain(&hashed) {
        assert_eq!(open(candidate, state, &sealed.0), None);
    }
    for bytes in [&database, &journal] {
        assert_eq!(find(bytes, CODE), None);
    }
    // The lock is one: the agent's own secret opens it.
    assert!(open(flow.secret(), state, &sealed.0).is_some());
}
