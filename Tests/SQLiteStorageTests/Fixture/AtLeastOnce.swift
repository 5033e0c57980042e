/// Whether something that takes a while is quick at least once.
///
/// A busy machine may stand still in any try; what waits where it must not, waits in each.
func atLeastOnce(of tries: Int = 20, _ isQuick: () throws -> Bool) rethrows -> Bool {
  for _ in 0..<tries where try isQuick() { return true }
  return false
}
