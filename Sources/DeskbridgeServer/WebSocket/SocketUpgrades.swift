import DeskbridgeCore
import DeskbridgeEngine
import HTTPTypes
import NIOCore
import WebSocketTransport

/// Decides which requests become WebSockets. All others, also those that are refused, go to the routes, which answer them.
struct SocketUpgrades: Sendable {
    private static let path = "/v1/ws"

    let services: EventSocket.Services
    let port: Int

    /// Whether a request wants to become a WebSocket here.
    static func isHandshake(_ request: HTTPRequest) -> Bool {
        (request.path ?? "").prefix { $0 != "?" } == path && request.headerFields[.upgrade]?.lowercased() == "websocket"
    }

    func decide(_ request: HTTPRequest, _ channel: any Channel) async -> UpgradeDecision {
        let target = request.path ?? ""
        guard target.prefix(while: { $0 != "?" }) == Self.path else { return .passOn }
        let isControl = channel.isControlSocket
        let query = QueryItems(target)
        guard let opening = try? LiveOpening(query) else { return .passOn }
        if isControl {
            guard (try? await PeerCheck.demandOwner(of: channel)) != nil else { return .passOn }
        } else {
            guard let host = request.authority, HostHeader.isOurs(host, port: port), !query.holdsToken,
                FetchMetadata(request).objection == nil
            else { return .passOn }
        }
        let origin = request.headerFields[.origin]
        let credential = Authenticator.credential(of: request, query: query)
        var client: Authenticated?
        if isControl {
            client = .local
        } else if case .none = credential {
            // The first message signs in. An origin that no token knows is refused at once.
            if let origin, !services.authenticator.knows(origin: origin) {
                services.bridge.audit.noteRefusal(
                    of: "knock", by: .stranger(through: .webSocket, origin: origin), code: .originForbidden)
                return .passOn
            }
        } else {
            // Refused by the routes once more, with the reason; a wrong token is counted there.
            guard let signedIn = services.authenticator.recognize(credential, origin: origin) else { return .passOn }
            guard services.budget.vouch(for: channel, of: signedIn) else {
                services.authenticator.giveBack(credential)
                return .passOn
            }
            client = signedIn
        }
        let subprotocols = WebSocketSubprotocols(of: request)
        var headers = HTTPFields()
        if let selected = subprotocols.selected { headers[.secWebSocketProtocol] = selected }
        let (services, logger) = (services, services.bridge.logger)
        let asCloudEvents = subprotocols.selected == WebSocketSubprotocols.cloudEvents
        return .upgrade(headers: headers) { [client] connection in
            await EventSocket(
                services: services, connection: connection, channel: channel, origin: origin, opening: opening,
                asCloudEvents: asCloudEvents, logger: logger
            ).run(client)
        }
    }
}
