//! Promise 3: the relay never receives a token, a secret, an event or an attendee, and cannot use the code that it carries.
//!
//! What Google was told and answered shows that the search finds what is there; at the relay it must find nothing.

use anyhow::{Context, Result, ensure};
use canary::{Canary, Finding, contains, search};
use jiff::ToSpan;
use placard_tests::clock::clock;
use placard_tests::eventually;
use placard_tests::expected::Booking;
use placard_tests::promise::Evidence;
use placard_tests::read_along::{GOOGLE, RELAY, ReadAlong, Side, databases};
use placard_tests::setting_up::CLIENT_SECRET;
use placard_tests::sign::Sign;
use placard_tests::signs::link_displays;
use serde_json::json;

const TITLE: &str = "Canary-of-the-title 7f3e";
const ATTENDEE: &str = "Canary-of-the-attendee 52d1";

#[tokio::test]
async fn promise_3_the_relay_never_has_what_opens_a_calendar() -> Result<()> {
    let mut story = ReadAlong::begin().await?;
    // While the answer lies at the relay, sealed.
    let code = story.code()?;
    none(search(std::slice::from_ref(&code), &story.kept()?))?;
    story.finish_sign_in().await?;
    let signs = link_displays(&mut story.world, &mut story.admin).await?;
    let room = signs[0].room.clone();
    book(&story, &signs[0]).await?;
    notify_as_google_does(&story, &room.calendar).await?;

    let secrets = secrets(&story, code)?;
    let calendar = Canary::new("calendar id", &room.calendar)?;
    let all = [secrets.clone(), vec![calendar]].concat();
    let mut evidence = Evidence::of(3);
    let google = [
        story.said(GOOGLE, Side::Told),
        story.said(GOOGLE, Side::Answered),
    ]
    .concat();
    for canary in &all {
        let found = search(std::slice::from_ref(canary), &google).len();
        evidence.happened(&fault(canary), u64::try_from(found)?);
    }

    // It keeps and answers none of it.
    let mut kept = story.kept()?;
    kept.extend(story.said(RELAY, Side::Answered));
    ensure!(kept.len() > 10, "there is little to search: {}", kept.len());
    none(search(&all, &kept))?;
    // It is told the code, once, and the calendar's address in Google's headers; nothing else.
    let told = story.said(RELAY, Side::Told);
    none(search(&secrets[1..], &told))?;
    let passed: usize = told
        .iter()
        .map(|place| place.bytes.windows(5).filter(|w| w == b"code=").count())
        .sum();
    ensure!(passed == 1, "the code was told {passed} times");

    // All this time the system has done its work.
    signs[0].is_right(&story.world.calendar).await?;
    for canary in &all {
        evidence.seen_on_glass(&fault(canary));
    }
    evidence.print()?;
    story.world.stop().await
}

fn fault(canary: &Canary) -> String {
    format!("{} between agent and Google", canary.name)
}

/// Books the room under a title and for a person that can be looked for, and waits for the glass.
async fn book(story: &ReadAlong, sign: &Sign) -> Result<()> {
    let (start, end) = (clock() - 5.minutes(), clock() + 55.minutes());
    let booking = Booking {
        id: String::new(),
        title: Some(TITLE.into()),
        organiser: Some(ATTENDEE.into()),
        people: Some(1),
        private: false,
        start,
        end,
    };
    let calendar = &story.world.calendar;
    calendar.add(&sign.room.calendar, &booking).await?;
    sign.is_right(calendar).await
}

/// What the relay must not have; the code, of which it is told, is the first.
fn secrets(story: &ReadAlong, code: Canary) -> Result<Vec<Canary>> {
    let (told, answered) = (Side::Told, Side::Answered);
    Ok(vec![
        code,
        Canary::new("client secret", CLIENT_SECRET)?,
        Canary::new("event title", TITLE)?,
        Canary::new("attendee", ATTENDEE)?,
        story.canary("access token", GOOGLE, told, "uthorization: Bearer ")?,
        story.canary("refresh token", GOOGLE, answered, "\"refresh_token\":\"")?,
        story.canary("PKCE verifier", GOOGLE, told, "code_verifier=")?,
        story.canary("ID token", GOOGLE, answered, "\"id_token\":\"")?,
    ])
}

