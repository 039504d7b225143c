//! The agents' WebSocket: hints arrive, and only for whom they are meant.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use relay_contract::call::Call;
use relay_contract::inbox::Hint;
use relay_contract::route;
use reqwest::StatusCode;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::world::{Agent, World};

pub(crate) type Socket = WebSocketStream<TcpStream>;

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

async fn connect(agent: &Agent, token: &str) -> Result<Socket, Error> {
    let mut request = agent
        .enrolled
        .ws_url
        .as_str()
        .into_client_request()
        .unwrap();
    request
        .headers_mut()
        .insert("authorization", format!("Bearer {token}").parse().unwrap());
    let authority = request.uri().authority().unwrap().to_string();
    let tcp = TcpStream::connect(authority).await.unwrap();
    Ok(client_async(request, tcp).await?.0)
}

pub(crate) async fn connected(agent: &Agent) -> Socket {
    let call = Call {
        method: "GET",
        path_and_query: route::CONNECT,
        body: b"",
    };
    connect(agent, &agent.token(&call)).await.unwrap()
}

/// The next hint; `None` when the relay closes.
pub(crate) async fn hint(socket: &mut Socket) -> Option<Hint> {
    loop {
        match timeout(PATIENCE, socket.next())
            .await
            .expect("a hint, or the end")
        {
            Some(Ok(Message::Text(text))) => {
                return Some(serde_json::from_str(text.as_str()).unwrap());
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            Some(Ok(_)) => {}
        }
    }
}

#[tokio::test]
async fn a_notification_is_hinted_to_its_agent_and_no_other() {
    let world = World::start().await;
    let (agent, other) = (world.agent(1, true).await, world.agent(2, false).await);
    let (mut socket, mut others) = (connected(&agent).await, connected(&other).await);
    let answer = agent.notification("room-1", 7).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let Some(Hint::Calendar {
        channel, number, ..
    }) = hint(&mut socket).await
    else {
        panic!()
    };
    assert_eq!((channel.as_str(), number), ("room-1", 7));
    // The other's next message is its own.
    other.notification("room-9", 3).send().await.unwrap();
    let Some(Hint::Calendar { channel, .. }) = hint(&mut others).await else {
        panic!()
    };
    assert_eq!(channel, "room-9");
}

#[tokio::test]
async fn a_ping_is_answered_and_anything_else_let_pass() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let mut socket = connected(&agent).await;
    for text in ["", "{}", "{\"kind\":\"newer\"}", "{\"kind\":\"ping\"}"] {
        socket.send(Message::text(text)).await.unwrap();
    }
    assert_eq!(hint(&mut socket).await, Some(Hint::Pong));
    agent.notification("room-1", 7).send().await.unwrap();
    assert!(matches!(
        hint(&mut socket).await,
        Some(Hint::Calendar { .. })
    ));
}

#[tokio::test]
async fn the_newest_connection_gets_the_hints_and_the_old_one_is_closed() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let mut old = connected(&agent).await;
    let mut new = connected(&agent).await;
    assert_eq!(hint(&mut old).await, None);
    agent.notification("room-1", 7).send().await.unwrap();
    assert!(matches!(hint(&mut new).await, Some(Hint::Calendar { .. })));
    drop(new);
    let lost = agent.notification("room-1", 8).send().await.unwrap();
    assert_eq!(
        lost.status(),
        StatusCode::OK,
        "a lost hint is no failure: the signal is in the inbox"
    );
    assert_eq!(agent.inbox().await.len(), 1);
}

#[tokio::test]
async fn nobody_connects_with_a_token_for_something_else() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let inbox = agent.token(&Call {
        method: "GET",
        path_and_query: route::INBOX,
        body: b"",
    });
    for token in [inbox.as_str(), "x"] {
        match connect(&agent, token).await {
            Err(Error::Http(answer)) => assert_eq!(answer.status().as_u16(), 401),
            other => panic!("{other:?}"),
        }
    }
    // The right token without a WebSocket is told what is missing.
    let token = agent.token(&Call {
        method: "GET",
        path_and_query: route::CONNECT,
        body: b"",
    });
    let answer = agent
        .call_with(&token, reqwest::Method::GET, route::CONNECT, b"")
        .await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn who_floods_the_relay_is_cut_off() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let mut socket = connected(&agent).await;
    let mut sent = 0;
    while sent < 1000 && socket.send(Message::text("{}")).await.is_ok() {
        sent += 1;
    }
    assert_eq!(hint(&mut socket).await, None);
    let mut socket = connected(&agent).await;
    let big = "x".repeat(128 << 10);
    // It may be cut off while it still sends.
    let _ = socket.send(Message::text(big)).await;
    assert_eq!(hint(&mut socket).await, None);
}
