import DeskbridgeCore
import Testing

@Suite struct MediaTypeNameTests {
    @Test(arguments: [
        (value: "application/json", text: "application/json", isJSON: true), ("Application/JSON", "application/json", true),
        ("application/json; charset=utf-8", "application/json", true), ("application/json;charset=utf-8", "application/json", true),
        (" application/json ", "application/json", true), ("application/cloudevents+json", "application/cloudevents+json", true),
        ("application/problem+JSON", "application/problem+json", true), ("text/json", "text/json", false),
        ("text/plain", "text/plain", false),
        ("application/jsonp", "application/jsonp", false), ("image/svg+json", "image/svg+json", false), ("", "", false), (";", "", false),
        ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded", false),
        ("multipart/form-data; boundary=x", "multipart/form-data", false),
    ])
    func nameIsReadWithoutParameters(value: String, text: String, isJSON: Bool) {
        #expect(MediaTypeName(value).text == text)
        #expect(MediaTypeName(value).isJSON == isJSON)
    }
}
