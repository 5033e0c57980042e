/// A line layout given by the user: `--format '{id}\t{state}'`.
package struct FormatTemplate: Equatable, Sendable {
  private enum Part: Equatable {
    case text(String)
    case field(Int)
  }

  private let parts: [Part]
  /// The fields named, in the order of the template.
  package let fields: [String]

  /// Reads a template and checks every field against `known`, before anything is printed.
  ///
  /// Escapes are `\t \n \0 \\ \{ \}`.
  package static func parse(
    _ template: String, known: [String]
  ) throws(FormatTemplateError) -> FormatTemplate {
    var parts: [Part] = []
    var fields: [String] = []
    var text = ""
    // By scalars: to Swift, a brace and a mark that combines with it are one character.
    var rest = template.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\\":
        text.unicodeScalars.append(try unescape(rest.popFirst()))
      case "}":
        throw .strayBrace
      case "{":
        guard let end = rest.firstIndex(of: "}") else { throw .unclosedBrace }
        let name = String(rest[..<end])
        rest = rest[rest.index(after: end)...]
        guard known.contains(name) else {
          throw .unknownField(name, nearest: EditDistance.nearest(name, among: known))
        }
        if !text.isEmpty { parts.append(.text(text)) }
        text = ""
        parts.append(.field(fields.count))
        fields.append(name)
      default:
        text.unicodeScalars.append(scalar)
      }
    }
    if !text.isEmpty { parts.append(.text(text)) }
    return FormatTemplate(parts: parts, fields: fields)
  }

  private static func unescape(
    _ letter: Unicode.Scalar?
  ) throws(FormatTemplateError) -> Unicode.Scalar {
    switch letter {
    case "t": return "\t"
    case "n": return "\n"
    case "0": return "\0"
    case "\\", "{", "}": return letter ?? "\\"
    case let letter: throw .unknownEscape(letter.map(String.init) ?? "")
    }
  }

  /// Appends one record, without a line end; `value` gives a field's text, which is escaped for a
  /// terminal as `shape` says.
  package func render(
    to out: inout ByteBuffer, _ shape: TerminalText.Shape = .line, value: (String) -> String
  ) {
    for part in parts {
      switch part {
      case .text(let text): out.append(text)
      case .field(let index): TerminalText.append(value(fields[index]), to: &out, shape)
      }
    }
  }
}

/// Why a template cannot be used.
package enum FormatTemplateError: Error, Equatable, Sendable {
  /// No such field; the nearest names, nearest first.
  case unknownField(String, nearest: [String])
  /// A `{` without its `}`.
  case unclosedBrace
  /// A `}` without its `{`; to print one, write `\}`.
  case strayBrace
  /// A backslash before a letter that has no meaning, or at the end (empty).
  case unknownEscape(String)
}

extension FormatTemplateError: CustomStringConvertible {
  /// One clause for a message; what the user wrote in it is escaped.
  package var description: String {
    switch self {
    case .unknownField(let name, let nearest):
      let hint = nearest.isEmpty ? "" : "; did you mean \(nearest.joined(separator: ", "))?"
      return "unknown field '\(TerminalText.escape(name))'\(hint)"
    case .unclosedBrace: return "'{' without '}'"
    case .strayBrace: return "'}' without '{'; write \\} for a brace"
    case .unknownEscape(let letter):
      return "unknown escape '\\\(TerminalText.escape(letter))'; known: \\t \\n \\0 \\\\ \\{ \\}"
    }
  }
}
