extension CommandTree {
  /// A template of a script with the program's name put in.
  func filled(_ template: String) -> String {
    var script = template
    // The name becomes part of function names, which know no hyphens in strict shells.
    let identifier = String(
      program.unicodeScalars.map { $0 == "-" ? "_" : Character($0) })
    while let range = script.firstRange(of: "@PROGRAM@") {
      script.replaceSubrange(range, with: program)
    }
    while let range = script.firstRange(of: "@ID@") {
      script.replaceSubrange(range, with: identifier)
    }
    return script
  }
}
