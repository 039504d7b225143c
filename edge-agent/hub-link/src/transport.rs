//! Every tuned value of QUIC and TLS, each with its reason, and the endpoints made of them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use quinn::{EndpointConfig, ServerConfig, TokioRuntime, TransportConfig, VarInt};
use quinn_proto::HashedConnectionIdGenerator;
use rustls::client::Resumption;
use socket2::{Domain, Protocol, Socket, Type};

use crate::identity::Identity;
use crate::verify::{AskedKey, KeyCheck, SameKey};

/// What hubs speak once they are paired.
pub const HUB_ALPN: &[u8] = b"placard-hub/1";

/// What pairing speaks.
pub const PAIR_ALPN: &[u8] = b"placard-pair/1";

/// Wanted size of the agent's socket buffers.
///
/// With Linux's default of 208 KiB a third of a thousand hubs fail to come back at once after a power cut; with 4 MiB
/// all do. The operating system may grant less.
const AGENT_SOCKET_BYTES: usize = 4 * 1024 * 1024;

/// Wanted size of a hub's socket buffers: a whole plan's frames may arrive while the hub writes one to its card.
const HUB_SOCKET_BYTES: usize = 1024 * 1024;

/// How soon a silent other side counts as gone: three lost keep-alives.
const IDLE_TIMEOUT: Duration = Duration::from_secs(12);

/// How often a hub says that it is there.
///
/// It also finds out that the agent has been restarted: the new process answers the old connection with a stateless
/// reset. Only the hub sends them, since only the hub dials again.
const KEEP_ALIVE: Duration = Duration::from_secs(4);

/// Before anything is measured. A LAN is much faster; this decides when the first lost packet is sent again.
const INITIAL_RTT: Duration = Duration::from_millis(100);

/// How much unacknowledged data the agent holds for one hub; a thousand hubs must fit into memory.
const AGENT_SEND_WINDOW: u64 = 1024 * 1024;

/// What the agent buffers of one hub's reports.
const AGENT_RECEIVE_WINDOW: u32 = 128 * 1024;

/// As above, for the one stream a hub may open.
const AGENT_STREAM_WINDOW: u32 = 32 * 1024;

/// What a hub buffers of frames under way, all together; a whole plan of a few displays.
const HUB_RECEIVE_WINDOW: u32 = 1024 * 1024;

/// What a hub buffers of one frame; any frame of a common panel arrives without waiting.
const HUB_STREAM_WINDOW: u32 = 256 * 1024;

/// Frames that may be under way to a hub beyond one for each display.
const SPARE_FRAME_STREAMS: u32 = 1;

/// Telemetry is "latest wins": there is nothing to queue.
const DATAGRAM_BUFFER_BYTES: usize = 16 * 1024;

/// Handshakes that may wait to be looked at; what is beyond is dropped and comes again.
const MAX_INCOMING: usize = 4096;

/// What one waiting handshake may make us buffer.
const INCOMING_BUFFER_BYTES: u64 = 64 * 1024;

/// As above, all together.
const INCOMING_BUFFERS_BYTES: u64 = 8 * 1024 * 1024;

/// How long from a hub's first packet to its Hello. A hub on a slow LAN needs well under a second.
pub(crate) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// Why an endpoint could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    #[error("listen on UDP {address}; is another program using the port?")]
    Socket {
        address: SocketAddr,
        #[source]
        source: io::Error,
    },
    #[error("set up TLS")]
    Tls(#[from] rustls::Error),
}

/// Opens a UDP socket with buffers of `wanted` bytes, or of what the system grants, which it answers too.
fn socket(address: SocketAddr, wanted: usize) -> io::Result<(std::net::UdpSocket, usize)> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    socket.set_recv_buffer_size(wanted)?;
    socket.set_send_buffer_size(wanted)?;
    // Linux reports twice what it grants to data.
    let granted = socket.recv_buffer_size()?.min(socket.send_buffer_size()?) / 2;
    socket.bind(&address.into())?;
    Ok((socket.into(), granted))
}

/// What to tell an administrator whose system grants small buffers; `None` when they are large enough.
fn small_buffers(granted: usize) -> Option<String> {
    (granted < AGENT_SOCKET_BYTES).then(|| {
        format!(
            "the system grants UDP buffers of {granted} bytes, so that many hubs that come back at once may have to try \
             again; as root: sysctl -w net.core.rmem_max={AGENT_SOCKET_BYTES} net.core.wmem_max={AGENT_SOCKET_BYTES}"
        )
    })
}

/// Keys that stay the same over restarts, so that a hub's packets to the crashed agent are answered by the new one with
/// a stateless reset, and hubs are back in two seconds instead of thirty.
fn endpoint_config(identity: &Identity) -> EndpointConfig {
    let reset = identity.derived("placard hub-link-1 stateless reset");
    let mut config = EndpointConfig::new(Arc::new(ring::hmac::Key::new(
        ring::hmac::HMAC_SHA256,
        &reset,
    )));
    let cid = identity.derived("placard hub-link-1 connection ids");
    let cid = u64::from_le_bytes(*cid.first_chunk().expect("32 bytes hold 8"));
    config.cid_generator(move || Box::new(HashedConnectionIdGenerator::from_key(cid)));
    // The default spaces resets by 20 ms: a herd of hubs would wait for its turn.
    config.min_reset_interval(Duration::ZERO);
    config
}

