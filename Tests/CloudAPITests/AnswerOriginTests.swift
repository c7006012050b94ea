import CloudAPI
import JobWatchCore
import Testing

@Suite struct `An answer that is none` {
  @Test(
    "speaks of the endpoint, or perhaps of the job alone",
    arguments: [
      (502, "<html>", true), (503, "", true), (504, "{}", true), (407, "<html>", true),
      (408, "", true), (502, AnswerCase.flat("APIGW.0201"), true),
      (504, AnswerCase.flat("APIG.0201"), true), (503, AnswerCase.ecs("503"), true),
      (503, #"{"error":{"code":503,"message":"out"}}"#, true),
      (503, AnswerCase.ecs("Common.0001"), false), (502, AnswerCase.flat("DBS.200011"), false),
      (500, "<html>", false), (500, AnswerCase.ecs("Common.0001"), false), (404, "<html>", false),
      (200, "<html>", false), (302, "", false),
    ] as [(Int, String, Bool)])
  func origin(_ status: Int, _ body: String, _ isOfEndpoint: Bool) {
    let answer = AnswerCase(status, body, .absent(code: "")).answer
    #expect(answer.isOfEndpoint == isOfEndpoint)
  }

  @Test func `speaks of the endpoint if nothing came back`() { #expect(Answer(.unreachable("timeout")).isOfEndpoint) }
}
