"""Makes twilio.json, the part of Twilio's OpenAPI document that the stand-in is held to, from the whole of it.

Run it again with a newer document: `python -m telephony.sim.openapi.trim twilio_api_v2010.json`. Three patches make the
document say what Twilio does: arrays in forms repeat their name, errors have a shape, form fields have a closed list.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parent / "twilio.json"
ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
CALL, ROOM = ACCOUNT + "/Calls/{CallSid}", ACCOUNT + "/Conferences/{ConferenceSid}"
PATHS = (
    ACCOUNT + "/Calls.json",
    ACCOUNT + "/Calls/{Sid}.json",
    CALL + "/Streams.json",
    CALL + "/Streams/{Sid}.json",
    CALL + "/Recordings.json",
    CALL + "/Recordings/{Sid}.json",
    ACCOUNT + "/Conferences.json",
    ACCOUNT + "/Conferences/{Sid}.json",
    ROOM + "/Participants.json",
    ROOM + "/Participants/{CallSid}.json",
)
METHODS = ("get", "post", "delete")
ERRORS = ("400", "401", "404", "429", "500", "503")
FORM = "application/x-www-form-urlencoded"
LEFT_OUT = frozenset({"description", "examples", "example", "x-twilio", "summary", "tags"})
ERROR = {
    "type": "object",
    "required": ["code", "message", "more_info", "status"],
    "properties": {
        "code": {"type": "integer"},
        "message": {"type": "string"},
        "more_info": {"type": "string"},
        "status": {"type": "integer"},
    },
}


def trimmed(whole: Mapping[str, Any]) -> dict[str, Any]:
    paths = {path: _patched(_without_prose(whole["paths"][path])) for path in PATHS}
    kept: dict[str, Any] = {
        "openapi": whole["openapi"],
        "info": {key: whole["info"][key] for key in ("title", "version", "license") if key in whole["info"]},
        "servers": whole["servers"],
        "security": whole["security"],
        "paths": paths,
        "components": {
            "securitySchemes": whole["components"]["securitySchemes"],
            "schemas": _schemas(paths, whole["components"]["schemas"]),
        },
    }
    kept["components"]["schemas"]["error"] = ERROR
    return kept


def _patched(path: dict[str, Any]) -> dict[str, Any]:
    for method in METHODS:
        operation = path.get(method)
        if operation is None:
            continue
        for status in ERRORS:
            schema = {"$ref": "#/components/schemas/error"}
            operation["responses"][status] = {"description": "", "content": {"application/json": {"schema": schema}}}
        form = operation.get("requestBody", {}).get("content", {}).get(FORM)
        if form is not None:
            _patch_form(form)
    return path


def _patch_form(form: dict[str, Any]) -> None:
    properties = form["schema"]["properties"]
    arrays = [name for name, schema in properties.items() if schema.get("type") == "array"]
    if arrays:
        form["encoding"] = {name: {"style": "form", "explode": True} for name in arrays}
    form["schema"]["additionalProperties"] = False


def _without_prose(node: Any) -> Any:
    """A response needs its description, a property may be called one: both are told by what stands in them."""
    if isinstance(node, list):
        return [_without_prose(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for key, value in node.items():
        if key == "responses":
            kept[key] = {status: {"description": "", **_without_prose(said)} for status, said in value.items()}
        elif key == "properties":
            kept[key] = {name: _without_prose(schema) for name, schema in value.items()}
        elif key not in LEFT_OUT:
            kept[key] = _without_prose(value)
    return kept


def _schemas(paths: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Those that the paths name, and those that these name."""
    kept: dict[str, Any] = {}
    wanted = set(_named(paths)) - {"error"}
    while wanted:
        name = wanted.pop()
        kept[name] = _without_prose(known[name])
        wanted |= set(_named(kept[name])) - kept.keys()
    return dict(sorted(kept.items()))


def _named(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _named(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value.rpartition("/")[2]
            else:
                yield from _named(value)


def main(whole: Path) -> None:
    kept = trimmed(json.loads(whole.read_text(encoding="utf-8")))
    KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{KEPT.name}: {len(kept['paths'])} paths, {KEPT.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
