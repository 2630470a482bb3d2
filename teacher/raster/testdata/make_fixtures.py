#!/usr/bin/env python3
"""Write the images that the tests decode and what Pillow makes of them.

make_fixtures.py DIR

Made with Pillow 9.4, libjpeg-turbo 2.1.5, libwebp 1.2.4 (Debian: python3-pil,
libjpeg-turbo-progs).
decode/NAME.EXT is decoded to decode/NAME.want.png; resize/SRC-DST.png is
noise(SRC) resized; resize/digests.json has larger ones by their digest.
"""
import hashlib
import io
import json
import struct
import subprocess
import sys
import tempfile
import zlib

from PIL import Image

out = sys.argv[1]


def noise(width, height):
    """The same pixels as the tests' function noise."""
    seed, pix = 1, bytearray()
    for _ in range(3 * width * height):
        seed = (seed * 1664525 + 1013904223) & 0xFFFFFFFF
        pix.append(seed >> 24)
    return Image.frombytes("RGB", (width, height), bytes(pix))


def drawing(width, height):
    """Edges of saturated colour over a gradient: hard for subsampled chroma."""
    m = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            c = (x * 255 // width, y * 255 // height, (x + y) * 3 % 256)
            if (x // 5 + y // 4) % 3 == 0:
                c = (230, 20, 40)
            if (x // 7 - y // 6) % 4 == 1:
                c = (10, 200, 250)
            m.putpixel((x, y), c)
    return m


def save(name, m, **options):
    path = f"{out}/decode/{name}"
    m.save(path, **options)
    want(name)


def want(name):
    Image.open(f"{out}/decode/{name}").convert("RGB").save(f"{out}/decode/{name}.want.png", optimize=True)


def write(name, data, compare=True):
    with open(f"{out}/decode/{name}", "wb") as f:
        f.write(data)
    if compare:
        want(name)


def cjpeg(name, m, *options, compare=True):
    """Save with options that Pillow does not have."""
    buf = io.BytesIO()
    m.save(buf, "ppm")
    write(name, subprocess.run(["cjpeg", "-quality", "85", *options], input=buf.getvalue(), stdout=subprocess.PIPE, check=True).stdout, compare)


def png(width, height, depth, color, rows, *chunks):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + r for r in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(*c) for c in chunks) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def gif(transparent):
    """A 2x1 frame at (1,1) of a 4x3 screen."""
    palette = bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30])
    b = b"GIF89a" + struct.pack("<HHBBB", 4, 3, 0xF1, 3, 0) + palette
    if transparent:
        b += b"\x21\xf9\x04" + bytes([1, 0, 0, 1]) + b"\0"
    b += b"," + struct.pack("<HHHHB", 1, 1, 2, 1, 0)
    codes = [4, 1, 4, 2, 5]  # clear, pixel 1, clear, pixel 2, end; three bits each
    bits = sum(c << 3 * i for i, c in enumerate(codes))
    return b + b"\x02\x02" + bits.to_bytes(2, "little") + b"\0;"


