import Jobs
import Storage
import Text

/// A schedule as a file, `schedules/<name>`: one JSON object, replaced as a whole under its lock,
/// `schedules/<name>,lock`.
///
/// Beside it lie marks of the jobs that are still to be made for its ticks, `schedules/<name>,<id>`.
///
/// ```
/// {"name":"report","cron":"30 2 * * *","time_zone":"Europe/Berlin",…,"job":{"queue":"reports",…},
///  "firing":[{"id":"0f8k3w2zq1a7b","tick":"2026-11-21T01:30:00.000Z"}]}
/// ```
struct ScheduleFile: Equatable {
  /// A job that is being made for a tick.
  struct Intent: Equatable {
    /// The id that it has, or will have.
    var id: JobID
    var tick: Instant
    /// The job that it waits for.
    var after: JobID?
  }

  var schedule: Schedule
  /// What is being made, or was when somebody died.
  var firing: [Intent] = []

  static let root = "schedules"
  /// No file is longer.
  static let longest = Schedule.longestJSON + 64 * 1024

  static func path(_ name: ScheduleName) -> String { root + "/" + name.description }

  /// There until the job is that is made for a tick; becomes its file.
  static func marker(_ name: ScheduleName, _ id: JobID) -> String {
    path(name) + "," + id.description
  }

  /// No schedule's name holds a comma.
  static func lock(_ name: ScheduleName) -> String { path(name) + ",lock" }
}

extension ScheduleFile {
  /// The content of the file.
  var bytes: [UInt8] {
    var writer = JSONWriter(capacity: 1024 + schedule.rule.job.payload.count)
    writer.beginObject()
    schedule.writeMembers(to: &writer)
    if !firing.isEmpty {
      writer.key("firing")
      writer.beginArray()
      for intent in firing {
        writer.beginObject()
        writer.member("id", intent.id.description)
        writer.member("tick", TextTime.text(intent.tick))
        writer.present("after", intent.after?.description)
        writer.endObject()
      }
      writer.endArray()
    }
    writer.endObject()
    writer.endLine()
    return writer.buffer.bytes
  }

  /// Reads the content of the file; `nil` where it makes no sense.
  init?(_ bytes: [UInt8]) {
    guard let schedule = try? Schedule(json: bytes) else { return nil }
    self.init(schedule: schedule)
    var reader = JSONObjectReader(bytes, maximumDepth: JSONValidation.payloadDepth + 2)
    do {
      while let member = try reader.next() {
        guard member.key == "firing" else { continue }
        let value = try JSONValue.parse(reader.slice(of: member))
        for element in value.elements ?? [] {
          guard let intent = Intent(element) else { return nil }
          firing.append(intent)
        }
      }
    } catch { return nil }
  }
}

extension ScheduleFile.Intent {
  fileprivate init?(_ value: JSONValue) {
    guard let id = value["id"]?.string.flatMap({ try? JobID($0) }),
      let tick = value["tick"]?.string.flatMap(TextTime.read)
    else { return nil }
    self.init(id: id, tick: tick, after: value["after"]?.string.flatMap { try? JobID($0) })
  }
}
