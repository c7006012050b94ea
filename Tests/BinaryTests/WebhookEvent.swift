import Foundation
import JobWatchCore
import SimulatedCloud

/// A delivery as its receiver reads it.
struct WebhookEvent: Sendable {
  private struct Body: Decodable {
    var type: String
    var timestamp: Timestamp
    var data: EventData
  }

  /// `webhook-id`
  var id: String
  var type: String
  var timestamp: Timestamp
  var data: EventData

  init(_ delivery: WebhookDelivery) throws {
    let body = try JSONDecoder().decode(Body.self, from: Data(delivery.body))
    id = delivery.id ?? ""
    type = body.type
    timestamp = body.timestamp
    data = body.data
  }
}
