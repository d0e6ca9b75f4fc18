// node werift.mjs CLIPS: participants made of werift, which has no codecs: it publishes the clips of that folder and
// looks at the packets that it receives.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { obey } from "./commands.mjs";

const { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket, useSdesMid, useTransportWideCC } =
  await import(createRequire(new URL("../../../web/package.json", import.meta.url)).resolve("werift"));

const clips = process.argv[2];
const packetBytes = 1100;

const feedback = [{ type: "nack" }, { type: "nack", parameter: "pli" }, { type: "transport-cc" }];
const codecs = {
  audio: [new RTCRtpCodecParameters({ mimeType: "audio/opus", clockRate: 48000, channels: 2, payloadType: 111 })],
  video: [
    new RTCRtpCodecParameters({ mimeType: "video/VP8", clockRate: 90000, payloadType: 96, rtcpFeedback: feedback }),
    new RTCRtpCodecParameters({ mimeType: "video/rtx", clockRate: 90000, payloadType: 97, parameters: "apt=96" }),
  ],
};

/** The frames of an IVF file. */
function frames(name) {
  const file = readFileSync(`${clips}/${name}`);
  const list = [];
  for (let at = file.readUInt16LE(6); at < file.length; ) {
    const bytes = file.readUInt32LE(at);
    list.push(file.subarray(at + 12, at + 12 + bytes));
    at += 12 + bytes;
  }
  return list;
}

const sound = frames("tone.opus.ivf").map((packet) => [packet]);

// RFC 7741 section 4.2: one byte of descriptor, S set in a frame's first packet.
const picture = frames("blue.vp8.ivf").map((frame) => {
  const payloads = [];
  for (let at = 0; at < frame.length; at += packetBytes) payloads.push(Buffer.concat([Buffer.of(at === 0 ? 0x10 : 0), frame.subarray(at, at + packetBytes)]));
  return payloads;
});

/** Plays a clip again and again; back() goes to its beginning, which is a keyframe. */
function play(track, clip, milliseconds, step) {
  let at = 0;
  let sequenceNumber = 0;
  let timestamp = 1000;
  const begun = performance.now();
  let ticks = 0;
  const timer = setInterval(() => {
    for (; begun + ticks * milliseconds < performance.now(); ticks++) {
      const payloads = clip[at++ % clip.length];
      timestamp = (timestamp + step) >>> 0;
      payloads.forEach((payload, n) => {
        const header = new RtpHeader({ sequenceNumber: (sequenceNumber = (sequenceNumber + 1) & 0xffff), timestamp, marker: clip === sound ? false : n === payloads.length - 1, payloadType: 0, ssrc: 0 });
        track.writeRtp(new RtpPacket(header, payload));
      });
    }
  }, milliseconds / 2);
  return { back: () => (at = 0), stop: () => clearInterval(timer) };
}

/** Width and height of a VP8 keyframe's first packet (RFC 6386 section 9.1), undefined for any other packet. */
function keyframe(payload) {
  let at = 1;
  if (payload[0] & 0x80) {
    const extension = payload[at++];
    if (extension & 0x80) at += payload[at] & 0x80 ? 2 : 1;
    if (extension & 0x40) at++;
    if (extension & 0x30) at++;
  }
  if (!(payload[0] & 0x10) || payload[0] & 7 || payload.length < at + 10 || payload[at] & 1) return undefined;
  return { width: payload.readUInt16LE(at + 6) & 0x3fff, height: payload.readUInt16LE(at + 8) & 0x3fff };
}

const people = new Map();

const commands = {
  async offer({ participant, publish, receive }) {
    const headerExtensions = { audio: [useSdesMid(), useTransportWideCC()], video: [useSdesMid(), useTransportWideCC()] };
    const connection = new RTCPeerConnection({ codecs, headerExtensions, iceServers: [{ urls: "stun:127.0.0.1:9" }], iceStunGatherTimeout: 0.1, iceUseTcp: true });
    const person = { connection, players: [], received: new Map() };
    people.set(participant, person);
    if (publish) {
      for (const [kind, clip, milliseconds, step] of [["audio", sound, 20, 960], ["video", picture, 1000 / 15, 6000]]) {
        const track = new MediaStreamTrack({ kind });
        const { sender } = connection.addTransceiver(track, { direction: "sendonly" });
        person.players.push({ track, clip, milliseconds, step, sender });
      }
    }
    for (let n = 0; n < receive; n++) {
      for (const kind of ["audio", "video"]) {
        const transceiver = connection.addTransceiver(kind, { direction: "recvonly" });
        transceiver.onTrack.subscribe((track) => {
          const seen = { transceiver, kind, ssrc: track.ssrc, packets: 0, bytes: 0, keyframes: 0 };
          person.received.set(transceiver, seen);
          track.onReceiveRtp.subscribe(({ payload, header }) => {
            seen.ssrc = header.ssrc;
            seen.packets++;
            seen.bytes += payload.length;
            const size = kind === "video" && keyframe(payload);
            if (size) Object.assign(seen, size, { keyframes: seen.keyframes + 1 });
          });
          // A player asks for a keyframe until it has one: so do we.
          if (kind === "video") person.asking ??= setInterval(() => seen.keyframes === 0 && transceiver.receiver.sendRtcpPLI(track.ssrc).catch(() => undefined), 500);
        });
      }
    }
    await connection.setLocalDescription(await connection.createOffer());
    return { sdp: connection.localDescription.sdp };
  },

  async answer({ participant, sdp }) {
    const { connection, players, restarted } = people.get(participant);
    const begin = () => {
      for (const one of players) {
        if (one.playing) continue;
        one.playing = play(one.track, one.clip, one.milliseconds, one.step);
        one.sender.onPictureLossIndication.subscribe(() => one.playing.back());
      }
    };
    connection.connectionStateChange.subscribe((state) => state === "connected" && begin());
    await connection.setRemoteDescription({ type: "answer", sdp });
    // Where DTLS is connected werift does not begin to check by itself.
    if (restarted) for (const transport of connection.iceTransports) await transport.start();
    return {};
  },

  async restart({ participant }) {
    const person = people.get(participant);
    const { connection } = person;
    person.restarted = true;
    await connection.setLocalDescription(await connection.createOffer({ iceRestart: true }));
    return { sdp: connection.localDescription.sdp };
  },

  async report({ participant }) {
    const { connection, players, received } = people.get(participant);
    const [dtls] = connection.dtlsTransports;
    return {
      state: connection.connectionState,
      ice: connection.iceConnectionState,
      dtls: dtls?.state,
      profile: { 1: "SRTP_AES128_CM_SHA1_80", 7: "AEAD_AES_128_GCM" }[dtls?.dtls?.srtp?.srtpProfile],
      sent: players.map(({ sender, playing }) => ({ mid: connection.getTransceivers().find((one) => one.sender === sender)?.mid, kind: sender.kind, codec: sender.codec?.name, packets: sender.packetCount, bytes: sender.octetCount, repaired: sender.retransmittedPacketsSent, playing: playing !== undefined })),
      received: [...received.values()].map(({ transceiver, ...seen }) => ({ mid: transceiver.mid, codec: transceiver.receiver.track.codec?.name, ...seen })),
    };
  },

  async close({ participant }) {
    const { connection, players, asking } = people.get(participant);
    people.delete(participant);
    clearInterval(asking);
    for (const { playing } of players) playing?.stop();
    await connection.close();
    return {};
  },
};

await obey((name, rest) => commands[name](rest), async () => {
  for (const participant of people.keys()) await commands.close({ participant });
});
