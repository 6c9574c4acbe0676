import DeskbridgeCore
import Testing

@testable import DeskbridgeServer

struct AnswerRoomTests {
    private func members(_ sizes: (String, Int)...) -> JSONObject {
        JSONObject(
            [("id", "x")] + sizes.map { ($0.0, JSONValue.string(String(repeating: "a", count: $0.1))) },
            uniquingKeysWith: { first, _ in first })
    }

    @Test func whatThereIsRoomForStays() {
        let whole = members(("payload", 400), ("result", 50))
        #expect(AnswerRoom(unsent: 1000).fitted(whole) == whole)
    }

    @Test func whatIsTooLargeIsLeftOutAndNamed() {
        let fitted = AnswerRoom(unsent: 1000).fitted(members(("payload", 300), ("result", 600), ("steps", 100), ("key", 10)))
        #expect(fitted["omitted"] == ["steps", "result"])
        #expect(fitted["payload"] != nil && fitted["key"] != nil && fitted["result"] == nil)
        #expect(JSONValue.object(fitted).text.utf8.count <= 600)
    }
}
