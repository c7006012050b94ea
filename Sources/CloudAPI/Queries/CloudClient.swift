import JobWatchCore

/// Asks the clouds for jobs. It keeps nothing between two queries. Whatever goes wrong is an observation.
package struct CloudClient: Sendable {
  package static let defaultUserAgent = "jobwatch/\(ProgramVersion.text)"
  /// Bytes of an answer that are read. A job of 1000 parts takes some 400 kB, and a larger answer is not a job's
  /// record. To decode JSON takes up to 24 bytes for each of its own, in one piece.
  package static let bodyLimit = 2 * 1024 * 1024
  /// The same for a task's progress. A hundred steps of ten parts take some 200 kB.
  private static let progressLimit = 256 * 1024

  private let transport: HTTPTransport
  private let timeout: Duration

  /// - Parameter timeout: for one whole exchange.
  package init(transport: @escaping HTTPTransport, timeout: Duration = .seconds(30)) {
    self.transport = transport
    self.timeout = timeout
  }

  package func ask(_ query: JobQuery) async -> Answer {
    guard let request = query.request else {
      return Answer(
        .misconfigured(APIError(code: "endpoint", message: query.endpointProblem)))
    }
    do {
      let response = try await transport(request, timeout, Self.bodyLimit)
      return query.classifier(of: query.jobID).answer(to: response)
    } catch {
      return Answer(observation(of: error, query))
    }
  }

  /// A line break in a secret (two lines in its file) cannot be sent, and is no fault of the endpoint.
  private func observation(of failure: HTTPFailure, _ query: JobQuery) -> Observation {
    failure.kind == .other && !query.credential.isSendable
      ? .refused(Credential.unsendable) : .unreachable("\(query.endpoint): \(failure.message)")
  }

  package func progress(of task: TaskName, _ query: JobQuery) async -> TaskProgressAnswer {
    let target = query.service.progressAddress?.target([
      "{project_id}": query.projectID, "{instance_id}": task.instanceID, "{task_id}": task.taskID,
    ])
    guard let target, let request = query.request(target) else { return .failed(query.endpointProblem) }
    do {
      let response = try await transport(request, timeout, Self.progressLimit)
      if response.isWholeSuccess, let progress = TaskProgressDecoder.decode(response.body) { return .told(progress) }
      return TaskProgressAnswer(query.classifier(of: task.taskID).answer(to: response).observation, of: response)
    } catch {
      return .failed("\(query.endpoint): \(error.message)")
    }
  }
}

package enum TaskProgressAnswer: Sendable, Hashable {
  case told(TaskProgress)
  case throttled(Throttle)
  case failed(String)

  /// The error in the words of the answers to job queries, whose codes it shares.
  fileprivate init(_ observation: Observation, of response: HTTPResponse) {
    switch observation {
    case .throttled(let throttle): self = .throttled(throttle)
    case .refused(let error), .skewed(_, let error), .forbidden(let error),
      .misconfigured(let error):
      self = .failed("\(error.code): \(error.message)")
    case .absent(let code): self = .failed("\(code): there is no such task")
    case .busy(let reason), .unreachable(let reason): self = .failed(reason)
    case .garbled(let reason) where response.truncated || response.obstacle != nil || response.status >= 300:
      self = .failed(reason)
    case .garbled, .seen, .unrecognised:
      self = .failed("HTTP \(response.status) with a body that is no task's progress")
    }
  }
}
