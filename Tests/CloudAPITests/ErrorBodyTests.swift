import Testing

@testable import CloudAPI

struct ErrorBodyTests {
  @Test(arguments: [
    (#"{"code":"Common.0011","message":"m"}"#, "Common.0011", "m"),
    (#"{"error":{"code":"Ecs.0114","message":"m"}}"#, "Ecs.0114", "m"),
    (#"{"error":{"message":"m","code":"Ecs.0005","details":[{"code":"Ecs.0057"}]}}"#, "Ecs.0005", "m"),
    (#"{"error_code":"APIGW.0308","error_msg":"m"}"#, "APIGW.0308", "m"),
    (#"{"error_code":"DCS.4133","error_msg":"m","error_ext_msg":null}"#, "DCS.4133", "m"),
    (#"{"errorCode":"X.1","errorMsg":"m"}"#, "X.1", "m"),
    (#"{"error":{"code":"E.1","message":"m"},"internalError":[{"code":"I.1"}]}"#, "E.1", "m"),
    (#"{"internalError":{"code":"I.1","message":"i"},"error":{"code":401,"message":"m"}}"#, "401", "m"),
    (#"{"error":{"code":401,"message":"m","title":"Unauthorized"}}"#, "401", "m"),
    (#"{"code":"second","message":"no","error_code":"first","error_msg":"m"}"#, "first", "m"),
    (#"{"code":"no pair","error":{"code":"pair","message":"m"}}"#, "pair", "m"),
    (#"{"error":{"code":"Common.0025"}}"#, "Common.0025", ""),
    (#"{"error_code":"A","error_msg":null}"#, "A", ""),
  ])
  func `a code and a message are found in every shape`(body: String, code: String, message: String) throws {
    let error = try #require(ErrorBody(Array(body.utf8)))
    #expect(error.code == code)
    #expect(error.message == message)
  }

  @Test(arguments: [#"{}"#, #"{"status":"SUCCESS"}"#, #"{"error":"none"}"#, #"{"error_msg":"m"}"#])
  func `a body without a code is no error`(body: String) { #expect(ErrorBody(Array(body.utf8)) == nil) }
}
