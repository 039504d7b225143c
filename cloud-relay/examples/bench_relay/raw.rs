//! A client that costs less than what it measures: requests are written once, answers read for their status only.

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection that is kept.
#[derive(Debug)]
pub(crate) struct Raw {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Raw {
    pub(crate) async fn connect(authority: &str) -> Result<Self> {
        let stream = TcpStream::connect(authority).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(4096),
        })
    }

    /// Sends a whole request and gives the status of its answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await?;
            anyhow::ensure!(read > 0, "the relay closed a connection that is kept");
            if let Some(status) = whole(&self.buffer)? {
                return Ok(status);
            }
        }
    }
}

/// The status, when head and body are there.
fn whole(answer: &[u8]) -> Result<Option<u16>> {
    let Some(head) = answer.windows(4).position(|w| w == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&answer[..head])?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|l| l.split(' ').nth(1));
    let length = lines
        .filter_map(|l| l.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Ok(0), |(_, value)| value.trim().parse::<usize>())?;
    if answer.len() < head + 4 + length {
        return Ok(None);
    }
    Ok(Some(status.context("a status line")?.parse()?))
}

/// A notification as Google sends it.
pub(crate) fn notification(path: &str, channel: &str, number: u64, token: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nuser-agent: APIs-Google\r\n\
         x-goog-channel-id: {channel}\r\nx-goog-channel-token: {token}\r\nx-goog-message-number: {number}\r\n\
         x-goog-resource-state: exists\r\nx-goog-resource-id: resource\r\n\
         x-goog-resource-uri: https://www.googleapis.com/calendar/v3/calendars/room%40example.com/events\r\n\r\n"
    )
    .into_bytes()
}