fn none(found: Vec<Finding>) -> Result<()> {
    let told: Vec<_> = found.iter().map(ToString::to_string).collect();
    ensure!(
        told.is_empty(),
        "the relay has what it must not have: {}",
        told.join("; ")
    );
    Ok(())
}

/// A notification like Google's, so that the relay's answer to one is among what is searched.
async fn notify_as_google_does(story: &ReadAlong, calendar: &str) -> Result<()> {
    let open = eventually("the agent opens a channel at Google", || async {
        Ok(story.opened_channel())
    })
    .await?;
    let text = |key: &str| {
        open[key]
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("no {key} in {open}"))
    };
    let browser = story.world.browser_through(&story.proxy)?;
    let answer = browser
        .post(text("address")?)
        .header("X-Goog-Channel-ID", text("id")?)
        .header("X-Goog-Channel-Token", text("token")?)
        .header("X-Goog-Message-Number", "7000000")
        .header("X-Goog-Resource-State", "exists")
        .header("X-Goog-Resource-ID", "resource")
        .header(
            "X-Goog-Resource-URI",
            format!("https://www.googleapis.com/calendar/v3/calendars/{calendar}/events?alt=json"),
        )
        .send()
        .await?;
    ensure!(
        answer.status().is_success(),
        "the relay answered {}",
        answer.status()
    );
    eventually(
        "the notification is among what the relay was told",
        || async {
            let told = story.said(RELAY, Side::Told);
            let there = told
                .iter()
                .any(|place| contains(&place.bytes, calendar.as_bytes()));
            Ok(there.then_some(()))
        },
    )
    .await
}

#[tokio::test]
async fn promise_3_twin_a_relay_that_keeps_or_says_the_code_is_noticed() -> Result<()> {
    let mut story = ReadAlong::begin().await?;
    let code = story.code()?;
    let search_kept = |story: &ReadAlong| -> Result<Vec<Finding>> {
        Ok(search(std::slice::from_ref(&code), &story.kept()?))
    };
    none(search_kept(&story)?)?;

    // A relay that does not seal.
    let database = databases(&story.world.relay_data())?.remove(0);
    let relay = rusqlite::Connection::open(&database)?;
    relay.busy_timeout(std::time::Duration::from_secs(10))?;
    let answer = json!({ "outcome": { "code": code.word }, "scope": null }).to_string();
    relay.execute_batch("CREATE TABLE planted (answer BLOB)")?;
    let packed = zstd::encode_all(answer.as_bytes(), 3)?;
    relay.execute("INSERT INTO planted VALUES (?1)", [packed])?;
    let found = search_kept(&story)?;
    ensure!(
        found.iter().any(|f| f.place.contains("planted.answer")),
        "{found:?}"
    );
    relay.execute_batch("DROP TABLE planted; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")?;
    drop(relay);
    none(search_kept(&story)?)?;

    // A relay that logs the query of a callback.
    let log = story.world.logs().join("cloud-relay-local.log");
    let query: String = url::form_urlencoded::byte_serialize(code.word.as_bytes()).collect();
    let mut text = std::fs::read(&log)?;
    text.extend(format!("answered uri=/oauth/google/callback?code={query}\n").into_bytes());
    std::fs::write(&log, text)?;
    let found = search_kept(&story)?;
    ensure!(
        found
            .iter()
            .any(|f| f.place.contains("cloud-relay-local.log")),
        "{found:?}"
    );

    // And what an agent's answer would say.
    story.finish_sign_in().await?;
    let token = story.canary(
        "refresh token",
        GOOGLE,
        Side::Answered,
        "\"refresh_token\":\"",
    )?;
    let mut answers = story.said(RELAY, Side::Answered);
    none(search(std::slice::from_ref(&token), &answers))?;
    let place = answers
        .first_mut()
        .context("the relay answered something")?;
    place
        .bytes
        .extend(format!("\r\n\r\n{{\"token\":\"{}\"}}", token.word).into_bytes());
    ensure!(!search(&[token], &answers).is_empty());
    story.world.stop().await
}
