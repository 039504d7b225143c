// A running system for one test file: what `world` of the tests crate starts.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import https from 'node:https';
import { createHash } from 'node:crypto';
import path from 'node:path';
import readline from 'node:readline';

/** How long a system may take to come up, in milliseconds. */
const COMES_UP_WITHIN = 120_000;

/** A system that is up. `facts` is the line of JSON that the program said. */
export class World {
  static async start(...args) {
    const target = process.env.CARGO_TARGET_DIR;
    if (!target) throw new Error('CARGO_TARGET_DIR is not set; run infra/dev browser');
    const child = spawn(path.join(target, 'debug', 'world'), args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const timer = setTimeout(() => child.kill(), COMES_UP_WITHIN);
    try {
      for await (const line of readline.createInterface({ input: child.stdout })) {
        if (line.startsWith('{')) return new World(child, JSON.parse(line));
      }
    } finally {
      clearTimeout(timer);
    }
    throw new Error('the system ended, or was stopped, before it said where it is');
  }

  constructor(child, facts) {
    this.child = child;
    this.facts = facts;
    child.stdout.resume();
  }

  /** Ends the system and waits for it. */
  async stop() {
    const ended = this.child.exitCode === null ? once(this.child, 'exit') : undefined;
    this.child.stdin.end();
    await ended;
  }

  /** Calls the Google stand-in's control API, as somebody with Google Calendar open would change an event. */
  async standIn(method, path, body) {
    const { status, text } = await call(this.facts, method, new URL(path, this.facts.standin), body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  /** The id of the calendar of the room called `name`. */
  async calendarOf(name) {
    const rooms = await this.standIn('GET', '/_stand-in/rooms');
    const room = rooms.find((room) => room.name === name);
    if (!room) throw new Error(`the stand-in has no room ${name}: ${JSON.stringify(rooms)}`);
    return room.id;
  }

  /** Puts an event into a calendar, from ten minutes ago to `minutes` from now; returns how to rename it. */
  async addEvent(calendar, summary, minutes = 50) {
    const [start, end] = [-10, minutes].map((from) => new Date(Date.now() + from * 60_000).toISOString());
    const events = `/_stand-in/events/${encodeURIComponent(calendar)}`;
    const { event } = await this.standIn('POST', events, { summary, start, end });
    return { rename: (summary) => this.standIn('PATCH', `${events}/${event.id}`, { summary }) };
  }

  /** Enters the redirect URI in Google's console, as the portal tells the admin to. */
  async registerRedirect(uri) {
    const { client_id, client_secret } = this.facts;
    await this.standIn('POST', '/_stand-in/clients', { client_id, client_secret, redirect_uris: [uri] });
  }
}

/** One request to a server of the system, over TLS with its key pinned. */
function call(facts, method, url, body) {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const request = https.request(
      {
        method,
        host: '127.0.0.1',
        port: url.port,
        servername: url.hostname,
        path: url.pathname + url.search,
        headers: { host: url.host, ...(payload && { 'content-type': 'application/json' }) },
        // The authority that signed it was made for this run; the pin below says more.
        rejectUnauthorized: false,
        agent: false,
      },
      async (response) => {
        let text = '';
        for await (const part of response.setEncoding('utf8')) text += part;
        resolve({ status: response.statusCode, text });
      },
    );
    request.on('socket', (socket) =>
      socket.on('secureConnect', () => {
        const key = socket.getPeerX509Certificate().publicKey.export({ type: 'spki', format: 'der' });
        const pin = createHash('sha256').update(key).digest('base64');
        if (!facts.spki.includes(pin)) request.destroy(new Error(`${url.host} shows a key that is not its own`));
      }),
    );
    request.on('error', reject);
    request.end(payload);
  });
}
