"""Makes the images with which Fulgur's decoders are tested, and records Pillow's results.

    python3 -m venv VENV && VENV/bin/pip install pillow==13.0.0 numpy tifffile imagecodecs
    VENV/bin/python bench/image-corpus/make.py test/data/decoding/data/pillow-corpus.json

Each entry is a file (base64), with the RGB bytes of `Image.open(file).convert('RGB')`, which torchvision's loader also
returns, or Pillow's error. Files with 16-bit grey also have the values themselves (little-endian), since Pillow clips them to 255.
"""
import base64
import io
import json
import struct
import sys
import zlib

import numpy as np
import PIL
import tifffile
from PIL import Image, ImageCms, PngImagePlugin, TiffImagePlugin, features

W, H = 7, 5
rng = np.random.default_rng(14)
RGB = rng.integers(0, 256, (H, W, 3), dtype=np.uint8)
SMOOTH = np.stack(
    [np.add.outer(np.arange(19) * 9, np.arange(21) * 3), np.add.outer(np.arange(19), np.arange(21) * 11),
     np.add.outer(200 - np.arange(19) * 7, np.arange(21))], axis=2).clip(0, 255).astype(np.uint8)
GREY = RGB[..., 0]
ALPHA = rng.integers(0, 256, (H, W, 1), dtype=np.uint8)
DEEP = rng.integers(0, 65536, (H, W, 3), dtype=np.uint16)
INDEX = rng.integers(0, 16, (H, W), dtype=np.uint8)
PALETTE = rng.integers(0, 256, (256, 3), dtype=np.uint8)

cases = []


def add(name, data):
    entry = {'name': name, 'file': base64.b64encode(data).decode()}
    try:
        image = Image.open(io.BytesIO(data))
        mode, form = image.mode, image.format
        rgb = image.convert('RGB')
        entry |= {'format': form, 'mode': mode, 'width': rgb.width, 'height': rgb.height,
                  'rgb': base64.b64encode(rgb.tobytes()).decode()}
        if mode.startswith('I'):
            values = np.asarray(image)
            if values.min() >= 0 and values.max() < 65536:
                entry['gray'] = base64.b64encode(values.astype('<u2').tobytes()).decode()
    except Exception as error:  # Pillow's result is the reference, whatever it is
        entry |= {'error': f'{type(error).__name__}: {error}'.split(' <')[0]}
    cases.append(entry)


def saved(image, form, **options):
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def of(mode):
    rgb = Image.fromarray(RGB)
    if mode == 'P':
        image = Image.frombytes('P', (W, H), INDEX.tobytes())
        image.putpalette(PALETTE[:16].tobytes())
        return image
    if mode == 'RGBA':
        return Image.fromarray(np.concatenate([RGB, ALPHA], 2))
    if mode == 'LA':
        return Image.merge('LA', [Image.fromarray(GREY), Image.fromarray(ALPHA[..., 0])])
    if mode == 'I;16':
        return Image.fromarray(DEEP[..., 0])
    if mode == 'CMYK':
        return Image.frombytes('CMYK', (W, H), np.concatenate([RGB, ALPHA], 2).tobytes())
    return rgb.convert(mode)


def exif(orientation):
    data = Image.Exif()
    data[0x0112] = orientation
    return data.tobytes()


PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile('LAB')).tobytes()

# --- JPEG


def drop_adobe(data):
    at = data.index(b'\xff\xee')
    return data[:at] + data[at + 2 + struct.unpack('>H', data[at + 2:at + 4])[0]:]


def set_adobe(data, transform):
    at = data.index(b'\xff\xee')
    return data[:at + 15] + bytes([transform]) + data[at + 16:]


smooth = Image.fromarray(SMOOTH)
for sampling in ('4:4:4', '4:2:2', '4:2:0'):
    add(f'JPEG {sampling}', saved(smooth, 'JPEG', quality=90, subsampling=sampling))
add('JPEG, grey', saved(smooth.convert('L'), 'JPEG'))
add('JPEG, grey, progressive', saved(smooth.convert('L'), 'JPEG', progressive=True))
add('JPEG, progressive', saved(smooth, 'JPEG', progressive=True))
add('JPEG, restart markers', saved(smooth, 'JPEG', restart_marker_rows=1))
add('JPEG in RGB', saved(smooth, 'JPEG', keep_rgb=True))
cmyk = Image.merge('CMYK', [*smooth.split(), smooth.convert('L')])
add('JPEG, CMYK', saved(cmyk, 'JPEG'))
add('JPEG, CMYK without Adobe marker', drop_adobe(saved(cmyk, 'JPEG')))
add('JPEG, YCCK', set_adobe(saved(cmyk, 'JPEG', subsampling='4:4:4'), 2))
add('JPEG, CMYK, progressive', saved(cmyk, 'JPEG', progressive=True))
add('JPEG, CMYK, filled up before a marker', saved(cmyk, 'JPEG').replace(b'\xff\xdb', b'\xff\xff\xff\xdb', 1))
add('JPEG, CMYK, other bytes before a marker', saved(cmyk, 'JPEG').replace(b'\xff\xdb', b'junk\xff\xdb', 1))
for orientation in (3, 6):
    add(f'JPEG, EXIF orientation {orientation}', saved(smooth, 'JPEG', exif=exif(orientation)))
