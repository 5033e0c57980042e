import Engine
import Jobs

/// What `top` shows, and what its keys do; knows neither store nor terminal.
struct TopModel {
  /// A queue on the screen.
  struct Row {
    let standing: Standing
    /// The ready jobs of the last minutes, oldest first.
    let history: [Double?]
    let isPaused: Bool
  }

  /// By what rows are ordered, the most worrying first.
  enum Order: String, CaseIterable {
    case name, ready, oldest, dead, incoming, outgoing

    var next: Order {
      let all = Self.allCases
      return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
    }
  }

  /// What is on the screen.
  enum View: Equatable {
    case queues
    case jobs(QueueName)
  }

  /// What a key asks of whoever holds the store and the terminal.
  enum Wish: Equatable {
    case quit
    /// Read again, since something else is to be shown.
    case refresh
    /// Run a command as if it was typed, and come back.
    case run([String])
  }

  private(set) var view = View.queues
  private(set) var order = Order.name
  private(set) var isReversed = false
  /// Only queues whose name has this in it.
  private(set) var filter = ""
  /// Whether keys go to the filter.
  private(set) var isTyping = false
  /// The row under the cursor, of those that are shown.
  private(set) var cursor = 0
  private var queueUnderCursor: QueueName?
  private var all: [Row] = []
  /// The jobs of the queue that is open.
  private(set) var jobs: [Job] = []
  /// When all of that was so.
  private(set) var now: Instant

  init(at now: Instant) { self.now = now }

  /// The rows that are shown, in order.
  var rows: [Row] {
    let shown = filter.isEmpty ? all : all.filter { Self.has(filter, in: $0.standing.queue) }
    let sorted = shown.sorted { isBefore($0, $1) }
    return isReversed ? sorted.reversed() : sorted
  }

  /// How many rows the cursor can be on.
  var count: Int { view == .queues ? rows.count : jobs.count }

  /// The rows of all queues, whatever is shown.
  var everything: [Row] { all }

  /// Takes in what the store says now.
  mutating func update(_ rows: [Row], jobs: [Job], at now: Instant) {
    all = rows
    self.jobs = jobs
    self.now = now
    if view == .queues, let queue = queueUnderCursor,
      let place = self.rows.firstIndex(where: { $0.standing.queue == queue })
    {
      cursor = place
    }
    move(0)
  }

  /// Does what a key means.
  mutating func press(_ key: TopKey, page: Int) -> Wish? {
    if isTyping { return type(key) }
    switch key {
    case .up, .character(UInt8(ascii: "k")): move(-1)
    case .down, .character(UInt8(ascii: "j")): move(1)
    case .pageUp: move(-page)
    case .pageDown: move(page)
    case .enter: return open()
    case .back: return close()
    case .character(let byte): return command(byte)
    }
    return nil
  }

  private mutating func command(_ byte: UInt8) -> Wish? {
    switch byte {
    case UInt8(ascii: "q"), 3: return .quit
    case UInt8(ascii: "s") where view == .queues:
      order = order.next
      return stay()
    case UInt8(ascii: "S") where view == .queues:
      isReversed.toggle()
      return stay()
    case UInt8(ascii: "/") where view == .queues:
      isTyping = true
      return nil
    case UInt8(ascii: "p"):
      guard let row = selectedQueue else { return nil }
      return .run([row.isPaused ? "resume" : "pause", row.standing.queue.description])
    case UInt8(ascii: "r"):
      guard let row = selectedQueue else { return nil }
      return .run(["dlq", "replay", "-q", row.standing.queue.description])
    case UInt8(ascii: " "): return .refresh
    default: return nil
    }
  }

  /// The cursor stays on its queue when the order changes.
  private mutating func stay() -> Wish? {
    if let queue = queueUnderCursor,
      let place = rows.firstIndex(where: { $0.standing.queue == queue })
    {
      cursor = place
    }
    return nil
  }

  private mutating func type(_ key: TopKey) -> Wish? {
    switch key {
    case .character(let byte) where (33...126).contains(byte) && filter.utf8.count < 64:
      filter += String(decoding: [byte], as: UTF8.self)
    case .character(3): return .quit
    case .back where !filter.isEmpty: filter.removeLast()
    case .back, .enter: isTyping = false
    default: break
    }
    move(0)
    return nil
  }

  private var selectedQueue: Row? {
    switch view {
    case .queues: rows.indices.contains(cursor) ? rows[cursor] : nil
    case .jobs(let queue): all.first { $0.standing.queue == queue }
    }
  }

  private mutating func open() -> Wish? {
    switch view {
    case .queues:
      guard let row = selectedQueue else { return nil }
      view = .jobs(row.standing.queue)
      (cursor, jobs) = (0, [])
      return .refresh
    case .jobs:
      guard jobs.indices.contains(cursor) else { return nil }
      return .run(["show", jobs[cursor].id.description])
    }
  }

  private mutating func close() -> Wish? {
    guard case .jobs(let queue) = view else {
      filter = ""
      return nil
    }
    view = .queues
    queueUnderCursor = queue
    cursor = rows.firstIndex { $0.standing.queue == queue } ?? 0
    return .refresh
  }

  private mutating func move(_ steps: Int) {
    cursor = min(max(cursor + steps, 0), max(count - 1, 0))
    if view == .queues { queueUnderCursor = selectedQueue?.standing.queue }
  }

  // MARK: - Order

  private func isBefore(_ left: Row, _ right: Row) -> Bool {
    let (one, other) = (key(of: left), key(of: right))
    return one == other ? left.standing.queue < right.standing.queue : one > other
  }

  /// What is most worrying has the highest.
  private func key(of row: Row) -> Double {
    let standing = row.standing
    let rates = standing.flow?.rates[.fiveMinutes]
    return switch order {
    case .name: 0
    case .ready: Double(standing.count(.ready))
    case .oldest: standing.oldestReady.map { -Double($0.milliseconds) } ?? -.infinity
    case .dead: Double(standing.count(.dead))
    case .incoming: rates?.enqueued ?? 0
    case .outgoing: rates?.processed ?? 0
    }
  }

  private static func has(_ part: String, in queue: QueueName) -> Bool {
    let (name, wanted) = (Array(queue.description.utf8), Array(part.utf8))
    guard wanted.count <= name.count else { return false }
    return (0...(name.count - wanted.count)).contains {
      Array(name[$0..<($0 + wanted.count)]) == wanted
    }
  }
}
