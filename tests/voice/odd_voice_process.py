"""A voice process that misbehaves as the text asks: `die`, `die early`, `hang`, `garbage`; anything else it speaks."""

import json
import os
import struct
import sys
from pathlib import Path


def send(header: dict, samples: bytes = b"") -> None:
    body = json.dumps(header).encode()
    sys.stdout.buffer.write(struct.pack(">II", len(body), len(samples)) + body + samples)
    sys.stdout.buffer.flush()


def main() -> None:
    send({"is": "hello", "protocol": int(os.environ.get("ODD_PROTOCOL", "2")), "engines": {"odd": "1"}, "missing": {}})
    while len(lengths := sys.stdin.buffer.read(8)) == 8:
        request = json.loads(sys.stdin.buffer.read(struct.unpack(">II", lengths)[0]))
        text = " ".join(request.get("texts", []))
        piece = {"is": "piece", "id": request["id"], "rate": 8000}
        if request["do"] == "ping" and os.environ.get("ODD_DEAF") != "yes":
            send({"is": "end", "id": request["id"]})
        if request["do"] in ("cancel", "ping") or text == "hang":
            continue
        mark = Path(os.environ["ODD_MARK"])
        if text == "die early" or (text == "die once" and not mark.exists()):
            mark.touch()
            os._exit(3)
        if text == "garbage":
            sys.stdout.buffer.write(b"\xff" * 64)
            sys.stdout.buffer.flush()
            continue
        send(piece, bytes(320))
        if text == "die":
            os._exit(3)
        send({"is": "end", "id": request["id"]})


main()
