import Foundation

extension DetectionFigures {
  /// CSV: a line for each job of each run. All are seconds; `asked` lists, with blanks between them, the ages at
  /// which the cloud was asked for the job.
  var trace: String {
    let rows = runs.flatMap { run in
      run.all.map { detection in
        let job = detection.job
        let times = [job.arrival.exactSeconds, job.duration.exactSeconds, detection.latency]
        let asked = detection.asked.map(Self.milliseconds).joined(separator: " ")
        return (["\"\(run.name)\"", "\(job.median)"] + times.map(Self.milliseconds) + [asked])
          .joined(separator: ",")
      }
    }
    return (["run,median,arrival,duration,latency,asked"] + rows).joined(separator: "\n") + "\n"
  }

  private static func milliseconds(_ seconds: Double) -> String { String(format: "%.3f", seconds) }
}
