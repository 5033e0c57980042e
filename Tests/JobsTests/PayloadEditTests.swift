import Jobs
import Testing
import Text

@Suite struct PayloadEditTests {
  private func set(_ payload: String, _ assignments: (String, String)...) throws -> String {
    let edit = PayloadEdit.set(
      try assignments.map {
        PayloadEdit.Assignment(path: try JSONPath.parse($0.0), value: Array($0.1.utf8))
      })
    return String(decoding: try edit.apply(to: Array(payload.utf8)), as: UTF8.self)
  }

  @Test("Only the value at the path changes; everything else stays as it is written")
  func inPlace() throws {
    let payload = " { \"a\" : 1.0 ,\n\"b\":[ 1, {\"c\":\"\\u00e9\"} ] } "
    #expect(
      try set(payload, ("a", "2")) == " { \"a\" : 2 ,\n\"b\":[ 1, {\"c\":\"\\u00e9\"} ] } ")
    #expect(
      try set(payload, ("b[1].c", "null")) == " { \"a\" : 1.0 ,\n\"b\":[ 1, {\"c\":null} ] } ")
    #expect(try set("7", ("[0]", "1"), as: .payload) == nil)
    #expect(try set("{\"a\":1,\"a\":2}", ("a", "3")) == "{\"a\":3,\"a\":2}")
  }

  @Test("A new key goes to the end of its object, a new element to the end of its array")
  func new() throws {
    #expect(
      try set("{}", ("a", "1"), ("b", "[]"), ("b[0]", "2"), ("b[1]", "3"))
        == "{\"a\":1,\"b\":[2,3]}")
    #expect(try set("{ \"x\": 1 }", ("y", "2")) == "{ \"x\": 1,\"y\":2 }")
    #expect(try set("{\"a\":{}}", ("a.\"b.c\"", "true")) == "{\"a\":{\"b.c\":true}}")
    #expect(try set("[]", ("[0]", "1")) == "[1]")
    #expect(try set("[1]", ("[2]", "1"), as: .payload) == nil)
    #expect(try set("{\"a\":1}", ("b.c", "1"), as: .payload) == nil)
    #expect(try set("{\"a\":1}", ("a.c", "1"), as: .payload) == nil)
  }

  /// The edited payload; `nil` where the edit is refused for a field.
  private func set(
    _ payload: String, _ assignment: (String, String), as field: InvalidValue.Field
  ) throws -> String? {
    do { return try set(payload, assignment) } catch let error as InvalidValue {
      #expect(error.field == field)
      return nil
    }
  }

  @Test("What is not JSON, or would grow too large, is refused")
  func refused() throws {
    #expect(try set("no json", ("a", "1"), as: .payload) == nil)
    #expect(try set("", ("a", "1"), as: .payload) == nil)
    let long = "\"" + String(repeating: "x", count: NewJob.largestPayload) + "\""
    #expect(try set("{}", ("a", long), as: .payload) == nil)
  }

  @Test("Bytes take the place of those that they were made from, and of no others")
  func replace() throws {
    let edit = PayloadEdit.replace(with: [1], of: [2])
    #expect(try edit.apply(to: [2]) == [1])
    #expect(try edit.apply(to: [1]) == [1])
    #expect(throws: InvalidValue.self) { try edit.apply(to: [3]) }
  }
}
