"""A small Hugging Face Hub for the tests: the endpoints that the real client calls to read and write models.

Repositories live in memory as lists of commits. Weights go through the LFS protocol, everything else through the commit
itself, as on the real Hub. Every request is noted, so that a test can say what was asked for and what was not.
"""

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml

TOKEN = "hf_the_token_of_the_tests"


@dataclass
class Commit:
    """One state of a repository."""

    oid: str
    files: dict[str, bytes]
    message: str


@dataclass
class Repository:
    """A model repository; `refs` are branches and tags."""

    private: bool = False
    commits: list[Commit] = field(default_factory=list)
    refs: dict[str, str] = field(default_factory=dict)
    lfs: set[str] = field(default_factory=set)

    def commit(self, files: dict[str, bytes], message: str = "commit") -> Commit:
        """Add a commit to main that changes these files."""
        whole = (self.commits[-1].files if self.commits else {}) | files
        oid = hashlib.sha1(f"{len(self.commits)}{sorted(whole)}{message}".encode()).hexdigest()
        self.commits.append(Commit(oid, whole, message))
        self.refs["main"] = oid
        return self.commits[-1]

    def at(self, revision: str) -> Commit | None:
        """Return the commit of a branch, a tag or a hash."""
        oid = self.refs.get(revision, revision)
        return next((commit for commit in self.commits if commit.oid == oid), None)


class Hub:
    """The server; use it as a context manager."""

    def __init__(self, port: int) -> None:
        self.repositories: dict[str, Repository] = {}
        self.blobs: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self.url = f"http://127.0.0.1:{port}"

    def __enter__(self) -> "Hub":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def add(self, name: str, files: dict[str, bytes], *, private: bool = False) -> Repository:
        """Make a repository with one commit."""
        repository = self.repositories.setdefault(name, Repository(private=private))
        repository.commit(files)
        repository.lfs.update(path for path in files if path.endswith((".safetensors", ".bin")))
        return repository


_ROUTES = (
    ("POST", r"/api/repos/create", "create"),
    ("POST", r"/api/validate-yaml", "validate"),
    ("GET", r"/api/models/(?P<name>[^/]+/[^/]+)(?:/revision/(?P<revision>[^/]+))?", "info"),
    ("GET", r"/api/models/(?P<name>[^/]+/[^/]+)/tree/(?P<revision>[^/]+)(?:/(?P<path>.+))?", "tree"),
    ("POST", r"/api/models/(?P<name>[^/]+/[^/]+)/preupload/(?P<revision>[^/]+)", "preupload"),
    ("POST", r"/api/models/(?P<name>[^/]+/[^/]+)/commit/(?P<revision>[^/]+)", "commit"),
    ("POST", r"/(?P<name>[^/]+/[^/]+)\.git/info/lfs/objects/batch", "batch"),
    ("PUT", r"/lfs/(?P<oid>[0-9a-f]{64})", "upload"),
    ("POST", r"/lfs/verify", "verify"),
    ("(?:GET|HEAD)", r"/(?P<name>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)", "resolve"),
)