add('JPEG, colour profile', saved(smooth, 'JPEG', icc_profile=PROFILE))
add('JPEG, comment and thumbnail', saved(smooth, 'JPEG', comment=b'text', dpi=(300, 300)))
add('JPEG, 1 x 1', saved(smooth.crop((0, 0, 1, 1)), 'JPEG'))
add('JPEG, cut off', saved(smooth, 'JPEG')[:-60])
add('JPEG, bytes after its end', saved(smooth, 'JPEG') + b'rubbish')

# --- PNG

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def png(samples, depth, colour, *, before=b'', interlaced=False):
    samples = samples.reshape(H, W, -1)

    def rows(part):
        out = b''
        for row in part:
            flat = row.reshape(-1)
            if depth == 16:
                out += b'\0' + flat.astype('>u2').tobytes()
            else:
                bits = np.unpackbits(flat.astype(np.uint8)[:, None], axis=1)[:, 8 - depth:]
                out += b'\0' + np.packbits(bits.reshape(-1)).tobytes()
        return out

    if interlaced:
        parts = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7]
        raw = b''.join(rows(part) for part in parts if part.size > 0)
    else:
        raw = rows(samples)
    header = struct.pack('>IIBBBBB', W, H, depth, colour, 0, 0, int(interlaced))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + before + chunk(b'IDAT', zlib.compress(raw)) + chunk(b'IEND', b''))


for depth in (1, 2, 4, 8):
    part = GREY >> (8 - depth)
    add(f'PNG, grey of {depth} bits', png(part, depth, 0))
    palette = chunk(b'PLTE', PALETTE[:min(16, 1 << depth)].tobytes())
    add(f'PNG, palette of {depth} bits', png(INDEX & ((1 << depth) - 1), depth, 3, before=palette))
    add(f'PNG, transparent palette of {depth} bits',
        png(INDEX & ((1 << depth) - 1), depth, 3, before=palette + chunk(b'tRNS', bytes([0, 120]))))
add('PNG, grey with transparent value', png(GREY, 8, 0, before=chunk(b'tRNS', struct.pack('>H', int(GREY[0, 0])))))
add('PNG, grey of 2 bits with transparent value', png(GREY >> 6, 2, 0, before=chunk(b'tRNS', struct.pack('>H', 1))))
add('PNG, RGB', png(RGB, 8, 2))
add('PNG, RGB with transparent colour', png(RGB, 8, 2, before=chunk(b'tRNS', struct.pack('>3H', *map(int, RGB[0, 0])))))
add('PNG, RGB, interlaced', png(RGB, 8, 2, interlaced=True))
add('PNG, palette of 4 bits, interlaced', png(INDEX, 4, 3, before=chunk(b'PLTE', PALETTE[:16].tobytes()), interlaced=True))
add('PNG, RGBA', png(np.concatenate([RGB, ALPHA], 2), 8, 6))
add('PNG, grey with alpha', png(np.dstack([GREY, ALPHA]), 8, 4))
add('PNG, RGB of 16 bits', png(DEEP, 16, 2))
add('PNG, RGBA of 16 bits', png(np.dstack([DEEP, DEEP[..., 0]]), 16, 6))
add('PNG, grey with alpha of 16 bits', png(DEEP[..., :2], 16, 4))
add('PNG, RGB of 16 bits with transparent colour', png(DEEP, 16, 2, before=chunk(b'tRNS', struct.pack('>3H', *map(int, DEEP[0, 0])))))
add('PNG, gamma 1', png(RGB, 8, 2, before=chunk(b'gAMA', struct.pack('>I', 100000))))
add('PNG, sRGB', png(RGB, 8, 2, before=chunk(b'sRGB', b'\0')))
add('PNG, colour profile', saved(of('RGB'), 'PNG', icc_profile=PROFILE))
add('PNG, EXIF orientation 6', saved(of('RGB'), 'PNG', exif=exif(6)))
add('PNG, animation', saved(of('RGB'), 'PNG', save_all=True, append_images=[of('L').convert('RGB')]))
add('PNG, cut off', png(RGB, 8, 2)[:-40])
add('PNG, grey of 16 bits', png(DEEP[..., 0], 16, 0))
add('PNG, grey of 16 bits with transparent value', png(DEEP[..., 0], 16, 0, before=chunk(b'tRNS', struct.pack('>H', int(DEEP[0, 0, 0])))))
add('PNG, grey of 16 bits up to 4095', png(DEEP[..., 0] >> 4, 16, 0))

# --- WebP

add('WebP, lossy', saved(smooth, 'WEBP', quality=80))
add('WebP, lossless', saved(of('RGB'), 'WEBP', lossless=True))
add('WebP, lossless with alpha', saved(of('RGBA'), 'WEBP', lossless=True, exact=True))
add('WebP, lossy with alpha', saved(Image.merge('RGBA', [*smooth.split(), smooth.convert('L')]), 'WEBP', quality=80))
add('WebP, animation', saved(of('RGB'), 'WEBP', save_all=True, append_images=[of('L').convert('RGB')], lossless=True))
add('WebP, EXIF orientation 6', saved(of('RGB'), 'WEBP', lossless=True, exif=exif(6)))
add('WebP, colour profile', saved(of('RGB'), 'WEBP', lossless=True, icc_profile=PROFILE))
add('WebP, cut off', saved(of('RGB'), 'WEBP', lossless=True)[:-30])

