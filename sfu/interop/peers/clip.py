"""Makes the media that peers without an encoder publish: python3 peers/clip.py testdata

Each file is IVF (a header of 32 bytes; before each frame 12 bytes: its length, its time), the simplest container there
is; the sound's file uses it, too, with one packet of 20 ms for each frame.
"""

import fractions
import struct
import sys

import av

from picture import PALETTE, Picture, tone

WIDTH, HEIGHT, RATE, SECONDS = 256, 144, 15, 4


def write(path, fourcc, rate, packets):
    with open(path, "wb") as file:
        file.write(struct.pack("<4sHH4sHHIIII", b"DKIF", 0, 32, fourcc, WIDTH, HEIGHT, rate, 1, len(packets), 0))
        for at, packet in enumerate(packets):
            file.write(struct.pack("<IQ", len(packet), at) + packet)


def video(codec, options):
    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    context.time_base, context.framerate = fractions.Fraction(1, RATE), fractions.Fraction(RATE, 1)
    context.bit_rate, context.gop_size, context.options = 60_000, RATE * SECONDS, options
    picture, packets = Picture(WIDTH, HEIGHT, PALETTE["blue"]), []
    for at in range(RATE * SECONDS):
        frame = picture.frame(at)
        frame.pts, frame.time_base = at, context.time_base
        packets += [bytes(packet) for packet in context.encode(frame)]
    return packets + [bytes(packet) for packet in context.encode(None)]


def audio():
    context = av.CodecContext.create("libopus", "w")
    context.sample_rate, context.layout, context.format = 48000, "stereo", "s16"
    context.bit_rate, context.time_base = 32_000, fractions.Fraction(1, 48000)
    packets = []
    for at in range(50):
        packets += [bytes(packet) for packet in context.encode(tone(at * 960, 960, 880))]
    return packets


folder = sys.argv[1]
write(f"{folder}/blue.vp8.ivf", b"VP80", RATE, video("libvpx", {"deadline": "realtime", "lag-in-frames": "0", "auto-alt-ref": "0"}))
write(f"{folder}/blue.h264.ivf", b"H264", RATE, video("libx264", {"profile": "baseline", "tune": "zerolatency", "level": "31"}))
write(f"{folder}/tone.opus.ivf", b"OPUS", 50, audio())
