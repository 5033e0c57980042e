"""Our idea of what is JSON against Python's: payloads go in as bytes, and come out under a key that
says what qctl took them for. Silent when both agree; prints the payloads about which they don't."""

import base64
import json
import random
import subprocess
import sys

import seeds

SEED = seeds.chosen()
CHOICE = random.Random(SEED)
BATCH = 1000
DEPTH = 512

GOOD = [
    b'{"a":[1,-0.5e+10,true,null,"x\\u00e9\\ud83d\\ude00\\n"],"b":{"c":{}}}', b"[]", b"{}", b"0", b"-0",
    b'""', b'"\xc3\xa9"', b" [1 , 2 ] \r\n", b'{"a":1,"a":2}', b"1E400", b"123456789012345678901234567890",
    b"[" * DEPTH + b"]" * DEPTH, b'{"a":' * DEPTH + b"1" + b"}" * DEPTH, b'"\x7f\xe2\x80\xa8"', b"1.0e-05",
    b'{"\xc3\xa9":1,"e\xcc\x81":2}', b'"\\u0000\\/"', b'"\\uDBFF\\uDFFF"',
]
BAD = [
    b"", b" ", b"01", b"-", b"+1", b"1.", b".5", b"1e", b"1e+", b"0x1", b"1_0", b"--1", b"NaN", b"Infinity",
    b"-Infinity", b"nul", b"True", b"nulll", b"[1,]", b"[,1]", b"[1 2]", b"{,}", b'{"a"}', b'{"a":}',
    b'{"a":1,}', b"{a:1}", b"{1:1}", b"['a']", b'"a', b'"\n"', b'"\t"', b'"\x00"', b'"\\x41"', b'"\\u12"',
    b'"\\uD800"', b'"\\uDC00"', b'"\\uD800\\u0041"', b'"\\ud83d\\ud83d"', b"\xef\xbb\xbf[]", b"[]\x00", b"[]x",
    b"[] []", b"/**/[]", b"[1]//", b'"\xff"', b'"\xc0\xaf"', b'"\xed\xa0\x80"', b'"\xf4\x90\x80\x80"', b"\x0c[]",
    b"\xc2\xa0[]", b"[", b"]", b"[1}", b'{"a":[}', b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1), b"[" * 100000,
    b"\xef\xbc\x91", b"1\xc2\xb2", b'"\\', b'"\\"', b"{\"a\":1 \"b\":2}", b"[1\x0b]", b"tru\xc3\xa9",
]
PARTS = [bytes([byte]) for byte in range(256)] + [
    b"\\u", b"\\ud800", b"\\udc00", b"null", b"1e5", b'"a":', b"\xc3\xa9", b"\xed\xa0\x80", b"-0", b"00", b"[[", b"]]",
]


def refuse(word):
    raise ValueError(word)


def is_text(value):
    """Whether all strings are Unicode text: half a pair of surrogates is none."""
    if isinstance(value, str):
        return not any(0xD800 <= ord(letter) <= 0xDFFF for letter in value)
    if isinstance(value, (list, tuple)):
        return all(is_text(part) for part in value)
    return True


def depth(value):
    deepest, level, in_text, escaped = 0, 0, False, False
    for byte in value:
        if in_text:
            escaped, in_text = byte == 0x5C and not escaped, byte != 0x22 or escaped
        elif byte == 0x22:
            in_text = True
        elif byte in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif byte in b"]}":
            level -= 1
    return deepest


def is_json(payload):
    try:
        if depth(payload) > DEPTH:
            return False
        value = json.loads(
            payload.decode("utf-8"), parse_constant=refuse, parse_int=str, parse_float=str, object_pairs_hook=list)
    except ValueError:
        return False
    return is_text(value)


def changed():
    payload = bytearray(CHOICE.choice(GOOD[:11] + BAD[:50]))
    for _ in range(CHOICE.randint(1, 3)):
        place = CHOICE.randint(0, len(payload))
        action = CHOICE.randint(0, 3)
        if action == 0 and payload:
            payload[min(place, len(payload) - 1)] ^= 1 << CHOICE.randint(0, 7)
        elif action == 1:
            del payload[place:place + CHOICE.randint(1, 4)]
        else:
            payload[place:place] = CHOICE.choice(PARTS)
    return bytes(payload)


def compare(payloads):
    lines = "".join(
        json.dumps({"queue": "json", "payload_b64": base64.b64encode(payload).decode()}) + "\n" for payload in payloads)
    subprocess.run(["qctl", "enqueue", "--quiet", "--bulk", "-"], input=lines.encode(), check=True)
    out = subprocess.run(
        ["qctl", "claim", "-q", "json", "-n", str(BATCH), "--json"], stdout=subprocess.PIPE, check=True).stdout
    answers = [json.loads(line) for line in out.splitlines()]
    if len(answers) != len(payloads):
        print(f"{len(payloads)} went in, {len(answers)} came out")
    for payload, answer in zip(payloads, answers):
        if ("payload" in answer) != is_json(payload):
            print(f"{payload[:200]!r}: qctl {'takes' if 'payload' in answer else 'does not take'} it for JSON")
        elif "payload_b64" in answer and base64.b64decode(answer["payload_b64"]) != payload:
            print(f"{payload[:200]!r}: came back changed")


sys.setrecursionlimit(10_000)
for known, wanted in ((GOOD, True), (BAD, False)):
    for case in known:
        if is_json(case) != wanted:
            print(f"{case[:200]!r}: Python disagrees with this script")
compare(GOOD + BAD)
for _ in range(4):
    compare([changed() for _ in range(BATCH)])