# --- GIF


def lzw(indices, size):
    """Returns codes without compression, with a clear code before the table grows."""
    clear, bits, width = 1 << size, '', size + 1
    for count, index in enumerate(indices):
        if count % ((1 << size) - 2) == 0:
            bits = format(clear, f'0{width}b') + bits
        bits = format(int(index), f'0{width}b') + bits
    bits = format(clear + 1, f'0{width}b') + bits
    bits = '0' * (-len(bits) % 8) + bits
    data = bytes(int(bits[at:at + 8], 2) for at in range(len(bits) - 8, -1, -8))
    blocks = b''.join(bytes([len(data[at:at + 255])]) + data[at:at + 255] for at in range(0, len(data), 255))
    return bytes([size]) + blocks + b'\0'


def frame(indices, *, left=0, top=0, local=None, interlaced=False, transparent=None, disposal=0):
    height, width = indices.shape
    control = b''
    if transparent is not None or disposal:
        control = b'\x21\xf9\4' + bytes([disposal << 2 | (transparent is not None)]) + b'\0\0' + bytes([transparent or 0, 0])
    order = [y for first, step in ((0, 8), (4, 8), (2, 4), (1, 2)) for y in range(first, height, step)]
    flags = (0x83 if local is not None else 0) | (0x40 if interlaced else 0)
    rows = indices[order] if interlaced else indices
    return (control + b'\x2c' + struct.pack('<HHHHB', left, top, width, height, flags)
            + (local[:16].tobytes() if local is not None else b'') + lzw(rows.reshape(-1), 4))


def gif(*frames, size=(W, H), background=0, palette=PALETTE, before=b''):
    flags = 0x83 if palette is not None else 0
    return (b'GIF89a' + struct.pack('<HHBBB', *size, flags, background, 0)
            + (palette[:16].tobytes() if palette is not None else b'') + before + b''.join(frames) + b';')


add('GIF', gif(frame(INDEX)))
add('GIF by Pillow', saved(smooth.quantize(50), 'GIF'))
add('GIF, grey by Pillow', saved(of('L'), 'GIF'))
add('GIF, black and white', saved(of('1'), 'GIF'))
add('GIF, interlaced', gif(frame(INDEX, interlaced=True)))
add('GIF, transparent', gif(frame(INDEX, transparent=int(INDEX[0, 0]))))
add('GIF, transparent index that is unused', gif(frame(INDEX & 7, transparent=15)))
add('GIF, local palette', gif(frame(INDEX, local=PALETTE[16:32])))
add('GIF, local palette alone', gif(frame(INDEX, local=PALETTE[16:32]), palette=None))
add('GIF, no palette', gif(frame(INDEX), palette=None))
add('GIF, local palette, transparent', gif(frame(INDEX, local=PALETTE[16:32], transparent=int(INDEX[1, 1]))))
add('GIF, small first frame', gif(frame(INDEX[1:4, 2:5], left=2, top=1)))
add('GIF, small first frame, background 3', gif(frame(INDEX[1:4, 2:5], left=2, top=1), background=3))
add('GIF, small transparent first frame', gif(frame(INDEX[1:4, 2:5], left=2, top=1, transparent=int(INDEX[1, 2])), background=3))
add('GIF, small first frame, local palette', gif(frame(INDEX[1:4, 2:5], left=2, top=1, local=PALETTE[16:32]), background=3))
add('GIF, first frame beyond the screen', gif(frame(INDEX, left=2, top=1), size=(5, 4)))
add('GIF, animation', gif(frame(INDEX, disposal=2), frame((INDEX + 1) % 16)))
add('GIF, transparent first frame of an animation', gif(frame(INDEX, disposal=1, transparent=5), frame((INDEX + 1) % 16)))
add('GIF, comment first', gif(frame(INDEX, transparent=2), before=b'\x21\xfe\4text\0\x21\xff\x0bNETSCAPE2.0\3\1\0\0\0'))
add('GIF 87a', gif(frame(INDEX)).replace(b'GIF89a', b'GIF87a'))
add('GIF, cut off', gif(frame(INDEX))[:-20])

# --- BMP


def bmp(bits, rows, *, compression=0, header=40, masks=b'', palette=None, top_down=False, used=0, gap=0, extra=b''):
    """`rows` is the pixel data, padded, from the bottom row."""
    height = -H if top_down else H
    if header == 12:
        table = b''.join(bytes([b, g, r]) for r, g, b in (palette if palette is not None else []))
        info = struct.pack('<IHHHH', 12, W, H, 1, bits)
    else:
        table = b''.join(bytes([b, g, r, 0]) for r, g, b in (palette if palette is not None else []))
        info = struct.pack('<IiiHHIIiiII', header, W, height, 1, bits, compression, len(rows), 2835, 2835, used, 0)
        inside = header - 40
        info += (masks + extra)[:inside].ljust(inside, b'\0')
        if header == 40:
            info += masks
    start = 14 + len(info) + len(table) + gap
    return b'BM' + struct.pack('<IHHI', start + len(rows), 0, 0, start) + info + table + b'\0' * gap + rows


