package import Jobs

/// The jobs and batches of whose end those that wait have not heard yet, in one call.
///
/// They are told lowest id first, whatever ended first: so the log of a call is the same in every store,
/// in however many steps it is done. One that ends since it was told comes in where its id puts it.
package struct EndedParents: Sendable {
  /// A heap: none is greater than the two at twice its place.
  private var heap: [JobID] = []

  package init() {}

  /// Whether there is none.
  package var isEmpty: Bool { heap.isEmpty }

  /// The one whose turn it is.
  package var first: JobID? { heap.first }

  /// Notes one; one that is noted already has one turn.
  package mutating func insert(_ id: JobID) {
    heap.append(id)
    var place = heap.count - 1
    while place > 0, heap[place] < heap[(place - 1) / 2] {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Takes the one whose turn it is.
  package mutating func removeFirst() -> JobID? {
    guard let first = heap.first else { return nil }
    while heap.first == first { dropFirst() }
    return first
  }

  private mutating func dropFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
        if heap[child] < heap[least] { least = child }
      }
      guard least != place else { return }
      heap.swapAt(place, least)
      place = least
    }
  }
}
