/// The stores that transcripts run on, by the names in their head and before marked lines.
enum TestedStore: String, CaseIterable, Sendable {
  case sqlite, dir

  /// What `QCTL_STORE` says of a store in this folder; nothing is there yet.
  func location(in folder: String) -> String {
    switch self {
    case .sqlite: folder + "/queue.db"
    case .dir: "dir:" + folder + "/queue"
    }
  }
}
