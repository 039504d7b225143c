"""Holds the stand-in's answers against Google's own discovery documents.

Usage: discovery.py BASE SOURCES

BASE is a running stand-in; SOURCES its src folder. google-api-python-client ships the documents. Every answer has to have
the fields of its schema, of the right types and no others, and every parameter that the stand-in reads has to be one
that Google documents for some method of that API. Prints "ok" and what it counted, or what is wrong.
"""

import base64
import hashlib
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime
from importlib.resources import files
from pathlib import Path

BASE, SOURCES = sys.argv[1], Path(sys.argv[2])
DOCUMENTS = files("googleapiclient.discovery_cache") / "documents"
REDIRECT = "https://relay.example.com/oauth/google/callback/abc"
SCOPE = "https://www.googleapis.com/auth/"
SCOPES = ["calendar", "directory.readonly", "admin.directory.resource.calendar.readonly"]

#: What every Google API takes besides what a method names.
COMMON = {"alt", "fields", "key", "prettyPrint", "quotaUser", "userIp", "access_token", "oauth_token", "callback"}

#: Where the stand-in reads parameters of which API.
READERS = {
    "calendar.v3": ["calendar_api/*.rs", "data/listing.rs", "data/token.rs"],
    "people.v1": ["people.rs"],
    "admin.directory_v1": ["admin.rs"],
}
PARAMETER = re.compile(r"""params\s*\.(?:get|flag|all)\(\s*"(\w+)"|(?:number\(|time\(params, )"(\w+)"\)""")
#: Several at once, looked up in a loop.
PARAMETERS = re.compile(r"""for name in \[([^\]]*)\] \{\s*if params""")

problems: list[str] = []
checked = {"answers": 0, "fields": 0, "parameters": 0}


def document(name: str) -> dict:
    return json.loads((DOCUMENTS / f"{name}.json").read_text())


def methods(resource: dict) -> list[dict]:
    found = list(resource.get("methods", {}).values())
    for inner in resource.get("resources", {}).values():
        found += methods(inner)
    return found


class Schemas:
    """The schemas of one API."""

    def __init__(self, name: str):
        self.name = name
        self.document = document(name)
        self.methods = {method["id"]: method for method in methods(self.document)}

    def answer(self, method: str, value: object) -> None:
        """`value` has to be what `method` answers."""
        checked["answers"] += 1
        self.check(self.document["schemas"][self.methods[method]["response"]["$ref"]], value, method)

    def check(self, schema: dict, value: object, where: str) -> None:
        checked["fields"] += 1
        if "$ref" in schema:
            return self.check(self.document["schemas"][schema["$ref"]], value, where)
        kind = schema.get("type", "any")
        if kind == "object":
            return self.check_object(schema, value, where)
        if kind == "array":
            if not isinstance(value, list):
                return complain(where, f"{value!r} is no list")
            for index, item in enumerate(value):
                self.check(schema["items"], item, f"{where}[{index}]")
            return None
        right = {
            "string": lambda: isinstance(value, str),
            "boolean": lambda: isinstance(value, bool),
            "integer": lambda: isinstance(value, int) and not isinstance(value, bool),
            "number": lambda: isinstance(value, int | float) and not isinstance(value, bool),
            "any": lambda: True,
        }[kind]()
        if not right:
            return complain(where, f"{value!r} is no {kind}")
        return check_format(schema, value, where)

    def check_object(self, schema: dict, value: object, where: str) -> None:
        if not isinstance(value, dict):
            return complain(where, f"{value!r} is no object")
        known = schema.get("properties", {})
        for field, inner in value.items():
            if field in known:
                self.check(known[field], inner, f"{where}.{field}")
            elif "additionalProperties" in schema:
                self.check(schema["additionalProperties"], inner, f"{where}.{field}")
            else:
                complain(where, f"Google has no field {field!r} there")
        return None


def check_format(schema: dict, value: object, where: str) -> None:
    form = schema.get("format")
    try:
        if form == "date-time":
            datetime.fromisoformat(value)
        elif form == "date":
            datetime.strptime(value, "%Y-%m-%d")
        elif form in ("int64", "uint64"):
            int(value)
    except ValueError:
        complain(where, f"{value!r} is no {form}")
    if "enum" in schema and value not in schema["enum"]:
        complain(where, f"{value!r} is not one of {schema['enum']}")


def complain(where: str, what: str) -> None:
    problems.append(f"{where}: {what}")


def call(method: str, path: str, body: object = None, token: str | None = None, form: dict | None = None):
    """Status, headers and JSON of an answer; redirects are not followed."""
    data = urllib.parse.urlencode(form, doseq=True).encode() if form else None
    headers = {}
    if body is not None:
        data, headers["content-type"] = json.dumps(body).encode(), "application/json"
    if token:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(BASE + path, data=data, headers=headers, method=method)
    try:
        answer = OPENER.open(request)
    except urllib.error.HTTPError as error:
        answer = error
    text = answer.read()
    return answer.status, answer.headers, json.loads(text) if text[:1] in b"{[" and text else None


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(Stay, urllib.request.ProxyHandler({}))


