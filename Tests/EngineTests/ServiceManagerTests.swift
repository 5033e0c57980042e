import Engine
import Glibc
import Jobs
import PosixIO
import Storage
import TestSupport
import Testing

/// A service manager's end of the socket that services tell it things by.
private final class Manager {
  private let descriptor: FileDescriptor

  /// Listens at a path, or, behind `@`, at an abstract name.
  init(_ address: String) throws {
    let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    descriptor = FileDescriptor(owning: number)
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(address.utf8)
    try #require(bytes.count < 100)
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
    if bytes.first == UInt8(ascii: "@") { name.sun_path.0 = 0 }
    let length = MemoryLayout<sa_family_t>.size + bytes.count
    let result = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, socklen_t(length))
      }
    }
    try #require(result == 0)
    try descriptor.setNonBlocking()
  }

  /// The messages so far.
  func messages() -> [String] {
    var found: [String] = []
    while let bytes = try? descriptor.read(upTo: 4096), !bytes.isEmpty {
      found.append(String(decoding: bytes, as: UTF8.self))
    }
    return found
  }
}

@Suite("A service manager")
struct ServiceManagerTests {
  /// A worker that ends with its jobs and tells a manager at that address.
  private func rig(_ address: String, _ more: [String: String] = [:]) throws -> WorkerRig {
    let rig = try WorkerRig.shell("env > $SCRATCH/env")
    rig.configuration.environment["NOTIFY_SOCKET"] = address
    for (name, value) in more { rig.configuration.environment[name] = value }
    return rig
  }

  @Test("hears when a worker is ready and when it stops, at a path or an abstract name")
  func ready() throws {
    let scratch = try ScratchDirectory()
    for address in [scratch.path("notify"), "@qctl-test-\(CurrentProcess.id)"] {
      let manager = try Manager(address)
      let rig = try rig(address)
      try rig.enqueue()
      rig.run()
      let said = manager.messages()
      #expect(said.first == "READY=1\nSTATUS=0 running, 0 completed, 0 failed, 0 dead")
      #expect(said.last == "STOPPING=1\nSTATUS=0 running, 1 completed, 0 failed, 0 dead; stopping")
      #expect(try !rig.text("env").contains("NOTIFY_SOCKET"))
      #expect(!said.contains { $0.contains("WATCHDOG") })
    }
  }

  @Test("hears nothing of a worker whose store can't be used")
  func broken() throws {
    let address = "@qctl-test-broken-\(CurrentProcess.id)"
    let manager = try Manager(address)
    let rig = try rig(address)
    let store = InterposedStore(rig.memory)
    store.fail = { $0 == .record ? .corrupt(path: "x", detail: "y") : nil }
    rig.store = store
    rig.run()
    #expect(manager.messages() == [])
  }

  @Test("hears of a reload, with the time, and of its end")
  func reload() throws {
    let address = "@qctl-test-reload-\(CurrentProcess.id)"
    let manager = try Manager(address)
    let rig = try rig(address)
    rig.configuration.mode = .forever
    try rig.enqueue()
    rig.run { event in
      if case .finished = event { rig.signals.send(.hangUp) }
      if case .reloaded = event { rig.signals.send(.terminate) }
    }
    let said = manager.messages()
    let reload = try #require(said.firstIndex { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") })
    #expect(said[reload + 1].hasPrefix("READY=1\n"))
  }

  @Test(
    "with a watchdog hears from the loop that it goes on, if the watchdog is for this process",
    arguments: [nil, "self", "1"])
  func watchdog(owner: String?) throws {
    let address = "@qctl-test-watchdog-\(CurrentProcess.id)-\(owner ?? "nobody")"
    let manager = try Manager(address)
    var more = ["WATCHDOG_USEC": "20000000"]
    if let owner { more["WATCHDOG_PID"] = owner == "self" ? "\(CurrentProcess.id)" : owner }
    let rig = try rig(address, more)
    rig.configuration.mode = .forever
    try rig.enqueue()
    var asked = 0
    rig.run { event in
      if case .finished = event { rig.signals.send(.user2) }
      guard case .status = event else { return }
      asked += 1
      rig.clock.advance(.seconds(10))
      rig.signals.send(asked < 3 ? .user2 : .terminate)
    }
    let pings = manager.messages().filter { $0 == "WATCHDOG=1" }.count
    #expect(owner == "1" ? pings == 0 : (3...5).contains(pings))
  }
}