def packed(indices, bits):
    out = b''
    for row in indices[::-1]:
        bytes_ = np.packbits(np.unpackbits(row.astype(np.uint8)[:, None], axis=1)[:, 8 - bits:].reshape(-1)).tobytes()
        out += bytes_.ljust(-(-len(bytes_) // 4) * 4, b'\0')
    return out


def wide(pixels):
    out = b''
    for row in pixels[::-1]:
        bytes_ = row.tobytes()
        out += bytes_.ljust(-(-len(bytes_) // 4) * 4, b'\0')
    return out


for bits in (1, 4, 8):
    indices = INDEX & ((1 << min(bits, 4)) - 1)
    add(f'BMP, {bits} bits', bmp(bits, packed(indices, bits), palette=PALETTE[:1 << bits]))
    add(f'BMP, {bits} bits, OS/2', bmp(bits, packed(indices, bits), palette=PALETTE[:1 << bits], header=12))
    add(f'BMP, {bits} bits, top down', bmp(bits, packed(indices[::-1], bits), palette=PALETTE[:1 << bits], top_down=True))
add('BMP, 1 bit, black and white', bmp(1, packed(INDEX & 1, 1), palette=[(0, 0, 0), (255, 255, 255)]))
add('BMP, 1 bit, white and black', bmp(1, packed(INDEX & 1, 1), palette=[(255, 255, 255), (0, 0, 0)]))
add('BMP, 8 bits of grey', bmp(8, packed(GREY, 8), palette=[(i, i, i) for i in range(256)]))
add('BMP, 8 bits, 16 colours', bmp(8, packed(INDEX, 8), palette=PALETTE[:16], used=16))
add('BMP, 4 bits, 10 colours', bmp(4, packed(INDEX % 10, 4), palette=PALETTE[:10], used=10))
add('BMP, 8 bits, colours lacking', bmp(8, packed(INDEX, 8), palette=PALETTE[:10], used=10))
five = (RGB.astype(np.uint16) >> 3)
add('BMP, 16 bits', bmp(16, wide(five[..., 0] << 10 | five[..., 1] << 5 | five[..., 2])))
add('BMP, 16 bits, 5-6-5', bmp(16, wide((RGB[..., 0].astype(np.uint16) >> 3) << 11 | (RGB[..., 1].astype(np.uint16) >> 2) << 5 | five[..., 2]),
    compression=3, masks=struct.pack('<III', 0xf800, 0x7e0, 0x1f)))
add('BMP, 16 bits, 5-5-5 by masks', bmp(16, wide(five[..., 0] << 10 | five[..., 1] << 5 | five[..., 2]),
    compression=3, masks=struct.pack('<III', 0x7c00, 0x3e0, 0x1f)))
add('BMP, 16 bits, 4-4-4 by masks', bmp(16, wide(five[..., 0] << 10 | five[..., 1] << 5 | five[..., 2]),
    compression=3, masks=struct.pack('<III', 0xf00, 0xf0, 0xf)))
add('BMP, 24 bits', bmp(24, wide(RGB[..., ::-1])))
add('BMP, 24 bits, OS/2', bmp(24, wide(RGB[..., ::-1]), header=12))
add('BMP, 24 bits, OS/2 version 2', bmp(24, wide(RGB[..., ::-1]), header=64))
add('BMP, 24 bits, top down', bmp(24, wide(RGB), top_down=True))
add('BMP, 24 bits, a gap before the pixels', bmp(24, wide(RGB[..., ::-1]), gap=10))
for header in (52, 56, 108, 124):
    add(f'BMP, 24 bits, header of {header} bytes', bmp(24, wide(RGB[..., ::-1]), header=header))
BGRA = np.concatenate([RGB[..., ::-1], ALPHA], 2)
add('BMP, 32 bits', bmp(32, wide(BGRA)))
for label, masks in (('BGRX', (0xff0000, 0xff00, 0xff, 0)), ('RGBX', (0xff, 0xff00, 0xff0000, 0)), ('XBGR', (0xff000000, 0xff0000, 0xff00, 0)),
                     ('BGRA', (0xff0000, 0xff00, 0xff, 0xff000000)), ('RGBA', (0xff, 0xff00, 0xff0000, 0xff000000)),
                     ('ABGR', (0xff000000, 0xff0000, 0xff00, 0xff)), ('ARGB', (0xff00, 0xff0000, 0xff000000, 0xff)), ('BGAR', (0xff000000, 0xff00, 0xff, 0xff0000)),
                     ('10 bits', (0x3ff00000, 0xffc00, 0x3ff, 0))):
    add(f'BMP, 32 bits, {label} by masks', bmp(32, wide(BGRA), compression=3, header=108, masks=struct.pack('<IIII', *masks)))
add('BMP, 32 bits, BGRX by masks after the header', bmp(32, wide(BGRA), compression=3, masks=struct.pack('<III', 0xff0000, 0xff00, 0xff)))
add('BMP, 32 bits, XBGR by masks after the header', bmp(32, wide(BGRA), compression=3, masks=struct.pack('<III', 0xff000000, 0xff0000, 0xff00)))
ENDS = b'\0\1'


def rle8(indices):
    out = b''
    for row in indices[::-1]:
        out += bytes([2, row[0]]) if row[0] == row[1] else bytes([1, row[0], 1, row[1]])
        out += b'\0\5' + row[2:7].tobytes() + b'\0' + b'\0\0'
    return out + ENDS


def rle4(indices):
    out = b''
    for row in indices[::-1]:
        out += bytes([2, row[0] << 4 | row[1]])
        out += b'\0\5' + bytes([row[2] << 4 | row[3], row[4] << 4 | row[5], row[6] << 4]) + b'\0' + b'\0\0'
    return out + ENDS


add('BMP, RLE of 8 bits', bmp(8, rle8(INDEX), compression=1, palette=PALETTE))
add('BMP, RLE of 8 bits with a jump', bmp(8, b'\3\5\0\2\2\1\2\7\0\0\7\2\0\0' + b'\7\3\0\0' + b'\7\4' + ENDS, compression=1, palette=PALETTE))
add('BMP, RLE of 8 bits with short rows', bmp(8, b'\3\5\0\0\2\6\0\0\7\2' + ENDS, compression=1, palette=PALETTE))
add('BMP, RLE of 8 bits, runs that are too long', bmp(8, b'\x0a\5\0\0\7\6\0\0\7\2\0\0\7\3\0\0\7\4' + ENDS, compression=1, palette=PALETTE))
add('BMP, RLE of 4 bits', bmp(4, rle4(INDEX), compression=2, palette=PALETTE[:16]))
add('BMP, RLE of 4 bits with odd runs', bmp(4, b'\3\x12\4\x34\0\0\7\x56\0\0\1\x70\6\x89\0\0\7\1\0\0\5\x21\2\x21' + ENDS, compression=2, palette=PALETTE[:16]))
add('BMP, cut off', bmp(24, wide(RGB[..., ::-1]))[:-20])
add('BMP, RLE of 8 bits, cut off', bmp(8, rle8(INDEX)[:20], compression=1, palette=PALETTE))

# --- PNM

BITS = GREY >> 7


def words(values):
    return '\n'.join(' '.join(map(str, row)) for row in np.asarray(values).reshape(H, -1)).encode()


add('PBM, text', b'P1\n# a comment\n7 5\n' + words(BITS))
add('PBM, text without spaces', b'P1 7 5\n' + words(BITS).replace(b' ', b''))
add('PGM, text', b'P2\n7 5\n255\n' + words(GREY))
add('PGM, text, 15', b'P2\n7 5\n15\n' + words(INDEX))
add('PGM, text with comments', b'P2 # one\n7 # two\n5 255\n' + words(GREY).replace(b'\n', b' # end\n', 2))
add('PPM, text', b'P3\n7 5\n255\n' + words(RGB))
add('PPM, text, 1000', b'P3\n7 5\n1000\n' + words(RGB.astype(int) * 3))
add('PPM, text, 65535', b'P3\n7 5\n65535\n' + words(DEEP))
add('PBM', b'P4\n7 5\n' + np.packbits(BITS, axis=1).tobytes())
add('PGM', b'P5\n7 5\n255\n' + GREY.tobytes())
add('PGM, 15', b'P5\n7 5\n15\n' + INDEX.tobytes())
add('PGM, 1', b'P5\n7 5\n1\n' + BITS.tobytes())
add('PGM, 200, values above', b'P5\n7 5\n200\n' + GREY.tobytes())
add('PPM', b'P6\n7 5\n255\n' + RGB.tobytes())
add('PPM, comment', b'P6\n# made by hand\n7 5\n#\n255\n' + RGB.tobytes())
add('PPM, 100', b'P6 7 5 100\n' + (RGB // 3).tobytes())
add('PPM, 65535', b'P6\n7 5\n65535\n' + DEEP.astype('>u2').tobytes())
add('PPM, 1023', b'P6\n7 5\n1023\n' + (DEEP >> 6).astype('>u2').tobytes())
add('PPM, bytes after its end', b'P6\n7 5\n255\n' + RGB.tobytes() + b'more')
add('PPM, cut off', b'P6\n7 5\n255\n' + RGB.tobytes()[:-5])
add('PGM, text, cut off', b'P2\n7 5\n255\n1 2 3')
add('PGM, text, value above', b'P2\n7 5\n15\n' + words(GREY))
add('PPM, no size', b'P6\nseven 5\n255\n' + RGB.tobytes())
add('PPM, 70000', b'P6\n7 5\n70000\n' + RGB.tobytes())
add('PGM, 65535', b'P5\n7 5\n65535\n' + DEEP[..., 0].astype('>u2').tobytes())
add('PGM, 4095', b'P5\n7 5\n4095\n' + (DEEP[..., 0] >> 4).astype('>u2').tobytes())
add('PGM, text, 65535', b'P2\n7 5\n65535\n' + words(DEEP[..., 0]))
add('PFM', b'Pf\n7 5\n-1\n' + DEEP[..., 0].astype('<f4').tobytes())

# --- TIFF


def tiff(array, **options):
    stream = io.BytesIO()
    tifffile.imwrite(stream, array, metadata=None, software=False, **options)
    return stream.getvalue()


def raw_tiff(samples, tags, *, order='<'):
    """Makes a TIFF with one strip by hand; `tags` are (code, type, values)."""
    base = [(256, 4, [W]), (257, 4, [H]), (273, 4, [0]), (278, 4, [H]), (279, 4, [len(samples)])]
    found = {code: (kind, values) for code, kind, values in base + tags}
    entries, extra = [], b''
    start = 8 + 2 + 12 * len(found) + 4
    for code in sorted(found):
        kind, values = found[code]
        if code == 273:
            values = [None]
        size = {3: 'H', 4: 'I', 5: 'II'}[kind]
        flat = values
        if code == 273:
            entries.append((code, kind, 1, 'strip'))
            continue
        data = struct.pack(order + size[0] * len(flat), *flat)
        count = len(flat) // len(size)
        if len(data) <= 4:
            entries.append((code, kind, count, data.ljust(4, b'\0')))
        else:
            entries.append((code, kind, count, struct.pack(order + 'I', start + len(extra))))
            extra += data
    strip = struct.pack(order + 'I', start + len(extra))
    out = (b'II*\0' if order == '<' else b'MM\0*') + struct.pack(order + 'I', 8) + struct.pack(order + 'H', len(entries))
    for code, kind, count, data in entries:
        out += struct.pack(order + 'HHI', code, kind, count) + (strip if data == 'strip' else data)
    return out + struct.pack(order + 'I', 0) + extra + samples


for mode in ('1', 'L', 'P', 'RGB', 'RGBA', 'LA', 'CMYK', 'YCbCr', 'LAB', 'I;16', 'I', 'F'):
    for compression in (None, 'tiff_lzw', 'tiff_adobe_deflate', 'packbits', 'jpeg', 'group3', 'group4', 'tiff_ccitt', 'zstd', 'lzma', 'webp'):
        many = mode in ('RGB', '1', 'L')
        if compression in ('group3', 'group4', 'tiff_ccitt') and mode != '1':
            continue
        if compression == 'jpeg' and mode not in ('L', 'RGB', 'CMYK', 'YCbCr'):
            continue
        if compression in ('packbits', 'zstd', 'lzma', 'webp') and not many and mode != 'YCbCr':
            continue
        if compression == 'webp' and mode != 'RGB':
            continue
        label = f'TIFF, {mode}, {compression or "raw"}'
        image = smooth.convert(mode) if compression == 'jpeg' and mode != 'CMYK' else cmyk if compression == 'jpeg' else of(mode)
        try:
            data = saved(image, 'TIFF', compression=compression)
        except Exception as error:
            print('not written:', label, error)
            continue
        add(label, data)
for orientation in range(1, 9):
    add(f'TIFF, orientation {orientation}', saved(of('RGB'), 'TIFF', tiffinfo={274: orientation}))
add('TIFF, palette, orientation 6', saved(of('P'), 'TIFF', tiffinfo={274: 6}))
add('TIFF, CMYK, orientation 8', saved(of('CMYK'), 'TIFF', tiffinfo={274: 8}))
add('TIFF, 1 bit, orientation 5', saved(of('1'), 'TIFF', compression='group4', tiffinfo={274: 5}))
add('TIFF, YCbCr, orientation 7', saved(of('YCbCr'), 'TIFF', tiffinfo={274: 7}))
add('TIFF, JPEG, orientation 6', saved(smooth, 'TIFF', compression='jpeg', tiffinfo={274: 6}))
add('TIFF, big-endian', tiff(RGB, photometric='rgb', byteorder='>'))
add('TIFF, BigTIFF', tiff(RGB, photometric='rgb', bigtiff=True))
add('TIFF, tiles', tiff(SMOOTH, photometric='rgb', tile=(16, 16)))
add('TIFF, tiles, lzw', tiff(SMOOTH, photometric='rgb', tile=(16, 16), compression='lzw'))
add('TIFF, tiles, JPEG', tiff(SMOOTH, photometric='rgb', tile=(16, 16), compression='jpeg'))
add('TIFF, strips of 2 rows', tiff(RGB, photometric='rgb', rowsperstrip=2, compression='zlib'))
add('TIFF, planes', tiff(np.moveaxis(RGB, 2, 0).copy(), photometric='rgb', planarconfig='separate'))
add('TIFF, planes, lzw', tiff(np.moveaxis(RGB, 2, 0).copy(), photometric='rgb', planarconfig='separate', compression='lzw'))
add('TIFF, planes in tiles', tiff(np.moveaxis(SMOOTH, 2, 0).copy(), photometric='rgb', planarconfig='separate', tile=(16, 16)))
add('TIFF, planes of 16 bits', tiff(np.moveaxis(DEEP, 2, 0).copy(), photometric='rgb', planarconfig='separate'))
add('TIFF, predictor', tiff(RGB, photometric='rgb', predictor=True, compression='lzw'))
add('TIFF, RGB of 16 bits', tiff(DEEP, photometric='rgb'))
add('TIFF, RGB of 16 bits, big-endian', tiff(DEEP, photometric='rgb', byteorder='>'))
add('TIFF, RGB of 16 bits, predictor', tiff(DEEP, photometric='rgb', predictor=True, compression='zlib'))
add('TIFF, RGBA of 16 bits', tiff(np.dstack([DEEP, DEEP[..., 0]]), photometric='rgb', extrasamples=['unassalpha']))
add('TIFF, RGBA of 16 bits, premultiplied', tiff(np.dstack([DEEP, DEEP[..., 0]]), photometric='rgb', extrasamples=['assocalpha']))
add('TIFF, CMYK of 16 bits', tiff(np.dstack([DEEP, DEEP[..., 0]]), photometric='separated'))
add('TIFF, unassociated alpha', tiff(np.concatenate([RGB, ALPHA], 2), photometric='rgb', extrasamples=['unassalpha']))
add('TIFF, premultiplied alpha', tiff(np.concatenate([RGB, ALPHA], 2), photometric='rgb', extrasamples=['assocalpha']))
many = rng.integers(0, 256, (40, 40, 4), dtype=np.uint8)
for order in '<>':
    add(f'TIFF, premultiplied alpha, 1600 values, {order}', tiff(many, photometric='rgb', extrasamples=['assocalpha'], byteorder=order))
add('TIFF, premultiplied alpha, BigTIFF', tiff(many[:5], photometric='rgb', extrasamples=['assocalpha'], bigtiff=True))
add('TIFF, premultiplied alpha in planes', tiff(np.moveaxis(many[:5], 2, 0).copy(), photometric='rgb', extrasamples=['assocalpha'], planarconfig='separate', compression='lzw'))
add('TIFF, premultiplied alpha and one more', raw_tiff(np.concatenate([RGB, ALPHA, ALPHA], 2).tobytes(), [(258, 3, [8] * 5), (259, 3, [1]), (262, 3, [2]), (277, 3, [5]), (338, 3, [1, 0])]))
add('TIFF, grey with premultiplied alpha', tiff(np.dstack([GREY, ALPHA]), photometric='minisblack', planarconfig='contig', extrasamples=['assocalpha']))
add('TIFF, grey with alpha in planes', tiff(np.stack([GREY, ALPHA[..., 0]]), photometric='minisblack', planarconfig='separate', extrasamples=['unassalpha'], compression='lzw'))
add('TIFF, unspecified fourth sample', tiff(np.concatenate([RGB, ALPHA], 2), photometric='rgb', extrasamples=['unspecified']))
add('TIFF, five samples', tiff(np.concatenate([RGB, ALPHA, ALPHA], 2), photometric='rgb', extrasamples=['unspecified', 'unspecified']))
add('TIFF, six samples', raw_tiff(np.concatenate([RGB, RGB], 2).tobytes(), [(258, 3, [8] * 6), (259, 3, [1]), (262, 3, [2]), (277, 3, [6]), (338, 3, [0] * 3)]))
add('TIFF, grey with alpha', tiff(np.dstack([GREY, ALPHA]), photometric='minisblack', planarconfig='contig', extrasamples=['unassalpha']))
add('TIFF, CMYK with a fifth sample', tiff(np.concatenate([RGB, ALPHA, ALPHA], 2), photometric='separated', extrasamples=['unspecified']))
add('TIFF, white is 0', tiff(GREY, photometric='miniswhite'))
add('TIFF, white is 0, lzw', tiff(GREY, photometric='miniswhite', compression='lzw'))
add('TIFF, white is 0, 16 bits', tiff(DEEP[..., 0], photometric='miniswhite'))
add('TIFF, 1 bit, white is 0', raw_tiff(np.packbits(BITS, axis=1).tobytes(), [(258, 3, [1]), (259, 3, [1]), (262, 3, [0]), (277, 3, [1])]))
add('TIFF, 1 bit, fill order', raw_tiff(np.packbits(BITS, axis=1).tobytes(), [(258, 3, [1]), (259, 3, [1]), (262, 3, [1]), (266, 3, [2]), (277, 3, [1])]))
for bits in (2, 4):
    part = np.packbits(np.unpackbits((INDEX & ((1 << bits) - 1))[..., None], axis=2)[..., 8 - bits:].reshape(H, -1), axis=1).tobytes()
    for photometric in (0, 1):
        add(f'TIFF, {bits} bits of grey, photometric {photometric}', raw_tiff(part, [(258, 3, [bits]), (259, 3, [1]), (262, 3, [photometric]), (277, 3, [1])]))
    table = [int(v) * 257 for v in PALETTE[:1 << bits].T.reshape(-1)]
    add(f'TIFF, palette of {bits} bits', raw_tiff(part, [(258, 3, [bits]), (259, 3, [1]), (262, 3, [3]), (277, 3, [1]), (320, 3, table)]))
one = np.packbits(INDEX & 1, axis=1).tobytes()
add('TIFF, palette of 1 bit', raw_tiff(one, [(258, 3, [1]), (259, 3, [1]), (262, 3, [3]), (277, 3, [1]), (320, 3, [int(v) * 257 for v in PALETTE[:2].T.reshape(-1)])]))
add('TIFF, palette, values not 257 times', raw_tiff(INDEX.tobytes(), [(258, 3, [8]), (259, 3, [1]), (262, 3, [3]), (277, 3, [1]), (320, 3, [int(v) * 256 + 255 - int(v) for v in PALETTE.T.reshape(-1)])]))
ycc = np.asarray(Image.fromarray(RGB).convert('YCbCr'))
for subsampling in ((1, 1), (2, 1), (2, 2), (4, 2)):
    dx, dy = subsampling
    blocks = b''
    padded = np.pad(ycc, ((0, -H % dy), (0, -W % dx), (0, 0)), mode='edge')
    for y in range(0, padded.shape[0], dy):
        for x in range(0, padded.shape[1], dx):
            block = padded[y:y + dy, x:x + dx]
            blocks += block[..., 0].tobytes() + bytes([int(block[..., 1].mean()), int(block[..., 2].mean())])
    tags = [(258, 3, [8, 8, 8]), (259, 3, [1]), (262, 3, [6]), (277, 3, [3]), (530, 3, list(subsampling))]
    add(f'TIFF, YCbCr {dx} x {dy}', raw_tiff(blocks, tags))
    tags[1] = (259, 3, [8])
    blocks = zlib.compress(blocks)
    add(f'TIFF, YCbCr {dx} x {dy}, deflate', raw_tiff(blocks, tags))
    if subsampling == (2, 2):
        add('TIFF, YCbCr 2 x 2, black and white by ReferenceBlackWhite', raw_tiff(blocks, [*tags, (532, 5, [15, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1])]))
        add('TIFF, YCbCr 2 x 2, other coefficients', raw_tiff(blocks, [*tags, (529, 5, [2126, 10000, 7152, 10000, 722, 10000])]))
        add('TIFF, YCbCr 2 x 2, big-endian, orientation 6', raw_tiff(blocks, [*tags, (274, 3, [6])], order='>'))
    if subsampling in ((1, 1), (2, 2)):
        for orientation in (2, 3, 4, 5):
            add(f'TIFF, YCbCr {dx} x {dy}, deflate, orientation {orientation}', raw_tiff(blocks, [*tags, (274, 3, [orientation])]))
    if subsampling == (1, 1):
        add('TIFF, YCbCr 1 x 1, black and white by ReferenceBlackWhite', raw_tiff(blocks, [*tags, (532, 5, [15, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1])]))
        add('TIFF, YCbCr 1 x 1, other coefficients', raw_tiff(blocks, [*tags, (529, 5, [2126, 10000, 7152, 10000, 722, 10000])]))
add('TIFF, YCbCr in planes', tiff(np.moveaxis(ycc, 2, 0).copy(), photometric='ycbcr', planarconfig='separate'))
add('TIFF, YCbCr, JPEG 4:2:0', tiff(SMOOTH, photometric='ycbcr', compression='jpeg', subsampling=(2, 2)))
add('TIFF, YCbCr, JPEG 4:4:4', tiff(SMOOTH, photometric='ycbcr', compression='jpeg', subsampling=(1, 1)))
add('TIFF, two pages', saved(of('RGB'), 'TIFF', save_all=True, append_images=[of('L')]))
add('TIFF, small second page', saved(of('L'), 'TIFF', save_all=True, append_images=[of('RGB').crop((0, 0, 2, 2))]))
add('TIFF, colour profile', saved(of('RGB'), 'TIFF', icc_profile=PROFILE))
add('TIFF, resolution', saved(of('RGB'), 'TIFF', dpi=(72, 72)))
add('TIFF, 32-bit integers', tiff(DEEP[..., 0].astype(np.int32), photometric='minisblack'))
add('TIFF, 32-bit unsigned integers', tiff(DEEP[..., 0].astype(np.uint32), photometric='minisblack'))
add('TIFF, signed bytes', tiff(GREY.astype(np.int8), photometric='minisblack'))
add('TIFF, signed 16 bits', tiff(DEEP[..., 0].astype(np.int16), photometric='minisblack'))
add('TIFF, floats of 64 bits', tiff(RGB[..., 0].astype(np.float64), photometric='minisblack'))
add('TIFF, RGB of floats', tiff(RGB.astype(np.float32), photometric='rgb'))
add('TIFF, 12 bits of grey', raw_tiff(np.packbits(np.unpackbits((DEEP[..., 0] >> 4).astype('>u2').view(np.uint8).reshape(H, W, 2), axis=2)[..., 4:].reshape(H, -1), axis=1).tobytes(),
    [(258, 3, [12]), (259, 3, [1]), (262, 3, [1]), (277, 3, [1])]))
add('TIFF, grey of 16 bits', tiff(DEEP[..., 0], photometric='minisblack'))
add('TIFF, grey of 16 bits, big-endian', tiff(DEEP[..., 0], photometric='minisblack', byteorder='>'))
add('TIFF, grey of 16 bits up to 4095', tiff(DEEP[..., 0] >> 4, photometric='minisblack'))
add('TIFF, cut off', saved(of('RGB'), 'TIFF', compression='tiff_lzw')[:-60])
add('TIFF, strip cut off', saved(of('RGB'), 'TIFF')[:-20])

add('SVG', b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
add('text', b'no image')

document = {
    'source': f"Pillow {PIL.__version__}: Image.open(file).convert('RGB')",
    'libraries': {name: features.version(name) for name in ('jpg', 'libtiff', 'webp')},
    'images': cases,
}
with open(sys.argv[1], 'w', encoding='utf8') as file:
    json.dump(document, file, indent=1)
    file.write('\n')
print(len(cases), 'images')
for case in cases:
    if 'error' in case:
        print(case['name'], '|', case['error'])
