import DeskbridgeCore
import DeskbridgeEngine
import Hummingbird
import NIOCore
import WebSocketTransport

/// Finds out who asks, and counts the request against the client's rate. Stands before every route that is not public.
struct AuthenticationMiddleware: RouterMiddleware {
    typealias Context = BridgeRequestContext

    let authenticator: Authenticator
    let rates: ClientRates
    let budget: ConnectionBudget

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        if context.isControl {
            context.client = .local
        } else {
            let credential = Authenticator.credential(of: request.head, query: QueryItems(request.uri.string))
            let client: Authenticated
            do throws(Problem) {
                client = try await authenticator.authenticate(credential, origin: request.headers[.origin])
            } catch {
                budget.disown(context.channel)
                throw error
            }
            guard budget.vouch(for: context.channel, of: client) else {
                authenticator.giveBack(credential)
                throw Problem.tooManyConnections
            }
            try rates.take(client)
            context.client = client
        }
        return try await next(request, context)
    }
}

extension BridgeRequestContext {
    /// Who asks. Only routes behind ``AuthenticationMiddleware`` ask for it.
    func authenticated() throws(Problem) -> Authenticated {
        guard let client else { throw Problem(.unauthenticated, "This route needs a token.") }
        return client
    }
}

extension Problem {
    static let tooManyConnections = Problem(
        .tooManyConnections,
        """
        There are as many connections as limits.connections in deskbridge.yaml lets, or as many of this client as \
        limits.connectionsPerClient lets (half of them if it says nothing). Close one, or wait.
        """,
        retryAfter: .seconds(5))
}

extension ConnectionBudget {
    /// As ``vouch(for:of:isPrivileged:)``, for who has signed in.
    func vouch(for channel: any Channel, of client: Authenticated) -> Bool {
        vouch(for: channel, of: client.identity.client.text, isPrivileged: client.identity.isDesk)
    }
}
