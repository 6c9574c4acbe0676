internal import DeskbridgeCore

/// A pairing that the desk has opened.
struct OpenPairing: Sendable {
    let id: String
    let code: String
    /// Where the console is that is to be signed in; nil for a page of somebody else.
    let console: String?
}

/// What became of it.
enum PairingNews: Sendable, Equatable {
    /// A page showed the code.
    /// - Parameters:
    ///   - known: where the client's name stands already; empty for a new one.
    ///   - mayCause: whether policies let it send anything.
    case asked(origin: String, client: String, known: [String], mayCause: Bool)
    /// A wrong code came from this origin: the how manieth, of how many that it has.
    case wrongCode(origin: String, count: Int64, most: Int64)
    /// A page that was not meant showed the right code.
    case strayed(origin: String, client: String)
    /// More of both come, and are not told.
    case moreMistakes
    /// Too many wrong codes came, the last from this origin.
    case guessed(origin: String)
    case expired
    case withdrawn
    case replaced
}

extension ControlClient {
    func openPairing(origin: String?, client: String?) async throws -> OpenPairing {
        var body: JSONObject = [:]
        body["origin"] = origin.map(JSONValue.string)
        body["client"] = client.map(JSONValue.string)
        return try await openPairing(body)
    }

    /// Opens a pairing that signs the console in.
    func openConsolePairing() async throws -> OpenPairing {
        let pairing = try await openPairing(["kind": "console"])
        guard pairing.console != nil else { throw ControlError.unexpectedAnswer("a pairing of the console without a URL") }
        return pairing
    }

    private func openPairing(_ body: JSONObject) async throws -> OpenPairing {
        let json = try await request(.POST, "/v1/pairing", body: .object(body))
        guard let id = json["id"]?.stringValue, let code = json["code"]?.stringValue else {
            throw ControlError.unexpectedAnswer("a pairing without a code")
        }
        return OpenPairing(id: id, code: code, console: json["url"]?.stringValue)
    }

    /// Waits for what happens next, mistakes of pages too, at most for as long as the code is good.
    func news(of pairing: OpenPairing) async throws -> PairingNews {
        let json = try await request(.GET, "/v1/pairing/\(pairing.id.percentEncoded)?mistakes=true", timeout: .seconds(150))
        let origin = json["origin"]?.stringValue ?? ""
        switch json["state"]?.stringValue {
        case "asked":
            return .asked(
                origin: origin, client: json["client"]?.stringValue ?? "",
                known: json["knownBy"]?.arrayValue?.compactMap(\.stringValue) ?? [], mayCause: json["mayCause"]?.boolValue ?? true)
        case "wrong_code":
            return .wrongCode(origin: origin, count: json["count"]?.integerValue ?? 1, most: json["most"]?.integerValue ?? 1)
        case "strayed": return .strayed(origin: origin, client: json["client"]?.stringValue ?? "")
        case "more_mistakes": return .moreMistakes
        case "guessed": return .guessed(origin: origin)
        case "expired": return .expired
        case "withdrawn": return .withdrawn
        case "replaced": return .replaced
        default: throw ControlError.unexpectedAnswer("news of a pairing without a state")
        }
    }

    func decide(_ pairing: OpenPairing, confirms: Bool) async throws {
        _ = try await request(.POST, "/v1/pairing/\(pairing.id.percentEncoded)/\(confirms ? "confirm" : "refuse")", body: [:])
    }
}
