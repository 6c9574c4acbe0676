internal import ArgumentParser
internal import DeskbridgeCore

/// What the token commands check before they ask the daemon.
enum TokenArguments {
    static func check(client: String) throws {
        guard client != "local" else { throw ValidationError("\"local\" is the command line itself, which needs no token.") }
        guard client != "console" else { throw ValidationError("\"console\" is the console: `deskbridge console` signs it in.") }
        guard ClientName(client) != nil else {
            throw ValidationError("\"\(client)\" is no client name: \(ClientName.rule).")
        }
    }

    static func check(origins: [String]) throws {
        for origin in origins {
            do { _ = try Origin(origin) } catch { throw ValidationError("\(error.message).") }
        }
    }

    static func check(duration text: String?, of option: String) throws {
        guard let text else { return }
        guard let duration = Units.duration(text), duration > .zero else {
            throw ValidationError("\(option) must be a duration such as 10m, 12h or 90d.")
        }
    }

    static func check(expiry text: String?) throws {
        try check(duration: text, of: "--expires")
        let range = TokenConfiguration.range
        guard text.flatMap(Units.duration).map(range.contains) ?? true else {
            throw ValidationError("--expires must be from \(Units.text(range.lowerBound)) to \(Units.text(range.upperBound)).")
        }
    }
}
