import DeskbridgeCore
package import HTTPTypes

/// What a browser says of its own about a request, and no page can change (W3C Fetch Metadata Request Headers). Programs and old
/// browsers say nothing, and nothing is asked of them here.
package struct FetchMetadata: Sendable {
    private let site: String?
    private let mode: String?
    private let destination: String?
    private let hasOrigin: Bool
    private let isHandshake: Bool
    private let method: HTTPRequest.Method
    private let isConsole: Bool
    private let isHealth: Bool

    private static let frames: Set = ["iframe", "frame", "fencedframe", "embed", "object"]

    package init(_ request: HTTPRequest) {
        let headers = request.headerFields
        site = headers[.secFetchSite]
        mode = headers[.secFetchMode]
        destination = headers[.secFetchDest]
        hasOrigin = headers[.origin] != nil
        isHandshake = headers[.upgrade]?.lowercased() == "websocket"
        method = request.method
        isConsole = request.path == "/"
        isHealth = request.path?.prefix { $0 != "?" } == "/healthz"
    }

    /// Why no honest page makes such a request; nil if one may.
    package var objection: String? {
        if let destination, Self.frames.contains(destination) { return "The bridge is shown in no frame." }
        if isHandshake {
            if let mode, mode != "websocket" { return "A WebSocket is opened with new WebSocket(…), not with \(mode.prefix(40))." }
            return site != nil && !hasOrigin ? "A page that opens a WebSocket says its origin." : nil
        }
        let isReading = method == .get || method == .head || method == .options
        // Browsers say the site as well. Node's own fetch says `cors` alone, and is no page.
        let isOfProgram = site == nil && (mode == nil || mode == "cors")
        if !isOfProgram, !isReading {
            // Forms, beacons and whatever else a page may send without being allowed to.
            guard hasOrigin, mode == nil || mode == "cors" || mode == "same-origin" else {
                return "A page changes things here by fetch(), in mode cors, and says its origin."
            }
        }
        // By this any page may find out whether there is a bridge at all.
        if isHealth, isReading { return nil }
        guard let site, site != "same-origin", site != "none" else { return nil }
        // Images, scripts and styles that a page of another site embeds, and links into the API; a link to the console is fine.
        let mayRead = mode == nil || mode == "cors" || mode == "navigate" && isConsole
        return mayRead ? nil : "Pages of other sites use the bridge by fetch(), in mode cors, and as a WebSocket."
    }

    /// - Throws: `origin_forbidden`.
    func demand() throws(Problem) {
        if let objection { throw Problem(.originForbidden, objection) }
    }
}
