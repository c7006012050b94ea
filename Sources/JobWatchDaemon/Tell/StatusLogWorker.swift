import JobWatchStatusLog

extension StatusLog: Worker {}
