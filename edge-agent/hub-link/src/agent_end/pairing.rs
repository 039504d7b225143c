//! A call of somebody who wants to be paired.

use std::time::Duration;

use quinn::Connection;
use tokio::time::timeout;

use super::door::Caller;
use super::error::CallError;
use crate::close::CloseReason;
use crate::code::PairingCode;
use crate::codec::{self, ReadMessageError};
use crate::identity::Pin;
use crate::pair::{Role, SessionSecret};
use crate::wire::{AgentKeys, AgentProof, HubProof, PairCall, Paired};

/// How long a hub may take to show its proof: it has the code at hand.
const PROOF_TIMEOUT: Duration = Duration::from_secs(10);

/// Somebody who wants to be paired.
#[derive(Debug)]
#[must_use = "the hub waits for a proof or a refusal"]
pub struct PairingCall {
    pub(super) connection: Connection,
    pub(super) pin: Pin,
    pub(super) _caller: Caller,
}

impl PairingCall {
    /// Whose key it is.
    pub fn pin(&self) -> Pin {
        self.pin
    }

    /// Sends it away, saying why.
    pub fn refuse(self, reason: CloseReason) {
        reason.close(&self.connection);
    }

    /// Proves the code to the hub and checks the hub's proof.
    ///
    /// # Errors
    ///
    /// [`CallError::OtherCode`] when the hub shows another code, which is no attempt at guessing; any other error after
    /// the agent's proof went out should be counted as one.
    pub async fn challenge(self, code: &PairingCode) -> Result<ProvenHub, CallError> {
        let result = timeout(PROOF_TIMEOUT, self.exchange(code))
            .await
            .unwrap_or(Err(CallError::TooSlow));
        match result {
            Ok((call, send)) => Ok(ProvenHub {
                pin: self.pin,
                name: call.name,
                version: call.version,
                connection: self.connection,
                send,
            }),
            Err(error) => {
                let reason = match &error {
                    CallError::WrongProof => CloseReason::WrongCode,
                    CallError::OtherCode => CloseReason::NotThisHub,
                    CallError::TooSlow => CloseReason::TooSlow,
                    _ => CloseReason::Protocol,
                };
                reason.close(&self.connection);
                Err(error)
            }
        }
    }

    async fn exchange(
        &self,
        code: &PairingCode,
    ) -> Result<(PairCall, quinn::SendStream), CallError> {
        let (mut send, mut receive) = self.connection.accept_bi().await?;
        let call: PairCall = codec::read(&mut receive)
            .await?
            .ok_or(CallError::Unexpected)?;
        let session = SessionSecret::of(&self.connection);
        let proof = session.prove(Role::Agent, code);
        codec::write(&mut send, &AgentProof { proof }).await?;
        let answer: HubProof = match codec::read(&mut receive).await {
            Ok(answer) => answer.ok_or(CallError::Unexpected)?,
            Err(ReadMessageError::Stream(quinn::ReadError::ConnectionLost(lost)))
                if CloseReason::of(&lost) == Some(CloseReason::NotThisHub) =>
            {
                return Err(CallError::OtherCode);
            }
            Err(error) => return Err(error.into()),
        };
        if !session.verify(Role::Hub, code, &answer.proof) {
            return Err(CallError::WrongProof);
        }
        Ok((call, send))
    }
}

/// A hub that has proved the code. Store its pin, then [`confirm`](Self::confirm).
#[derive(Debug)]
#[must_use = "the hub waits to hear that it is paired"]
pub struct ProvenHub {
    pub pin: Pin,
    pub name: String,
    pub version: String,
    connection: Connection,
    send: quinn::SendStream,
}

impl ProvenHub {
    /// Tells the hub that it is paired and by which keys it shall know the agent, and waits until it has taken note or
    /// is gone.
    ///
    /// # Errors
    ///
    /// Fails when the connection is gone. The hub will find out with its first call.
    pub async fn confirm(mut self, keys: Option<AgentKeys>) -> Result<(), CallError> {
        codec::write(&mut self.send, &Paired { keys }).await?;
        let _ = self.send.finish();
        // The hub closes; a hub that does not is not worth waiting for.
        let _ = timeout(PROOF_TIMEOUT, self.connection.closed()).await;
        CloseReason::Done.close(&self.connection);
        Ok(())
    }

    /// Sends it away although its proof was right.
    pub fn refuse(self, reason: CloseReason) {
        reason.close(&self.connection);
    }
}
