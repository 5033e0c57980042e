import TestSupport

/// What a power cut may leave of a disk after some events.
///
/// What the disk may do, as little as is promised anywhere:
///
/// - bytes that were not synced are there, are not, are there in part, or are zeros of the right number;
/// - a name that was made, moved or removed is so, or is as before, until the folder that it came into or
///   went out of was synced after that;
/// - a move is whole or not at all, so that either folder's sync makes it durable; and the changes of the names of one file or folder keep their
///   order; those of different ones need not;
/// - a folder whose own name is missing is gone with all that is in it.
struct PowerCut {
  /// How the names and bytes of one file or folder stand.
  private struct Node {
    var isFolder = true
    /// Every change of its name, with the number of the event.
    var names: [(event: Int, from: DiskEvent.Link?, to: DiskEvent.Link?)] = []
    /// How many of them are durable.
    var durableNames = 0
    var bytes: [UInt8] = []
    /// How many of its bytes are durable.
    var durableBytes = 0

    mutating func syncNames() { durableNames = names.count }
    mutating func syncBytes() { durableBytes = bytes.count }
  }

  private var nodes: [Int: Node] = [0: Node()]

  init(after events: ArraySlice<DiskEvent>) {
    for (number, event) in events.enumerated() { take(event, number) }
  }

  private mutating func take(_ event: DiskEvent, _ number: Int) {
    switch event {
    case .made(let inode, let isFolder): nodes[inode] = Node(isFolder: isFolder)
    case .name(let inode, let from, let to):
      nodes[inode, default: Node()].names.append((number, from, to))
    case .write(let inode, let bytes):
      nodes[inode]?.bytes += bytes
    case .syncFile(let inode): nodes[inode]?.syncBytes()
    case .syncFolder(let folder): syncFolder(folder)
    case .syncAll:
      for inode in nodes.keys {
        nodes[inode]?.syncNames()
        nodes[inode]?.syncBytes()
      }
    case .acknowledged: break
    }
  }

  private mutating func syncFolder(_ folder: Int) {
    for inode in nodes.keys {
      guard let node = nodes[inode] else { continue }
      let last = node.names.lastIndex { $0.to?.folder == folder || $0.from?.folder == folder }
      guard let last, last + 1 > node.durableNames else { continue }
      nodes[inode]?.durableNames = last + 1
    }
  }

  // MARK: - The choices

  /// What one power cut does to one file or folder.
  private struct Choice {
    let inode: Int
    /// How many ways there are.
    let ways: Int
    /// The one in which everything is there.
    let whole: Int
  }

  private var choices: [Choice] {
    nodes.keys.sorted().flatMap { inode -> [Choice] in
      guard let node = nodes[inode] else { return [] }
      let names = node.names.count - node.durableNames + 1
      let bytes = node.bytes.count > node.durableBytes ? Self.bytesWays : 1
      let whole = names - 1 + (bytes > 1 ? names : 0)
      return names * bytes > 1 ? [Choice(inode: inode, ways: names * bytes, whole: whole)] : []
    }
  }

  /// Nothing, all, half, zeros.
  private static let bytesWays = 4

  /// The states that a power cut may leave: all of them if there are no more than `most`; else those
  /// in which all, nothing, all but one thing, nothing but one thing is there, and others at random.
  func states(atMost most: Int, _ generator: inout SeededGenerator) -> [DiskState] {
    let choices = choices
    let count = choices.reduce(1) { $0 > most ? $0 : $0 * $1.ways }
    guard count > most else { return (0..<count).map { state(choices, Self.digits($0, choices)) } }
    var picked: [[Int]] = [choices.map { _ in 0 }, choices.map(\.whole)]
    for index in choices.indices {
      var (one, others) = (choices.map { _ in 0 }, choices.map(\.whole))
      one[index] = choices[index].whole
      others[index] = 0
      picked += [one, others]
    }
    picked.shuffle(using: &generator)
    picked = Array(picked.prefix(most * 2 / 3))
    while picked.count < most {
      picked.append(choices.map { Int.random(in: 0..<$0.ways, using: &generator) })
    }
    return picked.map { state(choices, $0) }
  }

  private static func digits(_ number: Int, _ choices: [Choice]) -> [Int] {
    var rest = number
    return choices.map { choice in
      defer { rest /= choice.ways }
      return rest % choice.ways
    }
  }

  private func state(_ choices: [Choice], _ picked: [Int]) -> DiskState {
    var ways: [Int: Int] = [:]
    for (choice, way) in zip(choices, picked) { ways[choice.inode] = way }
    var state = DiskState()
    var moves: [(event: Int, inode: Int, from: DiskEvent.Link?, to: DiskEvent.Link?)] = []
    for (inode, node) in nodes {
      let way = ways[inode] ?? 0
      let nameWays = node.names.count - node.durableNames + 1
      let kept = node.durableNames + way % nameWays
      moves += node.names.prefix(kept).map { ($0.event, inode, $0.from, $0.to) }
      state.nodes[inode] =
        node.isFolder ? .folder([:]) : .file(bytes(of: node, way: way / nameWays))
      state.next = max(state.next, inode + 1)
    }
    for move in moves.sorted(by: { $0.event < $1.event }) {
      if let from = move.from, state.entry(from) == move.inode { state.set(from, nil) }
      if let to = move.to { state.set(to, move.inode) }
    }
    return state
  }

  private func bytes(of node: Node, way: Int) -> [UInt8] {
    let pending = node.bytes.count - node.durableBytes
    switch way {
    case 0 where pending > 0: return Array(node.bytes.prefix(node.durableBytes))
    case 1 where pending > 0: return node.bytes
    case 2: return Array(node.bytes.prefix(node.durableBytes + pending / 2))
    case 3:
      return node.bytes.prefix(node.durableBytes) + Array(repeating: 0, count: pending)
    default: return node.bytes
    }
  }
}
