//! What somebody does to their own account: password and second factor.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::users::{
    ChangePassword, ConfirmSecondFactor, DropSecondFactor, RecoveryCodes, SecondFactor,
};
use http::StatusCode;
use jiff::Timestamp;

use super::app::{App, now};
use super::body::JsonBody;
use super::caller::SignedIn;
use super::hubs::qr_svg;
use super::refusal::Refusal;
use crate::security::{FactorSecret, draw_recovery_codes, recovery_hash};
use crate::store::UserRow;

pub(super) async fn change_password(
    State(app): State<App>,
    caller: SignedIn,
    JsonBody(body): JsonBody<ChangePassword>,
) -> Result<StatusCode, Refusal> {
    let user = proven(&app, &caller, body.present).await?;
    let hash = app.passwords.hash(body.password).await?;
    let deed = caller.deed(Action::PasswordSet, user.name);
    let keep = Some(caller.session().token_hash);
    app.store.set_password(user.id, hash, keep, deed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an authenticator has to know; nothing has changed until a code of it comes back.
pub(super) async fn begin_factor(State(app): State<App>, caller: SignedIn) -> Json<SecondFactor> {
    let secret = FactorSecret::draw();
    let url = secret.url(&format!("Placard {}", app.names.name()), caller.name());
    Json(SecondFactor {
        qr: qr_svg(&url),
        secret: secret.to_base32(),
        url,
    })
}

pub(super) async fn confirm_factor(
    State(app): State<App>,
    caller: SignedIn,
    JsonBody(body): JsonBody<ConfirmSecondFactor>,
) -> Result<Json<RecoveryCodes>, Refusal> {
    let secret = FactorSecret::from_base32(&body.secret);
    let wrong = || {
        Refusal::new(
            ErrorCode::WrongCode,
            "This is not the code of that authenticator at this moment.",
            "Enter the code that it shows now; check that its clock is right.",
        )
    };
    let secret = secret.ok_or_else(wrong)?;
    let step = secret.step_of(&body.code, now()).ok_or_else(wrong)?;
    let user = proven(&app, &caller, body.password).await?;
    let codes = draw_recovery_codes();
    let hashes = codes.iter().map(|code| recovery_hash(code)).collect();
    let deed = caller.deed(Action::SecondFactorSet, user.name);
    let bytes = Some(secret.as_bytes().to_vec());
    app.store.set_factor(user.id, bytes, hashes, deed).await?;
    app.store.use_factor_step(user.id, step).await?;
    Ok(Json(RecoveryCodes { codes }))
}

pub(super) async fn drop_factor(
    State(app): State<App>,
    caller: SignedIn,
    JsonBody(body): JsonBody<DropSecondFactor>,
) -> Result<StatusCode, Refusal> {
    let user = proven(&app, &caller, body.password).await?;
    let deed = caller.deed(Action::SecondFactorRemoved, user.name);
    app.store
        .set_factor(user.id, None, Vec::new(), deed)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether `typed` is a code of the user's authenticator, or one of the recovery codes; uses it up. Somebody without a
/// second factor needs none.
pub(super) async fn passes_factor(
    app: &App,
    user: &UserRow,
    typed: &str,
    now: Timestamp,
) -> Result<bool, Refusal> {
    let Some(secret) = app.store.factor_secret(user)? else {
        return Ok(true);
    };
    let step = FactorSecret::from_bytes(&secret).and_then(|secret| secret.step_of(typed, now));
    Ok(match step {
        Some(step) => app.store.use_factor_step(user.id, step).await?,
        None => {
            let hash = recovery_hash(typed);
            app.store.use_recovery_code(user.id, hash).await?
        }
    })
}

/// The caller's own account, for somebody who has its password as well as its session: a browser left open does not
/// give it away.
async fn proven(app: &App, caller: &SignedIn, password: String) -> Result<UserRow, Refusal> {
    let from = caller.address();
    app.sign_in_tries
        .take(from, Instant::now())
        .map_err(Refusal::too_many_tries)?;
    let user = app.store.user_by_name(caller.name().to_owned()).await?;
    let user = user.ok_or_else(super::caller::signed_out)?;
    let stored = Some(user.password_hash.clone());
    if !app.passwords.is_right(password, stored).await? {
        return Err(Refusal::new(
            ErrorCode::WrongPassword,
            "This is not your password.",
            "Enter the password that you sign in with.",
        ));
    }
    app.sign_in_tries.give_back(from);
    Ok(user)
}
