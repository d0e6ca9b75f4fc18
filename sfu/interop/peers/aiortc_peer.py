"""python3 aiortc_peer.py: participants made of aiortc, which decodes what it receives."""

import asyncio
import fractions

import commands
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from picture import PALETTE, Picture, colour, tone

FRAME_RATE = 15


class Paced(MediaStreamTrack):
    """Makes a frame at a steady rate."""

    def __init__(self, interval):
        super().__init__()
        self.interval, self.at, self.begun = interval, 0, None

    async def recv(self):
        loop = asyncio.get_event_loop()
        if self.begun is None:
            self.begun = loop.time()
        await asyncio.sleep(max(0, self.begun + self.at * self.interval - loop.time()))
        if self.readyState != "live":
            raise MediaStreamError
        self.at += 1
        return self.make(self.at)


class Bar(Paced):
    kind = "video"

    def __init__(self, publish):
        super().__init__(1 / FRAME_RATE)
        self.picture = Picture(publish["width"], publish["height"], PALETTE[publish["colour"]])

    def make(self, at):
        frame = self.picture.frame(at)
        frame.pts, frame.time_base = at * 90000 // FRAME_RATE, fractions.Fraction(1, 90000)
        return frame


class Tone(Paced):
    kind = "audio"

    def __init__(self):
        super().__init__(0.02)

    def make(self, at):
        return tone(at * 960, 960, 660)


class Participant:
    def __init__(self):
        self.connection, self.seen, self.tasks, self.tracks = RTCPeerConnection(), {}, [], []
        self.connection.on("track", self.track)

    def track(self, track):
        self.tasks.append(asyncio.ensure_future(self.consume(track)))

    async def consume(self, track):
        """Decodes until the end; what is heard and seen is kept under the id of its track."""
        seen = self.seen[track.id] = {"frames": 0}
        try:
            while True:
                frame = await track.recv()
                seen["frames"] += 1
                if track.kind == "video":
                    seen["width"], seen["height"] = frame.width, frame.height
                    seen["colour"], seen["picture"] = colour(frame)
                else:
                    samples = memoryview(bytes(frame.planes[0])).cast("h")[::16]
                    seen["energy"] = seen.get("energy", 0) + sum((s / 32768) ** 2 for s in samples) / max(1, len(samples)) * 0.02
        except MediaStreamError:
            pass

    async def offer(self, publish=None, receive=0, codec=None, only=False, **_):
        transceivers = []
        if publish:
            self.tracks = [Tone(), Bar(publish)]
            transceivers += [self.connection.addTransceiver(track, "sendonly") for track in self.tracks]
        for _ in range(receive):
            transceivers += [self.connection.addTransceiver(kind, "recvonly") for kind in ("audio", "video")]
        for transceiver in transceivers:
            if codec and transceiver.kind == "video":
                known = RTCRtpSender.getCapabilities("video").codecs
                first = [one for one in known if one.mimeType.lower() == f"video/{codec}".lower()]
                rest = [one for one in known if one not in first]
                transceiver.setCodecPreferences(first + ([one for one in rest if one.name == "rtx"] if only else rest))
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return {"sdp": self.connection.localDescription.sdp}

    async def answer(self, sdp):
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        return {}

    async def restart(self):
        raise NotImplementedError("aiortc cannot restart ICE")

    async def report(self):
        report = {"state": self.connection.connectionState, "ice": self.connection.iceConnectionState, "received": [], "sent": []}
        for transceiver in self.connection.getTransceivers():
            dtls = transceiver.sender.transport
            report["dtls"] = dtls.state
            pair = dtls.transport._connection._nominated.get(1)
            if pair:
                report["port"] = pair.local_candidate.port
            codec = next((one.name for one in getattr(transceiver, "_codecs", []) if one.name != "rtx"), "")
            line = {"mid": transceiver.mid, "kind": transceiver.kind, "codec": codec}
            if transceiver.sender.track:
                stats = (await transceiver.sender.getStats()).values()
                report["sent"] += [{**line, "packets": one.packetsSent, "bytes": one.bytesSent} for one in stats if one.type == "outbound-rtp"]
            # Its statistics keep media and their retransmissions under one name: so ask the streams themselves.
            streams = sorted(transceiver.receiver._RTCRtpReceiver__remote_streams.items(), key=lambda one: -one[1].packets_received)
            if streams:
                (ssrc, media), *repairs = streams
                repaired = sum(stream.packets_received for _, stream in repairs)
                seen = self.seen.get(transceiver.receiver.track.id, {})
                report["received"].append({**line, **seen, "ssrc": ssrc, "packets": media.packets_received, "lost": media.packets_lost, "repaired": repaired})
        return report

    async def close(self):
        for task in self.tasks:
            task.cancel()
        await self.connection.close()
        for track in self.tracks:
            track.stop()
        return {}


asyncio.run(commands.obey(Participant))
