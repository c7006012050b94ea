import ArgumentParser
import JobWatchStore

struct BackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copies the database into a file, while the daemon runs or not.",
    discussion: """
      The copy holds everything as it was at one moment. It is checked, and gets its name when it is whole \
      and on disk. Only its owner may read it. The status log is not in it.

        jobwatch backup /srv/backup/jobwatch-$(date +%F).db
        jobwatch backup --force /srv/backup/jobwatch.db

      To go back to it: stop the service, move jobwatch.db, jobwatch.db-wal and jobwatch.db-shm out of the \
      state directory, put the backup there with the owner, group and mode that the service needs, and start it:

        install -o jobwatch -g jobwatch-read -m 0640 BACKUP /var/lib/jobwatch/jobwatch.db

      jobwatch(8) shows each step.

      Exit codes: 0 done, 64 the command is wrong, 75 try again, 78 the configuration, the database or the \
      file needs a person. If it is not 0, there is no new file, and an old one is unchanged.
      """)

  @Argument(help: .value("file", "Where to put the copy."), completion: .file())
  var target: String

  @Flag(help: "Replace a file of that name.")
  var force = false

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var file: ConfigOption

  func validate() throws {
    if target.isEmpty { throw ValidationError("name a file for the copy") }
  }

  func run() throws {
    let configuration = try file.load().value
    let copy = try StoreReader(path: configuration.databasePath).telling {
      try $0.copy(to: target, replacing: force)
    }
    if let weakness = copy.weakness {
      StandardError.write("the copy is made, but a power cut now may undo its name: \(weakness)")
    }
    if json {
      let object: OutputObject = [
        "file": copy.path, "bytes": copy.bytes, "last_seq": copy.lastSeq, "jobs": copy.jobs,
        "watched": copy.watched,
      ]
      return print(try OutputText.line(object))
    }
    print(
      "\(copy.path): \(copy.bytes) bytes, \(copy.jobs) jobs (\(copy.watched) watched), "
        + "events up to \(copy.lastSeq)")
  }
}
