"""The far end of `standin_calls_on_time`, a process of its own: every media stream gets back what it said, at once.

Run with port and seconds; says "ready" when it listens.
"""

import asyncio
import json
import sys
from contextlib import suppress

import uvloop
from aiohttp import WSMsgType, web

PAYLOAD = '"payload":"'


async def echo(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    stream_sid = ""
    with suppress(ConnectionError):  # the caller hung up while its echo was on its way
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            payload = message.data.partition(PAYLOAD)[2].partition('"')[0]
            if payload:
                await socket.send_str(
                    f'{{"event":"media","streamSid":"{stream_sid}","media":{{"payload":"{payload}"}}}}'
                )
            elif '"start"' in message.data:
                stream_sid = json.loads(message.data)["streamSid"]
    return socket


async def main(port: int, seconds: float) -> None:
    app = web.Application()
    app.router.add_get("/stream", echo)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", flush=True)
    await asyncio.sleep(seconds)
    await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2])))
