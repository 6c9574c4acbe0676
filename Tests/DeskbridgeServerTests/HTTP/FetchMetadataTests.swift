import HTTPTypes
import Testing

@testable import DeskbridgeServer

@Suite struct FetchMetadataTests {
    /// Method, target, what the browser says as `site mode dest`, whether there is an `Origin`, whether it is a handshake, and whether
    /// the request may go on.
    @Test(arguments: [
        // Programs, and browsers from before Fetch Metadata.
        ("GET", "/v1/status", "- - -", false, false, true), ("POST", "/v1/events", "- - -", false, false, true),
        ("POST", "/v1/events", "- - -", true, false, true), ("GET", "/v1/ws", "- - -", false, true, true),
        // Node's own fetch.
        ("POST", "/v1/events", "- cors -", false, false, true),
        // fetch() of a page elsewhere, and of the console.
        ("POST", "/v1/events", "cross-site cors empty", true, false, true),
        ("POST", "/v1/events", "same-site cors empty", true, false, true),
        ("GET", "/v1/status", "cross-site cors empty", true, false, true),
        ("DELETE", "/v1/tokens/x", "same-origin cors empty", true, false, true),
        ("POST", "/v1/console/session", "same-origin cors empty", true, false, true),
        ("GET", "/v1/stream", "same-origin cors empty", false, false, true),
        ("GET", "/client.js", "cross-site cors script", true, false, true),
        // The console and its files.
        ("GET", "/", "none navigate document", false, false, true), ("GET", "/", "cross-site navigate document", false, false, true),
        ("GET", "/console/console.css", "same-origin no-cors style", false, false, true),
        ("GET", "/healthz", "none navigate document", false, false, true),
        // By which any page finds out whether there is a bridge.
        ("GET", "/healthz", "cross-site no-cors empty", false, false, true),
        ("GET", "/healthz?x", "cross-site no-cors image", false, false, true),
        ("GET", "/healthz", "cross-site navigate iframe", false, false, false),
        ("GET", "/healthz/x", "cross-site no-cors empty", false, false, false),
        ("GET", "/readyz", "cross-site no-cors empty", false, false, false),
        ("POST", "/healthz", "cross-site no-cors empty", false, false, false),
        // WebSockets.
        ("GET", "/v1/ws", "cross-site websocket empty", true, true, true),
        ("GET", "/v1/ws", "same-origin websocket websocket", true, true, true),
        ("GET", "/v1/ws", "cross-site websocket empty", false, true, false), ("GET", "/v1/ws", "cross-site cors empty", true, true, false),
        ("GET", "/v1/ws", "cross-site no-cors image", true, true, false), ("GET", "/v1/ws", "none navigate document", false, true, false),
        // What pages may send without being allowed to: forms, beacons, images, scripts, frames.
        ("POST", "/v1/events", "cross-site navigate document", true, false, false),
        ("POST", "/v1/events", "cross-site no-cors empty", true, false, false),
        ("POST", "/v1/events", "same-origin navigate document", true, false, false),
        ("POST", "/v1/events", "same-origin no-cors empty", true, false, false),
        ("POST", "/v1/events", "cross-site cors empty", false, false, false), ("POST", "/v1/events", "- navigate -", true, false, false),
        ("GET", "/v1/stream", "cross-site no-cors image", false, false, false),
        ("GET", "/client.js", "cross-site no-cors script", false, false, false),
        ("GET", "/v1/stream", "cross-site navigate document", false, false, false),
        ("GET", "/v1/status", "same-site no-cors empty", false, false, false),
        ("GET", "/", "cross-site navigate iframe", false, false, false), ("GET", "/", "same-origin navigate iframe", false, false, false),
        ("GET", "/", "cross-site no-cors embed", false, false, false), ("GET", "/", "cross-site no-cors object", false, false, false),
        ("GET", "/v1/status", "anything no-cors empty", false, false, false),
    ])
    func onlyWhatAnHonestPageSendsGoesOn(
        method: String, target: String, says: String, hasOrigin: Bool, isHandshake: Bool, goesOn: Bool
    ) throws {
        var request = HTTPRequest(method: try #require(.init(method)), scheme: "http", authority: "127.0.0.1:7420", path: target)
        let words = says.split(separator: " ").map(String.init)
        for (name, word) in zip([HTTPField.Name.secFetchSite, .secFetchMode, .secFetchDest], words) where word != "-" {
            request.headerFields[name] = word
        }
        if hasOrigin { request.headerFields[.origin] = "https://studio.example" }
        if isHandshake { request.headerFields[.upgrade] = "websocket" }
        #expect((FetchMetadata(request).objection == nil) == goesOn)
    }
}
