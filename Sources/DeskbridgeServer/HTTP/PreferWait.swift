import DeskbridgeCore
import HTTPTypes

/// The preference `wait` of a request (RFC 7240 section 4.3): how long to hold the answer back for the end of the event.
struct PreferWait {
    static let longest = 60

    let duration: Duration?
    private let seconds: Int

    init(_ headers: HTTPFields) throws(Problem) {
        var found: Int?
        for value in headers[values: .prefer] {
            for preference in value.split(separator: ",") {
                // What follows a semicolon are parameters, of which this preference has none. The first of two counts (section 2).
                let parts = preference.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
                    .map { $0.filter { $0 != " " && $0 != "\t" && $0 != "\"" } }
                guard found == nil, parts.first?.lowercased() == "wait" else { continue }
                guard parts.count == 2, let seconds = Int(parts[1]), seconds >= 0 else {
                    throw Problem(.malformedRequest, "\"Prefer: wait=\" takes whole seconds, at most \(Self.longest).")
                }
                found = min(seconds, Self.longest)
            }
        }
        seconds = found ?? 0
        duration = found.map { .seconds($0) }
    }

    /// What `Preference-Applied` says.
    var applied: String { "wait=\(seconds)" }
}
