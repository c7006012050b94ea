/// Priors of the job types that the documents of ECS and DCS name.
///
/// The first ten jobs of a key outweigh it: it only has to be nearer than nothing. Few durations are public, and none
/// is documented; each row says what it rests on:
/// - a record: the begin and end times of a job that is printed in a document or in a public log;
/// - runs: acceptance runs of the Terraform providers that are quoted in their pull requests, each the time of a whole
///   life of a resource, from which that of one job is estimated;
/// - a guess, which is given a deviation of a factor of three.
enum ShippedPriors {
  /// A factor of three.
  private static let guess = 1.1

  /// The median in seconds, and the deviation of its logarithm.
  private static let rows: [(service: String, jobType: String, median: Double, sigma: Double)] = [
    // Records: 247 s (2016), more than 45 s (2022). Runs with the deletion: 156 to 258 s on Huawei Cloud, 46 to 133 s on
    // Open Telekom Cloud.
    ("ecs", "createServer", 110, 0.7),
    // Its part for one server; records: 168 and 214 s (2016).
    ("ecs", "createSingleServer", 100, 0.7),
    // Runs: a volume made, attached, detached and deleted adds about 20 s to those of a server.
    ("ecs", "attachVolume", 8, 0.9),
    ("ecs", "detachVolume", 8, 0.9),
    // Records: 41 s for both, 33 s of it for the one server (2025).
    ("ecs", "serversAction", 40, 0.9),
    ("ecs", "serverActions", 33, 0.9),
    // A guess: the shortest runs leave it no more than half a minute.
    ("ecs", "deleteVMs", 25, guess),
    // Guesses: a stop and a start; a system disk made from an image, between them.
    ("ecs", "resizeServer", 60, guess),
    ("ecs", "changeOS", 120, guess),
    ("ecs", "reInitOs", 120, guess),

    // Runs with the deletion: 93 to 280 s (2023), 351 s (2020).
    ("dcs", "createDCSInstance", 120, 0.6),
    // A guess within the same runs.
    ("dcs", "deleteDCSInstance", 25, guess),
    // A record: 2.9 s (2023).
    ("dcs", "masterStandbySwapJob", 5, guess),
    // Runs: 20 to 60 s more, with the deletion of the backup, than those of an instance alone.
    ("dcs", "backupDCSInstance", 30, 0.9),
    // Runs: 188 and 196 s, with an instance and its backup.
    ("dcs", "restoreDCSInstance", 30, guess),
    // A guess: by the documents the instance is read-only meanwhile, for one minute or, to become a cluster, 5 to 30.
    ("dcs", "extendDCSInstance", 180, guess),
    // Guesses: a stop; changes of settings.
    ("dcs", "closeDCSInstance", 25, guess),
    ("dcs", "modifyBandwidth", 10, guess),
    ("dcs", "modifyClientIpTransJob", 10, guess),
  ]

  private static let priors = Dictionary(
    uniqueKeysWithValues: rows.map { row in
      ([row.service, row.jobType], DurationPrior.around(median: row.median, sigma: row.sigma))
    })

  static func prior(service: String, jobType: String) -> DurationPrior? { priors[[service, jobType]] }
}
