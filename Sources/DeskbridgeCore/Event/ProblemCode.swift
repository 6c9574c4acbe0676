/// The stable words for what can be wrong with a request; each has one HTTP status (RFC 9110) and one title (RFC 9457).
package enum ProblemCode: String, Sendable, CaseIterable {
    case malformedRequest = "malformed_request"
    case malformedJSON = "malformed_json"
    case tokenInURL = "token_in_url"
    case idempotencyKeyRequired = "idempotency_key_required"
    case unauthenticated
    case originForbidden = "origin_forbidden"
    case deniedByPolicy = "denied_by_policy"
    case forbidden
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case wrongState = "wrong_state"
    case tooLarge = "too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case wrongHost = "wrong_host"
    case invalidEvent = "invalid_event"
    case unknownEventType = "unknown_event_type"
    case keyReused = "key_reused"
    case upgradeRequired = "upgrade_required"
    case rateLimited = "rate_limited"
    case internalError = "internal_error"
    case shuttingDown = "shutting_down"
    case tooManyConnections = "too_many_connections"
    case storageFull = "storage_full"
    case unknownMessage = "unknown_message"

    package var status: Int {
        switch self {
        case .malformedRequest, .malformedJSON, .tokenInURL, .idempotencyKeyRequired, .unknownMessage: 400
        case .unauthenticated: 401
        case .originForbidden, .deniedByPolicy, .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .wrongState: 409
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .wrongHost: 421
        case .invalidEvent, .unknownEventType, .keyReused: 422
        case .upgradeRequired: 426
        case .rateLimited: 429
        case .internalError: 500
        case .shuttingDown, .tooManyConnections: 503
        case .storageFull: 507
        }
    }

    package var title: String {
        switch self {
        case .malformedRequest: "The request cannot be understood"
        case .malformedJSON: "The body is not JSON"
        case .tokenInURL: "A token stands in the URL"
        case .idempotencyKeyRequired: "The event has no idempotency key"
        case .unauthenticated: "Nobody is signed in"
        case .originForbidden: "This web origin may not do that"
        case .deniedByPolicy: "A policy denies it"
        case .forbidden: "This client may not do that"
        case .notFound: "There is no such thing"
        case .methodNotAllowed: "This address has no such method"
        case .wrongState: "It is in another state"
        case .tooLarge: "The message is too large"
        case .unsupportedMediaType: "The media type is not supported"
        case .wrongHost: "The request is meant for another host"
        case .invalidEvent: "What was sent is not valid"
        case .unknownEventType: "No action serves this event type"
        case .keyReused: "The idempotency key belongs to another event"
        case .upgradeRequired: "This address speaks WebSocket"
        case .rateLimited: "Too many requests"
        case .internalError: "The bridge made a mistake"
        case .shuttingDown: "The bridge is shutting down"
        case .tooManyConnections: "Too many clients are connected"
        case .storageFull: "There is no room left"
        case .unknownMessage: "There is no such message"
        }
    }
}
