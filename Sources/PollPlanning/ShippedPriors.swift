/// What is believed of the job types that the documents of ECS and DCS name, before any job of theirs has ended.
///
/// The first ten jobs of a key outweigh it: it only has to be nearer than nothing. Few durations are public, and none
/// is documented; each row says what it rests on:
/// - a record: the begin and end times of a job that is printed in a document or in a public log;
/// - runs: acceptance runs of the Terraform providers that are quoted in their pull requests, each the time of a whole
///   life of a resource, from which that of one job is estimated;
/// - a guess, which is given a deviation of a factor of three.
enum ShippedPriors {
  private struct Row {
    var service: String
    var jobType: String
    /// Seconds.
    var median: Double
    var sigma: Double

    init(_ service: String, _ jobType: String, median: Double, sigma: Double) {
      (self.service, self.jobType) = (service, jobType)
      (self.median, self.sigma) = (median, sigma)
    }
  }

  /// A factor of three.
  private static let guess = 1.1

  private static let rows = [
    // Records: 247 s (2016), more than 45 s (2022). Runs with the deletion: 156 to 258 s on Huawei Cloud, 46 to 133 s on
    // Open Telekom Cloud.
    Row("ecs", "createServer", median: 110, sigma: 0.7),
    // Its part for one server; records: 168 and 214 s (2016).
    Row("ecs", "createSingleServer", median: 100, sigma: 0.7),
    // Runs: a volume made, attached, detached and deleted adds about 20 s to those of a server.
    Row("ecs", "attachVolume", median: 8, sigma: 0.9),
    Row("ecs", "detachVolume", median: 8, sigma: 0.9),
    // Records: 41 s for both, 33 s of it for the one server (2025).
    Row("ecs", "serversAction", median: 40, sigma: 0.9),
    Row("ecs", "serverActions", median: 33, sigma: 0.9),
    // A guess: the shortest runs leave it no more than half a minute.
    Row("ecs", "deleteVMs", median: 25, sigma: guess),
    // Guesses: a stop and a start; a system disk made from an image, between them.
    Row("ecs", "resizeServer", median: 60, sigma: guess),
    Row("ecs", "changeOS", median: 120, sigma: guess),
    Row("ecs", "reInitOs", median: 120, sigma: guess),

    // Runs with the deletion: 93 to 280 s (2023), 351 s (2020).
    Row("dcs", "createDCSInstance", median: 120, sigma: 0.6),
    // A guess within the same runs.
    Row("dcs", "deleteDCSInstance", median: 25, sigma: guess),
    // A record: 2.9 s (2023).
    Row("dcs", "masterStandbySwapJob", median: 5, sigma: guess),
    // Runs: 20 to 60 s more, with the deletion of the backup, than those of an instance alone.
    Row("dcs", "backupDCSInstance", median: 30, sigma: 0.9),
    // Runs: 188 and 196 s, with an instance and its backup.
    Row("dcs", "restoreDCSInstance", median: 30, sigma: guess),
    // A guess: by the documents the instance is read-only meanwhile, for one minute or, to become a cluster, 5 to 30.
    Row("dcs", "extendDCSInstance", median: 180, sigma: guess),
    // Guesses: a stop; changes of settings.
    Row("dcs", "closeDCSInstance", median: 25, sigma: guess),
    Row("dcs", "modifyBandwidth", median: 10, sigma: guess),
    Row("dcs", "modifyClientIpTransJob", median: 10, sigma: guess),
  ]

  private static let priors = Dictionary(
    uniqueKeysWithValues: rows.map { row in
      (
        [row.service, row.jobType],
        DurationPrior.around(median: row.median, sigma: row.sigma)
      )
    })

  static func prior(service: String, jobType: String) -> DurationPrior? {
    priors[[service, jobType]]
  }
}
