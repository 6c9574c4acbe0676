import DeskbridgeCore
import DeskbridgeStore
import Testing

@testable import DeskbridgeServer

@Suite struct TokenJSONTests {
    @Test func anOrderIsReadWithItsDefaults() throws {
        let request = try TokenJSON.request(["client": "studio"], standardExpiry: .seconds(7_776_000))
        #expect(request.client.text == "studio")
        #expect(request.origins.isEmpty)
        #expect(request.expiry == .seconds(7_776_000))
        #expect(request.rate == nil)
        #expect(!request.isSingleSession)
        #expect(request.label == nil)
    }

    @Test func anOrderIsReadWithAllItsParts() throws {
        let request = try TokenJSON.request(
            [
                "client": "studio", "origins": ["https://studio.example", "http://localhost:5173"], "expires": "1d", "rate": "600/1m",
                "singleSession": true, "label": .string(String(repeating: "x", count: 500)),
            ], standardExpiry: .seconds(1))
        #expect(request.origins == ["https://studio.example", "http://localhost:5173"])
        #expect(request.expiry == .seconds(86_400))
        #expect(request.rate == Rate(count: 600, window: .seconds(60)))
        #expect(request.isSingleSession)
        #expect(request.label?.count == 200)
    }

    @Test(arguments: [
        ("[]", ""), ("null", ""), ("{}", "/client"), (#"{"client":"Studio"}"#, "/client"), (#"{"client":5}"#, "/client"),
        (#"{"client":"local"}"#, "/client"), (#"{"client":""}"#, "/client"), (#"{"client":"a","origin":"x"}"#, "/origin"),
        (#"{"client":"a","x/y":1}"#, "/x~1y"), (#"{"client":"a","origins":"https://a.example"}"#, "/origins"),
        (#"{"client":"a","origins":["*"]}"#, "/origins/0"), (#"{"client":"a","origins":["https://a.example","null"]}"#, "/origins/1"),
        (#"{"client":"a","origins":["https://a.example/"]}"#, "/origins/0"), (#"{"client":"a","origins":[5]}"#, "/origins/0"),
        (#"{"client":"a","expires":"soon"}"#, "/expires"), (#"{"client":"a","expires":5}"#, "/expires"),
        (#"{"client":"a","expires":"0s"}"#, "/expires"),
        (#"{"client":"a","expires":"59s"}"#, "/expires"), (#"{"client":"a","expires":"3651d"}"#, "/expires"),
        (#"{"client":"a","expires":"999999999999999d"}"#, "/expires"), (#"{"client":"a","rate":"60"}"#, "/rate"),
        (#"{"client":"a","rate":60}"#, "/rate"),
        (#"{"client":"a","singleSession":"yes"}"#, "/singleSession"), (#"{"client":"a","singleSession":1}"#, "/singleSession"),
        (#"{"client":"a","label":5}"#, "/label"),
    ])
    func aMistakeIsPointedAt(text: String, pointer: String) throws {
        let value = try JSONParser.parse(text)
        do throws(Problem) {
            _ = try TokenJSON.request(value, standardExpiry: .seconds(60))
            Issue.record("it was taken")
        } catch {
            #expect(error.code == .invalidEvent)
            #expect(error.errors.map(\.pointer) == [pointer])
        }
    }

    @Test func onlyTheAnswerToItsMakingHoldsAToken() throws {
        let token = BearerToken.mint()
        let request = TokenRequest(client: try #require(ClientName("studio")), expiry: .seconds(60))
        let record = request.record(hash: token.hash, now: Timestamp(milliseconds: 0))
        #expect(TokenJSON.created(token, record)["token"]?.stringValue == token.secret)
        let shown = TokenJSON.token(record)
        #expect(shown["token"] == nil)
        #expect(shown["hash"] == nil)
        #expect(shown["expiresAt"] == "1970-01-01T00:01:00.000Z")
    }
}
