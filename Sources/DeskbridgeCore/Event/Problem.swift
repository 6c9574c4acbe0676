/// What is wrong with a request, in words that say what to change.
package struct Problem: Error, Sendable, Hashable {
    /// One mistake in a payload.
    package struct FieldError: Sendable, Hashable {
        /// Where, as a JSON pointer (RFC 6901) into the event.
        package let pointer: String
        package let message: String
        /// A stable word for the rule that was broken, where there is one.
        package let code: String?

        package init(pointer: String, message: String, code: String? = nil) {
            self.pointer = pointer
            self.message = message
            self.code = code
        }

        package var json: JSONValue {
            var members: JSONObject = ["pointer": .string(pointer), "message": .string(message)]
            if let code { members["code"] = .string(code) }
            return .object(members)
        }
    }

    package let code: ProblemCode
    package let detail: String
    package let errors: [FieldError]
    /// How long to wait before trying again.
    package let retryAfter: Duration?

    package init(_ code: ProblemCode, _ detail: String, errors: [FieldError] = [], retryAfter: Duration? = nil) {
        self.code = code
        self.detail = detail
        self.errors = errors
        self.retryAfter = retryAfter
    }

    /// The members that each way of telling a problem has in common.
    package var errorMembers: JSONObject {
        guard !errors.isEmpty else { return [:] }
        return ["errors": .array(errors.map(\.json))]
    }
}
