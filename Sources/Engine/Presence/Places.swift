/// Which slots of the worker's file are in use.
///
/// An execution keeps its slot until the store knows how it ended, and not only while it runs: if
/// the worker dies in between, the job runs again, and must be known as one that had started.
struct Places {
  private var free: [Int] = []
  private var made = 0

  /// The lowest number that was never given, or one that was given back.
  mutating func take() -> Int {
    if let place = free.popLast() { return place }
    made += 1
    return made - 1
  }

  mutating func giveBack(_ place: Int) {
    free.append(place)
  }
}
