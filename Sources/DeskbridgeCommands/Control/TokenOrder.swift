/// What a new token is to be good for.
package struct TokenOrder: Sendable, Equatable {
    package let client: String
    package let origins: [String]
    /// A duration such as `90d`.
    package let expires: String?
    /// A rate such as `60/10s`.
    package let rate: String?
    package let isSingleSession: Bool
    package let label: String?

    package init(
        client: String, origins: [String], expires: String? = nil, rate: String? = nil, isSingleSession: Bool = false,
        label: String? = nil
    ) {
        self.client = client
        self.origins = origins
        self.expires = expires
        self.rate = rate
        self.isSingleSession = isSingleSession
        self.label = label
    }
}
