import JobWatchCore

/// What came of asking for a task's progress.
package enum TaskProgressAnswer: Sendable, Hashable {
  case told(TaskProgress)
  case throttled(Throttle)
  /// Why there is none, for people.
  case failed(String)
}

extension CloudClient {
  /// A task of a hundred steps of ten parts takes some 200 kB.
  private static let progressLimit = 256 * 1024

  /// Asks for the progress of a task beside the job of `query`, in the same way.
  package func progress(of task: TaskName, _ query: JobQuery) async -> TaskProgressAnswer {
    let path = query.service.progressAddress?.path([
      "{project_id}": query.projectID, "{instance_id}": task.instanceID, "{task_id}": task.taskID,
    ])
    guard let path, let request = query.request(path: path, userAgent: userAgent) else {
      return .failed("the endpoint of \(query.service.name) is not of the form https://host[:port]")
    }
    do {
      let response = try await transport(request, timeout, Self.progressLimit)
      if (200...299).contains(response.status), !response.truncated,
        let progress = TaskProgressDecoder.decode(response.body)
      {
        return .told(progress)
      }
      return Self.failure(response, task, query)
    } catch {
      return .failed("\(query.endpoint): \(error.message)")
    }
  }

  /// The error in the words of the answers to job queries, whose codes it shares.
  private static func failure(
    _ response: HTTPResponse, _ task: TaskName, _ query: JobQuery
  ) -> TaskProgressAnswer {
    let classifier = AnswerClassifier(
      service: query.service, jobID: task.taskID, now: query.signingTime,
      confidential: query.credential.confidential)
    switch classifier.answer(to: response).observation {
    case .throttled(let throttle): return .throttled(throttle)
    case .refused(let complaint), .skewed(_, let complaint), .forbidden(let complaint),
      .misconfigured(let complaint):
      return .failed("\(complaint.code): \(complaint.message)")
    case .absent(let code): return .failed("\(code): there is no such task")
    case .busy(let reason), .unreachable(let reason): return .failed(reason)
    case .garbled(let reason)
    where response.truncated || response.obstacle != nil || response.status >= 300:
      return .failed(reason)
    case .garbled, .seen, .unrecognised:
      return .failed("HTTP \(response.status) with a body that is no task's progress")
    }
  }
}
