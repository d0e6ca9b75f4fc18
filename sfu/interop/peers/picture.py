"""Pictures and sounds that tell who made them: a field of one colour in which a bar moves, and a tone."""

import array
import fractions
import math

import av

# Colours as Y, Cb, Cr (ITU-R BT.601, limited range).
PALETTE = {"red": (81, 90, 240), "green": (145, 54, 34), "blue": (41, 240, 110), "yellow": (210, 16, 146)}
BAR = 16  # width of the moving bar, in samples of luma


class Picture:
    """Frames of width × height samples, both even, in a colour of PALETTE."""

    def __init__(self, width, height, colour):
        self.width, self.height, self.colour = width, height, colour

    def frame(self, at):
        frame = av.VideoFrame(self.width, self.height, "yuv420p")
        for plane, (level, bar) in zip(frame.planes, zip(self.colour, (235, 128, 128))):
            begin, width = at * 4 % (self.width - BAR) * plane.width // self.width, BAR * plane.width // self.width
            row = bytearray([level]) * plane.line_size
            row[begin : begin + width] = bytearray([bar]) * width
            plane.update(bytes(row) * plane.height)
        return frame


def tone(begin, samples, frequency):
    """Stereo at 48 kHz, 16 bits, from sample begin on."""
    frame = av.AudioFrame(format="s16", layout="stereo", samples=samples)
    wave = array.array("h")
    for at in range(begin, begin + samples):
        level = int(8000 * math.sin(2 * math.pi * frequency * at / 48000))
        wave.extend((level, level))
    frame.planes[0].update(wave.tobytes())
    frame.pts, frame.sample_rate, frame.time_base = begin, 48000, fractions.Fraction(1, 48000)
    return frame


def examine(rgb):
    """The mean colour of 32 × 18 samples as red, green, blue of 0…255, and a number that changes when the picture does."""
    return [sum(rgb[c::3]) // (32 * 18) for c in range(3)], hash(bytes(rgb))


def colour(frame):
    """What examine says of a frame."""
    plane = frame.reformat(width=32, height=18, format="rgb24").planes[0]
    raw = bytes(plane)
    return examine(b"".join(raw[y * plane.line_size : y * plane.line_size + 96] for y in range(18)))