class _Refused(Exception):  # noqa: N818
    def __init__(self, status: int, code: str = "", body: Any = None) -> None:
        self.status, self.code, self.body = status, code, body


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        # One request a connection (HTTP/1.0): the client must not go on with the server of an earlier test.

        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

        def _answer(self) -> None:
            path = unquote(urlsplit(self.path).path)
            hub.requests.append(f"{self.command} {path}")
            self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                for method, pattern, action in _ROUTES:
                    found = re.fullmatch(pattern, path)
                    if found and re.fullmatch(method, self.command):
                        getattr(self, action)(**{k: v for k, v in found.groupdict().items() if v is not None})
                        return
                self._send({"error": "there is no such endpoint"}, 404)
            except _Refused as refused:
                self._send(refused.body or {"error": refused.code}, refused.status, {"X-Error-Code": refused.code})

        do_GET = do_HEAD = do_POST = do_PUT = _answer  # noqa: N815 - the names that the base class calls

        def _send(self, data: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
            content = data if isinstance(data, bytes) else json.dumps(data).encode()
            self.send_response(status)
            for key, value in ({"Content-Length": str(len(content))} | (headers or {})).items():
                self.send_header(key, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def _authorized(self) -> bool:
            return self.headers.get("Authorization") == f"Bearer {TOKEN}"

        def _writer(self) -> None:
            if not self._authorized():
                raise _Refused(403, "", {"error": "You do not have the rights to write there."})

        def _repository(self, name: str) -> Repository:
            repository = hub.repositories.get(name)
            if repository is None or (repository.private and not self._authorized()):
                raise _Refused(401 if not self._authorized() else 404, "RepoNotFound")
            return repository

        def _commit(self, name: str, revision: str) -> Commit:
            found = self._repository(name).at(revision)
            if found is None:
                raise _Refused(404, "RevisionNotFound")
            return found

        def create(self) -> None:
            self._writer()
            asked = json.loads(self.body)
            name = f"{asked.get('organization') or 'me'}/{asked['name']}"
            if name in hub.repositories:
                raise _Refused(409, "", {"error": "You already created this model repo", "url": f"{hub.url}/{name}"})
            hub.repositories[name] = Repository(private=asked.get("visibility") == "private")
            self._send({"url": f"{hub.url}/{name}", "name": name})

        def validate(self) -> None:
            """Refuse what the real Hub refuses first: no mapping, or values of the wrong kind."""
            found = re.match(r"---\n(.*?\n)---\n", json.loads(self.body)["content"], re.DOTALL)
            front = yaml.safe_load(found[1]) if found else None
            if front is not None and not (isinstance(front, dict) and isinstance(front.get("license", ""), str)):
                raise _Refused(400, "", {"errors": [{"message": '"license" must be a string'}], "warnings": []})
            warnings = [] if front else [{"message": "empty or missing yaml metadata in repo card"}]
            self._send({"errors": [], "warnings": warnings})

        def info(self, name: str, revision: str = "main") -> None:
            commit = self._commit(name, revision)
            siblings = [{"rfilename": path} for path in sorted(commit.files)]
            repository = hub.repositories[name]
            self._send({"id": name, "sha": commit.oid, "private": repository.private, "siblings": siblings, "tags": []})

        def tree(self, name: str, revision: str, path: str = "") -> None:
            commit = self._commit(name, revision)
            inside = {p: data for p, data in commit.files.items() if not path or p.startswith(f"{path}/")}
            if path and not inside:
                raise _Refused(404, "EntryNotFound")
            lfs = hub.repositories[name].lfs
            self._send(
                [
                    {"type": "file", "path": p, "size": len(data), "oid": _blob_id(data)}
                    | ({"lfs": {"oid": _sha256(data), "size": len(data), "pointerSize": 130}} if p in lfs else {})
                    for p, data in inside.items()
                ]
            )

        def preupload(self, name: str, revision: str) -> None:
            self._writer()
            files = [
                {
                    "path": given["path"],
                    "uploadMode": "lfs" if given["path"].endswith(".safetensors") else "regular",
                    "shouldIgnore": False,
                    "oid": None,
                }
                for given in json.loads(self.body)["files"]
            ]
            self._repository(name)
            self._send({"files": files, "revision": revision})

        def batch(self, name: str) -> None:
            self._writer()
            self._repository(name)
            actions = {"verify": {"href": f"{hub.url}/lfs/verify"}}
            self._send(
                {
                    "transfer": "basic",
                    "objects": [
                        {"oid": o["oid"], "size": o["size"]}
                        | ({} if o["oid"] in hub.blobs else {"actions": actions | {"upload": _upload(hub, o["oid"])}})
                        for o in json.loads(self.body)["objects"]
                    ],
                }
            )

        def upload(self, oid: str) -> None:
            if _sha256(self.body) != oid:
                raise _Refused(400)
            hub.blobs[oid] = self.body
            self._send({})

        def verify(self) -> None:
            asked = json.loads(self.body)
            if len(hub.blobs.get(asked["oid"], b"")) != asked["size"]:
                raise _Refused(400)
            self._send({})

        def commit(self, name: str, revision: str) -> None:
            self._writer()
            repository = self._repository(name)
            assert revision == "main"
            files: dict[str, bytes] = {}
            message = ""
            for line in self.body.splitlines():
                item = json.loads(line)
                value = item["value"]
                match item["key"]:
                    case "header":
                        message = value["summary"]
                    case "file":
                        files[value["path"]] = base64.b64decode(value["content"])
                    case "lfsFile":
                        files[value["path"]] = hub.blobs[value["oid"]]
                        repository.lfs.add(value["path"])
                    case _:
                        raise _Refused(400)
            made = repository.commit(files, message)
            self._send({"success": True, "commitOid": made.oid, "commitUrl": f"{hub.url}/{name}/commit/{made.oid}"})

        def resolve(self, name: str, revision: str, path: str) -> None:
            commit = self._commit(name, revision)
            if path not in commit.files:
                raise _Refused(404, "EntryNotFound")
            data = commit.files[path]
            etag = _sha256(data) if path in hub.repositories[name].lfs else _blob_id(data)
            self._send(data, 200, {"ETag": f'"{etag}"', "X-Repo-Commit": commit.oid})

    return Handler


def _upload(hub: Hub, oid: str) -> dict[str, Any]:
    return {"href": f"{hub.url}/lfs/{oid}", "header": {}}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _blob_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%b" % (len(data), data)).hexdigest()