def sign_in() -> str:
    client = {"client_id": "c", "client_secret": "s", "redirect_uris": [REDIRECT]}
    call("POST", "/_stand-in/clients", client)
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    digest = hashlib.sha256(verifier.encode()).digest()
    scopes = [SCOPE + name for name in SCOPES]
    query = urllib.parse.urlencode(
        {
            "client_id": "c",
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": "openid " + " ".join(scopes),
            "state": "x",
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "access_type": "offline",
            "prompt": "consent",
        }
    )
    allowed = {"decision": "allow", "email": "admin@example.com", "scope": scopes}
    _, headers, _ = call("POST", f"/o/oauth2/v2/auth?{query}", form=allowed)
    back = urllib.parse.parse_qs(urllib.parse.urlparse(headers["location"]).query)
    redeemed = {
        "grant_type": "authorization_code",
        "code": back["code"][0],
        "client_id": "c",
        "client_secret": "s",
        "redirect_uri": REDIRECT,
        "code_verifier": verifier,
    }
    return call("POST", "/token", form=redeemed)[2]["access_token"]


def must(method: str, path: str, body: object = None) -> object:
    status, _, answer = call(method, path, body, TOKEN)
    if not 200 <= status < 300:
        raise SystemExit(f"{method} {path}: {status} {answer}")
    return answer


def calendar(api: Schemas) -> None:
    base = "/calendar/v3"
    listed = must("GET", f"{base}/users/me/calendarList?showHidden=true&maxResults=2")
    api.answer("calendar.calendarList.list", listed)
    page = urllib.parse.quote(listed["nextPageToken"])
    rest = must("GET", f"{base}/users/me/calendarList?showHidden=true&maxResults=2&pageToken={page}")
    api.answer("calendar.calendarList.list", rest)
    room = next(item["id"] for item in listed["items"] + rest["items"] if "resource" in item["id"])
    quoted = urllib.parse.quote(room)
    api.answer("calendar.calendarList.get", must("GET", f"{base}/users/me/calendarList/{quoted}"))
    api.answer("calendar.calendarList.insert", must("POST", f"{base}/users/me/calendarList", {"id": room}))
    api.answer("calendar.calendars.get", must("GET", f"{base}/calendars/{quoted}"))
    events = f"{base}/calendars/{quoted}/events"
    day = "2026-11-24"
    timed = {
        "summary": "Timed",
        "start": {"dateTime": f"{day}T10:00:00Z", "timeZone": "Europe/Brussels"},
        "end": {"dateTime": f"{day}T11:00:00Z", "timeZone": "Europe/Brussels"},
        "attendees": [{"email": "ann.lee@example.com"}],
        "visibility": "private",
    }
    whole = {"summary": "Whole day", "start": {"date": day}, "end": {"date": "2026-11-25"}}
    series = {**timed, "recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]}
    made = [must("POST", events, body) for body in (timed, whole, series)]
    for event in made:
        api.answer("calendar.events.insert", event)
    first = f"{events}/{made[0]['id']}"
    api.answer("calendar.events.get", must("GET", first))
    api.answer("calendar.events.patch", must("PATCH", first, {"summary": "Renamed"}))
    api.answer("calendar.events.update", must("PUT", first, {**timed, "summary": "Again"}))
    window = f"timeMin={day}T00:00:00Z&timeMax=2026-11-28T00:00:00Z&singleEvents=true&orderBy=startTime"
    occurrences = must("GET", f"{events}?{window}")
    api.answer("calendar.events.list", occurrences)
    instance = next(item for item in occurrences["items"] if item.get("recurringEventId"))
    must("DELETE", f"{events}/{instance['id']}")
    api.answer("calendar.events.list", must("GET", f"{events}?showDeleted=true&singleEvents=true&maxResults=2"))
    api.answer("calendar.events.list", must("GET", f"{events}?showDeleted=true"))
    for method, path in [
        ("calendar.events.watch", f"{events}/watch"),
        ("calendar.calendarList.watch", f"{base}/users/me/calendarList/watch"),
    ]:
        channel = {"id": method.replace(".", "-"), "type": "web_hook", "address": "https://relay.example.com/x"}
        api.answer(method, must("POST", path, {**channel, "token": "t", "params": {"ttl": "600"}}))


def people(api: Schemas) -> None:
    mask = "readMask=names,emailAddresses&sources=DIRECTORY_SOURCE_TYPE_DOMAIN_PROFILE"
    found = must("GET", f"/v1/people:searchDirectoryPeople?query=a&{mask}&pageSize=2")
    api.answer("people.people.searchDirectoryPeople", found)
    listed = must("GET", f"/v1/people:listDirectoryPeople?{mask}&pageSize=1")
    api.answer("people.people.listDirectoryPeople", listed)
    if not listed.get("people"):
        complain("people", "nobody is in the directory, so that nothing was checked")


def rooms(api: Schemas) -> None:
    listed = must("GET", "/admin/directory/v1/customer/my_customer/resources/calendars?maxResults=2")
    api.answer("directory.resources.calendars.list", listed)
    if not listed["items"]:
        complain("rooms", "there are no rooms, so that nothing was checked")


def parameters(api: Schemas) -> None:
    known = COMMON | {name for method in api.methods.values() for name in method.get("parameters", {})}
    read = set()
    for pattern in READERS[api.name]:
        for source in sorted(SOURCES.glob(pattern)):
            text = source.read_text()
            read |= {name for pair in PARAMETER.findall(text) for name in pair if name}
            read |= set(re.findall(r'"(\w+)"', " ".join(PARAMETERS.findall(text))))
    if not read:
        complain(api.name, "no parameter was found in the sources: has the way in which they are read changed?")
    for name in sorted(read - known):
        complain(api.name, f"the stand-in reads the parameter {name!r}, which Google does not have")
    checked["parameters"] += len(read)


TOKEN = sign_in()
for name, exercise in [("calendar.v3", calendar), ("people.v1", people), ("admin.directory_v1", rooms)]:
    schemas = Schemas(name)
    exercise(schemas)
    parameters(schemas)
if problems:
    raise SystemExit("\n".join(problems))
print("ok", json.dumps(checked))
