"""Google's own client for Python against the stand-in: whatever this client sends and expects is right by definition.

Usage: python_client.py BASE   exits non-zero with the first thing that is not as Google has it.

Besides what calendar.cjs does, it reads notices with Google's own reader, lets Google's client wait out rate limits, and
asks the People API and the Admin SDK.
"""

import json
import os
import queue
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

BASE = sys.argv[1]
REDIRECT = "http://localhost:1/callback"
SCOPE = "https://www.googleapis.com/auth/"
SCOPES = [
    "openid",
    SCOPE + "userinfo.email",
    SCOPE + "calendar",
    SCOPE + "directory.readonly",
    SCOPE + "admin.directory.resource.calendar.readonly",
]

# Plain HTTP on this machine; and the scopes come back in another order.
os.environ |= {"OAUTHLIB_INSECURE_TRANSPORT": "1", "OAUTHLIB_RELAX_TOKEN_SCOPE": "1", "NO_PROXY": "127.0.0.1,localhost"}

from google.auth.exceptions import RefreshError  # noqa: E402
from google.auth.transport.requests import Request  # noqa: E402
from google.oauth2 import id_token  # noqa: E402
from google_auth_oauthlib.flow import Flow  # noqa: E402
from googleapiclient import channel as channels  # noqa: E402
from googleapiclient.discovery import build  # noqa: E402
from googleapiclient.errors import HttpError  # noqa: E402


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(Stay, urllib.request.ProxyHandler({}))


def control(method: str, route: str, body: object = None) -> object:
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{BASE}/_stand-in/{route}", data=data, headers=headers, method=method)
    text = OPENER.open(request).read()
    return json.loads(text) if text else None


def refused(request, status: int, reason: str | None = None) -> None:
    try:
        answer = request.execute()
    except HttpError as error:
        assert error.resp.status == status, error
        assert reason is None or json.loads(error.content)["error"]["errors"][0]["reason"] == reason, error.content
        return
    raise AssertionError(f"{request.uri} was answered: {answer}")


def redirect_of(address: str, form: list[tuple[str, str]]) -> str:
    """Where a browser is sent that posts this form."""
    try:
        answer = OPENER.open(address, urllib.parse.urlencode(form).encode())
    except urllib.error.HTTPError as error:
        answer = error
    return answer.headers["location"]


def sign_in():
    """Consents like a browser and hands the way back to Google's client."""
    file = control("POST", "clients", {"redirect_uris": [REDIRECT]})
    flow = Flow.from_client_config(file, SCOPES, redirect_uri=REDIRECT, autogenerate_code_verifier=True)
    address, state = flow.authorization_url(access_type="offline", prompt="consent", nonce="n")
    form = [("decision", "allow"), ("email", "admin@example.com"), *(("scope", scope) for scope in SCOPES)]
    back = redirect_of(address, form)
    assert urllib.parse.parse_qs(urllib.parse.urlparse(back).query)["state"] == [state], back
    flow.fetch_token(authorization_response=back)
    credentials = flow.credentials
    assert credentials.refresh_token and not credentials.expired
    client = file["web"]["client_id"]
    claims = id_token.verify_token(credentials.id_token, Request(), client, f"{BASE}/oauth2/v3/certs")
    assert (claims["nonce"], claims["email"]) == ("n", "admin@example.com"), claims
    return credentials


def service(name: str, version: str, path: str, credentials):
    where = {"api_endpoint": f"{BASE}/{path}"}
    return build(name, version, credentials=credentials, client_options=where, static_discovery=True)


def all_pages(resource, **asked) -> list:
    items, request = [], resource.list(**asked)
    while request is not None:
        page = request.execute()
        items += page.get("items", [])
        request = resource.list_next(request, page)
    return items


def events(calendar, room: str) -> None:
    at = {"timeZone": "Europe/Brussels"}
    body = {
        "summary": "Stand-up",
        "start": {"dateTime": "2026-11-23T10:00:00", **at},
        "end": {"dateTime": "2026-11-23T10:30:00", **at},
        "recurrence": ["RRULE:FREQ=DAILY;COUNT=4"],
    }
    series = calendar.events().insert(calendarId=room, body=body).execute()
    window = {"timeMin": "2026-11-23T00:00:00Z", "timeMax": "2026-11-30T00:00:00Z"}
    window |= {"calendarId": room, "singleEvents": True, "orderBy": "startTime"}
    found = all_pages(calendar.events(), maxResults=3, **window)
    assert [item.get("recurringEventId") for item in found] == [series["id"]] * 4, found

    whole = calendar.events().list(**window).execute()
    again = calendar.events().list(**window)
    again.headers["If-None-Match"] = whole["etag"]
    refused(again, 304)

    one = {"calendarId": room, "eventId": found[-1]["id"]}
    calendar.events().patch(body={"summary": "Last stand-up"}, **one).execute()
    got = calendar.events().get(**one).execute()
    assert got["summary"] == "Last stand-up", got
    stale = calendar.events().update(body={"start": got["start"], "end": got["end"]}, **one)
    stale.headers["If-Match"] = found[-1]["etag"]
    refused(stale, 412, "conditionNotMet")
    assert calendar.events().delete(**one).execute() == ""
    refused(calendar.events().delete(**one), 410, "deleted")
    refused(calendar.events().get(calendarId=room, eventId="nothere"), 404, "notFound")


