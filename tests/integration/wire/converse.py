"""Talks to the service with python-socketio: joins a room, says each line of its arguments, and prints what it heard as JSON.

Usage: converse.py URL TOKEN ROOM LINE...
"""

import asyncio
import json
import sys

import socketio

url, token, room, *lines = sys.argv[1:]


async def main() -> None:
    client = socketio.AsyncClient(reconnection=False)
    heard: list = []
    complete = asyncio.Event()

    @client.on("messages:created")
    def _(fact):
        heard.extend(message["body"] for message in fact["messages"])
        if len(heard) == len(lines):
            complete.set()

    # By polling first: the upgrade belongs to what is shown.
    await client.connect(url, auth={"token": token}, transports=["polling", "websocket"])
    joined = await client.call("room:join", {"room": room})
    answers = [await client.call("message:send", {"room": room, "body": line}) for line in lines]
    refused = await client.call("message:send", {"room": room, "body": ""})
    await asyncio.wait_for(complete.wait(), 5)
    print(json.dumps({
        "transport": client.transport(),
        "joined": joined["ok"],
        "sequence": [answer["message"]["seq"] for answer in answers],
        "refused": refused["error"]["code"],
        "heard": heard,
    }))
    await client.disconnect()


async def refused() -> None:
    client = socketio.AsyncClient(reconnection=False)
    try:
        await client.connect(url, auth={"token": "wrong"})
        print(json.dumps("connected"))
    except socketio.exceptions.ConnectionError as error:
        print(json.dumps(str(error)))


asyncio.run(main())
asyncio.run(refused())
