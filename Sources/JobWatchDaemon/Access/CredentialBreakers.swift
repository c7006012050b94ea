import JobWatchCore

/// One gate per credential, by its fingerprint. No two gates let calls through under the same generation.
struct CredentialBreakers {
  private var gates: [String: CircuitBreaker] = [:]
  private var made = 0
  private let waits: [Duration]

  init(probes: ProbePolicy) { waits = probes.steps }

  subscript(fingerprint: String) -> CircuitBreaker? { gates[fingerprint] }

  /// A credential that has no gate yet is unproven until its first accepted answer: one call at a time.
  mutating func add(_ fingerprint: String) {
    guard gates[fingerprint] == nil else { return }
    made += 1
    gates[fingerprint] = CircuitBreaker(
      threshold: 1, waits: waits, unproven: true, firstGeneration: made << 32)
  }

  /// Changes a gate in place; nil when nobody uses that credential any more.
  mutating func with<Value>(_ fingerprint: String, _ body: (inout CircuitBreaker) -> Value)
    -> Value?
  {
    guard var gate = gates[fingerprint] else { return nil }
    defer { gates[fingerprint] = gate }
    return body(&gate)
  }

  mutating func keep(only used: Set<String>) { gates = gates.filter { used.contains($0.key) } }

  /// A gate of the last configuration. Who was let through it is not there any more.
  mutating func takeOver(_ fingerprint: String, from past: CredentialBreakers, at uptime: Duration)
  {
    guard var gate = past.gates[fingerprint] else { return }
    gate.abandon(at: uptime)
    gates[fingerprint] = gate
    made = max(made, past.made)
  }
}
