import TestSupport
import Testing
import Text

struct EncodingTests {
  @Test(
    "Base64 has the vectors of RFC 4648",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
  func base64(_ text: String, _ encoded: String) {
    #expect(Base64.encode(text.utf8) == encoded)
    #expect(Base64.decode(encoded.utf8) == Array(text.utf8))
  }

  @Test(
    "Malformed base64 is refused",
    arguments: [
      "Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zm9v\n", "Z===", "====", "Zg==Zg==", "Zm-_",
    ])
  func badBase64(_ text: String) {
    #expect(Base64.decode(text.utf8) == nil)
  }

  @Test("Random bytes survive base64")
  func base64RoundTrip() {
    let seed = TestSeed.chosen
    var random = SeededGenerator(seed: seed)
    for _ in 0..<1_000 {
      let bytes = random.bytes(upTo: 50, from: [0, 255])
      #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes, "seed \(seed)")
      _ = Base64.decode(bytes)
    }
  }

  @Test(
    "SHA-256 has the vectors of FIPS 180-4",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ])
  func sha256(_ text: String, _ digest: String) {
    #expect(Hexadecimal.encode(SHA256.digest(text.utf8)) == digest)
  }

  @Test("A digest does not depend on how the bytes come", arguments: [1, 55, 56, 63, 64, 65, 130])
  func sha256Pieces(_ size: Int) {
    let bytes = (0..<300).map { UInt8($0 & 255) }
    var hash = SHA256()
    var rest = bytes[...]
    while !rest.isEmpty {
      hash.update(rest.prefix(size))
      rest = rest.dropFirst(size)
    }
    #expect(hash.finish() == SHA256.digest(bytes))
  }

  @Test(
    "Edits are counted",
    arguments: [
      ("", "", 0), ("abc", "", 3), ("queue", "quueue", 1), ("retry", "rtery", 1),
      ("list", "lost", 1),
      ("ca", "abc", 3), ("kitten", "sitting", 3),
    ])
  func distance(_ left: String, _ right: String, _ distance: Int) {
    #expect(EditDistance.between(left, right) == distance)
    #expect(EditDistance.between(right, left) == distance)
  }

  @Test("The nearest names come first")
  func nearest() {
    let names = ["list", "lists", "last", "show", "retry"]
    #expect(EditDistance.nearest("lists", among: names) == ["lists", "list", "last"])
    #expect(EditDistance.nearest("xyzzy", among: names) == [])
    #expect(EditDistance.nearest("ab", among: ["cd", "ac"]) == ["ac"])
  }
}