/// How the agent answers, by whichever of `identities` a hub asks for; the first of them unless it asks.
pub(crate) fn agent_server(identities: &[Identity]) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(Arc::new(KeyCheck::any()))
        .with_cert_resolver(Arc::new(AskedKey(identities.to_vec())));
    tls.alpn_protocols = vec![HUB_ALPN.to_vec(), PAIR_ALPN.to_vec()];
    // A resumed session does not call the verifier: an unpaired hub would stay in.
    tls.send_tls13_tickets = 0;
    tls.max_early_data_size = 0;
    let crypto =
        QuicServerConfig::try_from(tls).expect("TLS 1.3 with ring has QUIC's initial cipher suite");
    let token = identities[0].derived("placard hub-link-1 address tokens");
    let token = ring::hkdf::Salt::new(ring::hkdf::HKDF_SHA256, &[]).extract(&token);
    let mut server = ServerConfig::new(Arc::new(crypto), Arc::new(token));
    server
        .max_incoming(MAX_INCOMING)
        .incoming_buffer_size(INCOMING_BUFFER_BYTES)
        .incoming_buffer_size_total(INCOMING_BUFFERS_BYTES)
        .transport_config(Arc::new(agent_transport()));
    Ok(server)
}

/// Opens the agent's endpoint.
pub(crate) fn agent_endpoint(
    listen: SocketAddr,
    identities: &[Identity],
) -> Result<quinn::Endpoint, BindError> {
    let server = agent_server(identities)?;
    let (endpoint, granted) = open(
        listen,
        AGENT_SOCKET_BYTES,
        endpoint_config(&identities[0]),
        Some(server),
    )?;
    if let Some(warning) = small_buffers(granted) {
        tracing::warn!("{warning}");
    }
    Ok(endpoint)
}

/// Opens a hub's endpoint.
pub(crate) fn hub_endpoint(
    listen: SocketAddr,
    identity: &Identity,
) -> Result<quinn::Endpoint, BindError> {
    let (endpoint, _) = open(listen, HUB_SOCKET_BYTES, endpoint_config(identity), None)?;
    Ok(endpoint)
}

fn open(
    address: SocketAddr,
    buffers: usize,
    config: EndpointConfig,
    server: Option<ServerConfig>,
) -> Result<(quinn::Endpoint, usize), BindError> {
    let socket_error = |source| BindError::Socket { address, source };
    let (socket, granted) = socket(address, buffers).map_err(socket_error)?;
    let endpoint = quinn::Endpoint::new(config, server, socket, Arc::new(TokioRuntime))
        .map_err(socket_error)?;
    Ok((endpoint, granted))
}

/// How a hub dials: `agent` decides which keys it accepts.
pub(crate) fn hub_client(
    identity: &Identity,
    agent: KeyCheck,
    alpn: &[u8],
    displays: usize,
) -> Result<quinn::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(agent))
        .with_client_cert_resolver(Arc::new(SameKey(identity.certified())));
    tls.alpn_protocols = vec![alpn.to_vec()];
    tls.resumption = Resumption::disabled();
    tls.enable_early_data = false;
    let crypto =
        QuicClientConfig::try_from(tls).expect("TLS 1.3 with ring has QUIC's initial cipher suite");
    let mut client = quinn::ClientConfig::new(Arc::new(crypto));
    client.transport_config(Arc::new(hub_transport(displays)));
    Ok(client)
}

fn agent_transport() -> TransportConfig {
    let mut config = shared_transport();
    config
        .send_window(AGENT_SEND_WINDOW)
        .receive_window(VarInt::from_u32(AGENT_RECEIVE_WINDOW))
        .stream_receive_window(VarInt::from_u32(AGENT_STREAM_WINDOW))
        // A hub opens its control stream and nothing else.
        .max_concurrent_bidi_streams(VarInt::from_u32(1))
        .max_concurrent_uni_streams(VarInt::from_u32(0));
    config
}

fn hub_transport(displays: usize) -> TransportConfig {
    let frames = u32::try_from(displays).unwrap_or(u32::MAX / 2) + SPARE_FRAME_STREAMS;
    let mut config = shared_transport();
    config
        .keep_alive_interval(Some(KEEP_ALIVE))
        .receive_window(VarInt::from_u32(HUB_RECEIVE_WINDOW))
        .stream_receive_window(VarInt::from_u32(HUB_STREAM_WINDOW))
        .max_concurrent_bidi_streams(VarInt::from_u32(0))
        .max_concurrent_uni_streams(VarInt::from_u32(frames));
    config
}

fn shared_transport() -> TransportConfig {
    let idle = VarInt::from_u32(
        u32::try_from(IDLE_TIMEOUT.as_millis()).expect("seconds fit into 32 bits of ms"),
    );
    let mut config = TransportConfig::default();
    config
        .max_idle_timeout(Some(idle.into()))
        .initial_rtt(INITIAL_RTT)
        .datagram_receive_buffer_size(Some(DATAGRAM_BUFFER_BYTES))
        .datagram_send_buffer_size(DATAGRAM_BUFFER_BYTES);
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_buffers_are_told_with_the_setting_that_helps() {
        let warning = small_buffers(212_992).unwrap();
        assert!(
            warning.contains("sysctl -w net.core.rmem_max=4194304"),
            "{warning}"
        );
        assert_eq!(small_buffers(AGENT_SOCKET_BYTES), None);
    }
}
