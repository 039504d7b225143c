// Google's own client against the stand-in: whatever this client sends and expects is right by definition.
//
// Usage: node calendar.cjs BASE   with PLACARD_TOOLS set; exits non-zero with the first thing that is not as Google has it.
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const http = require('node:http');
const { createRequire } = require('node:module');
const path = require('node:path');

// The client lives in the tools folder, outside the clone.
const fromTools = createRequire(path.join(process.env.PLACARD_TOOLS, 'google-client', 'package.json'));
const { calendar: calendarApi, auth } = fromTools('@googleapis/calendar');

const base = process.argv[2];
const redirect = 'http://localhost:1/callback';
const scopes = ['openid', 'email', 'https://www.googleapis.com/auth/calendar'];

async function control(method, route, body) {
  const answer = await fetch(`${base}/_stand-in/${route}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${route}: ${answer.status}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

async function refused(promise, code, reason) {
  await assert.rejects(promise, (error) => {
    assert.equal(Number(error.response?.status), code, error.message);
    if (reason) assert.equal(error.response.data.error.errors[0].reason, reason);
    return true;
  });
}

/** Consents like a browser and hands the code to Google's OAuth2 client. */
async function signIn() {
  const file = await control('POST', 'clients', { redirect_uris: [redirect] });
  const client = new auth.OAuth2({
    clientId: file.web.client_id,
    clientSecret: file.web.client_secret,
    redirectUri: redirect,
    endpoints: {
      oauth2AuthBaseUrl: `${base}/o/oauth2/v2/auth`,
      oauth2TokenUrl: `${base}/token`,
      oauth2RevokeUrl: `${base}/revoke`,
    },
  });
  const { codeVerifier, codeChallenge } = await client.generateCodeVerifierAsync();
  const address = client.generateAuthUrl({
    access_type: 'offline', prompt: 'consent', scope: scopes, state: 's', nonce: 'n',
    code_challenge: codeChallenge, code_challenge_method: 'S256',
  });
  const form = new URLSearchParams({ decision: 'allow', email: 'admin@example.com' });
  scopes.forEach((scope) => form.append('scope', scope));
  const answer = await fetch(address, { method: 'POST', body: form, redirect: 'manual' });
  const back = new URL(answer.headers.get('location'));
  assert.equal(back.searchParams.get('state'), 's');
  const { tokens } = await client.getToken({ code: back.searchParams.get('code'), codeVerifier });
  client.setCredentials(tokens);
  await checkIdToken(tokens.id_token, file.web.client_id);
  return client;
}

async function checkIdToken(token, audience) {
  const [header, payload, signature] = token.split('.');
  const { keys } = await (await fetch(`${base}/oauth2/v3/certs`)).json();
  const { kid } = JSON.parse(Buffer.from(header, 'base64url'));
  const key = crypto.createPublicKey({ key: keys.find((k) => k.kid === kid), format: 'jwk' });
  const signed = Buffer.from(`${header}.${payload}`);
  assert.ok(crypto.verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url')));
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  assert.deepEqual([claims.aud, claims.nonce, claims.email], [audience, 'n', 'admin@example.com']);
}

/** A receiver of pushes on this machine; `next()` waits for one. */
async function receiver() {
  const arrived = [];
  let wake = () => {};
  const server = http.createServer((request, response) => {
    if (request.method === 'POST') arrived.push(request.headers);
    response.end();
    wake();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const next = async () => {
    while (arrived.length === 0) await new Promise((resolve) => { wake = resolve; });
    return arrived.shift();
  };
  return { address: `http://127.0.0.1:${server.address().port}/hook`, next, close: () => server.close() };
}

async function events(calendar, room) {
  const start = { dateTime: '2026-11-23T10:00:00', timeZone: 'Europe/Brussels' };
  const end = { dateTime: '2026-11-23T10:30:00', timeZone: 'Europe/Brussels' };
  const { data: series } = await calendar.events.insert({
    calendarId: room,
    requestBody: { summary: 'Stand-up', start, end, recurrence: ['RRULE:FREQ=DAILY;COUNT=4'] },
  });
  const window = {
    calendarId: room, singleEvents: true, orderBy: 'startTime', maxResults: 3,
    timeMin: '2026-11-23T00:00:00Z', timeMax: '2026-11-30T00:00:00Z',
  };
  const first = (await calendar.events.list(window)).data;
  assert.equal(first.items.length, 3);
  assert.equal(first.items[0].recurringEventId, series.id);
  const second = (await calendar.events.list({ ...window, pageToken: first.nextPageToken })).data;
  assert.equal(second.items.length, 1);
  assert.ok(second.nextSyncToken && !first.nextSyncToken);

  const again = await calendar.events.list(window, {
    headers: { 'If-None-Match': first.etag }, validateStatus: (status) => status === 304,
  });
  assert.equal(again.status, 304);

  const one = second.items[0];
  await calendar.events.patch({ calendarId: room, eventId: one.id, requestBody: { summary: 'Last stand-up' } });
  const got = (await calendar.events.get({ calendarId: room, eventId: one.id })).data;
  assert.equal(got.summary, 'Last stand-up');
  await refused(calendar.events.update(
    { calendarId: room, eventId: one.id, requestBody: { summary: 'x', start: got.start, end: got.end } },
    { headers: { 'If-Match': one.etag } },
  ), 412, 'conditionNotMet');
  await calendar.events.delete({ calendarId: room, eventId: one.id });
  assert.equal((await calendar.events.get({ calendarId: room, eventId: one.id })).data.status, 'cancelled');
  await refused(calendar.events.delete({ calendarId: room, eventId: one.id }), 410, 'deleted');
  await refused(calendar.events.get({ calendarId: room, eventId: 'nothere' }), 404, 'notFound');
}

async function incremental(calendar, room) {
  const { nextSyncToken: syncToken } = (await calendar.events.list({ calendarId: room })).data;
  const { data: event } = await calendar.events.insert({
    calendarId: room,
    requestBody: { summary: 'New', start: { date: '2026-11-24' }, end: { date: '2026-11-25' } },
  });
  const changed = (await calendar.events.list({ calendarId: room, syncToken })).data;
  assert.deepEqual(changed.items.map((item) => item.id), [event.id]);
  await refused(calendar.events.list({ calendarId: room, syncToken, orderBy: 'updated' }), 400);
  await control('POST', 'sync-tokens/expire');
  await refused(calendar.events.list({ calendarId: room, syncToken }), 410, 'fullSyncRequired');
  await control('PUT', 'faults', { gone: 1 });
  const updatedMin = '2020-01-01T00:00:00Z';
  await refused(calendar.events.list({ calendarId: room, updatedMin }), 410, 'updatedMinTooLongAgo');
}

async function pushes(calendar, room) {
  const hook = await receiver();
  const { data: channel } = await calendar.events.watch({
    calendarId: room,
    requestBody: { id: crypto.randomUUID(), type: 'web_hook', address: hook.address, token: 't', params: { ttl: '600' } },
  });
  const sync = await hook.next();
  assert.equal(sync['x-goog-resource-state'], 'sync');
  assert.equal(sync['x-goog-message-number'], '1');
  assert.equal(sync['x-goog-resource-id'], channel.resourceId);
  await calendar.events.insert({
    calendarId: room,
    requestBody: { start: { dateTime: '2026-11-23T12:00:00Z' }, end: { dateTime: '2026-11-23T12:30:00Z' } },
  });
  const exists = await hook.next();
  assert.equal(exists['x-goog-resource-state'], 'exists');
  assert.equal(exists['x-goog-channel-token'], 't');
  const { id, resourceId } = channel;
  await calendar.channels.stop({ requestBody: { id, resourceId } });
  await refused(calendar.channels.stop({ requestBody: { id, resourceId } }), 404);
  hook.close();
}

async function main() {
  const client = await signIn();
  const calendar = calendarApi({ version: 'v3', auth: client, rootUrl: `${base}/`, retry: false });
  const list = (await calendar.calendarList.list({ showHidden: true, maxResults: 250 })).data;
  const room = list.items.find((item) => item.id.endsWith('@resource.calendar.google.com')).id;
  assert.equal((await calendar.calendars.get({ calendarId: room })).data.id, room);
  assert.equal((await calendar.calendarList.get({ calendarId: 'primary' })).data.primary, true);
  await events(calendar, room);
  await incremental(calendar, room);
  await pushes(calendar, room);

  // An expired access token: the client must be able to refresh by itself.
  await control('POST', 'tokens/expire');
  client.setCredentials({ ...client.credentials, expiry_date: 1 });
  await calendar.events.list({ calendarId: room });
  await client.revokeToken(client.credentials.refresh_token);
  client.setCredentials({ ...client.credentials, expiry_date: 1 });
  await assert.rejects(calendar.events.list({ calendarId: room }), /invalid_grant/);
  console.log('ok');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
