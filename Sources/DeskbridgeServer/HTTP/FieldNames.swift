import HTTPTypes

extension HTTPField.Name {
    private static func known(_ name: StaticString) -> HTTPField.Name {
        guard let field = HTTPField.Name("\(name)") else { preconditionFailure("\(name) is no header name") }
        return field
    }

    static let idempotencyKey = known("Idempotency-Key")
    static let idempotentReplayed = known("Idempotent-Replayed")
    static let lastEventID = known("Last-Event-ID")
    static let prefer = known("Prefer")
    static let preferenceApplied = known("Preference-Applied")
    static let accessControlRequestPrivateNetwork = known("Access-Control-Request-Private-Network")
    static let accessControlAllowPrivateNetwork = known("Access-Control-Allow-Private-Network")
    static let crossOriginOpenerPolicy = known("Cross-Origin-Opener-Policy")
    static let crossOriginResourcePolicy = known("Cross-Origin-Resource-Policy")
    static let referrerPolicy = known("Referrer-Policy")
    static let secFetchDest = known("Sec-Fetch-Dest")
    static let secFetchMode = known("Sec-Fetch-Mode")
    static let secFetchSite = known("Sec-Fetch-Site")
    static let xAccelBuffering = known("X-Accel-Buffering")
}
