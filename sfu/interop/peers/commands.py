"""Commands come as lines of JSON on standard input, results go as lines of JSON to standard output (../doc.go)."""

import asyncio
import json
import sys
import traceback


async def obey(make):
    """Obeys until the input ends; make makes a participant with a method for each command."""
    participants, tasks = {}, set()

    async def one(line):
        command = json.loads(line)
        number, name, who = command.pop("id"), command.pop("do"), command.pop("participant")
        try:
            if name == "offer":
                participants[who] = make()
            reply = {"id": number, "result": await getattr(participants[who], name)(**command)}
            if name == "close":
                del participants[who]
        except Exception:
            reply = {"id": number, "error": traceback.format_exc()}
        print(json.dumps(reply), flush=True)

    reader = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_event_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        task = asyncio.ensure_future(one(line))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks, return_exceptions=True)
    for participant in participants.values():
        await participant.close()