def exif(order, orientation):
    pack = "<" if order == b"II" else ">"
    entry = struct.pack(pack + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0" + order + struct.pack(pack + "HIH", 42, 8, 1) + entry + struct.pack(pack + "I", 0)


d = drawing(37, 23)
for name, subsampling in (("444", 0), ("422", 1), ("420", 2)):
    save(f"ycc{name}.jpg", d, quality=90, subsampling=subsampling)
with open(f"{out}/decode/ycc422.jpg", "rb") as f:
    j = bytearray(f.read())
# As many blocks in an MCU and as many MCUs make 4:2:2 a valid, if garbled, 4:4:0.
sof = j.index(b"\xff\xc0")
j[sof + 5 : sof + 9] = struct.pack(">HH", 37, 23)
j[sof + 11] = 0x12
write("ycc440.jpg", j)
cjpeg("ycc411.jpg", d, "-sample", "4x1")
cjpeg("ycc410.jpg", d, "-sample", "4x2")
cjpeg("ycc440-restart.jpg", d, "-sample", "1x2", "-restart", "2B", "-optimize")
cjpeg("ycc420-restart.jpg", d, "-restart", "1")
cjpeg("progressive422-restart.jpg", d, "-progressive", "-sample", "2x1", "-restart", "1")
cjpeg("progressive444.jpg", d, "-progressive", "-sample", "1x1")
cjpeg("progressive-grey.jpg", d, "-progressive", "-grayscale", "-sample", "2x2")
cjpeg("rgb.jpg", d, "-rgb")
cjpeg("arithmetic.jpg", d, "-arithmetic", compare=False)
with tempfile.NamedTemporaryFile("w") as scans:
    scans.write("0;\n1;\n2;\n")
    scans.flush()
    cjpeg("three-scans.jpg", d, "-scans", scans.name)
save("progressive.jpg", d, quality=85, progressive=True)
save("even.jpg", drawing(32, 16), quality=90, subsampling=2)
save("narrow420.jpg", drawing(4, 9), quality=95, subsampling=2)
save("narrow422.jpg", drawing(3, 9), quality=95, subsampling=1)
save("column.jpg", drawing(1, 40), quality=95, subsampling=2)
save("pixel.jpg", drawing(1, 1), quality=95)
save("grey.jpg", d.convert("L"), quality=90)
save("cmyk.jpg", d.convert("CMYK"), quality=95)
save("orientation6.jpg", d, quality=50, exif=exif(b"II", 6))
save("orientation8-mm.jpg", d, quality=50, exif=exif(b"MM", 8))

alpha = d.convert("RGBA")
alpha.putalpha(Image.linear_gradient("L").resize(d.size))
save("rgb.png", d)
save("rgba.png", alpha)
save("grey-alpha.png", alpha.convert("LA"))
save("bilevel.png", d.convert("1"))
save("palette.png", d.quantize(17))
save("palette-alpha.png", d.quantize(17), transparency=bytes([0, 90, 255, 3]))
ramp = [struct.pack(">H", v) for v in range(0, 65536, 1023)]
rgb16 = [b"".join(a + b + c for a, b, c in zip(ramp, ramp[::-1], ramp[5:] + ramp[:5]))]
write("rgb16.png", png(len(ramp), 1, 16, 2, rgb16))
write("grey16.png", png(len(ramp), 1, 16, 0, [b"".join(ramp)]), compare=False)
write("rgb-key.png", png(2, 1, 8, 2, [bytes([1, 2, 3, 4, 5, 6])], (b"tRNS", struct.pack(">HHH", 1, 2, 3))))
# 90 megapixels of zeros in 11 kB, and the header alone of 3.6 gigapixels.
write("bomb.png", png(10000, 9000, 1, 0, [b"\0" * 1250] * 9000), compare=False)
write("header-only.png", png(60000, 60000, 8, 6, []), compare=False)

save("lossy.webp", d, quality=80)
save("lossy-even.webp", drawing(32, 18), quality=60)
save("lossy-alpha.webp", alpha, quality=80)
save("lossless.webp", alpha, lossless=True, exact=True)
save("pixel.webp", drawing(1, 1), quality=80)
buf = io.BytesIO()
d.save(buf, "webp", save_all=True, append_images=[d.rotate(180)], duration=100)
write("animated.webp", buf.getvalue(), compare=False)

save("palette.gif", d.quantize(31))
write("frame.gif", gif(False))
write("frame-transparent.gif", gif(True))

small = [
    ((20, 12), (33, 25)), ((33, 25), (20, 12)), ((7, 40), (30, 9)), ((16, 16), (16, 31)), ((16, 16), (31, 16)),
    ((16, 16), (16, 16)), ((1, 1), (5, 4)), ((1, 50), (3, 20)), ((50, 1), (1, 1)), ((60, 3), (2, 2)), ((9, 8), (10, 9)),
]
for src, dst in small:
    noise(*src).resize(dst, Image.BILINEAR).save(f"{out}/resize/{src[0]}x{src[1]}-{dst[0]}x{dst[1]}.png", optimize=True)
large = [((480, 640), (800, 1066)), ((333, 500), (800, 1201)), ((1024, 683), (200, 133)), ((1, 4000), (1, 333)), ((4000, 2), (1333, 1)), ((1920, 1080), (1333, 750))]
digests = [
    {"src": src, "dst": dst, "sha256": hashlib.sha256(noise(*src).resize(dst, Image.BILINEAR).tobytes()).hexdigest()} for src, dst in large
]
with open(f"{out}/resize/digests.json", "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(x) for x in digests) + "\n]\n")
