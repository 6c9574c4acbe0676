import NIOHTTP1

/// Where the body of a request ends (RFC 9112 section 6).
package enum RequestFraming {
    /// Whether an error met while a body was read says that its bytes broke the rules.
    package static func isBroken(_ error: any Error) -> Bool { error is HTTPParserError }

    /// Whether there are no codings, or the one whose end is told (section 6.1): of any other nobody knows where the body ends, or what
    /// its bytes mean.
    static func isKnown(_ codings: [String]) -> Bool { codings.isEmpty || codings.count == 1 && codings[0].lowercased() == "chunked" }
}