def incremental(calendar, room: str) -> None:
    request = calendar.events().list(calendarId=room)
    while request is not None:
        page = request.execute()
        request = calendar.events().list_next(request, page)
    token = page["nextSyncToken"]
    body = {"summary": "New", "start": {"date": "2026-11-24"}, "end": {"date": "2026-11-25"}}
    event = calendar.events().insert(calendarId=room, body=body).execute()
    changed = calendar.events().list(calendarId=room, syncToken=token).execute()
    assert [item["id"] for item in changed["items"]] == [event["id"]], changed
    control("POST", "sync-tokens/expire")
    refused(calendar.events().list(calendarId=room, syncToken=token), 410, "fullSyncRequired")


class Receiver:
    """Takes notices on this machine."""

    def __init__(self):
        arrived = self.arrived = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                assert int(self.headers.get("content-length") or 0) == 0, "a notice has no body"
                arrived.put(dict(self.headers))
                self.send_response(200)
                self.end_headers()

            def do_GET(self):
                self.send_response(404)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook"

    def next(self, channel):
        return channels.notification_from_headers(channel, self.arrived.get(timeout=30))


def pushes(calendar, room: str) -> None:
    hook = Receiver()
    channel = channels.new_webhook_channel(hook.address, token="t")
    answer = calendar.events().watch(calendarId=room, body=channel.body()).execute()
    channel.update(answer)
    sync = hook.next(channel)
    assert (sync.state, sync.message_number, sync.resource_id) == ("sync", 1, channel.resource_id), vars(sync)
    body = {"start": {"dateTime": "2026-11-23T12:00:00Z"}, "end": {"dateTime": "2026-11-23T12:30:00Z"}}
    calendar.events().insert(calendarId=room, body=body).execute()
    exists = hook.next(channel)
    assert exists.state == "exists" and exists.message_number > 1, vars(exists)
    assert channel.expiration and answer["resourceUri"] == exists.resource_uri, (answer, vars(exists))
    calendar.channels().stop(body=channel.body()).execute()
    refused(calendar.channels().stop(body=channel.body()), 404)


def faults(calendar, room: str) -> None:
    """Google's client knows by the answer what is worth another try."""
    for name in ["rate_limited_403", "rate_limited_429", "server_error"]:
        control("PUT", "faults", {name: 1})
        calendar.events().list(calendarId=room).execute(num_retries=2)
        fired = control("GET", "faults")[name]["fired"]
        assert fired == 1, f"{name} struck {fired} times"
    control("PUT", "faults", {"scope_missing": 1})
    refused(calendar.events().list(calendarId=room), 403, "insufficientPermissions")
    control("DELETE", "faults")


def directories(credentials) -> None:
    people = service("people", "v1", "", credentials).people()
    asked = {"readMask": "names,emailAddresses", "sources": "DIRECTORY_SOURCE_TYPE_DOMAIN_PROFILE"}
    found = people.searchDirectoryPeople(query="ann.lee", **asked).execute()
    assert found["people"][0]["names"][0]["displayName"] == "Ann Lee", found
    assert people.listDirectoryPeople(pageSize=1, **asked).execute()["people"]
    resources = service("admin", "directory_v1", "", credentials).resources().calendars()
    rooms = all_pages(resources, customer="my_customer", maxResults=2)
    alder = next(room for room in rooms if room["resourceName"] == "Alder")
    assert (alder["buildingId"], alder["capacity"]) == ("North", 8), alder


def main() -> None:
    credentials = sign_in()
    calendar = service("calendar", "v3", "calendar/v3/", credentials)
    listed = all_pages(calendar.calendarList(), showHidden=True, maxResults=2)
    # Nothing is booked in it yet.
    room = next(item["id"] for item in listed if item["summary"] == "Cedar")
    assert calendar.calendars().get(calendarId=room).execute()["id"] == room
    events(calendar, room)
    incremental(calendar, room)
    pushes(calendar, room)
    faults(calendar, room)
    directories(credentials)

    # An access token that Google forgot: the client has to refresh by itself.
    control("POST", "tokens/expire")
    before = credentials.token
    calendar.events().list(calendarId=room).execute()
    assert credentials.token != before
    revoke = urllib.parse.urlencode({"token": credentials.refresh_token}).encode()
    OPENER.open(f"{BASE}/revoke", revoke)
    try:
        credentials.refresh(Request())
    except RefreshError as error:
        assert "invalid_grant" in str(error), error
    else:
        raise AssertionError("a revoked grant was refreshed")
    print("ok")


main()
