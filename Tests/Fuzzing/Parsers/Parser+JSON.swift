import Text

extension Parser {
  static let json: [Parser] = [value, object, path]

  private static let documents = [
    #"{"a":[1,-0.5e+10,true,null,"x\u00e9\ud83d\ude00\n"],"b":{"c":{}}}"#,
    #"[[],{},"",0,-1,1E5,0.25,false]"#, #" "plain é text" "#, "12345678901234567890.5",
    "{\"long key with text\":\"and a value that is longer than eight bytes\"}", "\n null\t",
  ]
  private static let tokens = [
    "{", "}", "[", "]", ":", ",", "\"", "null", "true", "false", "\\u", "\\n", "\\/", "1e", "-",
    ".",
    "\"a\":",
  ]

  private static let value = Parser("JSON", examples: documents, words: tokens) { bytes in
    let isValid = JSONValidation.isValid(bytes, maximumDepth: JSONValidation.defaultDepth)
    do throws(JSONError) {
      let value = try JSONValue.parse(bytes)
      guard isValid else { return .wrong("read as a tree, and yet not valid") }
      return whole(bytes, value)
    } catch {
      if isValid {
        guard case .duplicateKey = error.reason else { return .wrong("valid, but not read") }
      }
      return refusal(error, of: bytes)
    }
  }

  /// What must hold of valid JSON: printed in any way, it is read as the same again.
  private static func whole(_ bytes: [UInt8], _ value: JSONValue) -> Verdict {
    var writer = JSONWriter()
    writer.value(value)
    let printed = writer.buffer.bytes
    writer = JSONWriter()
    writer.raw(bytes)
    let raw = writer.buffer.bytes
    var pretty = ByteBuffer()
    do throws(JSONError) {
      try JSONPrettyPrinter.append(bytes, to: &pretty)
      for (name, text) in [("printed", printed), ("raw", raw), ("pretty", pretty.bytes)] {
        var again = JSONWriter()
        again.value(try JSONValue.parse(text))
        guard again.buffer.bytes == printed else { return .wrong("\(name) says another thing") }
      }
    } catch { return .wrong("printed, it is refused: \(error)") }
    // A tab between tokens is let through: a terminal does nothing with it.
    let isClean =
      raw.allSatisfy { $0 != 10 } && TerminalText.escape(bytes: raw, .lines).utf8.elementsEqual(raw)
    return .accepted(if: isClean, "a control character is printed")
  }

  static func refusal(_ error: JSONError, of bytes: [UInt8]) -> Verdict {
    guard 0...bytes.count ~= error.offset, 1...(bytes.count + 1) ~= error.line,
      1...(bytes.count + 1) ~= error.column
    else { return .wrong("the place is outside the input: \(error.offset)") }
    return .refused(saying: error.description)
  }

  private static let object = Parser(
    "JSON object", examples: documents.prefix(1).map { $0 } + ["{}"], words: tokens
  ) {
    bytes in
    var reader = JSONObjectReader(bytes)
    do throws(JSONError) {
      while let member = try reader.next() {
        guard JSONValidation.isValid(reader.slice(of: member)) else {
          return .wrong("the value of a member is no JSON")
        }
        guard (reader.string(of: member) != nil) == (member.kind == .string) else {
          return .wrong("a text is none")
        }
        _ = (reader.int64(of: member), reader.bool(of: member), reader.place(of: member))
      }
      let isWhole = JSONValidation.isValid(bytes)
      return .accepted(if: isWhole, "read to its end, and yet not valid")
    } catch { return refusal(error, of: bytes) }
  }

  /// A path, and behind a NUL the document it is for.
  private static let path = Parser(
    "JSON path",
    examples: [
      "a[0]\0{\"a\":[1]}", "user.\"b.c\"[12].d\0{\"user\":{\"b.c\":[]}}", "[0][1]\0[[1,2]]",
    ],
    words: ["[", "]", ".", "\"", "=", "[0]", "a", "\"a\""]
  ) { bytes in
    let halves = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let text = String(decoding: halves.first ?? [], as: UTF8.self)
    do throws(JSONPathError) {
      _ = try? JSONPath.parseFilter(text + "=value")
      let path = try JSONPath.parse(text)
      guard try JSONPath.parse(written(path)) == path else {
        return .wrong("read again, it differs")
      }
      guard halves.count > 1, let match = path.find(in: halves[1]) else { return .accepted }
      return .accepted(if: JSONValidation.isValid(match.raw), "what it found is no JSON")
    } catch {
      switch error {
      case .emptyKey(let place), .malformedIndex(let place), .malformedQuotedKey(let place),
        .unexpectedCharacter(let place):
        guard 0...text.utf8.count ~= place else { return .wrong("a place outside the path") }
      case .empty, .missingValue: break
      }
      return .refused(saying: error.description)
    }
  }

  private static func written(_ path: JSONPath) -> String {
    var text = ""
    for step in path.steps {
      switch step {
      case .index(let index): text += "[\(index)]"
      case .key(let key):
        var writer = JSONWriter()
        writer.string(key)
        text += (text.isEmpty ? "" : ".") + writer.buffer.text
      }
    }
    return text
  }
}
