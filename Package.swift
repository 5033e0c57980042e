// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// A room of the house: its own sources, and the only rooms it may name.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
  resources: [Resource] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: settings)
}

let package = Package(
  name: "qctl",
  products: [.executable(name: "qctl", targets: ["qctl"])],
  targets: [
    .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3"), .linkedLibrary("m")]),
    .target(name: "CPosix"),
    .target(
      name: "CReadline",
      linkerSettings: [.linkedLibrary("readline"), .linkedLibrary("tinfo")]),

    room("Text"),
    room("Calendar"),
    room("PosixIO", ["CPosix"]),
    room("CommandLineSpec", ["Text"]),
    room("Jobs", ["Text", "Calendar"]),
    room("Storage", ["Jobs", "Text"]),
    room("LocalStorage", ["Storage", "PosixIO"]),
    room("SQLiteStorage", ["LocalStorage", "Storage", "Jobs", "Text", "PosixIO", "CSQLite"]),
    room("DirectoryStorage", ["LocalStorage", "Storage", "Jobs", "Text", "Calendar", "PosixIO"]),
    room("Engine", ["Storage", "Jobs", "Text", "Calendar", "PosixIO"]),
    room(
      "Commands",
      ["Engine", "Storage", "Jobs", "CommandLineSpec", "PosixIO", "Text", "Calendar"]),
    room("Shell", ["CommandLineSpec", "PosixIO", "Text", "Calendar", "CReadline"]),
    .executableTarget(
      name: "qctl",
      dependencies: [
        "Commands", "Shell", "SQLiteStorage", "DirectoryStorage", "Storage", "CommandLineSpec",
        "PosixIO",
      ],
      swiftSettings: settings),

    .executableTarget(
      name: "qctl-bench",
      dependencies: ["SQLiteStorage", "DirectoryStorage", "Storage", "Jobs", "PosixIO"],
      path: "Tests/Benchmarks/loops", swiftSettings: settings),

    // The model that every adapter is compared with; a store for tests, never shipped.
    .target(
      name: "MemoryStorage", dependencies: ["Storage", "Jobs", "Text"],
      path: "Tests/MemoryStorage", swiftSettings: settings),
    .target(
      name: "TestSupport", dependencies: ["PosixIO", "Text"], path: "Tests/TestSupport",
      swiftSettings: settings),
    // Every parser of outside bytes and what must hold of it: for a test, and for `make fuzz`.
    .target(
      name: "Fuzzing",
      dependencies: [
        "Commands", "Engine", "Jobs", "CommandLineSpec", "PosixIO", "Text", "Calendar",
        "TestSupport",
      ], path: "Tests/Fuzzing/Parsers", swiftSettings: settings),
    .executableTarget(
      name: "qctl-fuzz", dependencies: ["Fuzzing", "PosixIO", "TestSupport"],
      path: "Tests/Fuzzing/driver", swiftSettings: settings),
    tests("FuzzingTests", ["Fuzzing", "TestSupport"]),
    tests("JobsTests", ["Jobs", "Text", "Calendar", "TestSupport"]),
    tests("TextTests", ["Text", "TestSupport"]),
    tests("CalendarTests", ["Calendar", "TestSupport"]),
    tests("PosixIOTests", ["PosixIO", "TestSupport"]),
    tests("CommandLineSpecTests", ["CommandLineSpec", "Text", "TestSupport"]),
    tests(
      "EngineTests",
      [
        "Engine", "MemoryStorage", "Storage", "Jobs", "Calendar", "PosixIO", "TestSupport",
      ]),
    tests(
      "CommandsTests",
      [
        "Commands", "CommandLineSpec", "Engine", "MemoryStorage", "Storage", "Jobs", "Text",
        "PosixIO", "TestSupport",
      ]),
    tests("ShellTests", ["Shell", "CommandLineSpec", "PosixIO", "Text", "TestSupport"]),
    tests(
      "SQLiteStorageTests",
      [
        "SQLiteStorage", "Engine", "Storage", "Jobs", "Text", "PosixIO", "CSQLite", "TestSupport",
      ],
      exclude: ["Fixtures"]),
    tests(
      "StorageConformanceTests",
      [
        "SQLiteStorage", "DirectoryStorage", "MemoryStorage", "Engine", "Storage", "Jobs", "Text",
        "Calendar", "PosixIO", "TestSupport",
      ]),
    tests(
      "DirectoryStorageTests",
      ["DirectoryStorage", "Storage", "Jobs", "Text", "Calendar", "PosixIO", "TestSupport"],
      exclude: ["Fixtures"]),
    tests(
      "ScenarioTests", ["Commands", "CommandLineSpec", "PosixIO", "Text", "TestSupport"],
      exclude: ["Transcripts", "Scripts", "session.sh"]),
  ]
)
