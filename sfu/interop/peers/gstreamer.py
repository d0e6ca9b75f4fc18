"""python3 gstreamer.py: participants made of GStreamer's webrtcbin (libnice, OpenSSL, libsrtp), which decodes what it receives."""

import array
import asyncio

import commands
import gi
from picture import examine

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import Gst, GstApp, GstSdp, GstWebRTC  # noqa: E402, F401

Gst.init(None)

Direction = GstWebRTC.WebRTCRTPTransceiverDirection

# What is encoded, and what the depayloaders decode with.
SOUND = "audiotestsrc is-live=true freq=550 volume=0.3 ! opusenc ! rtpopuspay pt=97"
SOUND_CAPS = "application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload=97,encoding-params=(string)2"
PICTURE = "videotestsrc is-live=true pattern=ball foreground-color=0xffffffff background-color={colour} ! video/x-raw,width={width},height={height},framerate=15/1"
COLOURS = {"red": 0xFFC82828, "green": 0xFF28B428, "blue": 0xFF2828C8}
ENCODERS = {
    "VP8": "vp8enc deadline=1 cpu-used=8 target-bitrate=200000 keyframe-max-dist=3000 ! rtpvp8pay pt=96 picture-id-mode=15-bit",
    "H264": "openh264enc bitrate=200000 gop-size=3000 ! video/x-h264,profile=constrained-baseline ! rtph264pay pt=102 config-interval=-1",
}
PICTURE_CAPS = {
    "VP8": "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96",
    "H264": "application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload=102,packetization-mode=(string)1,profile-level-id=(string)42e01f",
}
DECODERS = {
    "VP8": "rtpvp8depay request-keyframe=true wait-for-keyframe=true ! vp8dec name=decoder",
    "H264": "rtph264depay request-keyframe=true wait-for-keyframe=true ! h264parse ! openh264dec name=decoder",
    "OPUS": "rtpopusdepay ! opusdec name=decoder",
}
SINKS = {
    "video": "videoconvertscale ! video/x-raw,format=RGB,width=32,height=18 ! appsink name=sink emit-signals=true sync=false",
    "audio": "audioconvert ! audio/x-raw,format=S16LE,channels=1 ! appsink name=sink emit-signals=true sync=false",
}


class Participant:
    def __init__(self):
        self.loop, self.needed, self.seen = asyncio.get_event_loop(), asyncio.Event(), {}
        self.pipeline = Gst.Pipeline()
        self.web = Gst.ElementFactory.make("webrtcbin")
        self.web.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.pipeline.add(self.web)
        # Signals come on threads of GStreamer's.
        self.web.connect("on-negotiation-needed", lambda *_: self.loop.call_soon_threadsafe(self.needed.set))
        self.web.connect("pad-added", self.added)

    async def ask(self, signal, *arguments):
        """Emits a signal that takes a promise, and waits for its reply."""
        done = self.loop.create_future()
        promise = Gst.Promise.new_with_change_func(lambda promise: self.loop.call_soon_threadsafe(done.set_result, promise.get_reply()))
        self.web.emit(signal, *arguments, promise)
        return await done

    async def offer(self, publish=None, receive=0, codec="VP8", **_):
        if publish:
            picture = PICTURE.format(colour=COLOURS[publish["colour"]], width=publish["width"], height=publish["height"])
            for chain, caps in ((SOUND, SOUND_CAPS), (f"{picture} ! {ENCODERS[codec]}", PICTURE_CAPS[codec])):
                source = Gst.parse_bin_from_description(f"{chain} ! capsfilter caps={caps.split(',clock')[0]}", True)
                self.pipeline.add(source)
                source.link(self.web)
        self.pipeline.set_state(Gst.State.PLAYING)
        at = 0
        while transceiver := self.web.emit("get-transceiver", at):
            transceiver.set_property("direction", Direction.SENDONLY)
            transceiver.set_property("do-nack", True)
            at += 1
        for _ in range(receive):
            for caps in (SOUND_CAPS, PICTURE_CAPS[codec]):
                self.web.emit("add-transceiver", Direction.RECVONLY, Gst.Caps.from_string(caps)).set_property("do-nack", True)
        await self.needed.wait()
        return await self.describe()

    async def describe(self):
        reply = await self.ask("create-offer", None)
        offer = reply.get_value("offer")
        await self.ask("set-local-description", offer)
        return {"sdp": offer.sdp.as_text()}

    async def answer(self, sdp):
        _, message = GstSdp.SDPMessage.new_from_text(sdp)
        await self.ask("set-remote-description", GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message))
        return {}

    async def restart(self):
        raise NotImplementedError("webrtcbin cannot restart ICE")

    def added(self, _, pad):
        """Decodes what comes on a new source pad, on GStreamer's thread."""
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        fields = pad.get_current_caps().get_structure(0)
        kind, codec = fields.get_string("media"), fields.get_string("encoding-name")
        seen = self.seen[pad.get_property("transceiver").get_property("mid")] = {"kind": kind, "codec": codec, "ssrc": fields.get_value("ssrc"), "frames": 0, "packets": 0}
        chain = Gst.parse_bin_from_description(f"{DECODERS[codec]} ! {SINKS[kind]}", True)
        self.pipeline.add(chain)
        decoder = chain.get_by_name("decoder").get_static_pad("src")

        def decoded(sink):
            buffer = sink.emit("pull-sample").get_buffer()
            raw = buffer.extract_dup(0, buffer.get_size())
            seen["frames"] += 1
            if kind == "video":
                size = decoder.get_current_caps().get_structure(0)
                seen["width"], seen["height"] = size.get_value("width"), size.get_value("height")
                seen["colour"], seen["picture"] = examine(raw)
            else:
                samples = array.array("h", raw)[::16]
                seen["energy"] = seen.get("energy", 0) + sum((s / 32768) ** 2 for s in samples) / max(1, len(samples)) * 0.02
            return Gst.FlowReturn.OK

        def counted(*_):
            seen["packets"] += 1
            return Gst.PadProbeReturn.OK

        chain.get_by_name("sink").connect("new-sample", decoded)
        pad.add_probe(Gst.PadProbeType.BUFFER, counted)
        chain.sync_state_with_parent()
        pad.link(chain.get_static_pad("sink"))

    async def report(self):
        report = {
            "state": self.web.get_property("connection-state").value_nick,
            "ice": self.web.get_property("ice-connection-state").value_nick,
            "received": [{"mid": mid, **seen} for mid, seen in list(self.seen.items())],
            "sent": [],
        }
        transceiver = self.web.emit("get-transceiver", 0)
        transport = transceiver.get_property("sender").get_property("transport")
        if transport:
            report["dtls"] = transport.get_property("state").value_nick
        return report

    async def close(self):
        self.pipeline.set_state(Gst.State.NULL)
        return {}


asyncio.run(commands.obey(Participant))
