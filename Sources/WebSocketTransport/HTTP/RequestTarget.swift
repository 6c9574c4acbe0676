/// What the target of a request says about whom it is for (RFC 9112 section 3.2).
enum RequestTarget: Equatable {
    /// `/path`, or the `*` of `OPTIONS`: the `Host` header says who is meant.
    case origin
    /// `http://authority/path`: its authority counts, and not the `Host` header (section 3.2.2).
    case absolute(authority: String, path: String)
    /// Another scheme, or none of these forms.
    case other

    init(_ target: String) {
        guard !target.hasPrefix("/"), target != "*" else {
            self = .origin
            return
        }
        let rest = target.dropFirst(7)
        let authority = rest.prefix { !"/?#\\".contains($0) }
        guard target.prefix(7).lowercased() == "http://", !authority.isEmpty else {
            self = .other
            return
        }
        let path = rest[authority.endIndex...]
        self = .absolute(authority: String(authority), path: path.hasPrefix("/") ? String(path) : "/" + path)
    }
}
