/// When a bulk is staged, and in what steps (design.md §4, "Bulk").
package struct BulkStaging: Sendable {
  /// So many jobs at most are taken at once from a source; a bulk that ends before is one commit.
  package var rows = 10_000
  /// So many bytes of payload at most are taken at once from a source.
  package var bytes = 8 << 20
  /// Whether a bulk that is small enough for one commit is staged all the same.
  package var stagesAll = false
  /// How long the gate shall be held by one step of staging, in nanoseconds.
  ///
  /// Far less than the promised 250 ms, since a checkpoint may come on top, and other work between.
  package var held: Int64 = 40_000_000
  /// So many rows at most are promoted by one step.
  package var promoted = 500
  /// After so many nanoseconds a claim begins with no further queue.
  package var claimed: Int64 = 100_000_000
  /// How long a claim goes on with what others left behind, in nanoseconds.
  package var patience: Int64 = 200_000_000

  /// What is right for a store that people use.
  package static let standard = BulkStaging()

  /// Stages every bulk, some rows at a time, so that tests need no large ones.
  package static func always(rows: Int) -> BulkStaging {
    var staging = BulkStaging()
    staging.rows = rows
    staging.stagesAll = true
    // In small bulks the order of claims shall not show that they were staged.
    staging.promoted = 5000
    return staging
  }
}
