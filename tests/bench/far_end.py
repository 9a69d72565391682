"""The far end of `standin_calls_on_time`, a process of its own: every media stream gets back what it said, at once.

Run with port and seconds; says "ready" when it listens.
"""

import asyncio
import json
import sys
from contextlib import suppress

import uvloop
import websockets
from websockets.asyncio.server import ServerConnection, serve


async def echo(connection: ServerConnection) -> None:
    stream_sid = ""
    with suppress(websockets.ConnectionClosed):
        async for text in connection:
            if '"event":"media"' in str(text)[:20]:
                payload = str(text).partition('"payload":"')[2].partition('"')[0]
                await connection.send(
                    f'{{"event":"media","streamSid":"{stream_sid}","media":{{"payload":"{payload}"}}}}'
                )
            elif (message := json.loads(text))["event"] == "start":
                stream_sid = message["streamSid"]


async def main(port: int, seconds: float) -> None:
    async with serve(echo, "127.0.0.1", port, compression=None, max_queue=None):
        print("ready", flush=True)
        await asyncio.sleep(seconds)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2])))
