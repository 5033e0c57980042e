/// Joins what several layers, the strongest first, say of the same flags.
enum FlagLayers {
  /// The weakest layer first, so that the last one wins; a flag met in a stronger layer is left
  /// out of the weaker ones, lists included.
  static func joined(_ layers: [[Given]], flagCount: Int) -> [Given] {
    guard layers.dropFirst().contains(where: { !$0.isEmpty }) else { return layers.first ?? [] }
    var seen = [Bool](repeating: false, count: flagCount)
    var joined: [Given] = []
    for layer in layers {
      let visible = layer.filter { !seen[$0.index] }
      for item in visible { seen[item.index] = true }
      joined = visible + joined
    }
    return joined
  }
}
