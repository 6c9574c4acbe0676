import DeskbridgeCore

/// What the exit codes of a program mean.
struct ExitCodeRules: Sendable, Hashable {
    enum Meaning: String, Sendable {
        case success, retry, permanent
    }

    static let possible = 0...255

    private let meanings: [Int: Meaning]
    /// What a code means that is not listed.
    private let others: Meaning

    /// Codes of sysexits.h that say the input or the installation is wrong (64 usage, 65 data, 66 no input, 77 not permitted,
    /// 78 configuration), and those by which shells and env(1) say that a command cannot be run (126) or is not there (127).
    private static let hopeless = [64, 65, 66, 77, 78, 126, 127]
    /// EX_TEMPFAIL of sysexits.h.
    private static let temporary = [75]

    /// 0 is success, ``hopeless`` codes are permanent, and any other may be tried again.
    static let standard = ExitCodeRules(success: nil, retry: nil, permanent: nil)

    private enum Listing {
        case codes([Int])
        case allOthers
    }

    private init(success: [Int]?, retry: Listing?, permanent: Listing?) {
        var meanings: [Int: Meaning] = [:]
        var others = Meaning.retry
        switch retry {
        case .codes(let codes): for code in codes { meanings[code] = .retry }
        case .allOthers: others = .retry
        case nil: for code in Self.temporary { meanings[code] = .retry }
        }
        switch permanent {
        case .codes(let codes): for code in codes { meanings[code] = .permanent }
        case .allOthers: others = .permanent
        case nil:
            if case .allOthers = retry { break }
            for code in Self.hopeless where meanings[code] == nil { meanings[code] = .permanent }
        }
        for code in success ?? [0] where success != nil || meanings[code] == nil { meanings[code] = .success }
        self.meanings = meanings
        self.others = others
    }

    init(parsing node: YAMLNode?) throws(DefinitionError) {
        guard let node else {
            self = .standard
            return
        }
        let mapping = try node.mapping("exitCodes", keys: Self.schema.names)
        var seen: [Int: String] = [:]
        var success: [Int]?
        if let node = mapping["success"] {
            let codes = try Self.codes(node, "exitCodes.success", &seen)
            guard !codes.isEmpty else { throw node.error("exitCodes.success needs at least one code") }
            success = codes
        }
        let retry = try mapping["retry"].map { node throws(DefinitionError) in try Self.listing(node, "exitCodes.retry", &seen) }
        let permanent = try mapping["permanent"].map { node throws(DefinitionError) in
            try Self.listing(node, "exitCodes.permanent", &seen)
        }
        if case .allOthers = retry, case .allOthers = permanent {
            throw node.error("only one of exitCodes.retry and exitCodes.permanent may be \"*\"")
        }
        self.init(success: success, retry: retry, permanent: permanent)
    }

    private static func listing(_ node: YAMLNode, _ what: String, _ seen: inout [Int: String]) throws(DefinitionError) -> Listing {
        guard case .scalar(let value, _) = node.content else { return .codes(try codes(node, what, &seen)) }
        guard value == "*" else { throw node.error("\(what) must be a list of exit codes or \"*\", not \(node.kind)") }
        return .allOthers
    }

    private static func codes(_ node: YAMLNode, _ what: String, _ seen: inout [Int: String]) throws(DefinitionError) -> [Int] {
        var codes: [Int] = []
        for element in try node.sequence(what) {
            let code = try element.integer("each entry of \(what)", in: Self.possible)
            if let other = seen.updateValue(what, forKey: code) {
                throw element.error("the exit code \(code) stands in \(other) already")
            }
            codes.append(code)
        }
        return codes
    }

    func meaning(of code: Int) -> Meaning { meanings[code] ?? others }

    var shown: JSONValue {
        func codes(_ meaning: Meaning) -> JSONValue {
            .array(meanings.filter { $0.value == meaning }.keys.sorted().map { .integer(Int64($0)) })
        }
        return [
            "success": codes(.success), "retry": codes(.retry), "permanent": codes(.permanent), "others": .string(others.rawValue),
        ]
    }
}

extension ExitCodeRules {
    static let schema: MappingSchema = {
        let codes = ValueSchema.list(of: .integer(in: possible), areUnique: true)
        let codesOrOthers = ValueSchema.either(codes, ValueSchema(["const": "*"]))
        return MappingSchema([
            .optional(
                "success", "Codes of success.", .list(of: .integer(in: possible), atLeast: 1, areUnique: true), default: [0]),
            .optional(
                "retry", "Codes of failures that may be tried again; \"*\" for all others. Those that are not listed anywhere are.",
                codesOrOthers, examples: [[75], "*"]),
            .optional(
                "permanent", "Codes of failures for good; \"*\" for all others. 64, 65, 66, 77, 78, 126 and 127 if left out.",
                codesOrOthers,
                examples: [[1, 2], "*"]),
        ])
    }()
}
