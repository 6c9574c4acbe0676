import DeskbridgeCore
import HTTPTypes
import WebSocketTransport

/// Judges a request at the door, before it is read for good: those who can sign in come first, and those who guess when too many have
/// guessed already get no further.
struct FirstLook: Sendable {
    let authenticator: Authenticator

    @Sendable func judge(_ request: HTTPRequest) -> Doorkeeper.Judgement {
        let credential = Authenticator.credential(of: request, query: QueryItems(request.path ?? ""))
        switch authenticator.standing(of: credential) {
        case .good: return .known
        case .none, .wrong: return .stranger
        case .refused(let problem):
            authenticator.noteRefusal(
                problem, through: SocketUpgrades.isHandshake(request) ? .webSocket : .http, origin: request.headerFields[.origin])
            return .refused(answer(to: request, problem))
        }
    }

    /// As the routes would answer.
    private func answer(to request: HTTPRequest, _ problem: Problem) -> [UInt8] {
        var fields = [
            "Content-Type: application/problem+json", "Cache-Control: no-store", "X-Content-Type-Options: nosniff",
            "Cross-Origin-Resource-Policy: same-origin", "Vary: Origin",
        ]
        if let retryAfter = problem.retryAfter { fields.append("Retry-After: \(retryAfter.secondsRoundedUp)") }
        if let origin = request.headerFields[.origin], authenticator.knows(origin: origin) {
            fields += ["Access-Control-Allow-Origin: \(origin)", "Access-Control-Expose-Headers: Retry-After"]
        }
        let body = request.method == .head ? [] : problem.document(of: nil).bytes
        return DoorAnswer.text("\(problem.code.status) \(problem.code.title)", fields: fields, body: body)
    }
}
